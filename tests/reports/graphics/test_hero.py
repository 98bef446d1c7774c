"""The hero chart: its lines are its numbers, its holes name their cause, and no text covers a line or another text."""

import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest

from reports.graphics.frame import LAYOUTS, NARROW, WIDE
from reports.graphics.hero import Hero, draw_width, frame_of
from reports.graphics.line import Event, Line, Note, find_fall, find_peak
from reports.graphics.picture import SHAPES, SLIDE_PICTURE, Words, draw_picture
from reports.graphics.placing import Box, free_box, spread, text_width, wrap_text
from reports.pages.hero import cell_text

MONTHS = [date(2010 + n // 12, n % 12 + 1, 1) for n in range(198)]
CAUSE = "not seen since July 2021: our copy ends there"


def line(slug, values, causes=()):
    low, high = ([value and value * factor for value in values] for factor in (0.9, 1.2))
    return Line(slug, slug.title(), "square", values, low, high, dict(causes))


def hero(*lines, notes=(), event=None):
    return Hero("people", "People a month", "About it.", MONTHS, lines, event, notes)


STEADY = line("alpha", [50.0] * 198)
ENDED = line("beta", [20.0] * 90 + [1.0] * 48 + [None] * 60, [(138, CAUSE)])


def points(path):
    return [tuple(map(float, point.split())) for point in re.findall(r"[\d.]+ [\d.]+", path.get("d"))]


def drawn_lines(drawn, slug):
    group = next(each for each in ElementTree.fromstring(drawn).iter() if each.get("data-line") == slug)
    return [path for path in group if path.get("class") == "line"]


def boxes_of_texts(drawn):
    """Return the rectangle of each line of text with the word that tells what it is."""
    for text in ElementTree.fromstring(drawn).iter("text"):
        size, anchor = float(text.get("font-size")), text.get("text-anchor", "start")
        parts = [text] if text.get("x") else list(text)
        for part in parts:
            content = "".join(part.itertext())
            width = text_width(content, size) * 0.8
            left = float(part.get("x")) - {"start": 0, "middle": width / 2, "end": width}[anchor]
            yield content, Box(left, float(part.get("y")) - 0.8 * size, left + width, float(part.get("y")))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_the_lines_are_the_numbers_of_the_table(layout):
    rising = line("alpha", [1 + n / 3 for n in range(198)])
    drawn = hero(rising, ENDED)
    frame = frame_of(drawn, layout)
    for each in drawn.lines:
        heights = [y for path in drawn_lines(draw_width(drawn, layout), each.slug) for _, y in points(path)]
        known = [value for value in each.values if value is not None]
        assert [frame.value_at(y) for y in heights] == pytest.approx(known, rel=0.002)


def test_a_hole_is_hatched_names_its_cause_and_no_line_crosses_it():
    gap = line("alpha", [9.0] * 50 + [None] * 40 + [9.0] * 108, [(50, "gone; there is no capture of it")])
    drawn = draw_width(hero(gap), WIDE)
    assert [len(points(path)) for path in drawn_lines(drawn, "alpha")] == [50, 108]
    texts = [each.get("class") for each in ElementTree.fromstring(drawn).iter("path")]
    assert texts.count("hatching") == 1
    assert "gone; there is no capture of it" in " ".join(text for text, _ in boxes_of_texts(drawn))


def test_a_line_ends_at_its_last_number_and_says_its_month():
    drawn = draw_width(hero(STEADY, ENDED), WIDE)
    assert "1.0, June 2021" in drawn
    assert "not seen since July 2021: our copy" in " ".join(text for text, _ in boxes_of_texts(drawn))
    assert [len(points(path)) for path in drawn_lines(drawn, "beta")] == [138]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@pytest.mark.parametrize("many", [4, 12])
def test_labels_stay_apart_and_within_the_picture(layout, many):
    lines = [line(f"community-{n:02}", [20 + n / 10] * 198) for n in range(many)]
    drawn = draw_width(hero(*lines, ENDED), layout)
    texts = list(boxes_of_texts(drawn))
    assert sum("ommunity" in text or "Comm" in text for text, _ in texts) >= many
    assert not [(a, b) for n, (a, one) in enumerate(texts) for b, other in texts[n + 1 :] if one.overlap(other) > 1]
    assert all(box.left >= -1 and box.right <= layout.width + 1 for _, box in texts)


def test_no_text_covers_a_line():
    notes = [Note(STEADY, 70, "Alpha’s peak: 50 in May 2016", "Peak"), Note(ENDED, 90, "Beta fell a lot", "Fell")]
    for layout in LAYOUTS:
        shown = hero(STEADY, ENDED, notes=notes, event=Event(date(2013, 7, 18), "18 July 2013: the talk", "the talk"))
        drawn = draw_width(shown, layout)
        dots = [dot for slug in ("alpha", "beta") for path in drawn_lines(drawn, slug) for dot in points(path)]
        boxes = [box for text, box in boxes_of_texts(drawn) if text[0].isalpha() or "talk" in text]
        assert not [box for box in boxes for x, y in dots if box.left < x < box.right and box.top < y < box.bottom]


def test_the_day_stands_between_its_months():
    frame = frame_of(hero(STEADY), WIDE)
    july = MONTHS.index(date(2013, 7, 1))
    assert frame.x(july) < frame.x_of_day(date(2013, 7, 18)) < frame.x(july + 1)
    assert frame.x_of_day(date(2009, 7, 18)) is None
    before = draw_width(hero(STEADY, event=Event(date(2009, 7, 18), "too early", "too early")), WIDE)
    assert "too early" not in before


def test_the_peak_and_the_fall_come_from_the_numbers():
    risen = line("gamma", [10.0 + n for n in range(100)] + [109.0 - n / 2 for n in range(98)])
    assert find_peak([ENDED, risen]) == (risen, 99)
    assert find_peak([STEADY]) is None
    assert find_fall([STEADY, risen, ENDED]) == (ENDED, 78)
    assert find_fall([STEADY, risen]) is None


def test_a_cell_of_the_table_has_number_and_range_or_says_why_not():
    late = replace(ENDED, values=[None] * 5 + list(ENDED.values[5:]))
    assert [cell_text(late, n) for n in (0, 5, 197)] == ["not begun", "20 (18 to 24)", CAUSE]


def test_a_zero_and_a_single_month_can_be_drawn():
    assert drawn_lines(draw_width(hero(line("alpha", [None] * 197 + [0.0])), NARROW), "alpha")


def test_labels_that_are_close_are_spread_and_keep_their_order():
    assert spread([10, 12, 100], 15, 0, 200) == [10, 25, 100]
    assert spread([198, 199], 15, 0, 200) == [185, 200]
    assert spread([0] * 5, 100, 0, 200) == [0, 50, 100, 150, 200]


def test_a_text_finds_the_free_place_next_to_its_point():
    area, wall = Box(0, 0, 100, 100), Box(0, 0, 100, 60)
    found = free_box(50, 50, (20, 10), area, [wall])
    assert (found.top >= 60, found.overlap(wall)) == (True, 0)


def test_words_are_wrapped_and_a_korean_letter_is_as_wide_as_its_font():
    assert wrap_text("our copy ends there", 10, 50) == ["our copy", "ends there"]
    assert text_width("한국", 10) == 20


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name or "page")
def test_a_saved_picture_needs_no_styles_and_carries_its_source(shape):
    words = Words("People a month", "Lines end in June 2026.", "stackrank project: edition June 2026.", "invented data")
    drawn = draw_picture(hero(STEADY, ENDED), words, shape, {"alpha": "#123456", "beta": None})
    root = ElementTree.fromstring(drawn)
    texts = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {words.title, words.shows, words.source, words.warning} <= set(texts)
    assert "var(" not in drawn
    assert "class=" not in drawn
    assert drawn.count('stroke="#123456"') >= 1
    assert (int(root.get("width")), int(root.get("height"))) == (shape.width, shape.height)


def test_the_slide_is_16_to_9_and_only_a_demo_warns():
    assert SLIDE_PICTURE.width * 9 == SLIDE_PICTURE.height * 16
    assert 'stroke-dasharray="6 4"' not in draw_picture(hero(STEADY), Words("a", "b", "c", ""), SLIDE_PICTURE, {})
