"""The nightly run as a Prefect flow: collect every source, build, report."""

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import prefect_api
from pipelines.folders import folders

prefect_api.prepare(folders())

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.states import Cancelled
from prefect.utilities.annotations import quote

from flows import artifacts, damage, locks, notify, stop, storing, summary, unchanged, upkeep
from flows.begin import begin_visits
from flows.cluster import settings
from flows.editions import close_after
from flows.exit_status import ALL_WELL, NOTHING_PUBLISHED, SOMETHING_FAILED
from flows.hosts import Group
from flows.publishing import mark_checked, publish_site
from flows.results import CollectResult, read_result
from flows.show_progress import show_progress
from flows.summary import Problem
from flows.visiting import HERE, visit_hosts, visit_rest
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import KEPT_DAYS, Folders, current_day, read_demo_marker
from pipelines.model import Community, Source
from pipelines.warehouse import build
from pipelines.warehouse.inputs import Inputs, read_inputs

if TYPE_CHECKING:
    from flows.cluster.night import ClusterNight


class SourceFailedError(Exception):
    """Units of a source failed, and another try may help."""


@dataclass(frozen=True)
class NightlyResult:
    """The visits of a nightly run, the page (None: nothing published), and the problems beside the visits.

    An `up_to_date` run found nothing new and left database and page as they were.
    """

    collected: CollectResult
    page: Path | None
    other_problems: tuple[Problem, ...] = ()
    up_to_date: bool = False

    @property
    def exit_status(self) -> int:
        """0: all is well; 3: published, but something failed; 4: nothing published, or no host answered."""
        if self.page is None or self.collected.is_offline:
            return NOTHING_PUBLISHED
        return SOMETHING_FAILED if self.other_problems or self.collected.complaints else ALL_WELL

    @property
    def problems(self) -> list[Problem]:
        """All problems: first those of the steps and of damaged files, then those of the visits, by source."""
        return [*self.other_problems, *summary.visit_problems(self.collected, folders())]

    @property
    def summary(self) -> str:
        """The summary of the run, at most one screen."""
        return summary.render(self.collected, self.problems, self.page, up_to_date=self.up_to_date)


@task(task_run_name="collect {sources[0].id}")
def collect_sources(sources: Sequence[Source], run: str) -> CollectResult:
    """Visit sources of one kind; a second try visits only the units that failed in this run."""
    after = visit_rest(folders(), sources, run)
    if after.unvisited or after.retryable:
        raise SourceFailedError("; ".join(after.complaints))
    return after


def _visit(group: Group, run: str) -> CollectResult:
    """Visit a group as a task of Prefect; return the visits of the run to its sources, whatever came of it."""
    with suppress(SourceFailedError):
        collect_sources(group.sources, run)
    return read_result(folders(), group.sources, run)


@task(name="build", cache_policy=NO_CACHE)
def build_database(given: Inputs) -> Path:
    """Build the database from the inputs."""
    return build.build_from(folders(), given)


@task(name="report")
def write_report() -> Path:
    """Write the site from the database."""
    return publish_site(folders())


@flow(  # type: ignore[no-matching-overload]  (of a future that is not submitted yet)
    name="nightly",
    task_runner=settings.task_runner(),
    flow_run_name=lambda: artifacts.flow_run_name(folders()),
)
def nightly() -> Any:
    """Collect every source that is switched on, then build, then report; return a NightlyResult.

    A source that fails does not stop the others. A failed build or report leaves database and page
    as they were; so does a run that finds nothing new (`flows.unchanged`). While another run
    is active, this one is skipped: it ends as Cancelled. SIGTERM ends it at once.
    """
    where = folders()
    stop.on_sigterm()
    try:
        return _run(where)
    except locks.AlreadyRunningError as error:
        return Cancelled(message=f"skipped: {error}")


def _run(where: Folders) -> NightlyResult:
    with locks.single_run(where, "stackrank nightly"):
        artifacts.mark_crashed_runs(where)
        declared = load_catalogue(where.communities)
        run = begin_visits(where, declared, _log)
        visited = [s for c in declared for s in c.sources if s.visited]
        with _cluster(where, run) as cluster:
            collected = _collect(visited, run, cluster)
            result = _publish(declared, collected, cluster)
        lost = cluster.problems() if cluster else ()
        result = replace(result, other_problems=(*lost, *result.other_problems, *_tidy(where)))
        notify.after_night(where, [s for c in declared for s in c.sources], result.exit_status, _log)
        artifacts.publish_artifacts(where, collected.visits, result.problems, result.summary)
        artifacts.delete_old_runs(where, datetime.now(UTC))
    return result


def _cluster(where: Folders, run: str) -> AbstractContextManager["ClusterNight | None"]:
    """Begin a night on the cluster that STACKRANK_DASK names; without it the night has this machine."""
    if not settings.is_asked():
        return nullcontext()
    from flows.cluster.night import begin_night

    return begin_night(where, run)


def _tidy(where: Folders) -> list[Problem]:
    """Delete old pages, note the size of the folder, fill the store; what is published stands where that fails."""
    try:
        if deleted := upkeep.tidy(where, datetime.now(UTC)):
            _log(f"kept pages of mail over {KEPT_DAYS} days old, deleted: {deleted}")
    except OSError as error:
        return [summary.step_problem("prune", error, where), *storing.finish(where)]
    return storing.finish(where)


def _collect(sources: Sequence[Source], run: str, cluster: "ClusterNight | None") -> CollectResult:
    where = folders()
    visit = cluster.visit if cluster else partial(_visit, run=run)
    with show_progress(where, sources, (), run):
        visit_hosts(where, sources, run, visit, retries=True, at_a_time=cluster.at_a_time() if cluster else HERE)
    if cluster:
        cluster.bring_all()
    return read_result(where, sources, run)


def _publish(
    declared: Sequence[Community], collected: CollectResult, cluster: "ClusterNight | None" = None
) -> NightlyResult:
    """Build and report, or leave what is published where nothing is new; turn what fails into a problem."""
    where, step = folders(), "build"
    damaged = tuple(damage.find_damage(where, [s for c in declared for s in c.sources]))
    if collected.is_offline and (where.site / "index.html").exists():
        mark_checked(where, f"Last checked {_now()}: no host answered.")
        return NightlyResult(collected, None, damaged)
    try:
        inputs = _read_inputs(declared)
        is_quiet = not collected.complaints and not collected.deferred and not damaged
        is_current = is_quiet and unchanged.is_up_to_date(where, inputs)
        if not is_current:
            _log("building the database")
            if cluster:
                cluster.make_communities(inputs)
            build_database(quote(inputs))  # type: ignore[bad-argument-type]  (Prefect unwraps what it need not look into)
        closed, wrong = close_after(where, collected, is_damaged=bool(damaged))
        if is_current and not closed:
            page = mark_checked(where, _last_checked_message(collected))
            unchanged.record(where, inputs)
            return NightlyResult(collected, page, tuple(wrong), up_to_date=True)
        step = "report"
        _log("writing the page")
        page = write_report()
        unchanged.record(where, inputs)
    except Exception as error:
        return NightlyResult(collected, None, (summary.step_problem(step, error, where), *damaged))
    return NightlyResult(collected, page, (*wrong, *damaged, *damage.find_core_damage(where)))


def _read_inputs(declared: Sequence[Community]) -> Inputs:
    where = folders()
    demo = read_demo_marker(where)
    return read_inputs(where, list(declared), current_day(where), demo.shows if demo else None)


def _last_checked_message(collected: CollectResult) -> str:
    return f"Last checked {_now()}: {len(collected.good)} units, nothing new."


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"


def _log(line: str) -> None:
    """Print a line for the terminal; Prefect's own log is switched off (`flows.prefect_api.QUIET`)."""
    print(line, file=sys.stderr, flush=True)
