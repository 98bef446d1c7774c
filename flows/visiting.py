"""Visit sources host by host; every unit ends in a visit, or is deferred, whatever happens to its spider or host."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from queue import SimpleQueue
from typing import NamedTuple
from urllib.parse import urlsplit

from flows import hosts, reach
from flows.hosts import Closed, Group, Outcome
from flows.results import ENDED, OVERRAN, CollectResult, read_result
from flows.supervise import Check, begun_units, crawl
from pipelines.catalogue import urls
from pipelines.catalogue.urls import INDEX
from pipelines.folders import Folders
from pipelines.landing.visits import log_visit, read_plans, read_visits, save_plan
from pipelines.model import REST_CODES, UNANSWERED_CODES, Plan, ReasonCode, Source, Verdict, Visit

MAX_RESTARTS = 3
RECENT = timedelta(days=3)
AGENT = f"stackrank/{version('stackrank')} (nightly public-activity counts)"
NOTHING_STATED: Mapping[str, int] = {}


class AtATime(NamedTuple):
    """How many groups are visited at a time, of hosts that answer and of slow ones, and the lanes of some hosts."""

    workers: int = hosts.WORKERS
    slow_workers: int = hosts.SLOW_WORKERS
    lanes: Mapping[str, int] = NOTHING_STATED


HERE = AtATime()
SILENT_CODES = frozenset({ReasonCode.HOST_UNKNOWN, ReasonCode.TIMED_OUT})


def visit_hosts(
    where: Folders,
    sources: Sequence[Source],
    run: str,
    visit: Callable[[Group], CollectResult],
    units: frozenset[str] = frozenset(),
    *,
    retries: bool = False,
    at_a_time: AtATime = HERE,
) -> None:
    """Visit sources in the order of the queue of hosts; where a host is closed, its units fail or are deferred."""
    groups = hosts.groups_of(sources, at_a_time.lanes)
    queue = hosts.HostQueue(
        groups, retries, silent_hosts(where), workers=at_a_time.workers, slow_workers=at_a_time.slow_workers
    )
    words: SimpleQueue[reach.Reach] = SimpleQueue()
    remote = {host for group in queue.waiting for host in group.hosts}
    urls = reach.urls_by_host(hosts.source_urls(sources))
    reach.ask_all({host: url for host, url in urls.items() if host in remote}, AGENT, words)

    def refuse(closed: list[tuple[Group, Closed]]) -> None:
        for why in dict.fromkeys(why for _, why in closed):
            refused = [source for group, its in closed if its == why for source in group.sources]
            refuse_sources(where, refused, run, why, units)

    hosts.visit_all(queue, words, lambda group: outcome_of(visit(group)), refuse)


def visit_group(
    where: Folders,
    sources: Sequence[Source],
    run: str,
    units: frozenset[str] = frozenset(),
    arguments: Sequence[str] = (),
    check: Check = lambda: None,
) -> CollectResult:
    """Visit sources of one kind; where the spider hangs in a unit, that one fails and the others are visited.

    `arguments` go to the spider. It is ended where `check` raises.
    """
    asked, chosen = tuple(sources), units
    for _ in range(MAX_RESTARTS):
        if crawl(where, run, asked, chosen, arguments, check):
            break
        hung = _fail_begun(where, asked, run, chosen)
        left = [(s, unit) for s in asked for unit in _unvisited(where, s, run, chosen) if (s.id, INDEX) not in hung]
        if not hung or not left:
            fail_unvisited(where, asked, run, chosen)
            break
        asked, chosen = tuple(dict.fromkeys(s for s, _ in left)), frozenset(unit for _, unit in left)
    else:
        fail_unvisited(where, asked, run, chosen)
    return read_result(where, sources, run, units)


def visit_rest(
    where: Folders, sources: Sequence[Source], run: str, arguments: Sequence[str] = (), check: Check = lambda: None
) -> CollectResult:
    """Visit what the run has not fetched yet: all, or after another try the units that may be fetched now."""
    before = read_result(where, sources, run)
    if not before.good:
        return visit_group(where, sources, run, frozenset(), arguments, check)
    if not (retried := [source for source in sources if source.id in _sources_to_retry(before)]):
        return before
    return visit_group(where, retried, run, frozenset(_units_to_retry(before)), arguments, check)


def _units_to_retry(before: CollectResult) -> list[str]:
    """Return the units that another try may fetch; none stands for all, where a list of units failed."""
    failed = [visit.unit for visit in before.retryable]
    unvisited = [name.partition(" ")[2] for name in before.unvisited]
    return [*failed, *unvisited] if {"", INDEX}.isdisjoint([*failed, *unvisited]) else []


def _sources_to_retry(before: CollectResult) -> set[str]:
    """Return the sources of which another try may fetch something."""
    failed = {f"{v.community}/{v.source}" for v in before.retryable}
    return failed | {name.partition(" ")[0] for name in before.unvisited}


def outcome_of(result: CollectResult) -> Outcome:
    """Return what visits show of their hosts."""
    codes: dict[str, set[str]] = {}
    for visit in result.visits:
        codes.setdefault(urlsplit(visit.url).hostname or "", set()).add(visit.reason_code)
    silent = frozenset(host for host, of in codes.items() if of <= SILENT_CODES)
    resting = frozenset(host for host, of in codes.items() if of & REST_CODES)
    return Outcome(silent, resting, is_retried=bool(result.retryable or result.unvisited))


def silent_hosts(where: Folders) -> frozenset[str]:
    """Return the hosts whose latest visit, of the last days, got no answer."""
    latest = {urlsplit(v.url).hostname: v.reason_code for v in read_visits(where.visits, datetime.now(UTC) - RECENT)}
    return frozenset(host for host, code in latest.items() if host and code in UNANSWERED_CODES)


def refuse_sources(where: Folders, sources: Sequence[Source], run: str, why: Closed, units: frozenset[str]) -> None:
    """Let the units of sources fail, because their host is not there, or wait for the next run."""
    if why.code:
        fail_unvisited(where, sources, run, units, f"not asked: {why.reason}", why.code)
        return
    for source in sources:
        left = tuple(_unvisited(where, source, run, units))
        before = next((plan for plan in read_plans(where.visits, [source]) if plan.run == run), None)
        planned, deferred = (before.units, before.deferred) if before else (left, ())
        plan = Plan(source.community, source.name, datetime.now(UTC), planned, (*deferred, *left), why.reason, run)
        save_plan(where.visits, plan)


def _unvisited(where: Folders, source: Source, run: str, units: frozenset[str]) -> list[str]:
    names = read_result(where, [source], run, units).unvisited
    return [name.partition(" ")[2] for name in names]


def _fail_begun(where: Folders, sources: Sequence[Source], run: str, units: frozenset[str]) -> set[tuple[str, str]]:
    """Let the units fail in which an ended spider was; return them, by source and unit."""
    begun = {(s.id, unit) for s in sources for unit in begun_units(where, s)}
    known = {(f"{v.community}/{v.source}", v.unit) for v in read_result(where, sources, run, units).visits}
    hung = {(source, unit) for source, unit in begun if (source, unit) not in known}
    for source in sources:
        for name, unit in sorted(hung):
            if name == source.id:
                _fail(where, source, unit, run, OVERRAN, ReasonCode.TIMED_OUT)
    return hung


def fail_unvisited(
    where: Folders,
    sources: Sequence[Source],
    run: str,
    units: frozenset[str],
    reason: str = ENDED,
    code: ReasonCode = ReasonCode.TIMED_OUT,
) -> None:
    """Log a failed visit to each unit that a run has not visited."""
    by_id = {source.id: source for source in sources}
    for name, _, unit in (one.partition(" ") for one in read_result(where, sources, run, units).unvisited):
        _fail(where, by_id[name], unit, run, reason, code)


def _fail(where: Folders, source: Source, unit: str, run: str, reason: str, code: ReasonCode) -> None:
    by_unit = dict(zip(urls.units(source), source.urls, strict=True))
    url = by_unit.get(unit) or source.urls_from or source.urls[0]
    now = datetime.now(UTC).replace(microsecond=0)
    known = (source.community, source.name, source.kind, unit, url, now, Verdict.FAILED, reason)
    log_visit(where.visits, Visit(*known, reason_code=code, run=run))
