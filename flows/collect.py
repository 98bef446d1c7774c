"""Run the spiders, each in a process of its own, and read how their visits went."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from pipelines.catalogue import urls
from pipelines.catalogue.count_pages import unit_without_day
from pipelines.catalogue.urls import ARCHIVES, CAPTURED, MAILBOX, mailbox_of
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.runs import RUN, begin_run
from pipelines.landing.visits import log_visit, read_plans, read_run
from pipelines.model import GOOD_VERDICTS, Plan, Source, Verdict, Visit

SPIDERS = (sys.executable, "-m", "spiders")
LONGEST_CRAWL = timedelta(hours=6)
"""How long one spider may take: 200 units, the most that a run asks of a host, with 108 seconds for each."""
ENDED = f"not visited: its spider was not done after {LONGEST_CRAWL.total_seconds() / 3600:.0f} hours and was ended"


@dataclass(frozen=True)
class CollectResult:
    """How the visits of one run went; `unvisited` names what the run had to visit and did not.

    `deferred` holds the plans that defer units to another run: those units are neither unvisited nor failed.
    """

    visits: tuple[Visit, ...]
    unvisited: tuple[str, ...]
    deferred: tuple[Plan, ...] = ()

    @property
    def failed(self) -> tuple[Visit, ...]:
        """The visits that failed in any way."""
        return tuple(visit for visit in self.visits if visit.verdict not in GOOD_VERDICTS)

    @property
    def retryable(self) -> tuple[Visit, ...]:
        """The visits worth another try in the same run; a spider that was ended would take as long again."""
        return tuple(visit for visit in self.failed if visit.verdict == Verdict.FAILED and visit.reason != ENDED)

    @property
    def good(self) -> tuple[Visit, ...]:
        """The visits after which we have what the source has."""
        return tuple(visit for visit in self.visits if visit.verdict in GOOD_VERDICTS)

    @property
    def complaints(self) -> list[str]:
        """One line for each thing that failed."""
        failed = [f"{v.community}/{v.source} {v.unit}: {v.verdict}: {v.reason}" for v in self.failed]
        return failed + [f"{name}: was not visited" for name in self.unvisited]


def collect(
    where: Folders, sources: Sequence[Source], units: Iterable[str] = (), run: str | None = None
) -> CollectResult:
    """Visit the sources (only `units` of them, if given) in a run, or in a new one; return the visits of that run.

    Spiders of different kinds run one after another. The units of a spider that crashes are
    `unvisited`; one that is not done after LONGEST_CRAWL is ended, and its units have failed.
    """
    run = run or begin_run()
    chosen = frozenset(units)
    for kind in dict.fromkeys(source.kind for source in sources):
        of_kind = [source for source in sources if source.kind == kind]
        if not _crawl(where, run, kind, [source.id for source in of_kind], chosen):
            _log_unvisited(where, of_kind, run, chosen)
    return read_result(where, sources, run, chosen)


def collect_given(where: Folders, source: Source, path: Path) -> CollectResult:
    """Read the mailbox, the saved page or the folder at `path` into a source; return its visits.

    A mailbox is one unit, named after the file; saved pages give one unit for each month or list in them.
    Raises ValueError where its name cannot be that of a unit.
    """
    unit = mailbox_of(f"file://localhost{quote(str(path.resolve()))}")
    run = begin_run()
    _crawl(where, run, source.kind, [source.id], frozenset(), f"path={path.resolve()}")
    visits = read_result(where, [source], run).visits
    if source.kind == MAILBOX:
        visits = tuple(visit for visit in visits if visit.unit == unit)
    return CollectResult(visits, () if visits else (f"{source.id} {unit}",))


def reread(where: Folders, sources: Sequence[Source]) -> CollectResult:
    """Read the kept pages of mail archives again, without asking any host, and return the new visits.

    Each has the time at which its page was served.
    """
    run = begin_run()
    for kind in (*ARCHIVES, CAPTURED):
        if names := [s.id for s in sources if s.kind == kind]:
            _crawl(where, run, kind, names, frozenset(), "reread=yes")
    return CollectResult(tuple(read_run(where.visits, run)), ())


def read_result(
    where: Folders, sources: Sequence[Source], run: str, units: frozenset[str] = frozenset()
) -> CollectResult:
    """Return the last visit of a run to each unit of the sources."""
    ids = {source.id for source in sources}
    latest = {
        (f"{v.community}/{v.source}", unit_without_day(v)): v
        for v in read_run(where.visits, run)
        if f"{v.community}/{v.source}" in ids
    }
    plans = {f"{p.community}/{p.source}": p for p in read_plans(where.visits) if p.run == run}
    expected = [(s.id, unit) for s in sources for unit in _planned(s, plans.get(s.id))]
    missing = [f"{s} {u}" for s, u in expected if (s, u) not in latest and (not units or u in units)]
    lists = [s.id for s in sources if s.urls_from and s.id not in plans and not any(key[0] == s.id for key in latest)]
    deferred = tuple(plan for name, plan in plans.items() if name in ids and plan.deferred)
    return CollectResult(tuple(latest.values()), tuple(missing + lists), deferred)


def _planned(source: Source, plan: Plan | None) -> list[str]:
    """Return the units that a run had to visit: all of the source, without the deferred ones."""
    named = urls.units(source)
    planned, deferred = (plan.units, set(plan.deferred)) if plan else ((), set())
    return [unit for unit in dict.fromkeys([*named, *planned]) if unit not in deferred]


def _log_unvisited(where: Folders, sources: list[Source], run: str, units: frozenset[str]) -> None:
    """Log a failed visit to each unit that an ended spider had not visited."""
    unvisited = [name.partition(" ")[::2] for name in read_result(where, sources, run, units).unvisited]
    by_id = {source.id: source for source in sources}
    for source, unit in ((by_id[name], unit) for name, unit in unvisited):
        by_unit = dict(zip(urls.units(source), source.urls, strict=True))
        url = by_unit.get(unit) or source.urls_from or source.urls[0]
        now = datetime.now(UTC).replace(microsecond=0)
        visit = Visit(source.community, source.name, source.kind, unit, url, now, Verdict.FAILED, ENDED, run=run)
        log_visit(where.visits, visit)


def _crawl(where: Folders, run: str, kind: str, sources: list[str], units: frozenset[str], *arguments: str) -> bool:
    """Run one spider; return False where it was not done after LONGEST_CRAWL, and was ended.

    The spider and its children end when this process ends, even by kill -9 (see spiders/watchdog.py).
    """
    ours, theirs = os.pipe()
    named = [f"sources={','.join(sources)}", f"units={','.join(sorted(units))}", *arguments]
    try:
        process = subprocess.Popen(
            [*SPIDERS, kind, *named],
            env=_environment(where, run, ours),
            pass_fds=(ours,),
            cwd=CHECKOUT,
            process_group=0,
        )
        return _wait(process)
    finally:
        os.close(ours)
        os.close(theirs)


def _wait(process: subprocess.Popen[bytes]) -> bool:
    """Wait for a spider; end its process group and return False where it outlives its time."""
    try:
        process.wait(LONGEST_CRAWL.total_seconds())
    except subprocess.TimeoutExpired:
        return False
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return True


def _environment(where: Folders, run: str, pipe: int) -> dict[str, str]:
    return os.environ | {
        "STACKRANK_DATA": str(where.data),
        "STACKRANK_COMMUNITIES": str(where.communities),
        "STACKRANK_PARENT_PIPE": str(pipe),
        RUN: run,
    }
