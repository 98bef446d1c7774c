"""The site in two languages: every page exists in both, leads to its twin, and says nothing in the wrong one."""

import re
import shutil

import pytest
from lxml import html
from support.site import folders, published

from pipelines.warehouse.query import ask
from reports import site

pytestmark = pytest.mark.long
OTHER = re.compile(r"[A-Za-z]{2,}")
NAMES = {"stackrank", "English", "SQL", "CSV", "DuckDB", "UTC", "PNG", "SVG", "JSON", "JavaScript", "Parquet", "Holm",
         "CHAOSS", "Git", "GitHub", "Launchpad", "OpenStack", "OpenNebula", "CloudStack", "pop", "project", "Apache",
         "mailmap", "Schema", "Atom", "git", "id", "phi", "rho", "CY"}  # fmt: skip
"""Words that are the same in every language."""
HIDDEN = "//script | //style | //code | //pre | //*[@lang='en'] | //svg//text"
WHOLE = ("index.html", "method.html", "time/index.html", "compare/index.html", "community/index.html", "editions.html",
         "privacy.html")  # fmt: skip
"""Pages with few texts of our data."""


@pytest.fixture(scope="module")
def where(once, tmp_path_factory):
    """A site in English and Korean."""
    where = folders(tmp_path_factory.mktemp("languages"))
    shutil.copytree(published(once).data, where.data)
    site.publish(where, languages=("en", "ko"))
    return where


@pytest.fixture(scope="module")
def names(where):
    """The words in the names of communities and sources."""
    communities = "select coalesce(name, '') || ' ' || community as text from raw.communities"
    texts = ask(where.database, f"{communities} union all select source from raw.sources")
    return {word for row in texts.to_pylist() for word in OTHER.findall(row["text"])}


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


def test_no_english_is_left_in_a_korean_page(where, names):
    left = {(path, word) for path in WHOLE for word in words_of(where.site / "ko" / path) - NAMES - names}
    assert not left, sorted(left)


def words_of(path):
    """Return the words in Latin letters that a page says itself, without code, files and addresses."""
    page = html.fromstring(path.read_bytes())
    for hidden in page.xpath(HIDDEN):
        hidden.drop_tree()
    said = " ".join([*page.xpath("//body//text()"), *page.xpath("//@aria-label | //@title | //@placeholder")])
    return set(OTHER.findall(re.sub(r"\S*[./_@]\S*", " ", said)))


def test_files_of_programs_are_shared(where):
    assert not list((where.site / "ko").rglob("*.csv"))
    assert not (where.site / "ko" / "plotly.min.js").exists()


def test_without_other_languages_there_is_one(once):
    assert not (published(once).site / "ko").exists()
    assert "<!-- languages -->" not in (published(once).site / "index.html").read_text(encoding="utf-8")
