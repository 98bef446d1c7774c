"""The language of the pages: whole English sentences, or what a catalogue of translations has in their place.

A process has one language: STACKRANK_LANGUAGE names the catalogue, a file of reports/languages. English needs none.
"""

import os
import re
from collections.abc import Callable, Sequence
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from markupsafe import Markup, escape

CATALOGUES = Path(__file__).parents[1] / "languages"
SOURCE = "en"
LATIN = re.compile(r"[A-Za-z]")
LANGUAGE = os.environ.get("STACKRANK_LANGUAGE", SOURCE)


def list_translated() -> list[str]:
    """Return the codes of the languages that have a catalogue, such as `ko`."""
    return sorted(path.stem for path in CATALOGUES.glob("*.po"))


def folder(language: str) -> str:
    """Return where the pages of a language lie, from the site's folder."""
    return "" if language == SOURCE else f"{language}/"


def read_translations(language: str) -> NullTranslations:
    """Return the catalogue of a language; English is the language of the code. Raises OSError where it has no file."""
    if language == SOURCE:
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (CATALOGUES / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


TRANSLATIONS = read_translations(LANGUAGE)
gettext, ngettext = TRANSLATIONS.gettext, TRANSLATIONS.ngettext


def fill_in(sentence: str, **given: object) -> Markup:
    """Return one of our own sentences as HTML: what is given is escaped, unless it is HTML already."""
    return Markup(sentence).format(**given)  # noqa: S704 the sentence is ours, what comes from outside is escaped


def translate(text: str) -> str:
    """Return a text of our data as plain text, translated where a catalogue has it."""
    return gettext(text) if text else ""


def translate_made(text: str, patterns: Sequence[str], read: Callable[[str], str] = str) -> str:
    """Return a text that was made from one of the patterns, made from its translation; else translate it whole.

    `read` translates what was filled in.
    """
    for pattern in patterns:
        if found := read_made(text, pattern):
            return translate(pattern).format(**{name: read(value) for name, value in found.items()})
    return translate(text)


def read_made(text: str, pattern: str) -> dict[str, str] | None:
    """Return what fills the fields of a pattern in a text; None where the text was not made from it."""
    found = _reader(pattern).fullmatch(text)
    return found and found.groupdict()


@cache
def _reader(pattern: str) -> re.Pattern[str]:
    """Return what finds the fields of a pattern in a text."""
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(pattern)))


def from_data(text: str | None, patterns: Sequence[str] = ()) -> Markup:
    """Return a text of our data as HTML: translated, or marked as English where no catalogue has it.

    A text that was made from one of the `patterns` is translated by that one, and what fills it is marked.
    """
    for pattern in patterns if text and LANGUAGE != SOURCE else ():
        if found := read_made(text or "", pattern):
            return fill_in(translate(pattern), **{name: as_english(value) for name, value in found.items()})
    said = translate(text or "")
    return escape(said) if said != text else as_english(said)


def as_english(text: str) -> Markup:
    """Return a text that is never translated as HTML, marked as English; a number is of no language."""
    if LANGUAGE == SOURCE or not LATIN.search(text):
        return escape(text)
    return Markup('<span lang="en">{}</span>').format(text)


def join_names(names: Sequence[Markup]) -> Markup:
    """Return names as one enumeration with commas and a final `and`."""
    if not names[1:]:
        return Markup("").join(names)
    return fill_in(gettext("{others} and {last}"), others=Markup(", ").join(names[:-1]), last=names[-1])
