"""What holds for every ranking: sums, equal scores, others, the order of the rows."""

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.golden_panel import months_of
from support.ranking import AS_OF, LEVELS, METRICS, MONTHS, UNSEEN, made, ranked, score, steady, tables_made

from pipelines.tables.rankings import scores

# Where nobody was seen there is no score.
counts = st.tuples(*[st.integers(least, 100_000).map(float) for least in (1, 0, 0)])
communities = st.dictionaries(st.sampled_from("abcdefgh"), counts, min_size=2, max_size=6)
quickly = settings(max_examples=4, deadline=None, database=None)


@pytest.mark.long
@quickly
@given(levels=communities)
def test_components_add_up_to_the_score_and_weights_to_one(levels):
    rankings, components = ranked(steady(levels), fewest_people=0)
    for community, row in rankings.items():
        mine = [c for (name, _), c in components.items() if name == community]
        assert sum(c["weight"] for c in mine) == pytest.approx(1, abs=1e-12)
        assert sum(c["contribution"] for c in mine) == pytest.approx(row["score"], abs=1e-8)
        assert row["index"] == pytest.approx(100 * math.exp(row["score"]))


OWN = ("score", "score_error", "index", "state", "months")


@pytest.mark.long
@quickly
@given(levels=communities, newcomer=counts, random=st.randoms())
def test_others_and_the_order_of_the_rows_change_nobodys_score_and_error(levels, newcomer, random):
    rows = steady(levels | {"newcomer": newcomer})
    whole, _ = ranked(random.sample(rows, len(rows)), fewest_people=0)
    alone, _ = ranked(steady(levels), fewest_people=0)
    assert {c: [whole[c][key] for key in OWN] for c in alone} == {
        c: [row[key] for key in OWN] for c, row in alone.items()
    }
    order = sorted(alone, key=lambda c: alone[c]["rank"])
    assert sorted(alone, key=lambda c: whole[c]["rank"]) == order


def test_shares_of_the_total_would_fail_that_property():
    two = {"a": (20.0, 40.0, 0.0), "b": (10.0, 61.0, 0.0)}
    three = two | {"newcomer": (500.0, 0.0, 0.0)}
    by_share, by_share_of_three = shares(two), shares(three)
    assert by_share["a"] > by_share["b"]
    assert by_share_of_three["a"] < by_share_of_three["b"]
    assert score(three)["a"] == score(two)["a"]


def shares(levels):
    totals = [sum(column) or 1 for column in zip(*levels.values(), strict=True)]
    return {c: sum(v / t for v, t in zip(vs, totals, strict=True)) for c, vs in levels.items()}


def test_equal_scores_stand_by_slug_and_neither_is_ahead():
    rankings, _ = ranked(steady({"b": (20, 5, 5), "a": (20, 5, 5), "c": (900, 900, 900)}))
    assert {c: row["rank"] for c, row in rankings.items()} == {"c": 1, "a": 2, "b": 3}
    assert {c: (row["rank_low"], row["rank_high"]) for c, row in rankings.items()} == {
        "c": (1, 1), "a": (2, 3), "b": (2, 3),
    }  # fmt: skip


@pytest.mark.long
@settings(max_examples=8, deadline=None, database=None)
@given(
    metrics=st.sets(st.sampled_from([*METRICS]), min_size=1),
    months=st.sets(st.sampled_from(range(12)), min_size=1),
    community=st.sampled_from(["alpha", "beta", "gamma"]),
)
def test_months_and_metrics_that_are_taken_away_raise_no_rank_widen_the_set_and_are_said(metrics, months, community):
    """With steady months: else the mean of the months that are left can be larger, as that of any sample."""
    hidden = {(metric, MONTHS[month]) for metric in metrics for month in months}
    rows = [(*row[:3], *UNSEEN, None) if row[0] == community and row[1:3] in hidden else row for row in steady(LEVELS)]
    before, after = ranked(steady(LEVELS))[0], ranked(rows)[0]
    was, now = before[community], after[community]
    assert now["months"] == 12 - len(months)
    if len(months) > 3:
        assert (now["rank"], now["reason_code"]) == (None, "not_observed")
        assert now["possible_low"] is None or now["possible_low"] <= was["rank"] <= now["possible_high"]
    else:
        assert now["rank"] == was["rank"]
        assert now["score_error"] > was["score_error"]
        assert now["rank_low"] <= was["rank_low"] <= was["rank_high"] <= now["rank_high"]


def test_above_a_thousand_only_the_newest_edition_has_sets(monkeypatch):
    rows, early = months_of("alpha", "beta", "gamma", "epsilon"), date(2013, 5, 1)
    whole, _ = made(rows)
    monkeypatch.setattr(scores, "MOST_WITH_ALL_SETS", 3)
    monthly, pairs = tables_made(("monthly", "pairs"), rows, first_ranking=early)
    newest = {(row["family"], row["community"]): row for row in monthly if row["as_of"] == AS_OF}
    assert newest == whole
    earlier = [row for row in monthly if row["as_of"] == early and row["family"] == "code"]
    assert [row["rank"] for row in earlier] == [1, 2, 3, 4]
    assert {(row["rank_low"], row["threshold"]) for row in earlier} == {(None, None)}
    assert {row["as_of"] for row in pairs} == {AS_OF}
