"""The walks of a reader who has never seen the site: how many clicks until a question is answered on the screen."""

import re

import pytest
from support import browsing, many
from support.site import published

pytestmark = [pytest.mark.browser, pytest.mark.long]
FIRST = "Birch 0001"
TRIES = 30
MARCH = "a[href$='evidence/alpha.html#2025-03']"


class Reader:
    """Someone who begins at the front page, sees what shows, and clicks on it."""

    def __init__(self, seen):
        self.page, self.clicks = browsing.go(seen, "index.html"), 0

    def click(self, role, name, within="body"):
        self.page.locator(within).get_by_role(role, name=name).filter(visible=True).first.click()
        self.clicks += 1

    def choose(self, words):
        self.page.locator("label:visible", has_text=words).first.click()
        self.clicks += 1

    def sees(self, words, where="main"):
        """Whether a text shows; a page that was clicked on may take a moment."""
        for _ in range(TRIES):
            shown = self.page.locator(where).filter(visible=True).all_inner_texts()
            if any(re.search(words, text) for text in shown):
                return True
            self.page.wait_for_timeout(100)
        return False


@pytest.fixture
def reader(browser, once):
    with browsing.open_context(browser, many.published(once, 4)) as seen:
        yield Reader(seen)


@pytest.fixture
def reader_of_commits(browser, once):
    """A reader of the site whose numbers come from commits."""
    with browsing.open_context(browser, published(once).site) as seen:
        yield Reader(seen)


def test_who_is_first_and_how_sure(reader):
    assert reader.sees(rf"{FIRST}\s+leads", "h1")
    assert reader.sees("nine of ten")
    assert reader.clicks == 0


def test_who_led_in_june_2013_and_can_that_be_said(reader):
    reader.click("link", "Time machine")
    reader.click("link", re.compile("June 2013"))
    assert reader.sees("only .* could be ranked|firm|led", "h1")
    reader.choose("Code")
    assert reader.sees(rf"code activity in June 2013, {FIRST}\s+led", "h1")
    assert reader.clicks <= 3


def test_why_a_line_has_a_hole(reader):
    reader.click("link", "Coverage", "nav.pages")
    assert reader.sees("visits failed|could not be seen|not seen")
    assert reader.clicks == 1


def test_the_contributors_of_a_month_and_where_they_come_from(reader_of_commits):
    reader = reader_of_commits
    reader.click("link", re.compile("Alpha Cloud"), "main")
    reader.page.locator(f"details:has({MARCH}) > summary").first.click()
    reader.page.locator(MARCH).filter(visible=True).first.click()
    reader.clicks += 2
    month = reader.page.locator("[id='2025-03']")
    assert month.evaluate("(e) => e.getBoundingClientRect().top >= -1 && e.getBoundingClientRect().top < innerHeight")
    assert reader.sees("March 2025\\s+Contributors 7;")
    assert reader.clicks <= 3


def test_does_a_platform_run_on_a_hypervisor(reader_of_commits):
    reader = reader_of_commits
    reader.click("link", "2013 and today", "nav.pages")
    assert reader.sees("What they run on")
    assert reader.sees("KVM")
    assert reader.clicks == 1


def test_what_changed_since_last_year(reader):
    assert reader.sees("What changed")
    assert reader.sees("since last year|in a year|[Ss]ince June 2025|1 year")
    assert reader.clicks == 0


def test_how_to_cite_it(reader):
    assert reader.sees(r"stackrank project: .*edition June 2026.*method pop-1\.0", "footer")
    assert reader.clicks == 0


def test_one_of_fifty_is_found_by_its_name(browser, once):
    with browsing.open_context(browser, many.published(once, 50)) as seen:
        reader = Reader(seen)
        assert reader.page.locator("table.rank:visible tbody tr").count() == 20
        reader.page.get_by_label("Find a community").fill("fjord 0035")
        reader.click("link", re.compile("0035"), ".search")
        assert reader.sees("Fjord 0035", "h1")
        assert reader.clicks == 1
