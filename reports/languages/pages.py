"""Finish a page for its language: links to the same page in others, to what they share, and particles."""

import re
from functools import partial
from posixpath import relpath

from babel import Locale

from reports.pages.context import Context
from reports.sharing.card_fonts import has_letters
from reports.text.language import LANGUAGE, SOURCE, folder, list_translated
from reports.text.particles import pick_particles

SWITCH = "<!-- languages -->"
"""Stands in the template where the links to the other languages come."""
LINK = re.compile(r'([fc])(?:(?<=\bhref)|(?<=\bsrc))="(?![a-z][a-z0-9+.-]*:|[/#?])([^"]+)"')
"""The end of `href` or `src`, with its address: so it is found four times sooner."""
OWN = re.compile(r"(?:\.html(?:[?#].*)?|(?:^|/)(?:pictures|badges)/[^/]+|(?:^|/)feed\.xml)$")
"""What every language has of its own: pages, the feed, and pictures with words in them."""
CARD = re.compile(r"(?:^|/)cards/[^/]+$")


def finish_page(page: str, path: str, site: Context) -> str:
    """Return a page as it is published at `path`, which is the same in every language of the site."""
    page = page.replace(SWITCH, "".join(_link(path, language) for language in site.languages if language != LANGUAGE))
    return page if LANGUAGE == SOURCE else finish_picture(LINK.sub(partial(_lead, site), page), site)


def finish_picture(picture: str, site: Context) -> str:
    """Return a picture with the particles of its names."""
    return pick_particles(picture, site.readings)


def has_own_cards(site: Context) -> bool:
    """Return whether the language of this process has cards of its own; a large site has English ones alone."""
    return LANGUAGE == SOURCE or (has_letters(LANGUAGE) and not site.is_large)


def card_folder(site: Context) -> str:
    """Return the folder in which the cards of the pages of this process lie, with their folder."""
    return folder(LANGUAGE) if has_own_cards(site) else ""


def _lead(site: Context, found: re.Match[str]) -> str:
    """Let a link out of the language's folder where it leads to what all languages share."""
    is_own = OWN.search(found[2]) or (CARD.search(found[2]) and has_own_cards(site))
    return found[0] if is_own or found[2].startswith("@") else f'{found[1]}="../{found[2]}"'


def _link(path: str, language: str) -> str:
    """Return the link to the same page in another language, in its own words."""
    other, here = folder(language) + path, folder(LANGUAGE) + path
    address = relpath(other, here.rpartition("/")[0] or ".")
    name = Locale.parse(language).get_display_name(language)
    return f'<a class="language" href="{address}" hreflang="{language}" lang="{language}" rel="alternate">{name}</a>'


def languages_of_site() -> tuple[str, ...]:
    """Return every language that a site can have, the one of the code first."""
    return SOURCE, *list_translated()
