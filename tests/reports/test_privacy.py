"""The page on privacy: it says what the code does, and every page leads to it."""

import pytest
from support.page import Page
from support.site import published

from flows.cli import parser
from pipelines.privacy import key_file


@pytest.fixture(scope="module")
def folder(once):
    return published(once).site


def test_the_page_says_what_the_code_does(folder):
    said = Page((folder / "privacy.html").read_text(encoding="utf-8")).text
    days = parser().parse_args(["prune"]).days
    assert f"Raw mail: {days} days." in said
    assert f"deletes those that are older than {days} days" in said
    assert str(key_file.path({"XDG_CONFIG_HOME": "~/.config"})) in said
    assert "STACKRANK_KEY" in said


def test_the_page_says_what_is_published_and_how_to_be_left_out(folder):
    said = Page((folder / "privacy.html").read_text(encoding="utf-8")).text
    for promise in (
        "no row about a person and no key of a person", "three people or more", "five or more",
        "No names, no addresses, no subjects and no bodies", "stackrank forget ADDRESS", "opted out everywhere",
        "Back up the key by itself", "Back up what nothing can make again",
    ):  # fmt: skip
        assert promise in said


def test_every_page_leads_to_it(folder):
    pages = list(folder.rglob("*.html"))
    assert len(pages) > 5
    for path in pages:
        links = Page(path.read_text(encoding="utf-8")).values("href", "a")
        assert (folder / "privacy.html").resolve() in {(path.parent / link).resolve() for link in links}
