"""Forecast the room on the disk, and say what lies aside and how much it may become."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from flows import upkeep
from flows.findings import BAD, NOTE, OK, Finding
from pipelines.folders import Folders
from pipelines.landing import set_aside

GB = 1e9
FEW_DAYS, MANY_DAYS = 14, 90
SET_ASIDE_LIMIT = 1 * GB
BOUND = f"of one file at most {set_aside.MOST} lie aside, of a repository one clone of at most 8.6 GB"


def room(where: Folders, now: datetime) -> Iterator[Finding]:
    """Say how long the room lasts, and how much lies aside."""
    yield _forecast(where, now)
    if aside := _aside(where):
        yield aside


def _forecast(where: Folders, now: datetime) -> Finding:
    daily, left = upkeep.growth(list(upkeep.read_sizes(where)), now), upkeep.days_left(where, now)
    if daily is None or left is None:
        return Finding(OK, "room", "no forecast yet: it needs two nightly runs, a day apart")
    text = f"the folder grew by {daily / 1e6:,.1f} MB a day in the last runs"
    if left > MANY_DAYS:
        return Finding(OK, "room", f"{text}; there is room for more than {MANY_DAYS} days")
    state = BAD if left < FEW_DAYS else NOTE
    return Finding(state, "room", f"{text}; there is room for {left:,.0f} days; make room, or name another folder")


def _aside(where: Folders) -> Finding | None:
    """Say how much was set aside; None where nothing was."""
    files = [Path(entry.moved_to) for entry in set_aside.entries(where)]
    if not files:
        return None
    size = upkeep.size_of(where.set_aside)
    state = NOTE if size > SET_ASIDE_LIMIT else OK
    return Finding(
        state, "set aside", f"{len(files)} files, {size / 1e6:,.0f} MB; {BOUND}; look at them, then delete them"
    )
