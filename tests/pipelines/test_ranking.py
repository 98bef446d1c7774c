"""The ranking's SQL over invented months: the golden example, the properties, the reasons for no place."""

import math
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.ranking import AS_OF, LEVELS, METRICS, MONTHS, UNSEEN, made, ranked, steady

from pipelines.ranking import method

GOLDEN = {  # y per metric, score, index: the method's published example
    "alpha": ((1.371479, 1.269495, 0.680877), 1.173333, 323.2748),
    "beta": ((0.863965, 1.019444, 0.630233), 0.844402, 232.6586),
    "gamma": ((0.795562, 1.101234, 0.549108), 0.810366, 224.8732),
    "delta": ((-1.366876, -1.378451, -0.217065), -1.082317, 33.8810),
}
counts = st.tuples(*[st.integers(0, 100_000).map(float) for _ in METRICS])
communities = st.dictionaries(st.sampled_from("abcdefgh"), counts, min_size=2, max_size=6)
quickly = settings(max_examples=5, deadline=None, database=None)


def score(levels, **rules):
    rankings, _ = ranked(steady(levels), **rules)
    return {name: row["score"] for name, row in rankings.items()}


def place(levels, **rules):
    rankings, _ = ranked(steady(levels), **rules)
    return {name: row["place"] for name, row in rankings.items()}


def with_months(community, metric, **change):
    """The golden example with one community's metric changed in the months of `change` (index -> cells)."""
    changed = {MONTHS[int(k[1:])]: v for k, v in change.items()}
    return [
        (*row[:3], *changed[row[2]], None)[:7] if row[:2] == (community, metric) and row[2] in changed else row
        for row in steady(LEVELS)
    ]


NOT_ALIVE = (None, "not_applicable", None)


def test_the_golden_example():
    rankings, components = ranked(steady(LEVELS))
    for community, (ys, s, index) in GOLDEN.items():
        row = rankings[community]
        found = [components[community, metric]["y"] for metric in METRICS]
        assert found == pytest.approx(ys, abs=5e-7)
        assert row["score"] == pytest.approx(s, abs=5e-7)
        assert row["index"] == pytest.approx(index, abs=5e-5)
    assert {c: row["place"] for c, row in rankings.items()} == {"alpha": 1, "beta": 2, "gamma": 3, "delta": 4}
    assert {row["as_of"] for row in rankings.values()} == {AS_OF}


@quickly
@given(levels=communities)
def test_components_add_up_to_the_score_and_weights_to_one(levels):
    rankings, components = ranked(steady(levels), fewest_people=0)
    for community, row in rankings.items():
        mine = [c for (name, _), c in components.items() if name == community]
        assert sum(c["weight"] for c in mine) == pytest.approx(1, abs=1e-12)
        assert sum(c["contribution"] for c in mine) == pytest.approx(row["score"], abs=1e-8)
        assert row["index"] == pytest.approx(100 * math.exp(row["score"]))


@quickly
@given(levels=communities, data=st.data())
def test_raising_a_count_raises_the_score_and_never_worsens_the_place(levels, data):
    community = data.draw(st.sampled_from(sorted(levels)))
    metric = data.draw(st.integers(0, 2))
    more = list(levels[community])
    more[metric] += data.draw(st.integers(1, 1000))
    raised = levels | {community: tuple(more)}
    assert score(raised)[community] > score(levels)[community]
    assert place(raised, fewest_people=0)[community] <= place(levels, fewest_people=0)[community]


@quickly
@given(levels=communities, scale=st.sampled_from([0.5, 2.0, 8.0, 1024.0]), metric=st.integers(0, 2))
def test_the_unit_of_a_metric_does_not_matter(levels, scale, metric):
    name = list(METRICS)[metric]
    weight, offset, reference, people = METRICS[name]
    metrics = METRICS | {name: (weight, offset * scale, reference * scale, people)}
    scaled = {c: tuple(v * scale if i == metric else v for i, v in enumerate(vs)) for c, vs in levels.items()}
    first, _ = ranked(steady(levels), fewest_people=0)
    second, _ = ranked(steady(scaled), metrics, fewest_people=0)
    assert {c: r["place"] for c, r in first.items()} == {c: r["place"] for c, r in second.items()}
    for community in levels:
        assert second[community]["score"] == pytest.approx(first[community]["score"], abs=2e-9)


@quickly
@given(levels=communities, reference=st.floats(1, 1e6))
def test_another_reference_moves_every_score_by_the_same(levels, reference):
    weight, offset, _, people = METRICS["messages"]
    other, _ = ranked(steady(levels), METRICS | {"messages": (weight, offset, reference, people)})
    moved = [other[c]["score"] - s for c, s in score(levels).items()]
    assert max(moved) - min(moved) < 3e-9


@quickly
@given(levels=communities, newcomer=counts)
def test_a_newcomer_changes_nobody_elses_score_or_order(levels, newcomer):
    before, after = score(levels), score(levels | {"newcomer": newcomer})
    assert {c: after[c] for c in before} == before
    places = place(levels | {"newcomer": newcomer}, fewest_people=0)
    alone = place(levels, fewest_people=0)
    assert sorted(before, key=lambda c: (alone[c], c)) == sorted(before, key=lambda c: (places[c], c))


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


@quickly
@given(levels=communities, data=st.data())
def test_the_order_of_the_rows_does_not_matter(levels, data):
    rows = steady(levels)
    assert ranked(data.draw(st.permutations(rows))) == ranked(rows)


def test_equal_scores_share_a_place_and_the_next_place_is_left_out():
    assert place({"a": (20, 5, 5), "b": (20, 5, 5), "c": (9, 5, 5)}) == {"a": 1, "b": 1, "c": 3}


@quickly
@given(levels=communities)
def test_more_on_every_metric_is_more(levels):
    names = sorted(levels)
    scores = score(levels)
    for one in names:
        for other in names:
            pairs = list(zip(levels[one], levels[other], strict=True))
            if all(a >= b for a, b in pairs) and any(a > b for a, b in pairs):
                assert scores[one] > scores[other]


def test_r12_a_month_that_was_not_seen_is_no_zero():
    whole, _ = ranked(steady(LEVELS))
    holes, components = ranked(with_months("beta", "commits", m3=UNSEEN, m7=UNSEEN))
    assert holes["beta"]["score"] == whole["beta"]["score"]
    assert {c: holes[c] for c in ("alpha", "gamma", "delta")} == {c: whole[c] for c in ("alpha", "gamma", "delta")}
    assert components["beta", "commits"]["months"] == 10
    assert components["beta", "commits"]["state"] == "partial"
    assert holes["beta"]["months"] == 10
    zeros, _ = ranked(with_months("beta", "commits", m3=(0.0, "observed", 1.0), m7=(0.0, "observed", 1.0)))
    assert zeros["beta"]["score"] < whole["beta"]["score"], "an observed zero is one"


def test_a_partial_month_is_divided_by_what_was_seen_of_it():
    rankings, components = ranked(with_months("beta", "commits", m11=(380 * 0.9, "partial", 0.9)))
    assert components["beta", "commits"]["level"] == pytest.approx(380)
    assert rankings["beta"]["months"] == 12


@pytest.mark.parametrize(("covered", "months"), [(0.8, 12), (0.79, 11)])
def test_a_month_seen_for_too_small_a_share_is_left_out(covered, months):
    _, components = ranked(with_months("beta", "commits", m11=(1.0, "partial", covered)))
    assert components["beta", "commits"]["months"] == months


@pytest.mark.parametrize(
    ("cells", "many", "reason"),
    [
        (UNSEEN, 12, "none of the 12 months was seen well enough"),
        (UNSEEN, 7, "only 5 of 12 months were seen"),
        (NOT_ALIVE, 12, "no source of this family was alive in these months"),
        (NOT_ALIVE, 1, "fewer than 12 months of history"),
        (NOT_ALIVE, 7, "only 5 of 12 months were seen"),
    ],
)
def test_r15_who_is_not_ranked_is_listed_with_a_reason(cells, many, reason):
    change = {f"m{i}": cells for i in range(many)}
    hidden = {row[:3]: row for m in METRICS for row in with_months("beta", m, **change) if row[:2] == ("beta", m)}
    rankings, _ = ranked([hidden.get(row[:3], row) for row in steady(LEVELS)])
    assert (rankings["beta"]["place"], rankings["beta"]["reason"]) == (None, reason)
    assert {c: rankings[c]["place"] for c in ("alpha", "gamma", "delta")} == {"alpha": 1, "gamma": 2, "delta": 3}


PUBLISHED = (380.0, "published", 0.0, 380.0)


def test_published_months_fill_what_was_not_seen_and_are_told():
    whole, _ = ranked(steady(LEVELS))
    filled, components = ranked(with_months("beta", "commits", m3=PUBLISHED, m7=PUBLISHED))
    assert filled["beta"]["score"] == whole["beta"]["score"]
    assert (filled["beta"]["months"], filled["beta"]["published_months"]) == (12, 2)
    assert (components["beta", "commits"]["state"], components["beta", "people"]["state"]) == ("published", "observed")
    nothing_seen = with_months("beta", "commits", **{f"m{i}": PUBLISHED for i in range(12)})
    assert ranked(nothing_seen)[0]["beta"]["place"] == 2


def test_a_published_month_takes_the_place_of_one_seen_for_too_small_a_share_only():
    _, poor = ranked(with_months("beta", "commits", m11=(1.0, "partial", 0.1, 380.0)))
    assert poor["beta", "commits"]["level"] == 380
    _, good = ranked(with_months("beta", "commits", m11=(342.0, "partial", 0.9, 9999.0)))
    assert good["beta", "commits"]["level"] == pytest.approx(380)
    assert good["beta", "commits"]["published_months"] == 0


def test_months_without_a_living_source_are_not_filled():
    _, components = ranked(with_months("beta", "commits", m0=(None, "not_applicable", None, 380.0)))
    assert components["beta", "commits"]["months"] == 11


def test_six_months_are_enough():
    rankings, _ = ranked(with_months("beta", "commits", **{f"m{i}": UNSEEN for i in range(6)}))
    assert rankings["beta"]["place"] == 2


def test_too_few_people_are_listed_and_not_ranked():
    few, enough = {"a": (2.9, 9, 9)}, {"a": (3.0, 9, 9)}
    rankings, _ = ranked(steady(LEVELS | few))
    assert rankings["a"]["reason"] == "fewer than 3 people a month on average"
    assert rankings["a"]["place"] is None
    assert rankings["a"]["score"] is not None
    assert ranked(steady(LEVELS | enough))[0]["a"]["place"] == 5


# ---- overall -----------------------------------------------------------------------------------------------------

FAMILY_WEIGHTS = [("talk", 0.6), ("code", 0.2), ("members", 0.2)]
OF_FAMILIES = [  # metric, family, weight, weight within the family, offset, reference, counts people
    ("talkers", "talk", 0.4, 2 / 3, 1.0, 50.0, True),
    ("messages", "talk", 0.2, 1 / 3, 4.0, 250.0, False),
    ("coders", "code", 0.2, 1.0, 1.0, 50.0, True),
    ("members", "members", 0.2, 1.0, 1.0, 1000.0, True),
]


def overall(levels, **rules):
    """Rank communities by metric levels, None where nothing was seen, in all families."""
    months = [
        (community, metric, month, value, *(("unobserved", 0.0) if value is None else ("observed", 1.0)), None)
        for community, values in levels.items()
        for (metric, *_), value in zip(OF_FAMILIES, values, strict=True)
        for month in MONTHS
    ]
    return made(months, OF_FAMILIES, FAMILY_WEIGHTS, **rules)


def test_overall_weighs_each_family_as_the_method_says_and_metrics_within_it():
    rankings, components = overall({"a": (100, 500, 10, 900), "b": (50, 900, 90, 100)})
    weights = {m: components["overall", "a", m]["weight"] for m, *_ in OF_FAMILIES}
    assert weights == pytest.approx({"talkers": 0.4, "messages": 0.2, "coders": 0.2, "members": 0.2})
    for community in "ab":
        by_family = [rankings[family, community]["score"] * weight for family, weight in FAMILY_WEIGHTS]
        assert rankings["overall", community]["score"] == pytest.approx(sum(by_family), abs=2e-9)
    assert rankings["overall", "a"]["families"] == "code, members, talk"
    assert rankings["talk", "a"]["families"] == "talk"


def test_a_metric_that_too_few_have_is_out_for_everybody_and_its_family_keeps_its_weight():
    levels = {"a": (100, None, 10, 900), "b": (50, None, 90, 100), "c": (40, 10, 9, 10)}
    rankings, components = overall(levels)
    assert {m for family, c, m in components if (family, c) == ("overall", "c")} == {"talkers", "coders", "members"}
    weights = {m: components["overall", "c", m]["weight"] for m in ("talkers", "coders", "members")}
    assert weights == pytest.approx({"talkers": 0.6, "coders": 0.2, "members": 0.2})
    assert {rankings["overall", c]["place"] for c in "abc"} == {1, 2, 3}


def test_a_family_that_too_few_have_leaves_its_weight_to_the_others():
    levels = {"a": (100, 100, 10, None), "b": (50, 50, 90, None), "c": (40, 10, 9, 10)}
    rankings, components = overall(levels)
    assert rankings["overall", "c"]["families"] == "code, talk"
    weights = [components["overall", "c", m]["weight"] for m in ("talkers", "messages", "coders")]
    assert weights == pytest.approx([0.5, 0.25, 0.25])
    without, _ = overall({c: (*values[:3], None) for c, values in levels.items()})
    assert rankings["overall", "c"]["score"] == without["overall", "c"]["score"], "what is not admitted adds nothing"


def test_who_lacks_what_the_others_have_is_listed_with_what_is_lacking():
    rankings, _ = overall({"a": (9, 9, 9, 9), "b": (9, 9, 9, 9), "c": (None, None, 9, None), "d": (None,) * 4})
    assert rankings["overall", "c"]["reason"] == "its members and its talk could not be counted"
    assert rankings["overall", "d"]["reason"] == "its code and its members and its talk could not be counted"
    assert (rankings["overall", "c"]["score"], rankings["code", "c"]["place"]) == (None, 1)
    assert rankings["talk", "c"]["reason"] == "none of the 12 months was seen well enough"


def test_two_of_three_are_enough_and_one_of_two_is_not():
    admitted, _ = overall({"a": (9, 9, 9, 9), "b": (9, 9, 9, None), "c": (None, None, 9, 9)})
    assert admitted["overall", "a"]["families"] == "code, members, talk"
    half, _ = overall({"a": (9, 9, 9, 9), "b": (None, None, 9, None)})
    assert {half["overall", c]["reason"] for c in "ab"} == {
        "fewer than 2 families could be counted for enough communities"
    }
    assert {(half["overall", c]["families"], half["overall", c]["score"]) for c in "ab"} == {(None, None)}


def test_the_people_of_an_overall_ranking_are_those_of_its_largest_metric():
    rankings, _ = overall({"a": (2, 9, 2, 4), "b": (2, 9, 2, 2)})
    assert [rankings["overall", c]["place"] for c in "ab"] == [1, None]
    assert rankings["overall", "b"]["reason"] == "fewer than 3 people a month on average"


def test_the_constants_are_those_of_the_method_file(tmp_path):
    frozen = method.load()
    assert {m["metric"]: (m["weight"], m["offset"]) for m in frozen.metrics} == {
        "talk_people": (0.175, 1.0),
        "threads_replied": (0.0875, 1.0),
        "messages": (0.0875, 4.0),
        "code_people": (0.20, 1.0),
        "commits": (0.15, 5.0),
        "active_people": (0.10, 1.0),
        "new_people": (0.10, 1.0),
        "population": (0.05, 1.0),
        "registered": (0.05, 1.0),
    }
    assert sum(f["weight"] for f in frozen.families) == pytest.approx(1)
    for family in frozen.families:
        weights = [m["family_weight"] for m in frozen.metrics if m["family"] == family["family"]]
        assert sum(weights) == pytest.approx(1)
    other = tmp_path / "method.toml"
    other.write_bytes(Path(method.METHOD_FILE).read_bytes() + b"\n")
    assert method.load(other).sha256 != frozen.sha256


@pytest.mark.parametrize(
    ("today", "month"),
    [
        (date(2026, 11, 23), date(2026, 10, 1)),
        (date(2026, 11, 6), date(2026, 10, 1)),
        (date(2026, 11, 5), date(2026, 9, 1)),
        (date(2026, 1, 6), date(2025, 12, 1)),
        (date(2026, 1, 5), date(2025, 11, 1)),
    ],
)
def test_r13_a_month_is_complete_five_days_after_its_end(today, month):
    assert method.load().last_complete_month(today) == month
