"""The site in two languages: every page exists in both, leads to its twin, and says nothing in the wrong one."""

import re

import pytest
from babel.messages.pofile import read_po
from lxml import html
from support.site import published, translated

from pipelines.warehouse.query import ask
from reports.text.language import CATALOGUES

pytestmark = pytest.mark.long
WORD = re.compile(r"\b[A-Za-z]{2,}\b")
FIELD = re.compile(r"<[^>]*>|%\(\w+\)s|\{[^}]*\}|<code>.*?</code>")
NO_WORDS = re.compile(r"\S*[./_@]\S*|\{\w+\}")
"""Addresses, files and columns; and fields that a script fills in."""
NAMES = {"stackrank", "English", "SQL", "CSV", "DuckDB", "UTC", "PNG", "SVG", "JSON", "JavaScript", "Parquet", "Holm",
         "CHAOSS", "Git", "GitHub", "Launchpad", "OpenStack", "OpenNebula", "CloudStack", "Eucalyptus", "Apache", "API",
         "Software", "Foundation", "pop", "project", "mailmap", "Schema", "Atom", "git", "id", "phi", "rho",
         "CY"}  # fmt: skip
"""Words that are the same in every language."""
HIDDEN = "//script | //style | //code | //pre | //textarea | //*[@lang='en']"
READ_ALOUD = "//@aria-label | //@title | //@alt | //@placeholder | //@data-failed | //@data-row | //@data-text"
OF_HEAD = (
    "//head/title/text() | //meta[@name='description' or @property='og:title' or @property='og:description']/@content"
)
NAMED = (
    "select coalesce(name, '') || ' ' || community from raw.communities",
    "select concat_ws(' ', source, kind) from raw.sources",
    "select concat_ws(' ', version, name, tag, repository) from core.releases",
    "select distinct concat_ws(' ', source, page) from raw.visits",
    "select distinct organisation from published.organisations where organisation like '%.%'",
)
"""What names things in a database: communities, sources, releases, what was visited, mail domains."""


@pytest.fixture(scope="module")
def where(once):
    """A site in English and Korean."""
    return translated(once)


@pytest.fixture(scope="module")
def names(where):
    """The words in the names of a database."""
    texts = [text for question in NAMED for row in ask(where.database, question).to_pylist() for text in row.values()]
    return {word for text in texts for word in WORD.findall(text or "")}


@pytest.fixture(scope="module")
def catalogue():
    """The translations: whole ones, and the words of those with fields or elements, which pages show in parts."""
    with (CATALOGUES / "ko.po").open("rb") as file:
        said = {message.string for message in read_po(file) if message.id and isinstance(message.string, str)}
    return said, {word for text in said if FIELD.search(text) for word in WORD.findall(FIELD.sub(" ", text))}


def pages_of(folder, *, without=()):
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    return {path for path in found if not path.startswith(without or ("\0",))}


def test_every_page_is_in_both_languages_and_leads_to_its_twin(where):
    english, korean = where.site, where.site / "ko"
    assert pages_of(korean) == pages_of(english, without=("ko/",))
    for path in pages_of(korean):
        for folder, other, language in ((english, korean, "en"), (korean, english, "ko")):
            page = html.fromstring((folder / path).read_bytes())
            assert page.get("lang") == language
            (twin,) = page.xpath("//a[@class='language']/@href")
            assert ((folder / path).parent / twin).resolve() == (other / path).resolve()


def test_every_link_of_a_page_leads_to_a_file(where):
    pages = list((where.site / "ko").rglob("*.html"))
    assert not [(page, link) for page in pages for link in links_of(page) if not (page.parent / link).exists()]


def links_of(path):
    """Return the links of a page into its own site, without places in a page."""
    page = html.fromstring(path.read_bytes())
    links = {re.split("[#?]", link)[0] for link in page.xpath("//@href | //@src")}
    return {link for link in links if link and not re.match(r"[a-z]+:", link)}


def test_no_english_is_left_in_a_korean_page(where, names, catalogue):
    whole, in_parts = catalogue
    known = NAMES | names | in_parts
    korean = where.site / "ko"
    left = {
        (path, text) for path in pages_of(korean) for text in texts_of(korean / path) - whole if words_of(text) - known
    }
    assert not left, sorted(left)


def texts_of(path):
    """Return the texts that a page says itself, without code, and without what it marks as English."""
    page = html.fromstring(path.read_text(encoding="utf-8"))
    for hidden in page.xpath(HIDDEN):
        hidden.drop_tree()
    said = [*page.xpath("//body//text()"), *page.xpath(READ_ALOUD), *page.xpath(OF_HEAD)]
    return {" ".join(text.split()) for text in said}


def words_of(text):
    return set(WORD.findall(NO_WORDS.sub(" ", text)))


def test_values_of_answers_are_the_same_in_every_language(where):
    """They are what a reader writes into a statement."""
    english, korean = (cells_of(where.site / path) for path in ("sql.html", "ko/sql.html"))
    assert {one for one, other in zip(english, korean, strict=True) if one != other} <= {"yes", "no", "not known"}


def cells_of(path):
    return [cell.text_content() for cell in html.fromstring(path.read_text(encoding="utf-8")).xpath("//details//td")]


def test_files_of_programs_are_shared(where):
    assert not list((where.site / "ko").rglob("*.csv"))
    assert not (where.site / "ko" / "plotly.min.js").exists()


def test_without_other_languages_there_is_one(once):
    assert not (published(once).site / "ko").exists()
    assert "<!-- languages -->" not in (published(once).site / "index.html").read_text(encoding="utf-8")
