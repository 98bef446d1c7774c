"""Runs the spiders, each in a process of its own, and tells how their visits went."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from pipelines.catalogue import urls
from pipelines.catalogue.count_pages import unit_without_day
from pipelines.catalogue.urls import ARCHIVES, CAPTURED, MAILBOX, mailbox_of
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.visits import log_visit, read_plans, read_visits
from pipelines.model import GOOD_VERDICTS, Plan, Source, Verdict, Visit

SPIDERS = (sys.executable, "-m", "spiders")
LONGEST_CRAWL = timedelta(hours=6)
"""How long one spider may take: 200 units, the most that a night asks of a host, with 108 seconds for each."""
ENDED = f"not visited: its spider was not done after {LONGEST_CRAWL.total_seconds() / 3600:.0f} hours and was ended"


@dataclass(frozen=True)
class Collected:
    """How the visits of one run went; `silent` names what should have been visited and was not.

    `left` holds the plans that leave units to another night: those are neither silent nor failed.
    """

    visits: tuple[Visit, ...]
    silent: tuple[str, ...]
    left: tuple[Plan, ...] = ()

    @property
    def failed(self) -> tuple[Visit, ...]:
        """The visits that brought nothing good."""
        return tuple(visit for visit in self.visits if visit.verdict not in GOOD_VERDICTS)

    @property
    def mendable(self) -> tuple[Visit, ...]:
        """The visits that another try in the same night may mend: a spider that was ended would take as long again."""
        return tuple(visit for visit in self.failed if visit.verdict == Verdict.FAILED and visit.reason != ENDED)

    @property
    def good(self) -> tuple[Visit, ...]:
        """The visits that left us with what the source has."""
        return tuple(visit for visit in self.visits if visit.verdict in GOOD_VERDICTS)

    @property
    def complaints(self) -> list[str]:
        """One line for each thing that failed."""
        told = [f"{v.community}/{v.source} {v.unit}: {v.verdict}: {v.reason}" for v in self.failed]
        return told + [f"{name}: no visit was noted" for name in self.silent]


def collect(where: Folders, sources: Sequence[Source], units: Iterable[str] = ()) -> Collected:
    """Visit the sources (only `units` of them, if given) and return what was noted.

    Spiders of different kinds run one after another. A spider that dies without a word leaves its
    units in `silent`; one that is not done after LONGEST_CRAWL is ended, and its units have failed.
    """
    started = datetime.now(UTC).replace(microsecond=0)
    wanted = frozenset(units)
    for kind in dict.fromkeys(source.kind for source in sources):
        mine = [source for source in sources if source.kind == kind]
        if not _crawl(where, kind, [source.id for source in mine], wanted):
            _note_unvisited(where, mine, started, wanted)
    return collected(where, sources, started, wanted)


def collect_given(where: Folders, source: Source, path: Path) -> Collected:
    """Read the mailbox, the saved page or the folder at `path` into a source; return the visits that were noted.

    A mailbox is one unit, of its name; saved pages are as many as they tell of. Raises ValueError
    where its name cannot be that of a unit.
    """
    unit = mailbox_of(f"file://localhost{quote(str(path.resolve()))}")
    started = datetime.now(UTC).replace(microsecond=0)
    _crawl(where, source.kind, [source.id], frozenset(), f"path={path.resolve()}")
    visits = collected(where, [source], started).visits
    if source.kind == MAILBOX:
        visits = tuple(visit for visit in visits if visit.unit == unit)
    return Collected(visits, () if visits else (f"{source.id} {unit}",))


def reread(where: Folders, sources: Sequence[Source]) -> Collected:
    """Read the kept pages of mail archives again, without asking any host, and return the visits that were noted.

    Each has the time at which its page was served.
    """
    before = Counter(read_visits(where.visits))
    for kind in (*ARCHIVES, CAPTURED):
        if names := [s.id for s in sources if s.kind == kind]:
            _crawl(where, kind, names, frozenset(), "reread=yes")
    return Collected(tuple(Counter(read_visits(where.visits)) - before), ())


def collected(
    where: Folders, sources: Sequence[Source], since: datetime, units: frozenset[str] = frozenset()
) -> Collected:
    """Return the latest visit to each unit of the sources that was noted from `since` on."""
    ids = {source.id for source in sources}
    latest = {
        (f"{v.community}/{v.source}", unit_without_day(v)): v
        for v in read_visits(where.visits, since)
        if f"{v.community}/{v.source}" in ids
    }
    plans = {f"{p.community}/{p.source}": p for p in read_plans(where.visits) if p.made_at >= since}
    expected = [(s.id, unit) for s in sources for unit in _planned(s, plans.get(s.id))]
    missing = [f"{s} {u}" for s, u in expected if (s, u) not in latest and (not units or u in units)]
    lists = [s.id for s in sources if s.urls_from and s.id not in plans and not any(key[0] == s.id for key in latest)]
    left = tuple(plan for name, plan in plans.items() if name in ids and plan.deferred)
    return Collected(tuple(latest.values()), tuple(missing + lists), left)


def _planned(source: Source, plan: Plan | None) -> list[str]:
    """Return the units that a run had to visit: all of the source, but for those left to another night."""
    named = urls.units(source)
    planned, left = (plan.units, set(plan.deferred)) if plan else ((), set())
    return [unit for unit in dict.fromkeys([*named, *planned]) if unit not in left]


def _note_unvisited(where: Folders, sources: list[Source], since: datetime, units: frozenset[str]) -> None:
    """Note a failed visit to each unit that the spider which was ended had not visited."""
    silent = [name.partition(" ")[::2] for name in collected(where, sources, since, units).silent]
    by_id = {source.id: source for source in sources}
    for source, unit in ((by_id[name], unit) for name, unit in silent):
        by_unit = dict(zip(urls.units(source), source.urls, strict=True))
        url = by_unit.get(unit) or source.urls_from or source.urls[0]
        now = datetime.now(UTC).replace(microsecond=0)
        visit = Visit(source.community, source.name, source.kind, unit, url, now, Verdict.FAILED, ENDED)
        log_visit(where.visits, visit)


def _crawl(where: Folders, kind: str, sources: list[str], units: frozenset[str], *arguments: str) -> bool:
    """Run one spider; return False where it was not done after LONGEST_CRAWL, and was ended.

    It and all that it starts end with it, and when this process is gone, even by kill -9 (see spiders/watchdog.py).
    """
    ours, theirs = os.pipe()
    named = [f"sources={','.join(sources)}", f"units={','.join(sorted(units))}", *arguments]
    try:
        process = subprocess.Popen(
            [*SPIDERS, kind, *named], env=_environment(where, ours), pass_fds=(ours,), cwd=CHECKOUT, process_group=0
        )
        return _in_time(process)
    finally:
        os.close(ours)
        os.close(theirs)


def _in_time(process: subprocess.Popen[bytes]) -> bool:
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


def _environment(where: Folders, pipe: int) -> dict[str, str]:
    return os.environ | {
        "STACKRANK_DATA": str(where.data),
        "STACKRANK_COMMUNITIES": str(where.communities),
        "STACKRANK_PARENT_PIPE": str(pipe),
    }
