"""What changed is exactly three sentences, and each says no more than the table of movements."""

from datetime import date

import pytest
from support.rows import ranked_rows, unranked_row

from reports.text.cells import place_cell, step_cell
from reports.text.changes import changes

SINCE = {"month": date(2026, 5, 1), "year": date(2025, 6, 1), "origin": date(2013, 6, 1)}


def step(span, word, growth=None, low=None, high=None, reason_code=None):
    return {"span": span, "word": word, "growth": growth, "low": low, "high": high, "reason_code": reason_code}


def said_of(*movements, **more):
    rows = ranked_rows(*[(n, n) for n in range(1, len(movements) + 1)], **more)
    return changes([row | {"movement": steps} for row, steps in zip(rows, movements, strict=True)], SINCE)


def test_three_spans_are_told_always():
    assert said_of([], []) == [
        ("Since May 2026", "No score to compare with."),
        ("In a year", "No score to compare with."),
        ("Since June 2013", "No score to compare with."),
    ]


@pytest.mark.parametrize(("movements", "text"), [
    ([[step("year", "unclear", .04, -.01, .09)], [step("year", "steady", -.02, -.05, .01)]],
     "No score rose or fell clearly. The largest step, Alpha's +4 %, could be −1 to +9 %."),
    ([[step("year", "rising", .24, .04, .46)], [step("year", "steady", -.02, -.05, .01)]],
     "Alpha's score rose 24 % (range 4 to 46 %). The others show no clear change."),
    ([[step("year", "falling", -.3, -.4, -.2)], [step("year", "rising", .1, .05, .2)]],
     "Alpha's score fell 30 % (range 20 to 40 %). Beta's score rose 10 % (range 5 to 20 %)."),
    ([[step("year", None, reason_code="moved")], []], "No score to compare with."),
    ([[step("year", "rising", growth, .01, .9)] for growth in (.1, .2, .3, .4)],
     "Delta's score rose 40 % (range 1 to 90 %). Gamma's score rose 30 % (range 1 to 90 %)."
     " Beta's score rose 20 % (range 1 to 90 %)."),
])  # fmt: skip
def test_a_step_is_told_where_it_is_beyond_chance(movements, text):
    assert said_of(*movements)[1][1].replace("\u00a0", " ") == text


def places_since(then_of, *more):
    rows = ranked_rows(*[(n, n) for n in range(1, len(then_of) + 1)])
    rows = [row | {"then_low": then, "then_high": then} for row, then in zip(rows, then_of, strict=True)]
    return changes([*rows, *more], SINCE)[2][1].removesuffix(" No score to compare with.")


def test_a_place_that_changed_is_told_with_its_cause_only_where_the_rows_prove_it():
    gone = unranked_row("not observed", "not_observed", then_low=3, then_high=3)
    assert places_since((1, 2, 4), gone) == "Gamma is third instead of fourth, because Iota is no longer ranked."
    assert places_since((1, 2, 4)) == "Gamma is third instead of fourth."
    below = gone | {"then_low": 5, "then_high": 5}
    assert places_since((1, 2, 4), below) == "Gamma is third instead of fourth."
    assert places_since((2, 1)) == "Alpha is first instead of second. Beta is second instead of first."
    tied = ranked_rows((1, 2), (1, 2), then_low=2, then_high=2)
    assert "instead" not in changes(tied, SINCE)[2][1]


@pytest.mark.parametrize(("given", "shown", "spoken"), [
    (step("year", "rising", .238, .04, .46), "▲ 24 %", "up 24 %"),
    (step("year", "falling", -.71, -.75, -.66), "▼ 71 %", "down 71 %"),
    (step("year", "steady", .04, 0, .08), "steady", "steady"),
    (step("year", "unclear", .2, -.1, .5), "unclear", "unclear"),
    (step("year", None, reason_code="moved"), "source moved", "source moved"),
    (step("year", None, reason_code="began"), "source began", "source began"),
    (None, "–", "not compared"),
])  # fmt: skip
def test_a_step_has_an_arrow_only_beyond_chance(given, shown, spoken):
    cell = step_cell(given)
    assert (cell.shown.replace("\u00a0", " "), cell.spoken.replace("\u00a0", " ")) == (shown, spoken)
    assert ("▲" in shown or "▼" in shown) == cell.is_clear


@pytest.mark.parametrize(("given", "shown", "spoken"), [
    ((2, 2), "2", "2"), ((2, 4), "2–4", "2 to 4"), ((None, None), "–", "its places are not computed"),
])  # fmt: skip
def test_a_place_is_a_number_only_where_it_is_firm(given, shown, spoken):
    cell = place_cell(*given, is_ranked=True)
    assert (cell.shown, cell.spoken) == (shown, spoken)
    assert place_cell(2, 3, is_ranked=True, is_tied=True).shown == "2="
    assert place_cell(None, None, is_ranked=False).spoken == "not ranked"
