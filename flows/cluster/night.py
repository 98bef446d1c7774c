"""A night on a Dask cluster: send lanes and builds there, read how they went, and say which machines were lost."""

from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from prefect.context import FlowRunContext

from flows.cluster import facts, run_lease, settings
from flows.cluster.asked import Asked
from flows.cluster.catalogue import send_catalogue
from flows.cluster.lanes import Lane, Night
from flows.cluster.tasks import Sealed, TaskFailedError, UnitsFailedError, collect_lane, make_core
from flows.cluster.watch import ClusterLostError, Watch
from flows.hosts import WORKERS, Closed, Group
from flows.results import CollectResult, read_result
from flows.summary import Problem
from flows.visiting import AtATime, refuse_sources
from pipelines.folders import Folders, typed
from pipelines.landing.mirror import Mirror
from pipelines.landing.shared_keys import BY_SOURCE, LISTS_OF_OTHERS
from pipelines.landing.store import open_store
from pipelines.model import Source
from pipelines.warehouse.communities import missing_groups
from pipelines.warehouse.inputs import Inputs

if TYPE_CHECKING:
    from prefect.futures import PrefectFuture

KEPT = "what had landed; the rest runs elsewhere, or in the next night"


@dataclass
class ClusterNight:
    """The tasks of one night. `failed` has a sentence for each task that ended otherwise than by its visits."""

    where: Folders
    mirror: Mirror
    night: Night
    watch: Watch
    asked: Asked
    failed: list[str] = field(default_factory=list)

    def at_a_time(self) -> AtATime:
        """Return how many lanes run at a time: as many as the workers have threads."""
        most = max(WORKERS, self.watch.threads)
        return AtATime(most, most, self.asked.lanes)

    def visit(self, group: Group) -> CollectResult:
        """Visit a group on a worker; return the visits of the run to its sources, whatever came of it."""
        lane = Lane(self.night, group.sources, tuple(sorted(group.turns)), self.asked.by_others(group))
        try:
            name = group.sources[0].id
            self._wait(f"collect {name}", self._submit(collect_lane, name=name, lane=Sealed(lane)))
        except ClusterLostError as lost:
            self._bring(group.sources)
            refuse_sources(self.where, group.sources, self.night.run, Closed(str(lost)), frozenset())
        else:
            self._bring(group.sources)
        self.asked.note(group)
        return read_result(self.where, group.sources, self.night.run)

    def bring_all(self) -> None:
        """Bring what other machines have landed, in this night and before, for the build, and what they set aside."""
        self.mirror.bring([*BY_SOURCE, LISTS_OF_OTHERS])

    def _bring(self, sources: Sequence[Source]) -> None:
        """Bring the visits to sources; what these have landed comes before the build."""
        self.mirror.bring(f"visits/{source.community}/{source.name}/" for source in sources)

    def make_communities(self, given: Inputs) -> None:
        """Make the core tables of changed communities on the workers; what fails there is made by the build itself."""
        groups = missing_groups(self.where, given)
        with suppress(ClusterLostError):
            futures = [(group, self._submit(make_core, night=self.night, group=Sealed(group))) for group in groups]
            for group, future in futures:
                self._wait(f"build {', '.join(group.names)}"[:80], future)
        core = [f"core/{slug}/{name}/" for group in groups for slug, name in group.names.items()]
        self.mirror.bring([*core, LISTS_OF_OTHERS])

    def _submit(self, task: Any, **parameters: Any) -> "PrefectFuture[Any]":
        """Send a task; raises ClusterLostError, also where the scheduler goes away meanwhile."""
        while True:
            self.watch.check()
            with self.watch.while_connected():
                return task.submit(**parameters)

    def _wait(self, name: str, future: Any) -> None:
        """Wait for a task; note why it failed, where no visit says it."""
        self.watch.wait(future.wrapped_future)
        try:
            future.result()
        except UnitsFailedError:
            return
        except CancelledError:  # the scheduler was away, and has lost all its tasks
            self.watch.note_interruption()
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            self.failed.append(f"{name}: {_in_one_line(error)}")

    def problems(self) -> list[Problem]:
        """Return a problem for each lost worker, for a lost cluster, and for each task that failed."""
        again = f"start it again, then: {typed('cluster-check')}"
        lost = [f"the Dask worker {worker} was lost" for worker in self.watch.lost]
        ended = [Problem(what, KEPT, again) for what in [*filter(None, [self.watch.why_lost]), *lost]]
        return [*ended, *(Problem(what, KEPT, typed("cluster-check")) for what in dict.fromkeys(self.failed))]


def _in_one_line(error: BaseException) -> str:
    text = str(error) if isinstance(error, TaskFailedError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())


@contextmanager
def begin_night(where: Folders, run: str) -> Iterator[ClusterNight]:
    """Connect to the cluster that the flow uses, and watch it while the block runs."""
    context = FlowRunContext.get()
    assert context, "a night runs as a flow"
    client: Any = context.task_runner
    store = open_store(where)
    night = Night(run, run_lease.number(), send_catalogue(where, store), facts.read_facts(where))
    watch = Watch(client.client)
    try:
        yield ClusterNight(where, Mirror(where, store), night, watch, Asked(where.visits, settings.read_lanes()))
    finally:
        watch.end()
