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
