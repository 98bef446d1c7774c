"""Name the files of a data folder that cannot be used, and say what happens to their units."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from flows.summary import Problem
from pipelines.catalogue import count_pages
from pipelines.catalogue.urls import MAILBOX, units
from pipelines.folders import Folders, typed
from pipelines.landing import set_aside
from pipelines.landing.runs import current_run
from pipelines.landing.set_aside import Entry
from pipelines.landing.stored import unit_file
from pipelines.landing.sweep import Unusable, unusable_files
from pipelines.landing.visits import latest_run, read_visits
from pipelines.model import BY_HAND, Source, Visit

KEPT = "nothing of this unit; its months are gaps, not zeros"
READ_AGAIN = "the next collect reads its unit again"
RESTORE = "no collect reads it again: restore it from your backup, or delete it"
LOOK = "look at it and delete it"
MOVES = "the next run sets it aside"
GIVE = "let the user who runs stackrank read it"


def find_damage(where: Folders, sources: Iterable[Source]) -> list[Problem]:
    """Return one problem for each file that cannot be used: where it should be, or set aside in this run.

    Outside a run, the latest run that visited something counts. A file of observations is a problem
    until its unit is there again, or the file that was set aside is not.
    """
    entries, lost = list(set_aside.entries(where)), list(set_aside.unlisted(where))
    run = current_run() or (latest_run(where.visits) if entries else "")
    found = [*unusable_files(where), *lost, *(entry for entry in entries if _is_news(where, entry, run))]
    if not found:
        return []
    by_name = {(source.community, source.name): source for source in sources}
    visits = {unit_file(where.observations, visit): visit for visit in read_visits(where.visits)}
    return [_problem(where, each, visits, by_name) for each in found]


def find_core_damage(where: Folders) -> list[Problem]:
    """Return one problem for each folder of kept tables that the build of this run has set aside and made again."""
    moved = (entry for entry in set_aside.entries(where) if entry.run == current_run() != "")
    return [_problem(where, each, {}, {}) for each in moved if each.file.startswith(f"{where.core.name}/")]


def _is_news(where: Folders, entry: Entry, run: str) -> bool:
    is_missing = entry.file.startswith(f"{where.observations.name}/") and not (where.data / entry.file).exists()
    return is_missing or entry.run == run != ""


def _problem(
    where: Folders, found: Unusable | Entry, visits: dict[Path, Visit], by_name: dict[tuple[str, str], Source]
) -> Problem:
    is_moved = isinstance(found, Entry)
    path = where.data / found.file if is_moved else found.path
    what = f"{path.relative_to(where.data)}: cannot be read ({found.reason})"
    place = f"; the file lies in {found.moved_to}{_machine(found)}" if is_moved else ""
    if where.observations not in path.parents or path.suffix != ".parquet":
        fix = LOOK if is_moved else GIVE if found.is_refused else MOVES
        return Problem(what, f"all others{place}", fix)
    if is_moved and path.exists():
        return Problem(what, f"the unit, which was read again{place}", LOOK)
    visit = visits.get(path)
    source = by_name.get((visit.community, visit.source)) if visit else None
    return Problem(what, KEPT + place, _fix(visit, source) if visit and source and source.enabled else RESTORE)


def _machine(entry: Entry) -> str:
    return f" on {entry.machine}" if entry.machine else ""


def _fix(visit: Visit, source: Source) -> str:
    """Say how the unit of a visit is read again."""
    page = count_pages.unit_without_day(visit)
    if page != visit.unit and visit.unit != count_pages.unit(page, datetime.now(UTC).date()):
        return f"no source states the counts of a past day again; {RESTORE}"
    if source.kind in BY_HAND:
        return f"read its unit again: {typed(f'collect --pages PATH --source {source.id}')}"
    if source.kind == MAILBOX and visit.unit not in units(source):
        return f"read its unit again: {typed(f'collect --mbox PATH --source {source.id}')}"
    if source.on_demand:
        return f"read its unit again: {typed(f'collect --source {source.id}')}"
    return READ_AGAIN


def format_lines(problems: Iterable[Problem]) -> Iterator[str]:
    """Yield each problem as one line: what, and how it is fixed."""
    return (f"{problem.what}; {problem.fix}" for problem in problems)


def format_warnings(where: Folders) -> Iterator[str]:
    """Yield a line for each file that was set aside in this run so far."""
    entries = (entry for entry in set_aside.entries(where) if entry.run == current_run())
    return (
        f"{entry.file}: cannot be read ({entry.reason}); set aside: {entry.moved_to}{_machine(entry)}"
        for entry in entries
    )
