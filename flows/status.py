"""Tell when each source was last fetched, and whether the last good run is recent enough.

A run is good when it fetched every unit that was due and wrote the page after that. So the last
good run is as old as the oldest last good visit of a due unit, or as the page, whichever is older.
A unit that the latest plan defers is not due. There was none where the database lacks a source that is held.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from flows.colour import RED, paint
from flows.published import Published, held_sources, read_published
from pipelines.catalogue import urls
from pipelines.catalogue.count_pages import unit_without_day
from pipelines.folders import Folders, typed
from pipelines.landing.visits import read_plans, read_visits
from pipelines.model import GOOD_VERDICTS, Plan, Source, Visit

UNITS = {"h": "hours", "d": "days"}


@dataclass(frozen=True)
class SourceStatus:
    """One source: the latest visit to each unit, the time of the last good one, and which units are due."""

    source: Source
    latest: dict[str, Visit]
    good: dict[str, datetime]
    due: tuple[str, ...]

    @property
    def failed(self) -> list[Visit]:
        """The latest visits that failed."""
        return [visit for visit in self.latest.values() if visit.verdict not in GOOD_VERDICTS]

    @property
    def last_good(self) -> datetime | None:
        """When any unit was last fetched."""
        return max(self.good.values(), default=None)

    def units_before(self, moment: datetime) -> list[str]:
        """Return the due units that were not fetched since a moment."""
        return [unit for unit in self.due if unit not in self.good or self.good[unit] < moment]

    @property
    def is_new(self) -> bool:
        """Whether no unit was ever fetched."""
        return not self.good


@dataclass(frozen=True)
class Status:
    """All sources that can be visited, what is published, and which sources are held and not in the database."""

    sources: tuple[SourceStatus, ...]
    published: Published
    unpublished: tuple[str, ...] = ()

    @property
    def last_good_run(self) -> datetime | None:
        """The time of the last good run; None if there was none."""
        moments = [source.good.get(unit) for source in self.sources for unit in source.due]
        moments += [None for source in self.sources if source.is_new]
        moments += [None for _ in self.unpublished]
        moments += [] if self.published.built_at else [None]
        oldest = [moment for moment in (*moments, self.published.written_at) if moment]
        return min(oldest) if len(oldest) == len(moments) + 1 else None


def read_status(where: Folders, sources: Sequence[Source]) -> Status:
    """Read the visits and plans of the sources that can be visited. It holds the visits of one source at a time."""
    declared = {(s.community, s.name): s for s in sources if s.visited}
    plans = {(plan.community, plan.source): plan for plan in read_plans(where.visits)}
    found = {key: _source_status(source, [], plans.get(key)) for key, source in declared.items()}
    held: set[str] = set()
    for key, logged in groupby(read_visits(where.visits), key=attrgetter("community", "source")):
        if key in declared:
            visits = list(logged)
            found[key] = _source_status(declared[key], visits, plans.get(key))
            held |= held_sources(visits)
    published = read_published(where)
    return Status(tuple(found.values()), published, tuple(published.missing(held)))


def _source_status(source: Source, visits: Sequence[Visit], plan: Plan | None) -> SourceStatus:
    in_order = sorted(visits, key=lambda visit: visit.seen_at)
    good = {unit_without_day(visit): visit.seen_at for visit in in_order if visit.verdict in GOOD_VERDICTS}
    planned, deferred = (plan.units, plan.deferred) if plan else ((), ())
    due = dict.fromkeys([*urls.units(source), *planned])
    return SourceStatus(
        source, {unit_without_day(v): v for v in in_order}, good, tuple(unit for unit in due if unit not in deferred)
    )


def format_table(status: Status, now: datetime) -> list[str]:
    """Return lines for every source, its failed units and the database."""
    lines: list[str] = []
    for source in status.sources:
        last = f"last fetched {format_moment(source.last_good, now)}" if source.last_good else "never fetched"
        good = len(source.latest) - len(source.failed)
        failed = paint(f"{len(source.failed)} failed", RED) if source.failed else "0 failed"
        lines.append(f"{source.source.id:24} {good} units good, {failed}; {last}")
        lines += [f"  {v.unit or 'its list of units'}: {paint(v.verdict, RED)}: {v.reason}" for v in source.failed]
    lines += [f"{source:24} is not in the database; build it again: {typed('build')}" for source in status.unpublished]
    return [*lines, _format_database(status.published, now)]


def _format_database(published: Published, now: datetime) -> str:
    built = f"built {format_moment(published.built_at, now)}" if published.built_at else "not built yet"
    return f"database: {published.problem or built}"


def is_well(status: Status) -> bool:
    """Tell whether the latest visits were all good and the database has all that is held."""
    is_published = status.published.built_at is not None and not status.unpublished
    return is_published and not any(source.failed or source.is_new for source in status.sources)


def format_overdue(status: Status, age: timedelta, now: datetime) -> list[str]:
    """Return lines that say what is older than `age`; no line if the last good run is recent enough."""
    since = now - age
    last = status.last_good_run
    if last and last >= since:
        return []
    previous = f"the last was {format_moment(last, now)}" if last else "there was none"
    lines = [f"no good run in the last {_format_age(age)}: {previous}"]
    lines += [f"  {line}" for source in status.sources if (line := _format_late(source, since, now))]
    lines += [f"  {source}: not in the database" for source in status.unpublished]
    if not status.published.built_at:
        lines.append(f"  {_format_database(status.published, now)}")
    written_at = status.published.written_at
    if written_at is None or written_at < since:
        written = f"written {format_moment(written_at, now)}" if written_at else "never written"
        lines.append(f"  the page: {written}")
    return [*lines, f"what failed, and why: {typed('status')}"]


def _format_late(source: SourceStatus, since: datetime, now: datetime) -> str | None:
    """Say which units of a source were not fetched since a moment; None if all were."""
    name = source.source.id
    if source.last_good is None:
        return f"{name}: never fetched"
    units = source.units_before(since)
    if not units:
        return None
    if source.last_good < since:
        return f"{name}: last fetched {format_moment(source.last_good, now)}"
    oldest = min(units, key=lambda unit: source.good.get(unit, datetime.min.replace(tzinfo=UTC)))
    last = f"last fetched {format_moment(source.good[oldest], now)}" if oldest in source.good else "never fetched"
    return f"{name}: {len(units)} of {len(source.due)} units are late, first {oldest}: {last}"


def format_moment(moment: datetime, now: datetime) -> str:
    """Return a moment with its age in hours."""
    return f"{moment:%Y-%m-%d %H:%M} UTC ({(now - moment) / timedelta(hours=1):.0f} h ago)"


def _format_age(age: timedelta) -> str:
    """Return a length of time in whole hours."""
    return f"{age // timedelta(hours=1)} h"


def read_age(text: str) -> timedelta:
    """Read `48h` or `2d`; raises ValueError for anything else."""
    found = re.fullmatch(r"([1-9]\d{0,3})([hd])", text)
    if not found:
        raise ValueError(f"{text!r} is not an age; write hours or days, such as 48h or 2d")
    return timedelta(**{UNITS[found[2]]: int(found[1])})
