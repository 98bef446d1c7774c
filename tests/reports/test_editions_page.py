"""The page of the editions: each closed revision with its reason and its files."""

from datetime import UTC, date, datetime

import pytest
from support.edition_database import months_back, write_rankings
from support.page import Page
from support.site import published

from pipelines.editions.closing import close_by_hand
from pipelines.editions.store import list_revisions
from pipelines.warehouse.query import open_database
from reports.pages import editions
from reports.pages.context import read_context

JULY = date(2026, 7, 1)


@pytest.fixture(scope="module")
def site(once):
    with open_database(published(once).database) as opened:
        yield read_context(opened)


@pytest.fixture
def closed(tmp_path):
    """A folder with two revisions of July 2026."""
    for value, reason in ((10.0, ""), (900.0, "A list was counted twice <b>.")):
        counts = {
            ("cedar", metric, m): (value, 1.0) for metric in ("commits", "code_people") for m in months_back(JULY, 40)
        }
        write_rankings(tmp_path / "db", JULY, counts)
        close_by_hand(tmp_path / "db", tmp_path / "editions", "2026-07", reason, datetime(2026, 9, 1, tzinfo=UTC))
    return tmp_path / "editions"


def test_it_lists_every_revision_with_its_reason_and_its_files(site, closed):
    page = Page(editions.page(site, closed))
    _, *rows = page.tables["Closed editions, the newest first"]
    assert [(row[2], row[5]) for row in rows] == [("2", "A list was counted twice <b>."), ("1", "first closing")]
    offered = {name for name, _ in editions.files(closed)}
    links = {link for link in page.values("href", "a") if link.startswith("editions/")}
    assert len(links) == 6
    assert links <= offered
    assert all(
        content == (closed / name.removeprefix("editions/")).read_bytes() for name, content in editions.files(closed)
    )


def test_closed_quarters_stand_below_the_months_with_their_files(site, closed):
    close_by_hand(closed.parent / "db", closed, "CY26-Q2", "", datetime(2026, 9, 2, tzinfo=UTC))
    page = Page(editions.page(site, closed))
    _, row = page.tables["Closed quarters, the newest first"]
    assert row[:6] == ["CY26-Q2", "pop-1.0", "1", "2026-09-02", "recomputed", "first closing"]
    links = {link for link in page.values("href", "a") if link.startswith("editions/CY26-Q2")}
    assert len(links) == 3
    assert links <= {name for name, _ in editions.files(closed)}
    assert len(page.tables["Closed editions, the newest first"]) == 3


def test_the_revision_triangle_is_a_file_too(site, closed, tmp_path):
    assert editions.triangle_csv(tmp_path / "nothing") == "month,age,counts,changed,largest\n"
    counts = {("cedar", m, month): (990.0, 1.0) for m in ("commits", "code_people") for month in months_back(JULY, 40)}
    write_rankings(tmp_path / "db", JULY, counts)
    close_by_hand(tmp_path / "db", closed, "2026-07", "Once more.", datetime(2026, 11, 1, tzinfo=UTC))
    assert "2026-07-01,2,2,2,98.0" in editions.triangle_csv(closed).splitlines()
    assert 'href="data/revisions.csv"' in editions.page(site, closed)


def test_a_changed_file_is_said_and_no_file_is_offered(site, closed):
    path = closed / list_revisions(closed)[0].folder / "rankings.csv"
    path.chmod(0o600)
    path.write_text("x")
    assert list(editions.files(closed)) == []
    assert "is not as it was closed" in editions.page(site, closed)
    (closed / "ledger.jsonl").write_text("{")
    assert "is not as it was closed" in editions.page(site, closed)


def test_without_any_it_says_when_the_first_one_closes(site, tmp_path):
    assert "No edition is closed yet." in editions.page(site, tmp_path)
