"""Tells which files of observations cannot be read, and what happens to their units."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from flows.summary import Problem
from pipelines.catalogue import count_pages
from pipelines.catalogue.urls import MAILBOX, units
from pipelines.folders import Folders
from pipelines.landing.store import Damaged, damaged, unit_file
from pipelines.landing.visits import read_visits
from pipelines.model import BY_HAND, Source, Visit

KEPT = "nothing of it: its unit is left out, its months are gaps, not zeros"
NEXT = "its unit is read again at the next collect"
NEVER = "no collect reads it again: restore it from your backup, or delete it"


def find(where: Folders, sources: Iterable[Source]) -> list[Problem]:
    """Look at all files of observations; return one trouble for each that cannot be read, sorted by path."""
    return troubles(where, sources, damaged(where.observations))


def troubles(where: Folders, sources: Iterable[Source], found: list[Damaged]) -> list[Problem]:
    """Return one trouble for each damaged file."""
    if not found:
        return []
    known = {(source.community, source.name): source for source in sources}
    visits = {unit_file(where.observations, visit): visit for visit in read_visits(where.visits)}
    return [_trouble(where, one, visits.get(one.path), known) for one in found]


def _trouble(where: Folders, one: Damaged, visit: Visit | None, known: dict[tuple[str, str], Source]) -> Problem:
    source = known.get((visit.community, visit.source)) if visit else None
    failed = f"{one.path.relative_to(where.data)}: cannot be read ({one.reason})"
    return Problem(failed, KEPT, _next(visit, source) if visit and source and source.enabled else NEVER)


def _next(visit: Visit, source: Source) -> str:
    """Say how the unit of a visit is read again."""
    page = count_pages.unit_without_day(visit)
    if page != visit.unit and visit.unit != count_pages.unit(page, datetime.now(UTC).date()):
        return f"the counts of that day cannot be asked again; {NEVER}"
    if source.kind in BY_HAND:
        return f"its unit is read again by: stackrank collect --pages PATH --source {source.id}"
    if source.kind == MAILBOX and visit.unit not in units(source):
        return f"its unit is read again by: stackrank collect --mbox PATH --source {source.id}"
    if source.on_demand:
        return f"its unit is read again by: stackrank collect --source {source.id}"
    return NEXT


def lines(found: Iterable[Problem]) -> Iterator[str]:
    """Yield each trouble as one line."""
    return (f"{trouble.failed}; {trouble.do}" for trouble in found)


def said_before(found: Iterable[Problem]) -> Iterator[str]:
    """Yield a line for each trouble that a collect begins with."""
    return (f"{trouble.failed}; its unit counts as not held" for trouble in found)
