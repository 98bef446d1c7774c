"""Every kind of page: axe-core, widths, themes, console, requests, layout shift, keyboard and paper."""

import pytest
from support import browsing, many
from support.site import published

pytestmark = [pytest.mark.browser, pytest.mark.long]
SHIFT = 0.02
ONCE = {"time": "2026-02.html", "evidence": "alpha.html", "evidence/talk": "alpha.html", "community": "alpha.html",
        "compare": "alpha-evil.html"}  # fmt: skip
"""Of pages that are many, one of each kind is looked at, and the index of its folder."""
LEFT = {"time/index.html", "community/index.html", "compare/index.html"}
PAGES = (
    *sorted(LEFT), *(f"{kind}/{name}" for kind, name in ONCE.items() if kind != "evidence/talk"),
    *(f"{name}.html" for name in ("coverage", "data", "editions", "index", "members", "method", "operations", "privacy",
                                  "replay", "sql", "talk")),
)  # fmt: skip


def looked_at(folder):
    """The page of each kind: those that stand alone, and of each folder of many pages one."""
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.html"))
    alone = [name for name in names if "/" not in name or name in LEFT]
    return [*alone, *(f"{kind}/{name}" for kind, name in ONCE.items() if (folder / kind / name).exists())]


@pytest.fixture(scope="module")
def folder(once):
    return published(once).site


def look(browser, folder, name, widths=browsing.WIDTHS, is_text_doubled=True):
    """Return what is wrong with a page, by what was looked for; the text of twice the size may be left out."""
    with browsing.open_context(browser, folder) as seen:
        page = seen.context.new_page()
        wrong = {}
        for width in widths:
            wrong |= look_at_width(page, (folder / name).as_uri(), width)
        wrong |= {f"{width} px": found for width, found in browsing.find_wide(page).items()}
        if is_text_doubled:
            wrong |= {f"text 200 %, {where}": found for where, found in browsing.find_crowded(page).items()}
        page.set_viewport_size({"width": 1280, "height": 900})
        reachable, reached, unseen = browsing.press_through(page)
        if reached < reachable or unseen:
            wrong["keyboard"] = (reachable, reached, unseen)
        if stranded := browsing.find_stranded(page):
            wrong["on paper"] = stranded
    return wrong


def look_at_width(page, address, width):
    """Load a page; return how far it shifts, what axe-core finds, and pictures that show twice or never."""
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    browsing.scroll_through(page)
    shift, doubled = page.evaluate("window.shifted"), page.evaluate(browsing.DOUBLED)
    wrong = {"layout shift": shift} if shift > SHIFT else {}
    browsing.open_some(page)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found = browsing.find_violations(page, browsing.ASKED[width, theme])
        wrong |= {theme: found} if found else {}
    wrong |= {"pictures": doubled} if doubled else {}
    return {f"{width} px, {what}": found for what, found in wrong.items()}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_reads_well_everywhere(browser, folder, name):
    assert look(browser, folder, name) == {}


def test_no_kind_of_page_is_left_out(folder):
    assert sorted(looked_at(folder)) == sorted(PAGES)


def test_a_community_of_hostile_texts_reads_well_everywhere(browser, folder):
    assert look(browser, folder, "community/evil.html") == {}


def test_the_front_page_of_fifty_communities_reads_well_everywhere(browser, once):
    """At twice the size of text the words beside brackets of long runs still run into each other: not yet mended."""
    assert look(browser, many.published(once, 50), "index.html", (360, 1280), is_text_doubled=False) == {}


def test_every_page_has_one_heading_of_its_own_and_a_title_that_is_no_other_page_s(browser, folder):
    titles = {}
    with browsing.open_context(browser, folder, java_script_enabled=False) as seen:
        page = seen.context.new_page()
        for name in looked_at(folder):
            page.goto((folder / name).as_uri())
            assert page.locator("h1:visible").count() == 1, name
            titles.setdefault(page.title(), []).append(name)
    assert {title: names for title, names in titles.items() if len(names) > 1} == {}
