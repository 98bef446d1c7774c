"""The commands about editions: what is listed and shown of months and quarters, and what is refused."""

from datetime import UTC, date, datetime

import pytest
from support.commands import run_here
from support.edition_database import write_rankings
from support.editions import JULY, counts_of

from pipelines.editions.closing import close_by_hand
from pipelines.editions.store import record_first_night


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder with a database, of which July and the second quarter are closed."""
    folder = tmp_path_factory.mktemp("edition")
    database = write_rankings(folder / "stackrank.duckdb", JULY, counts_of())
    for name in ("2026-07", "CY26-Q2"):
        close_by_hand(database, folder / "editions", name, "", datetime(2026, 8, 9, tzinfo=UTC))
    return folder


def run(data, *words):
    done = run_here(*words, STACKRANK_DATA=str(data))
    return done.returncode, done.stdout + done.stderr


def test_where_none_is_closed_it_says_when_the_first_one_closes(tmp_path):
    said = "No edition is closed yet. The first one closes "
    assert run(tmp_path, "edition", "list") == (0, f"{said}after the first night in which every source was read.\n")
    record_first_night(tmp_path / "editions", date(2026, 8, 1))
    assert run(tmp_path, "edition", "list") == (0, f"{said}when the database has a ranking.\n")


def test_quarters_are_listed_and_shown_beside_months(data):
    listed = run(data, "edition", "list")[1].splitlines()
    assert [line.split()[0] for line in listed] == ["CY26-Q2@1", "2026-07@1"]
    head, note, *rows = run(data, "edition", "show", "CY26-Q2")[1].splitlines()
    assert head == "CY26-Q2, pop-1.0, revision 1"
    assert note == "shown beside the monthly editions, never the official order"
    growth = ["+0", "%", "in", "a", "year"]
    assert [row.split() for row in rows] == [["code", "birch", "41", *growth], ["code", "cedar", "21.3", *growth]]


def test_a_quarter_that_is_not_closed_is_that_of_the_present_database(data):
    assert run(data, "edition", "show", "CY25-Q4")[1].startswith(
        "CY25-Q4, pop-1.0, not closed: by the present database"
    )
    assert run(data, "edition", "show", "CY26-Q3") == (2, "the database has no ranking of CY26-Q3\n")


def test_a_month_and_a_quarter_are_not_compared(data):
    status, said = run(data, "diff", "2026-07", "CY26-Q2")
    assert status == 2
    assert "an edition of twelve months and one of a quarter cannot be compared" in said


def test_editions_without_a_difference_say_so(data):
    assert run(data, "diff", "2026-07@1", "2026-07@now") == (0, "no difference\n")
    done = run_here("diff", "2026-07", "2026-07@now", "--csv", STACKRANK_DATA=str(data))
    assert (done.stdout, done.stderr) == ("family,community,metric,part,change\n", "no difference\n")


def test_an_edition_that_is_not_closed_is_named(data):
    done = run_here("diff", "CY25-Q2", "CY26-Q2", STACKRANK_DATA=str(data))
    assert done.stderr == "CY25-Q2 is not closed: this is what the present database says\n"
    assert done.stdout == "no difference\n"
