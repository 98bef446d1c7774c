"""The tasks that a night sends to a Dask cluster."""

from collections.abc import Callable
from typing import Generic, TypeVar, TypeVarTuple

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.cluster import lanes
from flows.cluster.lanes import Lane, Night
from pipelines.warehouse.communities import CoreGroup

T = TypeVar("T")
Given = TypeVarTuple("Given")


class Sealed(Generic[T]):
    """A parameter in which Prefect and Dask look for no futures: both would walk through all of it."""

    def __init__(self, content: T) -> None:
        self.content = content


class UnitsFailedError(Exception):
    """Units of a lane failed, and another try may help; their visits say why."""


class TaskFailedError(Exception):
    """What ended a task of a worker, as text: Dask sends an error with its context, and not every one can be sent."""


def _call(work: Callable[[*Given], T], *given: *Given) -> T:
    """Return what the work returns; raises TaskFailedError in place of what it raises, without that as its context."""
    try:
        return work(*given)
    except Exception as error:  # noqa: BLE001  (it is raised again, in words)
        words = " ".join(f"{type(error).__name__}: {error}".split())
    raise TaskFailedError(words)


@task(name="collect_sources", task_run_name="collect {name}", cache_policy=NO_CACHE)
def collect_lane(name: str, lane: Sealed[Lane]) -> int:  # noqa: ARG001  (Prefect shows the name)
    """Visit the sources of a lane on a worker; return how many units the run has fetched of them."""
    result = _call(lanes.visit_lane, lane.content)
    if result.unvisited or result.retryable:
        raise UnitsFailedError("; ".join(result.complaints)[:1000])
    return len(result.good)


@task(name="make_core", cache_policy=NO_CACHE)
def make_core(night: Night, group: Sealed[CoreGroup]) -> None:
    """Make the core tables of some communities on a worker."""
    _call(lanes.make_core, night, group.content)
