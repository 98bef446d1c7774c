"""The ranking's SQL over invented months: the golden examples, the properties, the reasons for no rank."""

import math
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.ranking import (
    AS_OF,
    FROZEN,
    LEVELS,
    METRICS,
    MONTHS,
    NOT_ALIVE,
    UNSEEN,
    made,
    ranked,
    ranks,
    score,
    steady,
    with_months,
)

from pipelines.catalogue.toml_files import WrongFileError
from pipelines.ranking import method

# Where nobody was seen there is no score.
counts = st.tuples(*[st.integers(least, 100_000).map(float) for least in (1, 0, 0)])
communities = st.dictionaries(st.sampled_from("abcdefgh"), counts, min_size=2, max_size=6)
quickly = settings(max_examples=5, deadline=None, database=None)
NUMBERS = ("weight", "offset", "reference", "coverage_exponent", "dispersion", "dispersion_slope")


# ---- the method's published examples -----------------------------------------------------------------------------

CODE_OF = {  # people and commits a month, and how far each moves
    "alpha": (40, 5, 300, 60), "beta": (20, 4, 160, 50), "gamma": (19, 3, 150, 40), "delta": (2, 1, 9, 4),
    "epsilon": (30, 4, 90, 20), "zeta": (12, 2, 60, 20),
}  # fmt: skip
YEARS = [date(2010 + (6 + k) // 12, (6 + k) % 12 + 1, 1) for k in range(36)]
PARTLY = {
    ("epsilon", 27): ((None, "unobserved", 0.0, None),) * 2,
    ("epsilon", 30): ((25, "partial", 0.95, None), (70, "partial", 0.95, None)),
    ("epsilon", 31): ((25, "partial", 0.5, None), (70, "partial", 0.5, None)),
    ("epsilon", 32): ((27, "published", 0.0, 27), (72, "published", 0.0, 72)),
    **{("zeta", k): ((None, "unobserved", 0.0, None),) * 2 for k in (26, 28, 30, 33)},
}
GOLDEN = {  # levels and y of people and commits, index
    "alpha": (39.583333333, 292.5, 0.219045185, -0.234706692, 101.752955439),
    "beta": (19.833333333, 153.75, -0.44775802, -0.862790279, 53.141245811),
    "gamma": (18.666666667, 145, -0.505387133, -0.919485623, 50.186159424),
    "epsilon": (28.658376082, 78.568421053, -0.094567704, -1.504455207, 48.617610148),
    "delta": (1.75, 8.5, -2.472711377, -3.327431231, 5.769487863),
}


def golden_months(*communities):
    """Return 36 months of code for these communities of the method's example."""
    rows = []
    for community in communities:
        p, q, many, moves = CODE_OF[community]
        for k, month in enumerate(YEARS):
            seen = [p + (q * (7 * k % 5 - 2)) // 2, many + (moves * (3 * k % 7 - 3)) // 2]
            cells = PARTLY.get((community, k), [(value, "observed", 1.0, None) for value in seen])
            rows += [(community, m, month, *c) for m, c in zip(("code_people", "commits"), cells, strict=True)]
    return rows


@pytest.fixture(scope="module")
def golden():
    return made(golden_months(*CODE_OF), first_ranking=YEARS[-1])


@pytest.mark.parametrize("community", GOLDEN)
def test_the_golden_example(golden, community):
    rankings, components = golden
    people, commits, y_people, y_commits, index = GOLDEN[community]
    levels = [components["code", community, metric]["level"] for metric in ("code_people", "commits")]
    ys = [components["code", community, metric]["y"] for metric in ("code_people", "commits")]
    assert levels == pytest.approx([people, commits], abs=1e-9)
    assert ys == pytest.approx([y_people, y_commits], abs=1e-9)
    row = rankings["code", community]
    assert row["score"] == pytest.approx(math.log(index / 100), abs=1e-9)
    assert row["index"] == pytest.approx(index, abs=1e-8)


def test_the_states_and_the_order_of_the_golden_example(golden):
    rankings, _ = golden
    assert {c: rankings["code", c]["rank"] for c in CODE_OF} == {
        "alpha": 1, "beta": 2, "gamma": 3, "epsilon": 4, "delta": None, "zeta": None,
    }  # fmt: skip
    told = {c: tuple(rankings["code", c][key] for key in ("state", "reason_code", "months")) for c in CODE_OF}
    assert told["epsilon"] == ("ranked", None, 10)
    assert told["delta"] == ("quiet", "quiet", 12)
    assert told["zeta"] == ("not observed", "not_observed", 8)


def test_the_golden_example_of_all_six_metrics():
    rows = golden_months("alpha", "beta", "gamma")
    others = {"talk_people": (30, 3), "threads_replied": (40, 5), "messages": (120, 20), "new_people": (2, 1)}
    for community, factor in {"alpha": 4, "beta": 3}.items():
        for metric, (many, moves) in others.items():
            values = [factor * many + moves * (5 * k % 7 - 3) for k in range(36)]
            rows += [
                (community, metric, m, v, "observed", 1.0, None) for m, v in zip(YEARS, values, strict=True)
            ]  # fmt: skip
    rankings, components = made(rows, first_ranking=YEARS[-1])
    overall = {community: rankings["overall", community] for community in ("alpha", "beta", "gamma")}
    assert overall["alpha"]["score"] == pytest.approx(-0.314765952, abs=1e-9)
    assert overall["alpha"]["index"] == pytest.approx(72.995969989, abs=1e-8)
    assert overall["beta"]["score"] == pytest.approx(-0.761785944, abs=1e-9)
    assert [row["rank"] for row in overall.values()] == [1, 2, None]
    assert (overall["gamma"]["state"], overall["gamma"]["missing"]) == ("not observed", "people, talk")
    known = [c for key, c in components.items() if key[:2] == ("overall", "gamma") and c["state"] != "missing"]
    assert sum(c["weight"] for c in known) == pytest.approx(0.45)


# ---- properties --------------------------------------------------------------------------------------------------


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
def test_raising_a_count_raises_the_score_and_never_worsens_the_ranks(levels, data):
    community = data.draw(st.sampled_from(sorted(levels)))
    metric = data.draw(st.integers(0, 2))
    more = list(levels[community])
    more[metric] += data.draw(st.integers(1, 1000))
    raised = levels | {community: tuple(more)}
    assert score(raised)[community] > score(levels)[community]
    assert ranks(raised, fewest_people=0)[community] <= ranks(levels, fewest_people=0)[community]


@quickly
@given(levels=communities, scale=st.sampled_from([0.5, 2.0, 8.0, 1024.0]), metric=st.integers(0, 2))
def test_the_unit_of_a_metric_does_not_matter(levels, scale, metric):
    name = list(METRICS)[metric]
    weight, offset, reference, *rest = METRICS[name]
    metrics = METRICS | {name: (weight, offset * scale, reference * scale, *rest)}
    scaled = {c: tuple(v * scale if i == metric else v for i, v in enumerate(vs)) for c, vs in levels.items()}
    first, _ = ranked(steady(levels), fewest_people=0)
    second, _ = ranked(steady(scaled), metrics, fewest_people=0)
    assert {c: r["rank"] for c, r in first.items()} == {c: r["rank"] for c, r in second.items()}
    for community in levels:
        assert second[community]["score"] == pytest.approx(first[community]["score"], abs=2e-9)


@quickly
@given(levels=communities, reference=st.floats(1, 1e6))
def test_another_reference_moves_every_score_by_the_same(levels, reference):
    weight, offset, _, *rest = METRICS["messages"]
    other, _ = ranked(steady(levels), METRICS | {"messages": (weight, offset, reference, *rest)})
    moved = [other[c]["score"] - s for c, s in score(levels).items()]
    assert max(moved) - min(moved) < 3e-9


@quickly
@given(levels=communities, newcomer=counts)
def test_a_newcomer_changes_nobody_elses_score_or_order(levels, newcomer):
    before, after = score(levels), score(levels | {"newcomer": newcomer})
    assert {c: after[c] for c in before} == before
    more = ranks(levels | {"newcomer": newcomer}, fewest_people=0)
    alone = ranks(levels, fewest_people=0)
    assert sorted(before, key=lambda c: (alone[c], c)) == sorted(before, key=lambda c: (more[c], c))


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


def test_equal_scores_share_a_rank_and_the_next_rank_is_left_out():
    assert ranks({"a": (20, 5, 5), "b": (20, 5, 5), "c": (9, 5, 5)}) == {"a": 1, "b": 1, "c": 3}


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


@pytest.mark.parametrize(("metric", "whole", "exponent"), [("commits", 380, 1), ("people", 120, 0.45)])
def test_a_partial_month_is_divided_by_what_was_seen_of_it_of_people_by_less(metric, whole, exponent):
    partial = (whole * 0.9**exponent, "partial", 0.9)
    rankings, components = ranked(with_months("beta", metric, m11=partial))
    assert components["beta", metric]["level"] == pytest.approx(whole)
    assert rankings["beta"]["months"] == 12


@pytest.mark.parametrize(("cells", "months"), [
    ((1.0, "partial", 0.9), 12), ((1.0, "partial", 0.89), 11), ((1.0, "observed", None), 11),
    ((None, "undefined", 1.0), 11), ((None, "unobserved", 1.0), 11), ((0.0, "observed", 1.0), 12),
])  # fmt: skip
def test_a_month_gives_a_number_where_it_was_seen_well_enough(cells, months):
    _, components = ranked(with_months("beta", "commits", m11=cells))
    assert components["beta", "commits"]["months"] == months


def of_beta(*states):
    """Return the example with each of beta's metrics in these states: (first month, last month, cells)."""
    change = {f"m{i}": cells for first, last, cells in states for i in range(first, last + 1)}
    hidden = {row[:3]: row for m in METRICS for row in with_months("beta", m, **change) if row[:2] == ("beta", m)}
    return ranked([hidden.get(row[:3], row) for row in steady(LEVELS)])[0]


ZERO = (0.0, "observed", 1.0)


@pytest.mark.parametrize(("states", "state", "reason"), [
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
])  # fmt: skip
def test_r15_who_is_not_ranked_is_listed_with_a_state_and_a_reason(states, state, reason):
    rankings = of_beta(*states)
    beta = rankings["beta"]
    assert (beta["state"], beta["reason_code"], beta["rank"]) == (state, reason, None)
    assert {c: rankings[c]["rank"] for c in ("alpha", "gamma", "delta")} == {"alpha": 1, "gamma": 2, "delta": 3}


def test_nine_months_are_enough():
    assert of_beta((0, 2, UNSEEN))["beta"]["rank"] == 2


def test_the_dormant_have_no_score_and_the_month_in_which_they_were_last_active():
    beta = of_beta((9, 11, NOT_ALIVE))["beta"]
    assert (beta["score"], beta["index"], beta["active_in"]) == (None, None, MONTHS[8])


PUBLISHED = (380.0, "published", 0.0, 380.0)


def test_published_months_fill_what_was_not_seen_and_are_told():
    whole, _ = ranked(steady(LEVELS))
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


# ---- overall -----------------------------------------------------------------------------------------------------

FAMILIES = {m["metric"]: m["family"] for m in FROZEN.metrics}
TALK = [metric for metric, family in FAMILIES.items() if family == "talk"]
CLOUDS = {"openstack": 9, "cloudstack": 5, "opennebula": 2}


def clouds(levels=CLOUDS, without=()):
    """Return a year of every metric, of the level times 10; `without` are (community, metric) that have no source."""
    return [
        (community, metric, month, 10.0 * level, "observed", 1.0, None)
        for community, level in levels.items()
        for metric in FAMILIES
        for month in MONTHS
        if (community, metric) not in without
    ]


def weights(components):
    """Return the sum of the weights of every ranking and community."""
    sums = {}
    for (family, community, _), row in components.items():
        sums[family, community] = sums.get((family, community), 0) + row["weight"]
    return sums


def test_without_its_lists_a_community_has_no_overall_rank_and_no_smaller_weights():
    without = [("cloudstack", metric) for metric in TALK]
    rankings, components = made(clouds(without=without))
    families = {"overall", "code", "talk", "people"}
    assert weights(components) == pytest.approx({(f, c): 1 for f in families for c in CLOUDS})
    assert {rankings["code", c]["rank"] for c in CLOUDS} == {1, 2, 3}
    cloudstack = rankings["overall", "cloudstack"]
    assert (cloudstack["rank"], cloudstack["score"]) == (None, None)
    assert (cloudstack["state"], cloudstack["reason_code"], cloudstack["missing"]) == (
        "not observed", "not_observed", "talk",
    )  # fmt: skip
    assert rankings["talk", "cloudstack"]["state"] == "no source"
    assert [rankings["overall", c]["rank"] for c in ("openstack", "opennebula")] == [1, 2]


@settings(max_examples=8, deadline=None, database=None)
@given(hidden=st.sets(st.tuples(st.sampled_from([*CLOUDS]), st.sampled_from([*FAMILIES])), min_size=1, max_size=9))
def test_missing_data_never_raises_a_score_or_puts_anybody_before_those_who_were_ahead(hidden):
    whole, _ = made(clouds())
    holes, components = made(clouds(without=hidden), last_complete_month=AS_OF, also=CLOUDS)
    assert [*weights(components).values()] == pytest.approx([1] * 12)
    for key, row in holes.items():
        if row["score"] is not None:
            assert row["score"] == whole[key]["score"]
    for family in ("overall", "code", "talk", "people"):
        ranked_now = [c for c in CLOUDS if holes[family, c]["rank"]]
        order = sorted(ranked_now, key=lambda c: holes[family, c]["rank"])
        assert order == sorted(ranked_now, key=lambda c: whole[family, c]["rank"])


def test_overall_is_the_weighted_sum_of_its_families():
    rankings, components = made(clouds())
    shares = {f["family"]: f["weight"] for f in FROZEN.families}
    for community in CLOUDS:
        parts = [rankings[family, community]["score"] * weight for family, weight in shares.items()]
        assert rankings["overall", community]["score"] == pytest.approx(sum(parts), abs=2e-9)
    assert components["overall", "openstack", "commits"]["weight"] == 0.2
    assert components["code", "openstack", "commits"]["weight"] == pytest.approx(0.2 / 0.45)


def test_a_community_is_quiet_by_the_larger_of_its_two_counts_of_people_in_every_ranking():
    few = [(*row[:3], 2.9 if row[0] == "opennebula" and "_people" in row[1] else row[3], *row[4:]) for row in clouds()]
    rankings, _ = made(few)
    assert {rankings[f, "opennebula"]["state"] for f in ("code", "talk", "people", "overall")} == {"quiet"}
    assert rankings["code", "opennebula"]["people"] == pytest.approx(2.9)
    talkers = [(*r[:3], 3.0 if r[:2] == ("opennebula", "talk_people") else r[3], *r[4:]) for r in few]
    rankings, _ = made(talkers)
    assert {rankings[f, "opennebula"]["state"] for f in ("code", "talk", "people", "overall")} == {"ranked"}


def test_where_neither_count_of_people_is_known_nobody_can_be_ranked():
    rankings, _ = made(clouds(without=[("opennebula", m) for m in ("code_people", "talk_people")]))
    assert rankings["people", "opennebula"]["state"] == "not observed"


def test_a_month_before_anything_began_has_a_row_and_no_source():
    newcomer = [(*row[:2], date(2013, 7, 1), *row[3:]) for row in clouds({"newcomer": 9}) if row[2] == AS_OF]
    rankings, components = made([*clouds(), *newcomer], last_complete_month=AS_OF)
    assert {rankings[f, "newcomer"]["state"] for f in ("code", "talk", "people", "overall")} == {"no source"}
    assert [*weights(components).values()] == pytest.approx([1] * 16)


# ---- the method file ---------------------------------------------------------------------------------------------


def test_the_constants_are_those_of_the_method_file(tmp_path):
    told = {m["metric"]: tuple(m[k] for k in NUMBERS) for m in FROZEN.metrics}
    assert told == {
        "talk_people": (0.25, 1, 253, 0.45, 2.5, 0.20),
        "threads_replied": (0.10, 1, 424, 1, 3.0, 0.35),
        "messages": (0.10, 4, 1149, 1, 25, 0.35),
        "code_people": (0.25, 1, 31.60, 0.45, 1.3, 0.10),
        "commits": (0.20, 5, 371.2, 1, 18, 0.20),
        "new_people": (0.10, 1, 4.416, 0.45, 2.0, 0.15),
    }
    assert {f["family"]: f["weight"] for f in FROZEN.families} == pytest.approx(
        {"talk": 0.45, "code": 0.45, "people": 0.10}
    )
    assert FROZEN.noise == {
        "error": 0.10, "memory": 1.5, "past_months": 36, "fewest_pairs": 12, "prior_pairs": 20, "clamp": 4,
    }  # fmt: skip
    assert FROZEN.correlation["messages"]["new_people"] == 0.40
    other = tmp_path / "method.toml"
    other.write_bytes(Path(method.METHOD_FILE).read_bytes() + b"\n")
    assert method.load(other).sha256 != FROZEN.sha256


@pytest.mark.parametrize(("right", "wrong", "complaint"), [
    ("weight = 0.20", "weight = 0.21", "the weights add up to 1.01, not to 1"),
    ("[metrics.commits]", "[metrics.stars]", "stars, which is not a metric"),
    ("[metrics.commits]", "[metrics.layers]", "layers, which is not a metric"),
    ('family = "people"', 'family = "members"', "the family members, which the method does not name"),
    ("dispersion = 18.0", "", r"method.toml: metrics.commits.dispersion: missing"),
    ("commits = 0.60, messages", "commits = 0.61, messages", "not symmetric"),
    ("{ code_people = 1.0", "{ code_people = 0.9", "with itself is not 1"),
    ("talk_people = 1.0, threads", "threads", "has not the metrics"),
    ("0.80", "0.10", None),
    ("0.25", "0.99", "not positive definite"),
])  # fmt: skip
def test_a_method_that_contradicts_itself_is_refused(tmp_path, right, wrong, complaint):
    text = Path(method.METHOD_FILE).read_text()
    head, matrix = text.split("[correlation]")
    assert right in text
    path = tmp_path / "method.toml"
    in_matrix = right in matrix
    changed = (head, matrix.replace(right, wrong)) if in_matrix else (head.replace(right, wrong, 1), matrix)
    path.write_text("[correlation]".join(changed))
    if complaint is None:
        assert method.load(path).correlation["messages"]["talk_people"] == 0.10
    else:
        with pytest.raises(WrongFileError, match=complaint):
            method.load(path)


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
