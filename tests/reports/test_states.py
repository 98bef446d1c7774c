"""Every state that a row of a ranking can be in looks and reads as itself, from one community to a thousand."""

import re
from datetime import date

import pytest
from support.page import Page
from support.rows import ranked_rows, unranked_row

from reports.graphics.axis import fit_axis
from reports.graphics.strip import draw_axis
from reports.pages.ranking_table import drawn_rows, score_range
from reports.render import environment
from reports.text.headlines import headline

JULY = date(2021, 7, 1)
COPY_ENDS = [{"source": "core", "reason_code": "copy_ends", "seen_to": JULY}]


def drawn(rows, *, is_dated=False, listed=0):
    """Return the table of these rows as HTML."""
    axis = fit_axis(10, 300)
    table = {"rows": [row | {"spark": None, "has_import": False} for row in drawn_rows(rows, axis)],
             "listed": listed or len(rows), "axis": draw_axis(axis)}  # fmt: skip
    macro = environment().get_template("ranking_table.html").module.ranking_table
    return str(macro(table, "Ranking", is_dated=is_dated))


def row_of(html, number=1):
    """Return place, strip and score of a row as they are read, and the classes and elements of the row."""
    cells = next(iter(Page(html).tables.values()))[number]
    inside = re.findall(r"<tr.*?</tr>", html, re.S)[number]
    return cells[0], cells[2], cells[3], inside


def test_firm_a_place_is_one_number_without_slots():
    place, _, score, html = row_of(drawn(ranked_rows((1, 1), (2, 2))), 2)
    assert (place, score) == ("2 2", "81 75–89")
    assert 'class="slots"' not in html
    assert "brackets" not in html
    assert 'class="strip k-beta"' in html


def test_tied_rows_have_a_range_slots_and_a_bracket():
    html = drawn(ranked_rows((1, 1), (2, 4), (2, 4), (2, 4)))
    place, _, _, first = row_of(html, 2)
    assert place == "2–4 2 to 4; Beta to Delta: in no firm order"
    assert first.count('<rect class="on"') == 3
    assert [re.search(r'<i class="(\w+)">', row_of(html, n)[3])[1] for n in (2, 3, 4)] == ["first", "inside", "last"]
    assert "brackets" in row_of(html, 1)[3], "the column of brackets is as wide in every row"


def test_equal_scores_have_an_equals_sign_where_only_they_may_have_the_places():
    rows = ranked_rows((1, 1), (2, 3), (2, 3))
    level = [rows[0], *(row | {"score": -0.5} for row in rows[1:])]
    assert row_of(drawn(level), 2)[0].startswith("2= 2, with an equal score")
    wider = [row | {"rank_low": 1, "rank_high": 3} for row in level]
    assert row_of(drawn(wider), 2)[0].startswith("1–3 1 to 3")


@pytest.mark.parametrize(("row", "look", "said"), [
    (unranked_row("not observed", "not_observed", missing="code", unseen=COPY_ENDS), "hatched",
     "not seen since July 2021: our copy ends there"),
    (unranked_row("not observed", "not_observed", missing="talk", without_source="talk"), "hatched", "no known source"),
    (unranked_row("quiet", "quiet", people=2.9), "ended", "2.9 people a month; a place needs 3"),
    (unranked_row("dormant", "sources_ended", active_in=date(2017, 6, 1)), "ended",
     "its sources have ended; last active in June 2017"),
    (unranked_row("dormant", "nobody_seen"), "ended", "nobody seen for 12 months"),
    (unranked_row("new", "new", living_since=date(2026, 3, 1)), "ended",
     "seen since March 2026; a place needs 12 months"),
])  # fmt: skip
def test_without_a_place_the_row_says_why(row, look, said):
    place, strip, score, html = row_of(drawn([row]))
    assert (place, strip, score) == ("– not ranked", said, "–")
    assert f'class="gone {look}"' in html
    assert 'class="range"' not in html


def test_partial_a_window_of_ten_months_is_hollow_and_tagged():
    _, strip, _, html = row_of(drawn(ranked_rows((1, 1), (2, 2), months=10)))
    assert strip == "10 of 12 months"
    assert 'class="tag left"' in html, "the mark stands on the right half"
    assert 'class="strip partial k-alpha"' in html


def test_one_community_has_a_score_and_no_place():
    alone = ranked_rows((1, 1), rank=None, rank_low=None, rank_high=None, reason_code="fewer_than_two_ranked")
    place, _, score, html = row_of(drawn(alone))
    assert (place, score) == ("– not ranked", "90 83–98")
    assert 'class="strip k-alpha"' in html
    assert headline("code", alone).striptags().endswith("only Alpha can be ranked, and a ranking needs two.")


@pytest.mark.parametrize("ranked", [50, 1000])
def test_many_communities_show_twenty_rows_and_a_bar_instead_of_slots(ranked):
    rows = [row | {"ranked": ranked} for row in ranked_rows((1, 1), *[(2, 30)] * 19)]
    html = drawn(rows, listed=ranked)
    assert html.count('<tr role="row"') == 21
    assert f"The first 20 of {ranked}." in html
    assert ">Show all</a>" in html
    assert re.search(r'class="slots".*?</svg>', row_of(html, 2)[3])[0].count("<rect") == 2
    assert row_of(html, 20)[0].startswith("2–30")


def test_places_that_are_not_computed_are_no_places():
    rows = ranked_rows((None, None), (None, None), level_until=None)
    assert row_of(drawn(rows))[0] == "– its places are not computed"


def test_a_month_shows_where_each_stands_now():
    rows = ranked_rows((1, 1), (2, 2), now_low=2, now_high=4)
    cells = next(iter(Page(drawn(rows, is_dated=True)).tables.values()))
    assert (cells[0][-1], cells[1][-1]) == ("Now", "Now 2–4")


def test_a_range_is_the_score_and_its_error():
    (row,) = ranked_rows((1, 1))
    low, high = score_range(row | {"score": 0.0, "score_error": 0.1})
    assert (round(low, 4), round(high, 4)) == (84.833, 117.8786)  # 100 exp(-+ 1.6449 * .1)
    assert score_range(unranked_row("quiet", "quiet")) == (None, None)
