"""Which months of a forum were seen, are pending, or are a gap, by the visits to its blocks of posts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from support.builders import community, visit
from support.discourse import EMPTY, FAILED, OK, READER, UNCHANGED, post, states
from support.tables_on_demand import build_tables

from pipelines.folders import Folders
from pipelines.landing.harvest import Harvest, land
from pipelines.landing.schemas import MESSAGES
from pipelines.landing.visits import log_visit
from pipelines.model import Source, Verdict
from spiders.forums.discourse_blocks import through
from spiders.forums.discourse_posts import read_posts

TALK = Source("birds", "talk", "discourse", ("https://forum.example.org/",), date(2025, 10, 1), "Invented.")
SPRING = date(2026, 3, 20)


def on(day):
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=3)


def land_block(where, number, *days, seen, last=None, source="talk"):
    """Land a block with one post a day on these days, seen up to its last id or another one."""
    first = number * 1000
    page = read_posts(
        {"latest_posts": [post(first + n, created_at=f"{day}T12:00:00Z") for n, day in enumerate(days, 1)]}, READER
    )
    known = visited(f"posts-{number:06}", seen, OK, checksum=through(last or first + 999))
    batch = pa.RecordBatch.from_pylist(list(page.rows.values()), schema=MESSAGES)
    land(where, Harvest(replace(known, source=source), 0.0, MESSAGES, [batch], []))


def visited(unit, day, verdict, **facts):
    reason = "the server answered 500" if verdict == FAILED else ""
    return replace(visit(TALK, unit, Verdict(verdict), on(day), reason=reason, **facts), kind="discourse")


def note(where, *told, **facts):
    log_visit(where.visits, visited(*told, **facts))


def month_states(where):
    build_tables(where, [community("birds", TALK, replace(TALK, name="other"))], SPRING)
    return {f"{month:%m}": state for month, state in states(where).items()}


@pytest.fixture
def spring(tmp_path):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    land_block(where, 0, date(2025, 10, 2), date(2025, 11, 20), seen=date(2026, 1, 10))
    land_block(where, 1, date(2025, 12, 5), date(2026, 1, 8), seen=date(2026, 1, 10), last=1500)
    note(where, "index", date(2026, 1, 10), OK, observations=0)
    return where


@pytest.mark.long
def test_months_after_the_last_good_night_wait_or_are_a_gap_where_it_failed(spring):
    seen = {"10": "seen", "11": "seen", "12": "seen", "01": "partial"}
    assert month_states(spring) == seen | {"02": "pending", "03": "pending"}
    note(spring, "index", date(2026, 3, 19), FAILED)
    assert month_states(spring) == seen | {"02": "gap", "03": "gap"}
    note(spring, "posts-000000", date(2026, 3, 19), FAILED)
    assert month_states(spring)["10"] == "seen", "a failed recount takes nothing away"


def test_a_block_that_filled_up_while_nobody_looked_hides_what_came_after_its_last_post(spring):
    land_block(spring, 2, date(2026, 3, 1), date(2026, 3, 19), seen=date(2026, 3, 20), last=2700)
    note(spring, "index", date(2026, 3, 20), OK)
    found = month_states(spring)
    assert (found["12"], found["01"], found["02"]) == ("seen", "partial", "pending")
    note(spring, "posts-000001", date(2026, 3, 20), UNCHANGED, checksum=through(1999), observations=2)
    assert month_states(spring) == {
        "10": "seen",
        "11": "seen",
        "12": "seen",
        "01": "seen",
        "02": "seen",
        "03": "partial",
    }


@pytest.mark.long
def test_a_block_of_which_nothing_is_shown_hides_nothing(spring):
    land_block(spring, 3, date(2026, 3, 1), seen=date(2026, 3, 20), last=3700)
    note(spring, "posts-000001", date(2026, 3, 20), UNCHANGED, checksum=through(1999), observations=2)
    note(spring, "posts-000002", date(2026, 3, 20), FAILED)
    note(spring, "index", date(2026, 3, 20), OK)
    assert [month_states(spring)[month] for month in ("01", "02")] == ["partial", "gap"]
    note(spring, "posts-000002", date(2026, 3, 21), EMPTY, checksum=through(2999), observations=0)
    assert [month_states(spring)[month] for month in ("01", "02")] == ["seen", "seen"]


def test_an_empty_forum_is_a_true_zero_and_one_that_was_never_asked_is_none(tmp_path):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    land_block(where, 0, date(2025, 10, 2), seen=date(2026, 1, 10), source="other")
    assert set(month_states(where).values()) == {"pending"}
    note(where, "index", date(2026, 3, 20), EMPTY, observations=0)
    assert month_states(where) == dict.fromkeys(("10", "11", "12", "01", "02"), "seen") | {"03": "partial"}
