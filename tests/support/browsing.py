"""Look at pages of a site as readers do: at many widths, light and dark, by keyboard, on paper, with axe-core."""

from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

from axe_playwright_python.base import AXE_SCRIPT
from pypdf import PdfReader

FORM = {"resultTypes": ["violations"], "preload": False}
ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
LAYOUT = [*COLOURS, "target-size", "scrollable-region-focusable"]
ASKED = {
    (360, "light"): ALL, (768, "light"): LAYOUT, (1280, "light"): ALL, (1600, "light"): LAYOUT,
    (360, "dark"): COLOURS, (768, "dark"): COLOURS, (1280, "dark"): COLOURS, (1600, "dark"): COLOURS,
}  # fmt: skip
"""The rules of axe-core by width and theme.

A theme changes colours alone, as `test_a_theme_changes_colours_alone` shows. What shows at 768 px shows at 360 or
1280 px too: there only the rules about sizes, scrolling and colours can differ.
"""
WIDTHS = (360, 768, 1280, 1600)
"""At each of them a page is loaded anew, since a layout shifts while it loads."""
SIDEWAYS = (320, 390, 601, 821, 901, 1001, 1101, 1500, 2200)
"""Besides these: on both sides of where the styles change the page."""
TEXT_WIDTHS = (360, 1280)
SHIFTS = """window.shifted = 0;
new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifted += one.value; })
    .observe({ type: "layout-shift", buffered: true });"""
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility()
        && !e.closest(".scroll, pre, .sr, .skip, svg"))
    .slice(0, 4).map((e) => e.outerHTML.slice(0, 120))"""
DRAWN = """() => [...document.querySelectorAll(".chart:not([hidden], [data-waits])")]
    .filter((e) => e.checkVisibility()).every((e) => e.querySelector(".main-svg"))"""
REACHABLE = """() => {
    const seen = new Set();
    return [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
        .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled && e.tabIndex >= 0)
        .filter((e) => e.type !== "radio" || !seen.has(e.name) && seen.add(e.name)).length; }"""
FOCUSED = """() => {
    const drawn = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== "none";
    const shown = (e) => [e, e.type === "radio" ? e.closest("label") ?? e.parentElement : null, e.labels?.[0]]
        .some((one) => one && drawn(getComputedStyle(one)));
    window.met = new Map();
    addEventListener("focusin", ({ target: e }) => { if (e.tabIndex >= 0) window.met.set(
        e.type === "radio" ? "radio " + e.name : e, shown(e) ? null : e.outerHTML.slice(0, 100)); }); }"""
"""Notes every element that gets the focus, radio buttons of one name as one, and whether it shows that."""
HEADS = """() => [...document.querySelectorAll("main :is(h1, h2, h3, thead)")].filter((e) => e.checkVisibility())
    .map((e) => e.innerText)"""
LARGER_TEXT = "html { font-size: 200% !important; } body { font-size: 2.125rem !important; }"
COLLIDING = """() => [...document.querySelectorAll(".rank tr")].filter((e) => e.checkVisibility()).flatMap((row) => {
    const cells = ".place, .c-who .name, .c-score b, .c-month > :last-child, .c-year > :last-child";
    const texts = [...row.querySelectorAll(cells)].filter((e) => e.checkVisibility())
        .map((e) => [e.textContent, e.getBoundingClientRect()]);
    const covers = (x, y) => Math.min(x.right, y.right) - Math.max(x.left, y.left) > 1
        && Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top) > 1;
    return texts.flatMap(([a, x], n) => texts.slice(n + 1).filter(([, y]) => covers(x, y))
        .map(([b]) => a + " on " + b));
    }).slice(0, 4)"""
DOUBLED = """() => [...document.querySelectorAll("figure")].filter((e) => e.checkVisibility())
    .map((e) => [...e.querySelectorAll("svg:is(.wide, .middle, .mid, .narrow)")])
    .filter((all) => all.length && !all[0].closest("[hidden]"))
    .filter((all) => all.filter((e) => e.checkVisibility()).length * 3 !== all.length)
    .map((all) => all[0].outerHTML.slice(0, 100))"""
"""Pictures that are drawn in three widths, of which not one shows."""


@contextmanager
def open_context(browser, folder: Path, address: str | None = None, **more):
    """Give a browser context with what went wrong in its pages, and what they asked for outside of the folder.

    The folder may have an address at which a server shows it.
    """
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | more)
    seen = SimpleNamespace(errors=[], outside=[], asked=[], context=context)
    seen.address = address or folder.as_uri()
    context.on("request", lambda request: seen.asked.append(request.url))
    context.on("requestfailed", lambda request: seen.errors.extend(_failure(request)))
    context.on("console", lambda said: seen.errors.append(said.text) if said.type in ("error", "warning") else None)
    context.on("weberror", lambda error: seen.errors.append(str(error.error)))
    context.on("dialog", lambda dialog: (seen.errors.append(dialog.message), dialog.dismiss()))
    context.add_init_script(SHIFTS)
    yield seen
    context.close()
    inside = (seen.address, "data:", "blob:")
    assert [url for url in seen.asked if not url.startswith(inside)] == []
    assert seen.errors == []


def _failure(request) -> list[str]:
    """Return what is wrong with a request that failed; a reader who leaves the page ends its requests."""
    return [] if request.failure == "net::ERR_ABORTED" else [f"failed: {request.url}"]


def go(seen, name: str):
    """Open a page of the folder."""
    page = seen.context.new_page()
    page.goto(f"{seen.address}/{name}")
    return page


def find_violations(page, rules) -> list[str]:
    """Return what axe-core finds by rules or tags of rules: each rule with its first element."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("(options) => axe.run(document, options)", FORM | {"runOnly": rules})["violations"]
    return [f"{one['id']} ×{len(one['nodes'])}: {one['nodes'][0]['html'][:160]}" for one in found]


def scroll_through(page) -> None:
    """Scroll to the end of the page step by step, wait until all charts are drawn, and go back."""
    page.evaluate("""async () => {
        const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) { scrollTo(0, y); await frame(); }
        scrollTo(0, 0); await frame(); }""")
    page.wait_for_function(DRAWN)


def open_some(page) -> None:
    """Open the first two parts of each section that a reader can open: axe-core sees nothing that is closed."""
    page.evaluate("""() => document.querySelectorAll("section").forEach((section) =>
        [...section.querySelectorAll("details")].slice(0, 2).forEach((part) => { part.open = true; }))""")


def find_wide(page, widths=SIDEWAYS) -> dict[int, list[str]]:
    """Return the widths at which the page scrolls sideways or something stands out of it, with what does."""
    found = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        if (wide := page.evaluate(TOO_WIDE)) or page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[width] = wide
    return found


def find_crowded(page) -> dict[str, list[str]]:
    """Return at which widths a page whose text alone is twice as large scrolls sideways, or texts lie on each other."""
    style = page.add_style_tag(content=LARGER_TEXT)
    found = {f"{width} px": wide for width, wide in find_wide(page, TEXT_WIDTHS).items()}
    for width in TEXT_WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if colliding := page.evaluate(COLLIDING):
            found[f"collisions at {width} px"] = colliding
    style.evaluate("(e) => e.remove()")
    return found


def press_through(page, most: int = 400) -> tuple[int, int, list[str]]:
    """Press Tab until the focus is back; return how many elements there are, how many it met, which hide it."""
    reachable = min(page.evaluate(REACHABLE), most)
    page.evaluate(FOCUSED)
    for _ in range(reachable + 15):
        page.keyboard.press("Tab")
    hidden = page.evaluate("[...window.met.values()].filter(Boolean)")
    return reachable, min(page.evaluate("window.met.size"), reachable), hidden


def find_stranded(page) -> list[str]:
    """Print the page on A4; return the headings, and the heads of tables, that are the last words of a sheet."""
    page.emulate_media(media="print")
    heads = {_unspaced(head) for head in page.evaluate(HEADS)} - {""}
    sheets = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    ends = [_unspaced(sheet.extract_text()) for sheet in sheets]
    return [head for head in heads if any(end.endswith(head) for end in ends)]


def _unspaced(text: str) -> str:
    return "".join(text.split())
