"""What a run prints at its end, on one screen: each problem, what is kept, and the fix."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from textwrap import shorten

from flows.failures import FULL, is_full
from flows.results import CollectResult
from pipelines.catalogue import count_pages
from pipelines.catalogue.load import file_of
from pipelines.catalogue.urls import MAILBOX
from pipelines.folders import Folders, typed
from pipelines.landing.stored import stored_visits, unit_file
from pipelines.model import BY_HAND, ON_DEMAND, Verdict, Visit

WIDTH = 120
MAX_PROBLEMS = 5
MAX_NAMES = 4


@dataclass(frozen=True)
class Problem:
    """What failed, which data are kept, and how a person fixes it."""

    what: str
    kept: str
    fix: str

    def __str__(self) -> str:
        """Return it as three lines, the first of at most WIDTH characters."""
        what = shorten(f"failed: {self.what}", WIDTH, placeholder=" ...")
        return f"{what}\n  kept: {self.kept}\n  fix: {self.fix}"


def visit_problems(result: CollectResult, where: Folders) -> list[Problem]:
    """Return one problem for each source, verdict and reason, the sources in the order of their names."""
    stored = stored_visits(where.observations)
    failed = sorted(result.failed, key=lambda v: (v.community, v.source, v.verdict, v.reason, v.unit))
    groups = groupby(failed, key=lambda v: (v.community, v.source, v.verdict, v.reason))
    problems = [_visit_problem(list(visits), stored, where) for _, visits in groups]
    return problems + [_unvisited_problem(name) for name in result.unvisited]


def _visit_problem(visits: Sequence[Visit], stored: dict[tuple[str, str, str], Visit], where: Folders) -> Problem:
    first = visits[0]
    units = [count_pages.unit_without_day(visit) for visit in visits]
    names = [unit or "its list of units" for unit in units]
    of_source = [v for v in stored.values() if (v.community, v.source) == (first.community, first.source)]
    reason = first.reason or "no reason was given"
    return Problem(
        what=f"{first.community}/{first.source}: {_shorten_list(names)}: {first.verdict}: {reason}",
        kept=_kept([v for v in of_source if count_pages.unit_without_day(v) in units or "" in units], units),
        fix=_fix(first, where),
    )


def _kept(stored: Sequence[Visit], units: Sequence[str]) -> str:
    if stored and any(visit.kind in count_pages.KINDS for visit in stored):
        days = sorted(visit.seen_at for visit in stored)
        return f"{len(days):,} days of {_shorten_list(units)}, the newest {days[-1]:%Y-%m-%d}"
    parts = []
    if stored:
        rows, oldest = sum(v.observations or 0 for v in stored), min(v.seen_at for v in stored)
        parts.append(f"{rows:,} observations of {_shorten_list([v.unit for v in stored])}, as of {oldest:%Y-%m-%d}")
    if missing := [unit for unit in units if unit not in {v.unit for v in stored} | {""}]:
        parts.append(f"no data yet of {_shorten_list(missing)}; its months are gaps, not zeros")
    return "; ".join(parts) or "no data yet"


def _shorten_list(names: Sequence[str]) -> str:
    if len(names) <= MAX_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[: MAX_NAMES - 1])} and {len(names) - MAX_NAMES + 1} more"


def _fix(visit: Visit, where: Folders) -> str:
    source = f"{visit.community}/{visit.source}"
    if FULL.search(visit.reason):
        return f"make room on the disk; the next run tries again; to try now: {typed(f'collect {source}')}"
    retry = f"the next run tries again; to try now: {typed(f'collect {source}')}"
    if visit.kind == MAILBOX:
        return f"repair the mailbox, then: {typed(f'collect {source}')} (or --mbox PATH --source {source})"
    if visit.kind in BY_HAND:
        return f"repair the page or leave it out, then: {typed(f'collect --pages PATH --source {source}')}"
    if visit.kind in ON_DEMAND:
        retry = f"to try again: {typed(f'collect --source {source}')}"
    if visit.verdict == Verdict.GONE:
        file = file_of(where.communities, visit.community)
        return f"if it has moved, correct its url in {file}; if it has ended, give it an until"
    if visit.verdict == Verdict.REFUSED:
        return f"check STACKRANK_CONTACT and ask the operators of the host; {retry}"
    if visit.verdict == Verdict.SHRUNK:
        file = unit_file(where.observations, visit)
        return f"if the smaller number is right, delete {file} and run: {typed(f'collect {source}')}"
    return retry


def _unvisited_problem(name: str) -> Problem:
    source = name.partition(" ")[0]
    return Problem(
        f"{name}: the spider ended without a visit; it says why above",
        "the previous data",
        typed(f"collect {source}"),
    )


def step_problem(step: str, error: Exception, where: Folders) -> Problem:
    """Return the problem of a build or a report that raised."""
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    fix = "make room on the disk" if is_full(error) else "correct what the message names"
    return Problem(f"{step}: {reason}", _published(where), f"{fix}, then: {typed(step)}")


def _published(where: Folders) -> str:
    """Say which database and page are published."""
    built, written = _changed(where.database), _changed(where.site / "index.html")
    if not built and not written:
        return "what was collected; there was no database and no page before"
    return f"what was collected, the database of {built or 'no day'} and the page of {written or 'no day'}"


def _changed(path: Path) -> str | None:
    return f"{datetime.fromtimestamp(path.stat().st_mtime, UTC):%Y-%m-%d %H:%M} UTC" if path.exists() else None


def render(result: CollectResult, problems: Sequence[Problem], page: Path | None, *, up_to_date: bool) -> str:
    """Return the whole summary: a line of counts, at most MAX_PROBLEMS problems, where the page is."""
    return "\n".join(_lines(result, problems, page, up_to_date=up_to_date))


def _lines(result: CollectResult, problems: Sequence[Problem], page: Path | None, *, up_to_date: bool) -> Iterator[str]:
    yield format_counts(result)
    if result.is_offline:
        yield f"no host answered; check the network of this machine: {_reach_by_hand(result.visits[0])}"
    else:
        yield from format_problems(problems)
    if up_to_date:
        yield "nothing new; database and page are up to date"
    yield f"page: {page}" if page else "nothing was published; database and page are as they were"


def _reach_by_hand(visit: Visit) -> str:
    """Return the command by which a person asks the same host: git for a repository, curl for all else."""
    if visit.url.startswith("git+"):
        return f"git ls-remote {visit.url.removeprefix('git+')} HEAD"
    return f"curl --head {visit.url}"


def format_counts(result: CollectResult) -> str:
    """Return how many units were fetched, failed and were deferred, in one line."""
    counts = f"{len(result.good)} fetched, {len(result.complaints)} failed"
    deferred = sum(len(plan.deferred) for plan in result.deferred)
    return f"{counts}, {deferred} deferred to the next run" if deferred else counts


def format_problems(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield the first problems in full and count the others."""
    yield from map(str, problems[:MAX_PROBLEMS])
    if len(problems) > MAX_PROBLEMS:
        yield f"and {len(problems) - MAX_PROBLEMS} more problems; to see all: {typed('status')}"
