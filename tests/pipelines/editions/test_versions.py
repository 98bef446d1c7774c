"""A changed constant is a new version of the method, and both stand beside each other."""

from datetime import date

import pytest
from support.edition_database import METRICS, write_rankings
from support.editions import counts_of, night

from pipelines.editions.contents import NoEditionError
from pipelines.editions.differences import compare_editions
from pipelines.editions.names import find_edition
from pipelines.editions.store import list_revisions

AUGUST = date(2026, 8, 1)
OTHER = METRICS | {"commits": (0.4, 5.0, 150.0, 1.0)}
"""The constants of the tests with another reference of commits."""


@pytest.fixture
def august(closed):
    """July and August are closed by pop-1.0."""
    write_rankings(closed / "db", AUGUST, counts_of(AUGUST))
    night(closed, date(2026, 9, 8))
    return closed


@pytest.mark.long
def test_another_constant_under_the_same_version_closes_nothing(august):
    september = date(2026, 9, 1)
    write_rankings(august / "db", september, counts_of(september), metrics=OTHER)
    before = list_revisions(august / "editions")
    with pytest.raises(NoEditionError, match=r"a constant of pop-1.0 is another one .* give the method a new version"):
        night(august, date(2026, 10, 8))
    assert list_revisions(august / "editions") == before


def test_a_new_version_closes_the_two_newest_editions_beside_the_old_one(august):
    write_rankings(august / "db", AUGUST, counts_of(AUGUST), metrics=OTHER, method="pop-1.1")
    assert [name for name, _ in night(august, date(2026, 9, 9))] == ["2026-07@1", "2026-08@1"]
    months = [(one.period.name, one.method) for one in list_revisions(august / "editions")]
    assert {(month, version) for month, version in months if not month.startswith("CY")} == {
        (month, version) for month in ("2026-07", "2026-08") for version in ("pop-1.0", "pop-1.1")
    }


@pytest.mark.long
def test_both_versions_are_found_and_what_differs_is_the_definition(august):
    write_rankings(august / "db", AUGUST, counts_of(AUGUST), metrics=OTHER, method="pop-1.1")
    night(august, date(2026, 9, 9))
    old, new = (find_edition(august / "db", august / "editions", f"2026-08@pop-{n}") for n in ("1.0", "1.1"))
    assert (old.method, new.method) == ("pop-1.0", "pop-1.1")
    for one in compare_editions(old, new):
        assert set(one.parts) == {("commits", "definition")}
        assert abs(sum(one.parts.values()) - one.change) <= 1e-9
