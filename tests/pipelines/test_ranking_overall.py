"""The ranking of all families: its weights, what is missing, who is new."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.ranking import AS_OF, FROZEN, MONTHS, UNSEEN, made

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
STATE_BY_AGE = {0: "no source", 1: "new", 11: "new", 12: "not observed", 20: "not observed", 21: "ranked"}
"""For how many months a community has lived, and its state."""


def of_age(living):
    """Return the months of a community that has lived so long; newcomers have no number in its first year."""
    name, born = f"young{living}", len(YEARS) - living
    rows = [
        (name, metric, month, 10.0, "observed", 1.0, None, True)
        for metric in FAMILIES
        for month in YEARS[born + 12 if metric == "new_people" else born :]
    ]
    first = YEARS[born:][:12]
    return rows + [(name, "new_people", month, None, "not_applicable", None, None, True) for month in first]


@pytest.fixture(scope="module")
def young():
    """The rankings of communities of all these ages beside two old ones."""
    rows = [
        (c, metric, month, 10.0, "observed", 1.0, None, True)
        for c in ("old", "older")
        for metric in FAMILIES
        for month in YEARS
    ]
    rows += [row for living in STATE_BY_AGE for row in of_age(living)]
    return made(rows, also=[f"young{living}" for living in STATE_BY_AGE])[0]


@pytest.mark.parametrize(("living", "state"), STATE_BY_AGE.items())
def test_a_community_is_new_from_its_first_source_on_though_newcomers_have_no_number_in_its_first_year(
    young, living, state
):
    people, overall = (young[family, f"young{living}"] for family in ("people", "overall"))
    assert (people["state"], overall["state"]) == (state, state)
    assert people["living_since"] == (YEARS[-living] if living else None)
    assert people["too_short"] == ("people" if living and state != "ranked" else None)


def test_a_month_before_anything_began_has_a_row_and_no_source():
    newcomer = [(*row[:2], date(2013, 7, 1), *row[3:]) for row in clouds({"newcomer": 9}) if row[2] == AS_OF]
    rankings, components = made([*clouds(), *newcomer], last_complete_month=AS_OF)
    assert {rankings[f, "newcomer"]["state"] for f in ("code", "talk", "people", "overall")} == {"no source"}
    assert [*weights(components).values()] == pytest.approx([1] * 16)
