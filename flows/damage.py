"""Name the files of observations that cannot be read, and say what happens to their units."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from flows.summary import Problem
from pipelines.catalogue import count_pages
from pipelines.catalogue.urls import MAILBOX, units
from pipelines.folders import Folders
from pipelines.landing.store import DamagedFile, damaged_files, unit_file
from pipelines.landing.visits import read_visits
from pipelines.model import BY_HAND, Source, Visit

KEPT = "nothing of this unit; its months are gaps, not zeros"
READ_AGAIN = "the next collect reads its unit again"
RESTORE = "no collect reads it again: restore it from your backup, or delete it"


def find_damage(where: Folders, sources: Iterable[Source]) -> list[Problem]:
    """Check all files of observations; return one problem for each that cannot be read, sorted by path."""
    return damage_problems(where, sources, damaged_files(where.observations))


def damage_problems(where: Folders, sources: Iterable[Source], damaged: list[DamagedFile]) -> list[Problem]:
    """Return one problem for each damaged file."""
    if not damaged:
        return []
    by_name = {(source.community, source.name): source for source in sources}
    visits = {unit_file(where.observations, visit): visit for visit in read_visits(where.visits)}
    return [_problem(where, file, visits.get(file.path), by_name) for file in damaged]


def _problem(where: Folders, file: DamagedFile, visit: Visit | None, by_name: dict[tuple[str, str], Source]) -> Problem:
    source = by_name.get((visit.community, visit.source)) if visit else None
    what = f"{file.path.relative_to(where.data)}: cannot be read ({file.reason})"
    return Problem(what, KEPT, _fix(visit, source) if visit and source and source.enabled else RESTORE)


def _fix(visit: Visit, source: Source) -> str:
    """Say how the unit of a visit is read again."""
    page = count_pages.unit_without_day(visit)
    if page != visit.unit and visit.unit != count_pages.unit(page, datetime.now(UTC).date()):
        return f"no source states the counts of a past day again; {RESTORE}"
    if source.kind in BY_HAND:
        return f"read its unit again: stackrank collect --pages PATH --source {source.id}"
    if source.kind == MAILBOX and visit.unit not in units(source):
        return f"read its unit again: stackrank collect --mbox PATH --source {source.id}"
    if source.on_demand:
        return f"read its unit again: stackrank collect --source {source.id}"
    return READ_AGAIN


def format_lines(problems: Iterable[Problem]) -> Iterator[str]:
    """Yield each problem as one line: what, and how it is fixed."""
    return (f"{problem.what}; {problem.fix}" for problem in problems)


def format_warnings(problems: Iterable[Problem]) -> Iterator[str]:
    """Yield a line for each problem that is known when a collect begins."""
    return (f"{problem.what}; its unit counts as not stored" for problem in problems)
