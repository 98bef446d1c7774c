"""The pictures that a reader saves, in a real browser: PNG files twice as large as their SVG, also without a server."""

import pytest
from support import many
from support.site import published

pytestmark = [pytest.mark.browser, pytest.mark.long]
PNG, WIDTH, HEIGHT = b"\x89PNG\r\n\x1a\n", slice(16, 20), slice(20, 24)


@pytest.fixture(scope="module")
def page(browser, once):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((published(once).site / "index.html").as_uri())
    page.click("text=Numbers and pictures")
    yield page
    page.close()


@pytest.mark.parametrize(("name", "size"), [("contributors", (2240, 1120)), ("contributors-slide", (3200, 1800))])
def test_a_picture_is_saved_as_png_with_its_name(page, tmp_path, name, size):
    with page.expect_download() as saving:
        page.click(f'[data-png="{name}"]')
    assert saving.value.suggested_filename == f"{name}.png"
    saving.value.save_as(tmp_path / "saved.png")
    saved = (tmp_path / "saved.png").read_bytes()
    assert saved.startswith(PNG)
    assert tuple(int.from_bytes(saved[place]) for place in (WIDTH, HEIGHT)) == size


@pytest.mark.parametrize(("name", "saved"), [("talk.html", "slopes"), ("time/index.html", "places-code")])
def test_the_pictures_of_other_pages_are_saved_too_with_their_source(browser, once, tmp_path, name, saved):
    folder = many.published(once, 4)
    other = browser.new_page(viewport={"width": 1280, "height": 900})
    other.goto((folder / name).as_uri())
    other.evaluate("document.querySelectorAll('[name=family]').forEach((e) => { e.checked = e.id === 'family-code'; })")
    with other.expect_download() as saving:
        other.click(f'[data-png="{saved}"]')
    saving.value.save_as(tmp_path / "saved.png")
    assert (tmp_path / "saved.png").read_bytes().startswith(PNG)
    drawn = (folder / "pictures" / f"{saved}.svg").read_text(encoding="utf-8")
    assert "method pop-1.0" in drawn
    assert "edition June 2026" in drawn
    assert "class=" not in drawn, "every look is an attribute"
    assert "&lt;" not in drawn, "what is cited has no elements"
    other.close()


def test_a_picture_that_cannot_be_made_says_so(page):
    page.evaluate("document.querySelector('[data-png=contributors-slide]').dataset.script = 'no-such.js'")
    page.evaluate("delete window.stackrankPictures['contributors-slide']")
    page.click('[data-png="contributors-slide"]')
    page.wait_for_function(
        "document.querySelector('[data-png=contributors-slide]').textContent === 'PNG could not be made'"
    )


@pytest.mark.parametrize(("width", "shown"), [(360, "narrow"), (768, "middle"), (1280, "wide")])
def test_one_width_of_the_chart_shows(page, width, shown):
    page.set_viewport_size({"width": width, "height": 800})
    seen = page.evaluate("""[...document.querySelectorAll("svg.hero")].filter((e) => e.checkVisibility())
        .map((e) => [...e.classList].at(-1))""")
    assert seen == [shown]
