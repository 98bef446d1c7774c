"""Korean pages in a real browser: axe-core, widths, themes; charts name months in Korean; scripts pick particles."""

import pytest
from support import browsing
from support.site import translated

pytestmark = [pytest.mark.browser, pytest.mark.long]
PAGES = ("index", "method", "talk", "data", "sql", "coverage", "members", "editions", "operations", "privacy", "replay",
         "time/index", "community/index", "compare/index", "time/2026-02", "evidence/alpha", "community/alpha",
         "compare/alpha-evil")  # fmt: skip
THEMES = "light", "dark", "dark", "light", "dark"
"""Five for four widths, so that they meet in all ways."""
AXIS = "() => [...document.querySelectorAll('#commits-chart .xtick text')].map((e) => e.textContent)"


@pytest.fixture(scope="module")
def folder(once):
    return translated(once).site / "ko"


@pytest.fixture
def seen(browser, folder):
    with browsing.open_context(browser, folder.parent) as seen:
        yield seen


@pytest.mark.parametrize(("number", "name"), list(enumerate(PAGES)))
def test_a_korean_page_reads_well(seen, folder, number, name):
    """Each page at one width in one theme, the next one at others: its elements are those of the English page."""
    page = seen.context.new_page()
    page.emulate_media(color_scheme=THEMES[number % len(THEMES)])
    page.set_viewport_size({"width": browsing.WIDTHS[number % len(browsing.WIDTHS)], "height": 900})
    page.goto((folder / f"{name}.html").as_uri())
    browsing.scroll_through(page)
    browsing.open_some(page)
    assert browsing.find_violations(page, browsing.ALL) == []
    assert browsing.find_wide(page, (320, 360, 820)) == {}


def test_a_chart_names_months_in_korean(seen, folder):
    page = browsing.go(seen, "ko/community/alpha.html")
    page.locator("#commits").scroll_into_view_if_needed()
    page.locator("#commits-chart .main-svg").first.wait_for()
    assert [tick for tick in page.evaluate(AXIS) if "월" in tick]
    assert page.evaluate("""async () => {
        const marks = (await Plotly.toImage({ data: [{ x: ["2026-04-01", "2026-05-01"], y: [1, 2] }],
            layout: { xaxis: { tickformat: "%b %B" } }, config: { locale: "ko" } }, { format: "svg" }));
        return decodeURIComponent(marks).includes("4월 4월"); }""")
