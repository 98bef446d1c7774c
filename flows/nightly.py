"""The night as a Prefect flow: collect every source, build, report."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows import prefect_api
from pipelines.folders import folders

prefect_api.prepare(folders())

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.annotations import allow_failure, quote

from flows import artifacts, contact, damage, locks, progress, summary, unchanged
from flows.collect import Collected, collect, collected
from flows.summary import Problem
from pipelines.catalogue import count_pages
from pipelines.catalogue.load import load_catalogue
from pipelines.catalogue.urls import ARCHIVES, INDEX
from pipelines.folders import current_day, read_demo_note
from pipelines.model import Source
from pipelines.warehouse import build
from pipelines.warehouse.raw import Inputs, read_inputs
from reports import site

RETRY_DELAYS = [30.0, 120.0]
LOOPBACK_DELAYS = [0.5, 0.5]


class SourceFailedError(Exception):
    """Units of a source failed in a way that another try may mend."""


@dataclass(frozen=True)
class Night:
    """What a night brought: the visits, where the page is (None: nothing published), what broke.

    A `quiet` night found nothing new and left database and page as they were.
    """

    collected: Collected
    page: Path | None
    broken: tuple[Problem, ...] = ()
    quiet: bool = False

    @property
    def exit_status(self) -> int:
        """0: all well; 3: published, but something failed; 4: nothing published."""
        if self.page is None:
            return 4
        return 3 if self.broken or self.collected.complaints else 0

    @property
    def troubles(self) -> list[Problem]:
        """What failed: first what broke, then the visits, by source."""
        return [*self.broken, *summary.of_visits(self.collected, folders())]

    @property
    def told(self) -> str:
        """The account of the night, at most one screen."""
        return summary.render(self.collected, self.troubles, self.page, quiet=self.quiet)


@task(task_run_name="collect {sources[0].id}", retries=len(RETRY_DELAYS))
def collect_sources(sources: Sequence[Source], since: datetime) -> None:
    """Visit sources of one kind; a second try asks only for what has not been had tonight."""
    where = folders()
    before = collected(where, sources, since)
    again = [source for source in sources if source.id in _troubled(before)] if before.good else sources
    after = collect(where, again, _not_had(before) if before.good else ())
    if after.silent or after.mendable:
        raise SourceFailedError("; ".join(after.complaints))


def _not_had(before: Collected) -> list[str]:
    """Return the units that another try may bring; none stands for all, where a list of units was not had."""
    failed = [visit.unit for visit in before.mendable]
    silent = [name.partition(" ")[2] for name in before.silent]
    return [*failed, *silent] if {"", INDEX}.isdisjoint([*failed, *silent]) else []


def _troubled(before: Collected) -> set[str]:
    """Return the sources of which another try may bring something."""
    failed = {f"{v.community}/{v.source}" for v in before.mendable}
    return failed | {name.partition(" ")[0] for name in before.silent}


@task(name="build", cache_policy=NO_CACHE)
def build_database(given: Inputs) -> Path:
    """Build the database from the inputs."""
    return build.build_from(folders(), given)


@task(name="report")
def write_report() -> Path:
    """Write the site from the database."""
    return site.publish(folders())


@flow(  # type: ignore[no-matching-overload]  (of a future that nobody has submitted yet)
    name="nightly",
    flow_run_name=lambda: artifacts.name_of_night(folders()),
    task_runner=ThreadPoolTaskRunner(max_workers=4),
)
def nightly() -> Night:
    """Collect every source that is switched on, then build, then report.

    One broken source leaves the rest standing; a failed build or report leaves yesterday's; a night
    that finds nothing new builds nothing (`flows.quiet`). Raises BusyError while another run is at work.
    """
    where = folders()
    with locks.single_run(where, "stackrank nightly"):
        artifacts.mark_crashed_runs(where)
        sources = [s for c in load_catalogue(where.communities) for s in c.sources if s.visited]
        since = datetime.now(UTC).replace(microsecond=0)
        for line in damage.said_before(damage.find(where, sources)):
            _say(line)
        with progress.shown(where, sources, (), since):
            for future in _submit(sources, since):
                future.wait()
        night = _publish(collected(where, sources, since))
        artifacts.publish_artifacts(where, night.collected.visits, night.troubles, night.told)
    return night


def _publish(visited: Collected) -> Night:
    """Build and report, or leave what is published where nothing is new; tell what broke."""
    where, step = folders(), "build"
    damaged: tuple[Problem, ...] = ()
    try:
        given = _inputs()
        declared = [source for community in given.communities for source in community.sources]
        damaged = tuple(damage.troubles(where, declared, given.damaged))
        if not visited.complaints and not visited.left and unchanged.is_up_to_date(where, given):
            page = site.update_last_checked(where, _again(visited))
            unchanged.record(where, given)
            return Night(visited, page, quiet=True)
        _say("building the database")
        build_database(quote(given))  # type: ignore[bad-argument-type]  (Prefect unwraps what it need not look into)
        step = "report"
        _say("writing the page")
        page = write_report()
        unchanged.record(where, given)
    except Exception as error:
        return Night(visited, None, (summary.of_step(step, error, where), *damaged))
    return Night(visited, page, damaged)


def _inputs() -> Inputs:
    where = folders()
    rehearsal = read_demo_note(where)
    declared = load_catalogue(where.communities)
    return read_inputs(where, declared, current_day(where), rehearsal.shows if rehearsal else None)


def _again(visited: Collected) -> str:
    return f"Visited again {datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {len(visited.good)} units, nothing new in any."


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _submit(sources: Sequence[Source], since: datetime) -> list[PrefectFuture[None]]:
    """Start a task per source, one for all mail archives, or all counts, of a kind on one host.

    Tasks on one host wait for each other, except on loopback.
    """
    last: dict[str, PrefectFuture[None]] = {}
    futures = []
    for group in _groups(sources):
        named = contact.hosts(group[0])
        delays = LOOPBACK_DELAYS if named <= contact.LOOPBACK else RETRY_DELAYS
        waits = [allow_failure(last[host]) for host in named - contact.LOOPBACK if host in last]
        run = collect_sources.with_options(retry_delay_seconds=delays)
        future = run.submit(group, since, return_state=False, wait_for=waits)  # type: ignore[no-matching-overload]
        last |= dict.fromkeys(named, future)
        futures.append(future)
    return futures


def _groups(sources: Sequence[Source]) -> list[list[Source]]:
    """Put together what one process visits: starting one takes longer than asking a quiet list."""
    groups: dict[object, list[Source]] = {}
    for source in sources:
        together = source.kind in (*ARCHIVES, *count_pages.KINDS)
        key = (source.kind, contact.hosts(source)) if together else source.id
        groups.setdefault(key, []).append(source)
    return list(groups.values())
