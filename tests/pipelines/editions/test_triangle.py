"""The revision triangle: how much a month changed after the edition that had it first."""

from datetime import UTC, date, datetime

import pytest
from support.edition_database import METRICS, months_back, write_rankings

from pipelines.editions.closing import close_by_hand
from pipelines.editions.triangle import Change, revision_triangle

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)


def close(top, last, closed_at, **values):
    counts = {("birch", metric, m): (100.0, 1.0) for metric in METRICS for m in months_back(last, 40)}
    counts |= {("birch", "commits", JULY): (values.get("july", 100.0), 1.0)}
    write_rankings(top / "db", last, counts)
    close_by_hand(top / "db", top / "editions", f"{last:%Y-%m}", values.get("reason", ""), closed_at)


@pytest.mark.long
def test_a_month_is_compared_with_the_edition_that_had_it_first(tmp_path):
    close(tmp_path, JULY, datetime(2026, 8, 6, tzinfo=UTC))
    close(tmp_path, AUGUST, datetime(2026, 9, 6, tzinfo=UTC), july=110.0)
    close(tmp_path, AUGUST, datetime(2026, 11, 6, tzinfo=UTC), july=400.0, reason="A list was read at last.")
    found = {(one.month, one.age): one for one in revision_triangle(tmp_path / "editions")}
    assert found[JULY, 1] == Change(JULY, 1, 2, 1, 0.10000000000000009)
    assert found[JULY, 3] == Change(JULY, 3, 2, 1, 3.0)
    assert found[AUGUST, 2] == Change(AUGUST, 2, 2, 0, 0.0)
    assert (AUGUST, 0) not in found
    assert found[date(2026, 6, 1), 1].changed == 0


def test_one_edition_tells_of_no_change(tmp_path):
    close(tmp_path, JULY, datetime(2026, 8, 6, tzinfo=UTC))
    assert revision_triangle(tmp_path / "editions") == []
