"""The change of a score splits exactly into time, coverage, definition and correction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.edition_database import METRICS, edition_from, months_back, write_rankings
from support.editions import JULY, counts_of

from pipelines.editions.contents import compute_edition
from pipelines.editions.differences import compare_editions
from pipelines.editions.periods import Period
from pipelines.warehouse.query import open_database


def computed(path, month, counting="rules"):
    with open_database(path) as database:
        return compute_edition(database, Period(month), counting)


def split(top, earlier, later):
    (cedar,) = [one for one in compare_editions(earlier, later) if one.community == "cedar"]
    return cedar, {part: round(sum(c for (_, p), c in cedar.parts.items() if p == part), 6) for _, part in cedar.parts}


@pytest.mark.long
def test_a_change_is_of_time_coverage_or_correction(tmp_path):
    def edition(counts, month=JULY):
        return computed(write_rankings(tmp_path / "db", JULY, counts), month)

    before = edition(counts_of())
    _, parts = split(tmp_path, before, edition(counts_of(cedar=1.5)))
    assert set(parts) == {"correction"}
    half = counts_of()
    for month in months_back(JULY, 6):
        half["cedar", "commits", month] = (60.0, 0.8)
    _, parts = split(tmp_path, before, edition(half))
    assert set(parts) == {"coverage"}
    grown = counts_of()
    grown["cedar", "commits", JULY] = (600.0, 1.0)
    _, parts = split(tmp_path, edition(grown, months_back(JULY, 2)[0]), edition(grown))
    assert set(parts) == {"time"}


@pytest.mark.long
def test_other_rules_or_constants_are_a_change_of_definition(tmp_path):
    path = write_rankings(tmp_path / "db", JULY, counts_of())
    before = computed(path, JULY)
    after = computed(write_rankings(path, JULY, counts_of(cedar=1.5)), JULY, "other rules")
    assert set(split(tmp_path, before, after)[1]) == {"definition"}
    other = {"commits": (0.5, 5.0, 200.0, 1.0), "code_people": (0.5, 1.0, 60.0, 0.45)}
    after = computed(write_rankings(path, JULY, counts_of(), metrics=other), JULY)
    assert set(split(tmp_path, before, after)[1]) == {"definition"}


def test_a_missing_score_has_no_change(tmp_path):
    path = write_rankings(tmp_path / "db", JULY, counts_of())
    before = computed(path, JULY)
    gone = counts_of() | dict.fromkeys([("cedar", "commits", month) for month in months_back(JULY, 6)])
    cedar, parts = split(tmp_path, before, computed(write_rankings(path, JULY, gone), JULY))
    assert cedar.change is None
    assert parts == {}


COUNT = st.one_of(st.none(), st.tuples(st.integers(0, 500), st.sampled_from([0.5, 0.7, 0.9, 1.0])))


@pytest.mark.long
@given(st.lists(st.lists(COUNT, min_size=24, max_size=24), min_size=4, max_size=4), st.integers(0, 12))
def test_the_parts_add_up_to_the_change(drawn, back):
    def edition(rows, month):
        keys = [(metric, m) for metric in METRICS for m in months_back(JULY, 24)]
        values = dict(zip(keys, [count for row in rows for count in row], strict=True))
        return edition_from(month, {("cedar", *key): count for key, count in values.items()})

    earlier = edition(drawn[:2], months_back(JULY, 13)[12 - back])
    for one in compare_editions(earlier, edition(drawn[2:], JULY)):
        if one.change is not None:
            assert abs(sum(one.parts.values()) - one.change) <= 1.0001e-9
