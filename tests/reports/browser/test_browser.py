"""The published site in a real browser: what it asks for, how it fits, what its charts do, hostile text."""

import shutil
from types import SimpleNamespace

import pytest
from support import counting_site
from support.browser import launched, playwright
from support.site import SHOWN, published

pytestmark = [pytest.mark.browser, pytest.mark.long]
PAGES = ("index.html", "community/evil.html", "data.html", "members.html", "platforms.html", "privacy.html",
         pytest.param("as-of/2025-12/index.html", marks=pytest.mark.long))  # fmt: skip
TOO_HIGH = """() => [...document.querySelectorAll(".chart")]
    .filter((e) => e.querySelector(".main-svg").getBoundingClientRect().bottom > e.getBoundingClientRect().bottom + 1)
    .map((e) => e.id)"""
AS_LARGE_AS_ITS_BOX = """(width) => innerWidth === width && [...document.querySelectorAll(".chart")].every((e) => {
    const [box, drawn] = [e, e.querySelector(".main-svg")].map((one) => one.getBoundingClientRect());
    return Math.abs(box.width - drawn.width) < 1 && Math.abs(box.height - drawn.height) < 1; })"""
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, pre, .unseen"))
    .map((e) => e.outerHTML.slice(0, 120))"""


def resize(page, size):
    """Give the page another size; return when Plotly, which waits a moment first, has drawn every chart anew."""
    page.set_viewport_size(size)
    page.wait_for_function(AS_LARGE_AS_ITS_BOX, arg=size["width"])


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as tools:
        browser = launched(tools.chromium)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def folder(browser, once, tmp_path_factory):
    folder = tmp_path_factory.mktemp("house") / "site"
    shutil.copytree(published(once).site, folder)
    shutil.copyfile(counting_site.published(once).site / "members.html", folder / "members.html")
    return folder


@pytest.fixture(scope="module")
def tabs(browser, folder):
    """Opens each page of the site once; notes what went wrong in any of them and what left the machine."""
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    seen = SimpleNamespace(errors=[], asked=[], pages={})
    context.on("request", lambda request: seen.asked.append(request.url))
    context.on("console", lambda said: seen.errors.append(said.text) if said.type in ("error", "warning") else None)
    context.on("weberror", lambda error: seen.errors.append(str(error.error)))
    context.on("dialog", lambda dialog: (seen.errors.append(dialog.message), dialog.dismiss()))

    def opened(name):
        if name not in seen.pages:
            seen.pages[name] = context.new_page()
            seen.pages[name].goto((folder / name).as_uri())
        seen.pages[name].bring_to_front()
        resize(seen.pages[name], DESKTOP)
        return seen.pages[name]

    yield seen, opened
    context.close()


@pytest.fixture
def visit(tabs, folder):
    """Opens a page; afterwards nothing may have gone wrong or left the machine."""
    seen, opened = tabs
    yield opened
    assert seen.asked
    assert [url for url in seen.asked if not url.startswith((folder.as_uri(), "data:", "blob:"))] == []
    assert seen.errors == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_phone_and_a_desktop_and_asks_for_nothing_outside(visit, name):
    page = visit(name)
    drawn = page.locator(".chart .main-svg").count() > 0
    for size in (PHONE, DESKTOP):
        resize(page, size)
        assert page.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [size["width"]] * 2
        assert page.evaluate(TOO_WIDE) == []
        assert page.evaluate(TOO_HIGH) == []
    assert drawn == (name not in ("data.html", "platforms.html", "privacy.html"))


def test_a_phone_that_is_turned_never_scrolls_sideways_while_its_charts_are_drawn_anew(browser, folder):
    lying, standing = ({"width": width, "height": 700} for width in (667, 375))
    page = browser.new_page(viewport=lying)
    page.clock.install(time=0)
    page.goto((folder / "members.html").as_uri())
    resize(page, lying)
    page.clock.pause_at(3_600_000)  # Plotly waits for its clock before it draws anew
    page.set_viewport_size(standing)
    chart = page.locator(".chart .main-svg").first
    assert chart.bounding_box()["width"] > standing["width"]
    assert page.evaluate("document.documentElement.scrollWidth") == standing["width"]
    page.clock.resume()
    page.wait_for_function(AS_LARGE_AS_ITS_BOX, arg=standing["width"])
    page.close()


def test_on_a_phone_the_platforms_are_cards_that_name_whom_they_are_about_and_on_paper_a_table(visit):
    page = visit("platforms.html")
    cell = page.locator("#licence td").first
    shown = "e => [getComputedStyle(e).display, getComputedStyle(e, '::before').content]"
    assert cell.evaluate(shown) == ["table-cell", "none"]
    resize(page, PHONE)
    assert cell.evaluate(shown) == ["block", '"Alpha Cloud"']
    assert page.evaluate("document.querySelector('.scroll').scrollWidth <= innerWidth")
    page.locator("#fact-1 .ref").click()
    assert page.evaluate("location.hash") == "#source-1"
    assert page.locator("#source-1").is_visible()
    resize(page, DESKTOP)
    page.emulate_media(media="print")
    assert cell.evaluate(shown)[0] == "table-cell"
    assert page.locator("#source-1").is_visible()
    page.emulate_media(media="screen")


def scale(page, chart):
    return page.evaluate(f"""(() => {{
        const drawn = document.getElementById("{chart}")._fullLayout;
        return [drawn.yaxis.type, drawn.showlegend];
    }})()""")


def test_the_logarithmic_switch_works_by_keyboard_and_outlives_a_change_of_width(visit):
    page = visit("index.html")
    assert scale(page, "commits") == ["linear", False]
    page.locator("figure:has(#commits) input[value=linear]").focus()
    page.keyboard.press("ArrowRight")
    assert scale(page, "commits") == ["log", False]
    assert scale(page, "code-people") == ["linear", False]
    ticks = page.locator("#commits .ytick").all_text_contents()
    assert (ticks[0], "50" in ticks) == ("0", True), ticks
    assert "zero stands on the lowest line" in page.locator("figure:has(#commits) .said").text_content()
    resize(page, PHONE)
    assert scale(page, "commits") == ["log", True]
    page.locator("figure:has(#commits) input[value=linear]").check()
    assert scale(page, "commits") == ["linear", True]


@pytest.mark.parametrize("name", ["index.html", "community/evil.html"])
def test_every_chart_has_a_table_that_the_keyboard_opens_and_a_file(visit, folder, name):
    page = visit(name)
    sections = page.locator("section:has(figure)")
    assert sections.count() == page.locator(".chart").count() > 1
    for section in sections.all():
        assert not section.locator("table").is_visible()
        section.locator("summary").focus()
        page.keyboard.press("Enter")
        assert section.locator("table").is_visible()
        assert section.locator("tbody tr").count() >= 3
        offered = section.locator("figcaption a").get_attribute("href")
        assert ((folder / name).parent / offered).resolve().is_file()


def test_without_scripts_every_number_is_still_there(browser, folder):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "index.html").as_uri())
    assert page.locator(".tools").first.is_hidden()
    assert page.locator("noscript").first.is_visible()
    page.locator("section:has(#commits) summary").click()
    assert page.locator("section:has(#commits) tbody tr").first.is_visible()
    context.close()


def test_hostile_text_stays_text_in_the_page_in_charts_and_when_pointed_at(visit):
    page = visit("index.html")
    name = f"=cmd(){SHOWN}"
    assert page.locator("nav a").all_text_contents().count(name) == 1
    labels = page.locator("#commits .annotation-text").all_text_contents()
    assert [label for label in labels if "=cmd()</script><script>aler…" in label]
    page.locator("#commits .nsewdrag").first.hover()
    page.wait_for_selector("#commits .hoverlayer .legend, #commits .hoverlayer .hovertext")
    page.evaluate("""Plotly.Fx.hover("commits", document.getElementById("commits").data
        .flatMap((trace, n) => trace.meta === "marks" ? [{ curveNumber: n, pointNumber: 0 }] : []), ["xy2"])""")
    page.locator("#commits .hoverlayer", has_text="<img src=x").wait_for(state="attached")
    assert page.locator("img, iframe, object, embed, body script:not([src]):not([type])").count() == 0
    page = visit("community/evil.html")
    assert page.locator("h1").text_content() == name
    assert page.locator("a[href^=javascript]").count() == 0


def test_a_chart_is_saved_as_a_picture_of_its_own(visit, tmp_path):
    page = visit("index.html")
    with page.expect_download() as saving:
        page.locator("figure:has(#places-code) .save").click()
    saving.value.save_as(tmp_path / "saved.png")
    assert saving.value.suggested_filename == "places-code.png"
    assert (tmp_path / "saved.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


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
