"""Who has a rank: months that were not seen or are published, states, the reasons for no rank."""

from functools import cache

import pytest
from support.ranking import LEVELS, METRICS, MONTHS, NOT_ALIVE, UNSEEN, ranked, steady, with_months


@cache
def whole_example():
    """Return the rankings of the example, of which every month was seen."""
    return ranked(steady(LEVELS))[0]


def test_r12_a_month_that_was_not_seen_is_no_zero():
    whole = whole_example()
    holes, components = ranked(with_months("beta", "commits", m3=UNSEEN, m7=UNSEEN))
    assert holes["beta"]["score"] == whole["beta"]["score"]
    assert {c: holes[c] for c in ("alpha", "gamma", "delta")} == {c: whole[c] for c in ("alpha", "gamma", "delta")}
    assert components["beta", "commits"]["months"] == 10
    assert components["beta", "commits"]["state"] == "partial"
    assert holes["beta"]["months"] == 10
    zeros, _ = ranked(with_months("beta", "commits", m3=(0.0, "observed", 1.0), m7=(0.0, "observed", 1.0)))
    assert zeros["beta"]["score"] < whole["beta"]["score"], "an observed zero is one"


@pytest.mark.parametrize(("metric", "whole", "exponent"), [("commits", 380, 1), ("people", 120, 0.45)])
def test_a_partial_month_is_divided_by_what_was_seen_of_it_of_people_by_less(metric, whole, exponent):
    partial = (whole * 0.9**exponent, "partial", 0.9)
    rankings, components = ranked(with_months("beta", metric, m11=partial))
    assert components["beta", metric]["level"] == pytest.approx(whole)
    assert rankings["beta"]["months"] == 12


LAST_MONTHS = {
    (1.0, "partial", 0.9): 12, (1.0, "partial", 0.89): 11, (1.0, "observed", None): 11,
    (None, "undefined", 1.0): 11, (None, "unobserved", 1.0): 11, (0.0, "observed", 1.0): 12,
}  # fmt: skip
"""Cells of the last month, and how many months give a number then."""


@pytest.fixture(scope="module")
def by_last_month():
    """The components of one ranking in which a community has each of these cells."""
    rows = steady(LEVELS)
    for number, cells in enumerate(LAST_MONTHS):
        rows += renamed(with_months("beta", "commits", m11=cells), f"beta{number}")
    return ranked(rows)[1]


def renamed(rows, name):
    """Return the months of beta under another name."""
    return [(name, *row[1:]) for row in rows if row[0] == "beta"]


@pytest.mark.parametrize(("number", "months"), [*enumerate(LAST_MONTHS.values())], ids=map(str, LAST_MONTHS))
def test_a_month_gives_a_number_where_it_was_seen_well_enough(by_last_month, number, months):
    assert by_last_month[f"beta{number}", "commits"]["months"] == months


def months_of_beta(states):
    """Return the example with each of beta's metrics in these states: (first month, last month, cells)."""
    change = {f"m{i}": cells for first, last, cells in states for i in range(first, last + 1)}
    hidden = {row[:3]: row for m in METRICS for row in with_months("beta", m, **change) if row[:2] == ("beta", m)}
    return [hidden.get(row[:3], row) for row in steady(LEVELS)]


def of_beta(*states):
    return ranked(months_of_beta(states))[0]


ZERO = (0.0, "observed", 1.0)


UNRANKED = [
    ([(11, 11, NOT_ALIVE)], "dormant", "sources_ended"),
    ([(0, 11, ZERO)], "dormant", "nobody_seen"),
    ([(0, 11, ZERO), (3, 3, UNSEEN)], "quiet", "quiet"),
    ([(0, 11, NOT_ALIVE)], "no source", "no_source"),
    ([(0, 0, NOT_ALIVE)], "new", "new"),
    ([(0, 6, NOT_ALIVE)], "new", "new"),
    ([(0, 1, NOT_ALIVE), (5, 5, UNSEEN)], "new", "new"),
    ([(0, 2, NOT_ALIVE), (5, 5, UNSEEN)], "not observed", "not_observed"),
    ([(0, 11, UNSEEN)], "not observed", "not_observed"),
    ([(0, 3, UNSEEN)], "not observed", "not_observed"),
]  # fmt: skip
"""States of all metrics of a community, and with which state and reason it is listed then."""


@pytest.fixture(scope="module")
def unranked():
    """One ranking with a community of each of these, beside the example."""
    rows = [row for row in steady(LEVELS) if row[0] != "beta"]
    for number, (states, _, _) in enumerate(UNRANKED):
        rows += renamed(months_of_beta(states), f"beta{number}")
    return ranked(rows)[0]


@pytest.mark.parametrize("number", range(len(UNRANKED)))
def test_r15_who_is_not_ranked_is_listed_with_a_state_and_a_reason(unranked, number):
    _, state, reason = UNRANKED[number]
    beta = unranked[f"beta{number}"]
    assert (beta["state"], beta["reason_code"], beta["rank"]) == (state, reason, None)
    assert {c: unranked[c]["rank"] for c in ("alpha", "gamma", "delta")} == {"alpha": 1, "gamma": 2, "delta": 3}


def test_nine_months_are_enough():
    assert of_beta((0, 2, UNSEEN))["beta"]["rank"] == 2


def test_the_dormant_have_no_score_and_the_month_in_which_they_were_last_active():
    beta = of_beta((9, 11, NOT_ALIVE))["beta"]
    assert (beta["score"], beta["index"], beta["active_in"]) == (None, None, MONTHS[8])


PUBLISHED = (380.0, "published", 0.0, 380.0)


def test_published_months_fill_what_was_not_seen_and_are_told():
    whole = whole_example()
    filled, components = ranked(with_months("beta", "commits", m3=PUBLISHED, m7=PUBLISHED))
    assert filled["beta"]["score"] == whole["beta"]["score"]
    assert (filled["beta"]["months"], filled["beta"]["published_months"]) == (12, 2)
    assert (components["beta", "commits"]["state"], components["beta", "people"]["state"]) == ("published", "observed")
    nothing_seen = with_months("beta", "commits", **{f"m{i}": PUBLISHED for i in range(12)})
    assert ranked(nothing_seen)[0]["beta"]["rank"] == 2


def test_a_published_month_takes_the_place_of_one_seen_for_too_small_a_share_only():
    _, poor = ranked(with_months("beta", "commits", m11=(1.0, "partial", 0.1, 380.0)))
    assert poor["beta", "commits"]["level"] == 380
    _, good = ranked(with_months("beta", "commits", m11=(342.0, "partial", 0.9, 9999.0)))
    assert good["beta", "commits"]["level"] == pytest.approx(380)
    assert good["beta", "commits"]["published_months"] == 0


def test_months_without_a_living_source_are_not_filled():
    _, components = ranked(with_months("beta", "commits", m0=(None, "not_applicable", None, 380.0)))
    assert components["beta", "commits"]["months"] == 11


def test_a_ranking_of_one_has_no_rank():
    rankings, _ = ranked(steady({"a": LEVELS["alpha"], "b": (2, 9, 9)}))
    assert (rankings["a"]["state"], rankings["a"]["rank"]) == ("ranked", None)
    assert rankings["a"]["reason_code"] == "fewer_than_two_ranked"
    assert rankings["a"]["score"] is not None


def test_too_few_people_are_listed_and_not_ranked():
    few, enough = {"a": (2.9, 9, 9)}, {"a": (3.0, 9, 9)}
    rankings, _ = ranked(steady(LEVELS | few))
    assert rankings["a"]["reason_code"] == "quiet"
    assert rankings["a"]["rank"] is None
    assert rankings["a"]["score"] is not None
    assert ranked(steady(LEVELS | enough))[0]["a"]["rank"] == 5
