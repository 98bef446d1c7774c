"""The tasks that a night sends to a Dask cluster."""

from typing import Generic, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.cluster import lanes
from flows.cluster.lanes import Lane, Night
from pipelines.warehouse.communities import CoreGroup

T = TypeVar("T")


class Sealed(Generic[T]):
    """A parameter in which Prefect and Dask look for no futures: both would walk through all of it."""

    def __init__(self, content: T) -> None:
        self.content = content


class UnitsFailedError(Exception):
    """Units of a lane failed, and another try may help; their visits say why."""


@task(name="collect_sources", task_run_name="collect {name}", cache_policy=NO_CACHE)
def collect_lane(name: str, lane: Sealed[Lane]) -> int:  # noqa: ARG001  (Prefect shows the name)
    """Visit the sources of a lane on a worker; return how many units the run has fetched of them."""
    result = lanes.visit_lane(lane.content)
    if result.unvisited or result.retryable:
        raise UnitsFailedError("; ".join(result.complaints)[:1000])
    return len(result.good)


@task(name="make_core", cache_policy=NO_CACHE)
def make_core(night: Night, group: Sealed[CoreGroup]) -> None:
    """Make the core tables of some communities on a worker."""
    lanes.make_core(night, group.content)
