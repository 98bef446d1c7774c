"""Tells when each source was last seen well, and whether a good night is recent enough.

A night is good when every unit that it had to visit was seen well and the page was written after.
So the last good night is as old as the oldest last good visit among those units, or as the page,
whichever is older. A unit that the latest plan leaves for another night is not missed.
"""

import re
from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.catalogue import urls
from pipelines.catalogue.count_pages import unit_without_day
from pipelines.folders import Folders
from pipelines.landing.visits import read_plans, read_visits
from pipelines.model import GOOD_VERDICTS, Plan, Source, Visit

UNITS = {"h": "hours", "d": "days"}


@dataclass(frozen=True)
class Seen:
    """What is known of one source: the latest visit and the last good one to each unit, and which units are due."""

    source: Source
    latest: dict[str, Visit]
    good: dict[str, datetime]
    due: tuple[str, ...]

    @property
    def failed(self) -> list[Visit]:
        """The latest visits that brought nothing good."""
        return [visit for visit in self.latest.values() if visit.verdict not in GOOD_VERDICTS]

    @property
    def last_good(self) -> datetime | None:
        """When any unit was last seen well."""
        return max(self.good.values(), default=None)

    def before(self, moment: datetime) -> list[str]:
        """Return the due units whose last good visit is before a moment, or never was."""
        return [unit for unit in self.due if unit not in self.good or self.good[unit] < moment]

    @property
    def never(self) -> bool:
        """Whether no unit was ever seen well."""
        return not self.good


@dataclass(frozen=True)
class Known:
    """What is known of all sources that can be visited, and when database and page were written (None: never)."""

    sources: tuple[Seen, ...]
    built_at: datetime | None
    written_at: datetime | None

    @property
    def last_good_night(self) -> datetime | None:
        """The moment since which everything was seen well and published; None if that never was so."""
        moments = [seen.good.get(unit) for seen in self.sources for unit in seen.due]
        moments += [None for seen in self.sources if seen.never]
        oldest = [moment for moment in (*moments, self.written_at) if moment]
        return min(oldest) if len(oldest) == len(moments) + 1 else None


def known(where: Folders, sources: Sequence[Source]) -> Known:
    """Read what was noted of the sources that can be visited."""
    visits: dict[tuple[str, str], list[Visit]] = {}
    for visit in read_visits(where.visits):
        visits.setdefault((visit.community, visit.source), []).append(visit)
    plans = {(plan.community, plan.source): plan for plan in read_plans(where.visits)}
    asked = [((s.community, s.name), s) for s in sources if s.visited]
    seen = tuple(_seen(source, visits.get(key, []), plans.get(key)) for key, source in asked)
    return Known(seen, _written(where.database), _written(where.site / "index.html"))


def _seen(source: Source, visits: Sequence[Visit], plan: Plan | None) -> Seen:
    in_order = sorted(visits, key=lambda visit: visit.seen_at)
    good = {unit_without_day(visit): visit.seen_at for visit in in_order if visit.verdict in GOOD_VERDICTS}
    planned, left = (plan.units, plan.deferred) if plan else ((), ())
    due = dict.fromkeys([*urls.units(source), *planned])
    return Seen(
        source, {unit_without_day(v): v for v in in_order}, good, tuple(unit for unit in due if unit not in left)
    )


def _written(path: Path) -> datetime | None:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.exists() else None


def table(known: Known, now: datetime) -> list[str]:
    """Return the lines that tell of every source, its failed units and the database."""
    lines: list[str] = []
    for seen in known.sources:
        last = f"last seen {ago(seen.last_good, now)}" if seen.last_good else "never seen"
        good = len(seen.latest) - len(seen.failed)
        lines.append(f"{seen.source.id:24} {good} units good, {len(seen.failed)} not; {last}")
        lines += [f"  {visit.unit or 'its list of units'}: {visit.verdict}: {visit.reason}" for visit in seen.failed]
    return [*lines, f"database: built {ago(known.built_at, now)}" if known.built_at else "database: not built yet"]


def well(known: Known) -> bool:
    """Tell whether the latest visits were all good and there is a database."""
    return known.built_at is not None and not any(seen.failed or seen.never for seen in known.sources)


def overdue(known: Known, age: timedelta, now: datetime) -> list[str]:
    """Return the lines that tell what is older than `age`: no line if the last good night is not."""
    since = now - age
    night = known.last_good_night
    if night and night >= since:
        return []
    last = f"the last one was {ago(night, now)}" if night else "there never was one"
    lines = [f"no good night in the last {span(age)}: {last}"]
    lines += [f"  {line}" for seen in known.sources if (line := late(seen, since, now))]
    if known.written_at is None or known.written_at < since:
        lines.append(f"  the page: {f'written {ago(known.written_at, now)}' if known.written_at else 'never written'}")
    return [*lines, "why, and what failed: stackrank status"]


def late(seen: Seen, since: datetime, now: datetime) -> str | None:
    """Say which units of a source were not seen well since a moment; None if all were."""
    if seen.last_good is None:
        return f"{seen.source.id}: never seen well"
    units = seen.before(since)
    if not units:
        return None
    if seen.last_good < since:
        return f"{seen.source.id}: last good visit {ago(seen.last_good, now)}"
    oldest = min(units, key=lambda unit: seen.good.get(unit, datetime.min.replace(tzinfo=UTC)))
    last = f"last good visit {ago(seen.good[oldest], now)}" if oldest in seen.good else "never seen well"
    return f"{seen.source.id}: {len(units)} of {len(seen.due)} units, the longest {oldest}: {last}"


def ago(moment: datetime, now: datetime) -> str:
    """Return a moment with its age in hours."""
    return f"{moment:%Y-%m-%d %H:%M} UTC ({(now - moment) / timedelta(hours=1):.0f} h ago)"


def span(age: timedelta) -> str:
    """Return a length of time in whole hours."""
    return f"{age // timedelta(hours=1)} h"


def read_age(text: str) -> timedelta:
    """Read `48h` or `2d`; raises ArgumentTypeError for anything else."""
    found = re.fullmatch(r"([1-9]\d{0,3})([hd])", text)
    if not found:
        raise ArgumentTypeError(f"{text!r} is no age; write hours or days, such as 48h or 2d")
    return timedelta(**{UNITS[found[2]]: int(found[1])})
