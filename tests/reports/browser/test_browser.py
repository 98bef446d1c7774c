"""The published site in a real browser: hostile text, platforms on a phone and on paper, the last check."""

import shutil

import pytest
from support import browsing
from support.site import SHOWN, published

pytestmark = [pytest.mark.browser, pytest.mark.long]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def folder(once, tmp_path_factory):
    folder = tmp_path_factory.mktemp("house") / "site"
    shutil.copytree(published(once).site, folder)
    return folder


def test_on_a_phone_the_platforms_are_cards_that_name_whom_they_are_about_and_on_paper_a_table(browser, folder):
    with browsing.open_context(browser, folder) as seen:
        page = browsing.go(seen, "talk.html")
        cell = page.locator("#licence td").first
        shown = "e => [getComputedStyle(e).display, getComputedStyle(e, '::before').content]"
        assert cell.evaluate(shown) == ["table-cell", "none"]
        page.set_viewport_size(PHONE)
        assert cell.evaluate(shown) == ["block", '"Alpha Cloud"']
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(media="print")
        assert cell.evaluate(shown)[0] == "table-cell"
        assert page.locator("#source-1").is_visible()


@pytest.mark.parametrize("name", ["index.html", "community/evil.html", "compare/alpha-evil.html", "operations.html"])
def test_hostile_text_stays_text_and_makes_no_element(browser, folder, name):
    with browsing.open_context(browser, folder) as seen:
        page = browsing.go(seen, name)
        browsing.scroll_through(page)
        assert page.locator("img, iframe, object, embed, body script:not([src]):not([type])").count() == 0
        assert page.locator("a[href^=javascript]").count() == 0
        assert f"=cmd(){SHOWN}" in page.locator("body").text_content()


def test_a_page_says_when_it_was_last_checked_from_a_file_beside_it(browser, folder):
    page = browser.new_page()
    page.goto((folder / "index.html").as_uri())
    assert page.locator("#last-checked").is_hidden()
    checked = folder / "checked.js"
    before = checked.read_text()
    checked.write_text('window.stackrankChecked = "Checked <b>again</b>.";')
    page.reload()
    assert page.locator("#last-checked").text_content() == "Checked <b>again</b>."
    checked.write_text(before)
    page.close()
