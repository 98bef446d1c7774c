"""Korean pages in a real browser: axe-core at all widths in both themes, and months of charts in Korean.

A page is loaded once for all of them: its elements are those of the English page, which is loaded at each width.
"""

import pytest
from support import browsing
from support.site import translated

pytestmark = [pytest.mark.browser, pytest.mark.long]
PAGES = ("index", "method", "talk", "data", "sql", "coverage", "members", "editions", "operations", "privacy", "replay",
         "time/index", "community/index", "compare/index", "time/2026-02", "evidence/alpha", "community/alpha",
         "compare/alpha-evil")  # fmt: skip
AXIS = "() => [...document.querySelectorAll('#commits-chart .xtick text')].map((e) => e.textContent)"


@pytest.fixture(scope="module")
def folder(once):
    return translated(once).site / "ko"


@pytest.fixture
def seen(browser, folder):
    with browsing.open_context(browser, folder.parent) as seen:
        yield seen


@pytest.mark.parametrize("name", PAGES)
def test_a_korean_page_reads_well(seen, folder, name):
    page = seen.context.new_page()
    page.goto((folder / f"{name}.html").as_uri())
    browsing.scroll_through(page)
    browsing.open_some(page)
    wrong = {f"{width} px, {theme}": look(page, width, theme) for width, theme in browsing.ASKED}
    assert {where: found for where, found in wrong.items() if found} == {}
    assert browsing.find_wide(page, (320, 360, 820)) == {}


def look(page, width, theme):
    """Return what axe-core finds at a width in a theme."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    return browsing.find_violations(page, browsing.ASKED[width, theme])


def test_a_chart_names_months_in_korean(seen, folder):
    page = browsing.go(seen, "ko/community/alpha.html")
    page.locator("#commits").scroll_into_view_if_needed()
    page.locator("#commits-chart .main-svg").first.wait_for()
    assert [tick for tick in page.evaluate(AXIS) if "월" in tick]
    assert page.evaluate("""async () => {
        const marks = (await Plotly.toImage({ data: [{ x: ["2026-04-01", "2026-05-01"], y: [1, 2] }],
            layout: { xaxis: { tickformat: "%b %B" } }, config: { locale: "ko" } }, { format: "svg" }));
        return decodeURIComponent(marks).includes("4월 4월"); }""")
