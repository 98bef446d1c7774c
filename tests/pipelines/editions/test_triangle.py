"""The revision triangle: how much a month changed after the edition that had it first; its table."""

from datetime import UTC, date, datetime

import pytest
from support.builders import TODAY, community, land, row, source
from support.edition_database import METRICS, months_back, write_rankings
from support.tables_on_demand import ask, build_tables

from pipelines.editions.closing import close_by_hand
from pipelines.editions.triangle import Change, revision_triangle
from pipelines.folders import Folders

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)


def close(top, last, closed_at, **values):
    counts = {("birch", metric, m): (100.0, 1.0) for metric in METRICS for m in months_back(last, 40)}
    counts |= {("birch", "commits", JULY): (values.get("july", 100.0), 1.0)}
    write_rankings(top / "db", last, counts)
    close_by_hand(top / "db", top / "editions", f"{last:%Y-%m}", values.get("reason", ""), closed_at)


def close_three(top):
    close(top, JULY, datetime(2026, 8, 6, tzinfo=UTC))
    close(top, AUGUST, datetime(2026, 9, 6, tzinfo=UTC), july=110.0)
    close(top, AUGUST, datetime(2026, 11, 6, tzinfo=UTC), july=400.0, reason="A list was read at last.")


@pytest.mark.long
def test_a_month_is_compared_with_the_edition_that_had_it_first(tmp_path):
    close_three(tmp_path)
    found = {(one.month, one.age): one for one in revision_triangle(tmp_path / "editions")}
    assert found[JULY, 1] == Change(JULY, 1, 2, 1, 0.10000000000000009)
    assert found[JULY, 3] == Change(JULY, 3, 2, 1, 3.0)
    assert found[AUGUST, 2] == Change(AUGUST, 2, 2, 0, 0.0)
    assert (AUGUST, 0) not in found
    assert found[date(2026, 6, 1), 1].changed == 0


def test_one_edition_tells_of_no_change(tmp_path):
    close(tmp_path, JULY, datetime(2026, 8, 6, tzinfo=UTC))
    assert revision_triangle(tmp_path / "editions") == []


@pytest.mark.long
def test_the_database_has_the_revisions_of_each_community_and_metric_but_of_no_changed_file(tmp_path):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    birds = [community("birds", birds_source := source("birds", since=date(2025, 1, 1)))]
    land(where, birds_source, "birds/one", [row(1, datetime(2025, 2, 3))])
    close_three(where.data)
    build_tables(where, birds, TODAY)
    asked = "select metric, age, first_edition, first_value, edition, value, round(change, 9) from analysis.revisions "
    of_july = f"{asked} where community = 'birch' and month = '2026-07-01' order by metric, age"
    first = ("2026-07@1", 100.0)
    assert ask(where, of_july) == [
        ("code_people", 1, *first, "2026-08@1", 100.0, 0.0),
        ("code_people", 3, *first, "2026-08@2", 100.0, 0.0),
        ("commits", 1, *first, "2026-08@1", 110.0, 0.1),
        ("commits", 3, *first, "2026-08@2", 400.0, 3.0),
    ]
    (last,) = (where.editions / "2026-08" / "pop-1.0" / "2").glob("months.parquet")
    last.chmod(0o600)
    last.write_bytes(last.read_bytes()[:-1])
    build_tables(where, birds, TODAY)
    assert [row[1] for row in ask(where, of_july)] == [1, 1]
