"""Editions of calendar quarters: they close, are revised, found and compared as monthly ones, beside them."""

import shutil
from datetime import date

import pytest
from support.edition_database import METRICS, months_back, write_rankings
from support.editions import JULY, counts_of, every

from pipelines.editions.contents import NoEditionError
from pipelines.editions.differences import compare_editions
from pipelines.editions.names import find_edition
from pipelines.editions.store import list_revisions, read_edition, verify

SEPTEMBER = date(2026, 9, 1)
UNREAD = [("cedar", metric, month) for metric in METRICS for month in months_back(SEPTEMBER, 3)]


@pytest.fixture
def third(closed):
    """The folder of July in October: the third quarter is complete."""
    write_rankings(closed / "db", SEPTEMBER, counts_of(SEPTEMBER))
    return closed


def test_the_newest_quarter_closes_in_the_first_complete_night(top):
    closed = every(top, date(2026, 8, 21))
    assert closed == [("2026-07@1", "recomputed"), ("CY26-Q2@1", "recomputed")]
    assert every(top, date(2026, 8, 22)) == []


def test_a_later_one_is_published_at_the_first_good_night_or_on_the_fifteenth(third):
    late = ("2026-08@1", "published")
    assert every(third, date(2026, 10, 6), is_good=False) == [late]
    assert every(third, date(2026, 10, 15), is_good=False) == [("2026-09@1", "published"), ("CY26-Q3@1", "published")]


def test_a_quarter_that_has_not_ended_stays_open(closed):
    write_rankings(closed / "db", date(2026, 8, 1), counts_of(date(2026, 8, 1)))
    assert every(closed, date(2026, 9, 6)) == [("2026-08@1", "published")]


def test_it_holds_all_that_its_scores_follow_from(closed):
    folder = closed / "editions/CY26-Q2/pop-1.0/1"
    assert {path.name for path in folder.glob("*.csv")} == {
        "rankings.csv", "components.csv", "months.csv", "method.csv", "rules.csv", "coverage.csv",
    }  # fmt: skip
    edition = find_edition(closed / "db", closed / "editions", "CY26-Q2")
    assert edition.revision == 1
    months = {row["month"] for row in edition.tables["months"].to_pylist()}
    assert months == {*months_back(date(2026, 6, 1), 3), *months_back(date(2025, 6, 1), 3)}
    (row,) = [row for row in edition.tables["rankings"].to_pylist() if row["community"] == "cedar"]
    assert (row["quarter"], row["growth"]) == ("CY26-Q2", 0)


@pytest.mark.long
def test_what_was_read_at_last_revises_it_and_both_stay(third):
    write_rankings(third / "db", SEPTEMBER, counts_of(SEPTEMBER) | dict.fromkeys(UNREAD))
    every(third, date(2026, 10, 6))
    kept = {path: path.read_bytes() for path in (third / "editions").rglob("CY26-Q3/*/1/*")}
    october = date(2026, 10, 1)
    write_rankings(third / "db", october, counts_of(october))
    assert ("CY26-Q3@2", "recomputed") in every(third, date(2026, 11, 6))
    first, second = [one for one in list_revisions(third / "editions") if one.period.name == "CY26-Q3"]
    assert second.reason == "6 counts were read at last, of cedar"
    seen = [
        {row["community"] for row in read_edition(third / "editions", one).tables["rankings"].to_pylist()}
        for one in (first, second)
    ]
    assert seen == [{"birch"}, {"birch", "cedar"}]
    assert {path: path.read_bytes() for path in kept} == kept
    assert verify(third / "editions") == []


@pytest.mark.long
def test_another_growth_in_a_year_is_printed_so_it_revises(third):
    every(third, date(2026, 10, 6))
    counts = counts_of(date(2026, 10, 1)) | {("cedar", m, date(2025, 8, 1)): (30.0, 1.0) for m in METRICS}
    write_rankings(third / "db", date(2026, 10, 1), counts)
    assert "CY26-Q3@2" in [name for name, _ in every(third, date(2026, 11, 6))]


def test_one_changed_byte_is_found_and_never_read(closed):
    path = closed / "editions/CY26-Q2/pop-1.0/1/components.parquet"
    path.chmod(0o600)
    whole = path.read_bytes()
    path.write_bytes(whole[:-2] + bytes([whole[-2] ^ 1]) + whole[-1:])
    assert verify(closed / "editions") == ["CY26-Q2/pop-1.0/1: components.parquet is missing or was changed"]
    with pytest.raises(NoEditionError, match="not as it was closed"):
        find_edition(closed / "db", closed / "editions", "CY26-Q2")


@pytest.mark.long
def test_a_new_method_closes_the_two_newest_quarters_once_more(third, tmp_path):
    every(third, date(2026, 10, 6))
    write_rankings(third / "db", SEPTEMBER, counts_of(SEPTEMBER), method="pop-1.1")
    again = [name for name, _ in every(third, date(2026, 10, 7)) if name.startswith("CY")]
    assert again == ["CY26-Q2@1", "CY26-Q3@1"]


def test_a_change_between_quarters_splits_exactly(top):
    july = counts_of() | {("cedar", "commits", month): (90.0, 1.0) for month in months_back(date(2026, 6, 1), 3)}
    write_rankings(top / "db", JULY, july)
    earlier, later = (find_edition(top / "db", top / "editions", name) for name in ("CY25-Q2", "CY26-Q2"))
    (cedar,) = [one for one in compare_editions(earlier, later) if one.community == "cedar"]
    assert cedar.change > 0.1
    assert {part for _, part in cedar.parts} == {"time"}
    assert abs(sum(cedar.parts.values()) - cedar.change) <= 1e-9


def test_an_older_ledger_without_quarters_gets_the_newest_one(closed):
    """Before quarters closed, a ledger had monthly editions alone."""
    ledger = closed / "editions/ledger.jsonl"
    ledger.write_bytes(b"".join(line for line in ledger.read_bytes().splitlines(keepends=True) if b"CY26" not in line))
    shutil.rmtree(closed / "editions/CY26-Q2")
    assert every(closed, date(2026, 8, 22)) == [("CY26-Q2@1", "recomputed")]
