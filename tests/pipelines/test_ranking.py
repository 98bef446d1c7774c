"""The tables of the ranking over invented months: the golden examples, the properties, the reasons for no rank."""

import math
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.golden_panel import SLUGS, months_of
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
    score,
    steady,
    tables_made,
    with_months,
)

from pipelines.catalogue.toml_files import WrongFileError
from pipelines.ranking import method
from pipelines.tables.rankings import scores

# Where nobody was seen there is no score.
counts = st.tuples(*[st.integers(least, 100_000).map(float) for least in (1, 0, 0)])
communities = st.dictionaries(st.sampled_from("abcdefgh"), counts, min_size=2, max_size=6)
quickly = settings(max_examples=4, deadline=None, database=None)
NUMBERS = ("weight", "offset", "reference", "coverage_exponent", "dispersion", "dispersion_exponent")


# ---- the method's published examples -----------------------------------------------------------------------------

GOLDEN = {  # index, s, places
    "alpha": (101.752955439, 0.058163104, 1, 1),
    "beta": (53.141245811, 0.084496553, 2, 4),
    "gamma": (50.186159424, 0.075700992, 2, 4),
    "epsilon": (48.617610148, 0.077681232, 2, 4),
}
PARTS = {  # level, D, phi, y, se
    ("alpha", "code_people"): (39.583333333, 0.472361809, 0.659961111, 0.219045185, 0.044526919),
    ("epsilon", "commits"): (78.568421053, 6.326820038, 9.354982575, -1.504455207, 0.125646078),
}


@pytest.fixture(scope="module")
def golden():
    """Every table of the example's last edition and of those of a month and a year before, by its key."""
    wanted = ("monthly", "components", "levels", "pairs", "distances", "movement", "chances")
    rows = dict(zip(wanted, tables_made(wanted, months_of(*SLUGS), first_ranking=date(2012, 6, 1)), strict=True))
    return {name: [row for row in found if row["as_of"] == AS_OF] for name, found in rows.items()}


def of_code(golden, table, *key):
    return {tuple(row[name] for name in key): row for row in golden[table] if row.get("family", "code") == "code"}


@pytest.mark.parametrize("community", GOLDEN)
def test_the_golden_example(golden, community):
    row = of_code(golden, "monthly", "community")[community,]
    index, error, low, high = GOLDEN[community]
    assert (round(row["index"], 9), round(row["score_error"], 9)) == (index, error)
    assert row["score"] == pytest.approx(math.log(index / 100), abs=1e-9)
    assert (row["rank_low"], row["rank_high"], row["rank"]) == (low, high, list(GOLDEN).index(community) + 1)
    assert (row["ranked"], row["cut"], round(row["threshold"], 4)) == (4, 3, 2.1280)
    assert (row["method"], row["method_sha256"]) == ("pop-test", "c0ffee")


@pytest.mark.parametrize("part", PARTS)
def test_the_parts_of_the_golden_example(golden, part):
    row = of_code(golden, "levels", "community", "metric")[part]
    assert (
        tuple(round(row[name], 9) for name in ("level", "own_dispersion", "dispersion", "y", "y_error")) == PARTS[part]
    )
    component = of_code(golden, "components", "community", "metric")[part]
    assert [component[name] for name in ("level", "dispersion", "y", "y_error")] == [
        row[name] for name in ("level", "dispersion", "y", "y_error")
    ]


def test_the_range_of_a_level_holds_its_bounds_and_its_noise(golden):
    for row in of_code(golden, "levels", "community", "metric").values():
        if row["level"] is None:
            assert (row["range_low"], row["range_high"]) == (None, None)
            continue
        low, high = (row["level"] if row[name] is None else row[name] for name in ("low", "high"))
        offset = {"code_people": 1, "commits": 5}.get(row["metric"])
        if offset:
            reach = math.exp(1.6448536269514722 * row["y_error"])
            assert row["range_low"] == pytest.approx(max((low + offset) / reach - offset, 0))
            assert row["range_high"] == pytest.approx((high + offset) * reach - offset)
        assert 0 <= row["range_low"] <= low <= high <= row["range_high"]


def test_the_states_and_the_brackets_of_the_golden_example(golden):
    rows = of_code(golden, "monthly", "community")
    said = {c: tuple(rows[c,][key] for key in ("state", "reason_code", "months")) for c in SLUGS}
    assert said["epsilon"] == ("ranked", None, 10)
    assert said["delta"] == ("quiet", "quiet", 12)
    assert said["zeta"] == ("not observed", "not_observed", 8)
    assert [rows[c,]["level_until"] for c in GOLDEN] == [1, 4, 4, 4]
    assert {rows[c,]["possible_low"] for c in SLUGS} == {None}, "zeta has no metric at all"


def test_the_pairs_of_the_golden_example(golden):
    rows = of_code(golden, "pairs", "ahead", "behind")
    assert [*rows] == [("alpha", "beta"), ("beta", "gamma"), ("gamma", "epsilon")]
    assert [row["word"] for row in rows.values()] == ["ahead", "cannot be told apart", "cannot be told apart"]
    assert [row["firm"] for row in rows.values()] == [True, False, False]
    assert round(rows["beta", "gamma"]["probability"], 9) == 0.692982735
    assert rows["beta", "gamma"]["flip_weight"] is None, "gamma is behind by people and by commits"
    assert {row["fragility"] for row in rows.values()} == {None}, "no author is known here"


def test_the_distances_of_the_golden_example(golden):
    rows = of_code(golden, "distances", "behind", "metric")
    needed = {metric: rows["gamma", metric] for metric in ("code_people", "commits")}
    assert {metric: round(row["needed"], 9) for metric, row in needed.items()} == {
        "code_people": 1.158022443, "commits": 8.832374566,
    }  # fmt: skip
    assert {metric: row["needed_whole"] for metric, row in needed.items()} == {"code_people": 2, "commits": 9}


def test_the_chances_of_the_golden_example(golden):
    chances = {key: row["chance"] for key, row in of_code(golden, "chances", "community", "rank").items()}
    assert [round(chances["beta", rank], 9) for rank in (1, 2, 3, 4)] == [0, 0.606178024, 0.261494037, 0.132327939]
    assert round(chances["epsilon", 4], 9) == 0.539320774


def test_a_movement_has_its_span_its_interval_and_a_word(golden):
    rows = of_code(golden, "movement", "community", "span")
    assert {span for _, span in rows} == {"month", "year"}, "June 2013 is not compared with itself"
    assert rows["alpha", "year"]["earlier"] == date(2012, 6, 1)
    for row in rows.values():
        assert row["low"] < row["growth"] < row["high"]
    assert rows["alpha", "month"]["word"] == "steady"
    assert ("zeta", "month") not in rows, "who has no score does not move"


def words_after(family, month, action="censor"):
    """Return the words and reasons of alpha's movement, of its index in Code, where a source moved in this month."""
    moves = [("alpha", family, month, action)]
    (rows,) = tables_made(("movement",), months_of("alpha", "beta"), moves=moves, first_ranking=date(2012, 6, 1))
    return {
        row["span"]: (row["word"], row["reason_code"], row["break_month"], row["growth"] is None)
        for row in rows
        if (row["as_of"], row["family"], row["community"]) == (AS_OF, "code", "alpha")
    }


@pytest.mark.parametrize(("month", "spans"), [
    (date(2013, 6, 1), ["month", "year"]), (date(2012, 7, 1), ["month", "year"]), (date(2012, 6, 1), ["month", "year"]),
    (date(2012, 5, 1), ["year"]), (date(2011, 7, 1), ["year"]), (date(2011, 6, 1), []),
])  # fmt: skip
def test_a_source_that_moved_and_cannot_be_read_takes_the_word_from_windows_in_which_it_moved(month, spans):
    found = words_after("code", month)
    assert [span for span, said in found.items() if said == (None, "moved", month, True)] == spans
    assert all(said[0] and said[1:] == (None, None, False) for span, said in found.items() if span not in spans)


@pytest.mark.parametrize(("family", "action"), [("talk", "censor"), ("code", "stitch")])
def test_a_move_elsewhere_or_between_sources_that_can_be_read_takes_no_word(family, action):
    assert {said[1] for said in words_after(family, AS_OF, action).values()} == {None}


def test_the_golden_example_of_all_six_metrics():
    rows = months_of("alpha", "beta", "gamma", rankings=("code", "overall"))
    rankings, components = made(rows)
    overall = {community: rankings["overall", community] for community in ("alpha", "beta", "gamma")}
    assert [round(row["score"], 9) for row in overall.values() if row["score"]] == [-0.314765952, -0.761785944]
    assert [round(overall[c]["score_error"], 9) for c in ("alpha", "beta")] == [0.041654471, 0.054921868]
    assert overall["alpha"]["index"] == pytest.approx(72.995969989, abs=1e-8)
    assert [(row["rank"], row["rank_low"], row["rank_high"]) for row in overall.values()] == [
        (1, 1, 1), (2, 2, 2), (None, None, None),
    ]  # fmt: skip
    gamma = overall["gamma"]
    assert (gamma["state"], gamma["missing"]) == ("not observed", "people, talk")
    assert (gamma["possible_low"], gamma["possible_high"]) == (2, 3)
    known = [c for key, c in components.items() if key[:2] == ("overall", "gamma") and c["state"] != "missing"]
    assert sum(c["weight"] for c in known) == pytest.approx(0.45)


# ---- who turns an order -----------------------------------------------------------------------------------------


def authored(community, commits, months=MONTHS):
    """Return acts of code: each author of `commits` makes so many in each of the months."""
    return [
        (community, "code", month, author, number) for author, number in commits.items() if number for month in months
    ]


def counted(community, acts):
    """Return the months of code that these acts are."""
    return [
        (community, metric, month, float(value), "observed", 1.0, None)
        for month in MONTHS
        for metric, value in (
            ("code_people", sum(act[0] == community and act[2] == month for act in acts)),
            ("commits", sum(act[4] for act in acts if act[0] == community and act[2] == month)),
        )
    ]


def test_the_fewest_authors_without_whom_the_one_ahead_is_level():
    acts = authored("large", {"a": 50, "b": 20, "c": 4, "d": 4}) + authored("small", {"x": 20, "y": 8, "z": 2})
    rows = counted("large", acts) + counted("small", acts)
    ((pair,),) = [[row for row in rows if row["family"] == "code"] for rows in tables_made(("pairs",), rows, acts=acts)]
    assert (pair["ahead"], pair["behind"], pair["fragility"], pair["fragility_of"]) == ("large", "small", 1, 4)


def test_months_that_were_not_seen_give_no_author():
    acts = authored("large", {"a": 50, "b": 20, "c": 9, "d": 9, "e": 9}, MONTHS[:9]) + authored(
        "large", {"f": 1}, MONTHS[9:]
    )
    rows = counted("large", acts) + counted("small", authored("small", {"x": 1, "y": 1, "z": 1}))
    unseen = [(*row[:3], *UNSEEN, None) if row[0] == "large" and row[2] in MONTHS[9:] else row for row in rows]
    (pairs,) = tables_made(("pairs",), unseen, acts=acts)
    assert [row["fragility_of"] for row in pairs if row["family"] == "code"] == [5]


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


def test_others_change_no_pair_but_its_firmness():
    """A pair keeps its difference, its error and its probability; what is firm is said of a whole table."""
    names = ("alpha", "beta", "gamma", "epsilon")
    small, whole = (
        {(row["ahead"], row["behind"]): row for row in pairs if row["family"] == "code"}
        for (pairs,) in (tables_made(("pairs",), months_of(*some)) for some in (names[1:3], names))
    )
    kept = ("difference", "error", "probability", "flip_weight")
    assert [small["beta", "gamma"][key] for key in kept] == [whole["beta", "gamma"][key] for key in kept]


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


def test_two_runs_give_the_same_rows():
    wanted = ("monthly", "components", "pairs", "distances", "movement", "chances")
    rows = months_of(*SLUGS)
    assert tables_made(wanted, rows) == tables_made(wanted, rows)


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


@pytest.mark.long
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


def test_a_family_without_a_source_is_told_apart_from_one_that_could_not_be_seen():
    rows = [(*row[:3], *UNSEEN, None) if row[:2] == ("opennebula", "messages") else row for row in
            clouds(without=[("cloudstack", metric) for metric in TALK])]  # fmt: skip
    rankings, _ = made(rows)
    said = {c: [rankings["overall", c][key] for key in ("missing", "without_source", "too_short")] for c in CLOUDS}
    assert said == {
        "openstack": [None, None, None], "cloudstack": ["talk", "talk", None], "opennebula": ["talk", None, None],
    }  # fmt: skip


YEARS = [date(2010 + (6 + k) // 12, (6 + k) % 12 + 1, 1) for k in range(36)]
"""July 2010 to June 2013."""


@pytest.mark.parametrize(("living", "people", "overall"), [
    (0, "no source", "no source"), (1, "new", "new"), (11, "new", "new"), (12, "not observed", "not observed"),
    (20, "not observed", "not observed"), (21, "ranked", "ranked"),
])  # fmt: skip
def test_a_community_is_new_from_its_first_source_on_though_newcomers_have_no_number_in_its_first_year(
    living, people, overall
):
    born = len(YEARS) - living
    rows = [
        (c, metric, month, *cells)
        for c in ("old", "older", "young")
        for metric in FAMILIES
        for k, month in enumerate(YEARS)
        for cells in [(10.0, "observed", 1.0, None, True)]
        if c != "young" or k >= born + 12 or (metric != "new_people" and k >= born)
    ]
    rows += [("young", "new_people", month, None, "not_applicable", None, None, True) for month in YEARS[born:][:12]]
    rankings, _ = made(rows, also=["young"])
    assert (rankings["people", "young"]["state"], rankings["overall", "young"]["state"]) == (people, overall)
    young = rankings["people", "young"]
    assert young["living_since"] == (YEARS[born] if living else None)
    assert young["too_short"] == ("people" if living and people != "ranked" else None)


def test_a_month_before_anything_began_has_a_row_and_no_source():
    newcomer = [(*row[:2], date(2013, 7, 1), *row[3:]) for row in clouds({"newcomer": 9}) if row[2] == AS_OF]
    rankings, components = made([*clouds(), *newcomer], last_complete_month=AS_OF)
    assert {rankings[f, "newcomer"]["state"] for f in ("code", "talk", "people", "overall")} == {"no source"}
    assert [*weights(components).values()] == pytest.approx([1] * 16)


# ---- the method file ---------------------------------------------------------------------------------------------


def correlation(one, other, of=FROZEN):
    (found,) = (row["correlation"] for row in of.correlations if (row["metric"], row["other"]) == (one, other))
    return found


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
    frozen = {
        "alpha": 0.10, "probable": 0.90, "memory": 1.5, "past_months": 36, "fewest_pairs": 12, "prior_pairs": 20,
        "clamp": 4, "least_growth": 0.05, "steady_growth": 0.10, "compared_with": date(2013, 6, 1),
    }  # fmt: skip
    assert {name: FROZEN.rules[name] for name in frozen} == frozen
    assert correlation("messages", "new_people") == 0.40
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
        assert correlation("messages", "talk_people", method.load(path)) == 0.10
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
