"""Editions close by the rule, at the first good night or on the fifteenth, and by hand."""

from datetime import UTC, date, datetime

import pytest
from support.edition_database import write_rankings
from support.editions import JULY, counts_of, night

from pipelines.editions.closing import close_by_hand
from pipelines.editions.contents import NoEditionError
from pipelines.editions.names import find_edition, parse_name
from pipelines.editions.store import list_revisions


def test_nothing_closes_before_the_first_load_is_complete(top):
    assert night(top, date(2026, 8, 20), is_whole=False) == []
    assert night(top, date(2026, 8, 21)) == [("2026-07@1", "recomputed")]
    assert night(top, date(2026, 8, 22)) == []


@pytest.mark.long
def test_a_month_after_the_first_night_is_published_at_the_first_good_night_or_on_the_fifteenth(closed):
    write_rankings(closed / "db", date(2026, 8, 1), counts_of(date(2026, 8, 1)))
    assert night(closed, date(2026, 9, 6), is_good=False) == []
    assert night(closed, date(2026, 9, 14), is_good=False) == []
    assert night(closed, date(2026, 9, 15), is_good=False) == [("2026-08@1", "published")]


@pytest.mark.long
def test_months_that_no_night_closed_close_later_each_one(closed):
    write_rankings(closed / "db", date(2026, 10, 1), counts_of(date(2026, 10, 1)))
    assert [name for name, _ in night(closed, date(2026, 11, 8))] == ["2026-08@1", "2026-09@1", "2026-10@1"]


def test_by_hand_a_closed_edition_is_revised_with_a_reason_only_and_only_where_something_changed(top):
    at = datetime(2026, 9, 1, tzinfo=UTC)

    def close(reason=""):
        return close_by_hand(top / "db", top / "editions", "2026-07", reason, at).revision

    assert close() == 1
    with pytest.raises(NoEditionError, match="say why"):
        close()
    with pytest.raises(NoEditionError, match="nothing that 2026-07 prints has changed"):
        close("Because.")
    write_rankings(top / "db", JULY, counts_of(cedar=1.5))
    assert close("A list was counted twice.") == 2
    assert list_revisions(top / "editions")[-1].reason == "A list was counted twice."


@pytest.mark.parametrize("name", ["2026-13", "2026", "CY26-Q5", "2026-07@", "2026-07@x", "0000-01", "../2026-07"])
def test_what_names_no_edition_is_refused(name):
    with pytest.raises(NoEditionError, match="name an edition as 2026-09"):
        parse_name(name)


@pytest.mark.long
def test_an_edition_is_its_newest_revision_a_named_one_or_the_present_database(top):
    def found(name):
        return find_edition(top / "db", top / "editions", name).revision

    assert found("2026-07") == 0
    night(top, date(2026, 8, 21))
    assert (found("2026-07"), found("2026-07@1"), found("2026-07@now"), found("2026-06")) == (1, 1, 0, 0)
    for missing in ("2026-07@2", "1999-01"):
        with pytest.raises(NoEditionError):
            found(missing)
