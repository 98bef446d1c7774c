"""The front page: what its first screen says, what it weighs."""

import pytest
from support import browsing, many

pytestmark = [pytest.mark.browser, pytest.mark.long]
HEAVIEST = 300_000


@pytest.fixture(scope="module")
def folder(once):
    return many.published(once, 4)


@pytest.mark.parametrize(("width", "height", "rows"), [(1280, 900, 4), (360, 740, 3)])
def test_the_first_screen_has_the_verdict_and_the_rows(browser, folder, width, height, rows):
    with browsing.open_context(browser, folder, viewport={"width": width, "height": height}) as seen:
        page = browsing.go(seen, "index.html")
        table = page.locator("table.rank:visible").first
        boxes = [table.locator("tbody tr").nth(n).bounding_box() for n in range(rows)]
        assert page.locator("h1:visible").bounding_box()["y"] < boxes[0]["y"]
        assert boxes[-1]["y"] + boxes[-1]["height"] <= height


def test_it_is_light(browser, folder):
    with browsing.open_context(browser, folder) as seen:
        browsing.go(seen, "index.html").wait_for_timeout(300)
        asked = {url.removeprefix(f"{folder.as_uri()}/") for url in seen.asked}
        assert {"index.html", "page.css"} <= asked
        assert sum((folder / name).stat().st_size for name in asked if name != "plotly.min.js") < HEAVIEST


def test_nothing_of_it_needs_a_script(browser, folder):
    with browsing.open_context(browser, folder, java_script_enabled=False) as seen:
        page = browsing.go(seen, "index.html")
        assert page.locator("h1:visible").count() == 1
        assert page.locator("table.rank:visible tbody tr").count() == 4
        assert page.locator("figure svg:visible").count() > 0


def test_on_a_phone_the_keyboard_opens_the_menu_and_changes_the_ranking(browser, folder):
    with browsing.open_context(browser, folder, viewport={"width": 360, "height": 740}) as seen:
        page = browsing.go(seen, "index.html")
        page.locator("#menu").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.locator("nav.pages a:visible").first.evaluate("(e) => e === document.activeElement")
        before = page.locator("h1:visible").inner_text()
        page.locator("input[name=family]:checked").focus()
        page.keyboard.press("ArrowRight")
        assert page.locator("h1:visible").inner_text() != before
