"""What a run tells at its end, in one screen: what failed, what was kept, what to do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from textwrap import shorten

from flows.collect import Collected
from pipelines.catalogue import count_pages
from pipelines.catalogue.urls import MAILBOX
from pipelines.folders import Folders
from pipelines.landing.store import stored_visits, unit_file
from pipelines.model import BY_HAND, ON_DEMAND, Verdict, Visit

WIDTH = 120
MOST_TROUBLES = 5
MOST_NAMES = 4


@dataclass(frozen=True)
class Problem:
    """Something that failed, what is kept all the same, and what a person can do about it."""

    failed: str
    kept: str
    do: str

    def __str__(self) -> str:
        """Return it as three lines, the first of at most WIDTH characters."""
        failed = shorten(f"failed: {self.failed}", WIDTH, placeholder=" ...")
        return f"{failed}\n  kept: {self.kept}\n  to do: {self.do}"


def of_visits(collected: Collected, where: Folders) -> list[Problem]:
    """Return one trouble for each source, verdict and reason, the sources in the order of their names."""
    held = stored_visits(where.observations)
    failed = sorted(collected.failed, key=lambda v: (v.community, v.source, v.verdict, v.reason, v.unit))
    groups = groupby(failed, key=lambda v: (v.community, v.source, v.verdict, v.reason))
    troubles = [_trouble(list(visits), held, where) for _, visits in groups]
    return troubles + [_silence(name) for name in collected.silent]


def _trouble(visits: Sequence[Visit], held: dict[tuple[str, str, str], Visit], where: Folders) -> Problem:
    one = visits[0]
    units = [count_pages.unit_without_day(visit) for visit in visits]
    names = [unit or "its list of units" for unit in units]
    ours = [v for v in held.values() if (v.community, v.source) == (one.community, one.source)]
    return Problem(
        failed=f"{one.community}/{one.source}: {_listed(names)}: {one.verdict}: {one.reason or 'no reason was given'}",
        kept=_kept([v for v in ours if count_pages.unit_without_day(v) in units or "" in units], units),
        do=_advice(one, where),
    )


def _kept(held: Sequence[Visit], units: Sequence[str]) -> str:
    if held and any(visit.kind in count_pages.KINDS for visit in held):
        days = sorted(visit.seen_at for visit in held)
        return f"{len(days):,} days of {_listed(units)}, the newest {days[-1]:%Y-%m-%d}"
    parts = []
    if held:
        rows, oldest = sum(v.observations or 0 for v in held), min(v.seen_at for v in held)
        parts.append(f"{rows:,} observations of {_listed([v.unit for v in held])}, as of {oldest:%Y-%m-%d}")
    if missing := [unit for unit in units if unit not in {v.unit for v in held} | {""}]:
        parts.append(f"nothing is held of {_listed(missing)}: its months are gaps, not zeros")
    return "; ".join(parts) or "nothing is held of it yet"


def _listed(names: Sequence[str]) -> str:
    if len(names) <= MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[: MOST_NAMES - 1])} and {len(names) - MOST_NAMES + 1} more"


def _advice(visit: Visit, where: Folders) -> str:
    source = f"{visit.community}/{visit.source}"
    again = f"it is asked again next night, or now by: stackrank collect {source}"
    if visit.kind == MAILBOX:
        return f"mend the mailbox, then: stackrank collect {source}, or with --mbox PATH --source {source}"
    if visit.kind in BY_HAND:
        return f"mend the page or leave it out, then: stackrank collect --pages PATH --source {source}"
    if visit.kind in ON_DEMAND:
        again = f"it is asked again by: stackrank collect --source {source}"
    if visit.verdict == Verdict.GONE:
        file = where.communities / f"{visit.community}.toml"
        return f"if it has moved, correct its url in {file}; if it has ended, give it an until"
    if visit.verdict == Verdict.REFUSED:
        return f"see that STACKRANK_CONTACT is set, and ask its operators; {again}"
    if visit.verdict == Verdict.PARTIAL:
        file = unit_file(where.observations, visit)
        return f"if less is right, delete {file} and run: stackrank collect {source}"
    return again


def _silence(name: str) -> Problem:
    source = name.partition(" ")[0]
    kept = "what was held before"
    return Problem(f"{name}: no visit was noted; the spider says why above", kept, f"stackrank collect {source}")


def of_step(step: str, error: Exception, where: Folders) -> Problem:
    """Return the trouble of a build or a report that raised."""
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    return Problem(f"{step}: {reason}", _published(where), f"mend what it names, then: stackrank {step}")


def _published(where: Folders) -> str:
    """Tell which database and page stand."""
    built, written = _changed(where.database), _changed(where.site / "index.html")
    if not built and not written:
        return "what was collected; there was no database and no page before"
    return f"what was collected; the database of {built or 'no day'} and the page of {written or 'no day'} stand"


def _changed(path: Path) -> str | None:
    return f"{datetime.fromtimestamp(path.stat().st_mtime, UTC):%Y-%m-%d %H:%M} UTC" if path.exists() else None


def render(collected: Collected, troubles: Sequence[Problem], page: Path | None, *, quiet: bool) -> str:
    """Return the whole account: a line of counts, at most MOST_TROUBLES troubles, where the page is."""
    return "\n".join(_lines(collected, troubles, page, quiet=quiet))


def _lines(collected: Collected, troubles: Sequence[Problem], page: Path | None, *, quiet: bool) -> Iterator[str]:
    yield counts(collected)
    if unreachable(collected):
        url = collected.visits[0].url.removeprefix("git+")
        yield f"nothing at all could be reached; is this machine on the network? try: git ls-remote {url} HEAD"
    yield from format_problems(troubles)
    if quiet:
        yield "nothing is new: the database and the page of before stand, and the page says so"
    yield f"page: {page}" if page else "nothing was published; the site and database of before stand"


def counts(collected: Collected) -> str:
    """Return how many units were had, how many were not, and how many are left for another night, in one line."""
    told = f"{len(collected.good)} units had, {len(collected.complaints)} failed"
    left = sum(len(plan.deferred) for plan in collected.left)
    return f"{told}, {left} left for another night" if left else told


def format_problems(troubles: Sequence[Problem]) -> Iterator[str]:
    """Yield the first troubles in full and count the others."""
    yield from map(str, troubles[:MOST_TROUBLES])
    if len(troubles) > MOST_TROUBLES:
        yield f"and {len(troubles) - MOST_TROUBLES} more of this kind; all of them: stackrank status"


def unreachable(collected: Collected) -> bool:
    """Tell whether every visit failed on the way, none by an answer."""
    return bool(collected.visits) and all(visit.verdict == Verdict.FAILED for visit in collected.visits)
