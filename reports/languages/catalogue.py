"""Find the sentences of the code that pages show, and keep the catalogues of their translations up to date."""

from collections.abc import Iterator

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from reports.languages.stated import stated_texts
from reports.text.formats import NOUNS
from reports.text.language import CATALOGUES

METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
HEADER = '# Translations of the pages of stackrank. See reports/README.md, "A language".\n#'


def extract() -> Catalog:
    """Return every sentence that a page may show, with the files that say it."""
    found = Catalog(fuzzy=False)
    read = extract_from_dir(CATALOGUES.parent, METHODS, OPTIONS)
    for file, _, message, comments, context in read:
        found.add(message, locations=[(file, 0)], auto_comments=comments, context=context)
    for message in (*_counted(), *stated_texts()):
        found.add(message)
    return found


def _counted() -> Iterator[str | tuple[str, str]]:
    """Give the sentences that `pluralize` makes."""
    for one, many in NOUNS.items():
        yield f"no {many}"
        yield f"{{number:,}} {one}", f"{{number:,}} {many}"


def update(language: str) -> int:
    """Write the catalogue of a language with the sentences of the code; return how many wait for their translation.

    A sentence that no page shows any more leaves the catalogue.
    """
    path, wanted = CATALOGUES / f"{language}.po", extract()
    with path.open("rb") as file:
        held = read_po(file, locale=language)
    held.update(wanted, no_fuzzy_matching=True)
    held.obsolete.clear()
    held.header_comment = HEADER
    with path.open("wb") as file:
        write_po(file, held, width=110, sort_output=True, include_lineno=False, omit_header=False)
    return sum(not is_translated(message) for message in held if message.id)


def is_translated(message: Message) -> bool:
    """Return whether a sentence has its translation, in every form of number."""
    said = message.string
    return all(said or ("",))
