"""The small pictures of a row say what the row says, and nothing that nobody knows."""

import re
from xml.etree import ElementTree

import pytest

from reports.graphics.axis import fit_axis
from reports.graphics.marker import SHAPES, mark_at
from reports.graphics.slots import draw_slots
from reports.graphics.sparkline import draw_sparkline
from reports.graphics.strip import draw_axis, draw_strip
from reports.graphics.svg import element, hatch

ROW = {"score": 60.0, "score_low": 50.0, "score_high": 72.0, "state": "ranked", "months": 12, "gap_text": None,
       "slug": "alpha", "name": "Alpha", "marker": "square"}  # fmt: skip
AXIS = fit_axis(10, 600)


def parts(drawn, class_):
    return [each for each in ElementTree.fromstring(drawn).iter() if each.get("class") == class_]


def percent(part, name):
    return float(part.get(name).removesuffix("%"))


def test_a_strip_shows_score_and_range_where_the_axis_has_them():
    drawn = draw_strip(ROW, AXIS)
    (box,) = parts(drawn, "range")
    assert percent(box, "x") == pytest.approx(100 * AXIS.position(50), abs=0.01)
    assert percent(box, "x") + percent(box, "width") == pytest.approx(100 * AXIS.position(72), abs=0.02)
    assert f'x="{100 * AXIS.position(60):.2f}%"' in drawn


@pytest.mark.parametrize(("low", "high", "ticks"), [
    (9.3, 546, "10 30 100 300"), (3.2, 22, "10 30 100"), (80, 115, "30 100"), (None, None, "30 100"),
    (0.02, 4000, "0.1 1 10 100 1,000"),
])  # fmt: skip
def test_an_axis_is_as_wide_as_the_scores_and_holds_the_reference(low, high, ticks):
    axis = fit_axis(low, high)
    assert all(0 < axis.position(score) < 1 for score in (low or 100, high or 100, 100))
    written = ElementTree.fromstring(draw_axis(axis)).iter("text")
    assert " ".join(each.text for each in written) == ticks


def test_a_strip_of_fewer_months_is_marked_as_partial():
    assert 'class="strip partial k-alpha"' in draw_strip(ROW | {"months": 9}, AXIS)
    assert "partial" not in draw_strip(ROW, AXIS)


@pytest.mark.parametrize(("state", "look"), [("not observed", "hatched"), ("dormant", "ended"), ("quiet", "ended")])
def test_only_what_could_not_be_seen_is_hatched(state, look):
    drawn = draw_strip(ROW | {"score": None, "state": state, "gap_text": "not seen <b>"}, AXIS)
    assert drawn == f'<span class="gone {look}"><span>not seen &lt;b&gt;</span></span>'


def test_slots_show_the_places_of_a_set_only():
    assert draw_slots(2, 2, 4) == ""
    lit = [each.get("class") == "on" for each in ElementTree.fromstring(draw_slots(2, 4, 5))]
    assert lit == [False, True, True, True, False]


def test_above_twelve_communities_slots_become_one_bar():
    whole, own = ElementTree.fromstring(draw_slots(11, 20, 40))
    assert (float(whole.get("width")), float(own.get("x")), float(own.get("width"))) == (34, 8.5, 8.5)


def test_a_sparkline_joins_no_line_over_a_hole():
    drawn = draw_sparkline([None, None, 1, 10, None, None, 10, 1], "alpha")
    lines = [re.findall(r"[\d.]+ [\d.]+", each.get("d")) for each in parts(drawn, "line")]
    step = 142 / 7
    assert [[float(point.split()[0]) for point in line] for line in lines] == [
        pytest.approx([2 * step, 3 * step], abs=0.1), pytest.approx([6 * step, 7 * step], abs=0.1)
    ]  # fmt: skip
    assert len(parts(drawn, "hatching")) == 1


def test_months_before_the_first_are_blank_and_the_last_unseen_ones_are_hatched():
    assert not parts(draw_sparkline([None, None, 5, 5], "alpha"), "hatching")
    assert len(parts(draw_sparkline([5, 5, None, None], "alpha"), "hatching")) == 1
    assert not parts(draw_sparkline([None, None], "alpha"), "hatching")


def test_a_tenfold_change_is_equally_steep_in_all_sparklines():
    def rise(values):
        (line,) = parts(draw_sparkline(values, "alpha"), "line")
        heights = [float(point.split()[1]) for point in re.findall(r"[\d.]+ [\d.]+", line.get("d"))]
        return heights[0] - heights[-1]

    assert rise([1, 10]) == pytest.approx(rise([30, 300])) == 17


def test_hatching_stays_within_its_rectangle():
    points = [tuple(map(float, point.split())) for point in re.findall(r"[\d.]+ [\d.]+", hatch(10, 20, 30, 12))]
    assert points
    assert all(10 <= x <= 40 and 20 <= y <= 32 for x, y in points)


def test_every_mark_of_a_community_file_can_be_drawn_and_none_is_a_circle():
    assert len({mark_at(marker, 0, 0) for marker in SHAPES}) == 4
    assert mark_at(None, 0, 0) == mark_at("circle", 0, 0)


def test_what_comes_from_outside_is_escaped():
    drawn = element("text", '<script>"', data_name='"><script>')
    assert "<script" not in drawn
    assert ElementTree.fromstring(drawn).get("data-name") == '"><script>'
