"""A closed edition gets a revision with its reason where a printed number has changed, and both stay."""

from datetime import date

import pytest
from support.edition_database import METRICS, months_back, write_rankings
from support.editions import JULY, counts_of, night

from pipelines.editions.store import list_revisions, read_edition


@pytest.mark.long
def test_a_list_that_was_read_at_last_revises_an_edition_and_both_stay(top):
    counts = counts_of()
    missing = dict(counts) | dict.fromkeys([("cedar", m, month) for m in METRICS for month in months_back(JULY, 6)])
    write_rankings(top / "db", JULY, missing)
    night(top, date(2026, 8, 21))
    write_rankings(top / "db", date(2026, 8, 1), counts_of(date(2026, 8, 1)))
    assert [name for name, _ in night(top, date(2026, 9, 8))] == ["2026-07@2", "2026-08@1"]
    first, second = [one for one in list_revisions(top / "editions") if one.month == JULY]
    assert second.reason == "12 counts were read at last, of cedar"
    states = [
        {row["community"]: row["state"] for row in read_edition(top / "editions", one).tables["rankings"].to_pylist()}
        for one in (first, second)
    ]
    assert [of["cedar"] for of in states] == ["not observed", "ranked"]


@pytest.mark.long
@pytest.mark.parametrize(("since", "named"), [(date(2026, 8, 30), True), (date(2026, 8, 1), False)])
def test_a_correction_of_a_source_revises_what_it_touches_although_no_printed_number_has_changed(top, since, named):
    night(top, date(2026, 8, 21))
    counts = counts_of(date(2026, 8, 1)) | {("cedar", "commits", JULY): (60.01, 1.0)}
    correction = ("test-mail", "cedar", "Two test commits were counted.", since, date(2026, 7, 3), date(2026, 7, 4))
    write_rankings(top / "db", date(2026, 8, 1), counts, corrections=[correction])
    made = [name for name, _ in night(top, date(2026, 9, 8))]
    assert made == (["2026-07@2", "2026-08@1"] if named else ["2026-08@1"])
    if named:
        reason = next(one.reason for one in list_revisions(top / "editions") if one.revision == 2)
        assert reason == "correction test-mail: Two test commits were counted; 1 counts have changed, of cedar"
