"""Finish a page for its language: links to the same page in others, to what they share, and particles."""

import re
from posixpath import relpath

from babel import Locale

from reports.languages.particles import pick_particles
from reports.pages.context import Context
from reports.text.language import LANGUAGE, SOURCE, list_translated

SWITCH = "<!-- languages -->"
"""Stands in the template where the links to the other languages come."""
LINK = re.compile(r'\b(href|src)="(?![a-z][a-z0-9+.-]*:|[/#?])([^"]+)"')
OWN = re.compile(r"(?:\.html(?:[?#].*)?|(?:^|/)pictures/[^/]+)$")
"""What every language has of its own: pages, and pictures with words in them."""


def folder(language: str) -> str:
    """Return where the pages of a language lie, from the site's folder."""
    return "" if language == SOURCE else f"{language}/"


def finish_page(page: str, path: str, site: Context) -> str:
    """Return a page as it is published at `path`, which is the same in every language of the site."""
    page = page.replace(SWITCH, "".join(_link(path, language) for language in site.languages if language != LANGUAGE))
    return page if LANGUAGE == SOURCE else finish_picture(LINK.sub(_lead, page), site)


def finish_picture(picture: str, site: Context) -> str:
    """Return a picture with the particles of its names."""
    return pick_particles(picture, site.readings)


def _lead(found: re.Match[str]) -> str:
    """Let a link out of the language's folder where it leads to what all languages share."""
    return found[0] if OWN.search(found[2]) or found[2].startswith("@") else f'{found[1]}="../{found[2]}"'


def _link(path: str, language: str) -> str:
    """Return the link to the same page in another language, in its own words."""
    other, here = folder(language) + path, folder(LANGUAGE) + path
    address = relpath(other, here.rpartition("/")[0] or ".")
    name = Locale.parse(language).get_display_name(language)
    return f'<a class="language" href="{address}" hreflang="{language}" lang="{language}" rel="alternate">{name}</a>'


def languages_of_site() -> tuple[str, ...]:
    """Return every language that a site can have, the one of the code first."""
    return SOURCE, *list_translated()
