"""Charts in a real browser: drawn when they scroll into view, in the colours of the page, saved with their source."""

import shutil
from io import BytesIO

import pytest
from pypdf import PdfReader
from support.many import invent
from support.site import published

from pipelines.warehouse.query import open_database
from reports import site as made
from reports.pages import pairs
from reports.pages.context import read_context

pytestmark = [pytest.mark.browser, pytest.mark.long]
DRAWN = "() => [...document.querySelectorAll('.chart:has(.main-svg)')].map((e) => e.dataset.file)"


@pytest.fixture(scope="module")
def folder(once, tmp_path_factory):
    folder = tmp_path_factory.mktemp("charts") / "site"
    shutil.copytree(published(once).site, folder)
    return folder


@pytest.fixture
def opened(browser):
    """Opens a page of a site; afterwards nothing may have gone wrong."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 700}, reduced_motion="reduce", accept_downloads=True
    )
    errors = []
    context.on("console", lambda said: errors.append(said.text) if said.type in ("error", "warning") else None)
    context.on("weberror", lambda error: errors.append(str(error.error)))

    def open_page(path, query=""):
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url.rsplit("/", 1)[-1]))
        page.goto(path.as_uri() + query)
        return page

    yield open_page
    context.close()
    assert errors == []


def scrolled_to(page, chart):
    page.locator(f"#{chart}").scroll_into_view_if_needed()
    page.locator(f"#{chart}-chart .main-svg").first.wait_for()


def test_plotly_is_loaded_once_by_the_first_chart_that_scrolls_into_view(opened, folder):
    page = opened(folder / "community/alpha.html")
    page.set_viewport_size({"width": 1280, "height": 200})
    page.reload()
    page.asked.clear()
    page.reload()
    assert "plotly.min.js" not in page.asked
    height = page.evaluate("document.documentElement.scrollHeight")
    scrolled_to(page, "commits")
    assert page.asked.count("plotly.min.js") == 1
    assert page.evaluate("document.documentElement.scrollHeight") == height, "its room was kept"
    assert "new-people" not in page.evaluate(DRAWN)


def test_a_chart_follows_the_theme_and_keeps_out_of_a_narrow_page(opened, folder):
    page = opened(folder / "community/alpha.html")
    scrolled_to(page, "commits")
    colour = "document.getElementById('commits-chart')._fullLayout.font.color"
    light = page.evaluate(colour)
    page.locator("#theme").click()
    page.wait_for_function(f"() => {colour} !== '{light}'")
    page.set_viewport_size({"width": 360, "height": 700})
    page.wait_for_function(
        "() => document.querySelector('#commits-chart .main-svg').getBoundingClientRect().width <= 340"
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_a_page_never_scrolls_sideways_while_its_charts_are_drawn_anew(opened, folder):
    page = opened(folder / "community/alpha.html")
    scrolled_to(page, "commits")
    chart = page.locator("#commits-chart .main-svg").first
    chart.wait_for()
    page.clock.install(time=0)
    page.clock.pause_at(1_000)  # Plotly waits for its clock before it draws anew
    page.set_viewport_size({"width": 360, "height": 700})
    assert chart.bounding_box()["width"] > 360
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def opened_low(opened, folder):
    """A page of which no chart is near the window, so that Plotly is not loaded."""
    page = opened(folder / "community/alpha.html")
    page.set_viewport_size({"width": 1280, "height": 200})
    page.reload()
    assert not page.evaluate("'Plotly' in window")
    return page


def test_a_page_that_is_printed_before_a_chart_was_drawn_has_the_numbers_on_paper(opened, folder):
    page = opened_low(opened, folder)
    name = page.locator("#commits table.twin tbody th").first.text_content()
    page.evaluate("document.querySelectorAll('section:not(#commits)').forEach((e) => e.remove())")
    (text, *_) = (each.extract_text() for each in PdfReader(BytesIO(page.pdf())).pages)
    assert name in text


def test_the_keys_that_print_wait_for_the_charts(opened, folder):
    page = opened_low(opened, folder)
    page.evaluate("""window.print = () => {
        dispatchEvent(new Event("beforeprint"));
        window.printed = document.querySelectorAll(".chart .main-svg").length; }""")
    page.keyboard.press("Control+p")
    page.wait_for_function("() => window.printed > 0")


def test_charts_are_printed_as_wide_as_a_sheet_in_the_colours_of_a_light_page(opened, folder):
    page = opened(folder / "community/alpha.html")
    page.emulate_media(color_scheme="dark")
    scrolled_to(page, "commits")
    look = "(({ width, font }) => [width, font.color])(document.getElementById('new-people-chart')._fullLayout)"
    page.evaluate(f"addEventListener('beforeprint', () => {{ window.printed = {look}; }})")
    sheets = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert page.evaluate("window.printed") == [688, "rgb(74, 80, 88)"]
    assert "120 recorded at once" in " ".join(sheet.extract_text() for sheet in sheets)
    page.wait_for_function("document.getElementById('commits-chart')._fullLayout.width > 688")


def test_a_saved_picture_holds_its_title_and_its_source(opened, folder, tmp_path):
    page = opened(folder / "community/alpha.html")
    scrolled_to(page, "commits")
    for form in ("svg", "png"):
        with page.expect_download() as saving:
            page.locator(f"#commits [data-save={form}]").click()
        saving.value.save_as(tmp_path / f"saved.{form}")
        assert saving.value.suggested_filename == f"stackrank-commits.{form}"
    text = (tmp_path / "saved.svg").read_text()
    for said in ("Commits a month", "edition February 2026, method pop-1.0", "Lines to February 2026."):
        assert said in text
    assert (tmp_path / "saved.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_explore_puts_the_chart_in_the_place_of_the_picture_and_back(opened, folder):
    page = opened(folder / "index.html")
    still, button = page.locator("[data-still]"), page.locator("[data-explore]")
    assert "plotly.min.js" not in page.asked
    button.click()
    page.locator("#contributors-chart .main-svg").first.wait_for()
    assert (still.is_visible(), button.get_attribute("aria-pressed")) == (False, "true")
    button.click()
    assert (still.is_visible(), page.locator("#contributors-chart").is_visible()) == (True, False)


def test_a_script_that_cannot_be_loaded_says_so_on_the_chart(browser, folder, tmp_path):
    shutil.copytree(folder, tmp_path / "site")
    (tmp_path / "site" / "plotly.min.js").unlink()
    page = browser.new_page()
    page.goto((tmp_path / "site" / "community/alpha.html").as_uri())
    chart = page.locator("#commits-chart")
    chart.scroll_into_view_if_needed()
    page.wait_for_function("() => document.getElementById('commits-chart').textContent.includes('could not be loaded')")
    page.close()


def test_a_month_of_a_comparison_has_an_address_and_is_said(opened, folder):
    page = opened(folder / "compare/alpha-evil.html", "#2025-12")
    assert page.locator("#said").text_content().startswith("December 2025: ")
    assert page.locator("tr[id='2025-12']").is_visible()
    page.locator("#then").select_option("2026-02")
    assert page.locator("#said").text_content().startswith("February 2026: ")
    page.locator("#other").select_option("beta")
    page.wait_for_url("**/compare/alpha-beta.html")


def test_a_script_draws_any_pair_of_many_as_the_rule_of_the_places_says(opened, tmp_path):
    where = invent(tmp_path / "many", 13)
    made.publish(where)
    with open_database(where.database) as database:
        families = pairs.families_of(read_context(database), "c0003", "c0001")
    family, months = next(iter(families.items()))
    page = opened(where.site / "compare/index.html", "?c0003&c0001")
    page.locator("#drawn").wait_for()
    page.wait_for_function("() => document.querySelectorAll('#ahead tbody tr').length > 0")
    rows = page.locator("#ahead tbody tr").all_text_contents()
    names = {True: "Delta 0003", False: "Birch 0001"}
    said = {
        "ahead": "{} ahead",
        "probably ahead": "probably {}, not firm",
        "cannot be told apart": "cannot be told apart",
    }
    assert len(rows) == len(months)
    for text, month in zip(rows, reversed(months), strict=True):
        assert text.startswith(f"{month.month:%B %Y}{said[month.word].format(names[month.difference >= 0])}"), family
    scrolled_to(page, "score")
