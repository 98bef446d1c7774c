"""What a worker does: visit a lane of hosts under their leases, or make the core tables of some communities.

The leases stand in the store, so two workers never ask one host at once, also where a lost worker is still alive.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from math import inf
from time import monotonic

from flows.cluster import lease, settings
from flows.cluster.catalogue import fetch_catalogue
from flows.cluster.facts import Facts, differences, read_facts
from flows.cluster.lease import Lease, LeaseLostError
from flows.results import CollectResult
from flows.supervise import LONGEST_CRAWL, Check
from flows.visiting import visit_rest
from pipelines.folders import Folders, folders
from pipelines.landing import set_aside
from pipelines.landing.mirror import Mirror
from pipelines.landing.shared_keys import LISTS_OF_OTHERS, prefixes_of
from pipelines.landing.store import Store, StoreError, open_store
from pipelines.model import Source
from pipelines.warehouse.communities import CoreGroup, make_group, moved_to

_in_use: set[str] = set()


class WrongWorkerError(Exception):
    """A worker differs from the machine that has sent a lane; the text says in what, and what to do."""


@dataclass(frozen=True)
class Night:
    """What all tasks of a night share: the run, the number of its lease, the catalogue, the facts of its machine."""

    run: str
    lease_number: int
    catalogue: str
    facts: Facts


@dataclass(frozen=True)
class Lane:
    """Sources to visit, the turns of hosts that they need, and how many units others have asked of these hosts."""

    night: Night
    sources: tuple[Source, ...]
    turns: tuple[str, ...]
    asked: Mapping[str, int]

    @property
    def arguments(self) -> tuple[str, ...]:
        """What its spider is given beside the sources."""
        asked = ",".join(f"{host}={number}" for host, number in self.asked.items())
        return (f"asked={asked}",) if asked else ()


def visit_lane(lane: Lane) -> CollectResult:
    """Visit the sources of a lane on this machine; what landed is in the store afterwards."""
    store = open_store(folders())
    where = _prepare(lane.night, store)
    mirror = Mirror(where, store)
    with _leases(store, lane) as check, _using(prefixes_of(lane.sources)):
        mirror.bring(prefixes_of(lane.sources))
        try:
            return visit_rest(where, lane.sources, lane.night.run, lane.arguments, check)
        finally:
            check()
            _send(where, mirror, prefixes_of(lane.sources))


def make_core(night: Night, group: CoreGroup) -> None:
    """Make the core tables of some communities on this machine; they are in the store afterwards."""
    store = open_store(folders())
    where = _prepare(night, store)
    mirror = Mirror(where, store)
    mirror.bring(f"observations/{slug}/" for slug in group.names)
    make_group(where, moved_to(where, group))
    _send(where, mirror, [f"core/{slug}/{name}/" for slug, name in group.names.items()])


def _send(where: Folders, mirror: Mirror, prefixes: Sequence[str]) -> None:
    """Send what a task has landed, and the list of what lies aside here, which the account of the night names."""
    set_aside.list_for_others(where)
    mirror.send([*prefixes, LISTS_OF_OTHERS], _in_use - {*prefixes})


@contextmanager
def _using(prefixes: Sequence[str]) -> Iterator[None]:
    """Note below which prefixes a lane of this process writes: the other ones leave that to it."""
    _in_use.update(prefixes)
    try:
        yield
    finally:
        _in_use.difference_update(prefixes)


def _prepare(night: Night, store: Store) -> Folders:
    """Return the folders of this machine with the catalogue of the night; raises WrongWorkerError, StoreError.

    New files are closed to others, as those of the command line are.
    """
    os.umask(0o077)
    if wrong := differences(night.facts, read_facts()):
        raise WrongWorkerError("; ".join(wrong))
    return replace(folders(), communities=fetch_catalogue(folders(), store, night.catalogue))


@contextmanager
def _leases(store: Store, lane: Lane) -> Iterator[Check]:
    """Hold the leases of a lane; yield what returns until when they are held.

    It raises LeaseLostError when one of them, or that of the run, is lost.
    """
    followed = _Followed(store, lane.night)
    with ExitStack() as held:
        ours = [held.enter_context(lease.holding(_take(store, lane, turn, followed))) for turn in lane.turns]

        def check() -> float:
            followed()
            for one in ours:
                one.check()
            return min((one.held_until for one in ours), default=inf)

        yield check


def _take(store: Store, lane: Lane, turn: str, followed: Callable[[], None]) -> Lease:
    return lease.take(store, f"host {turn}", f"a lane of run {lane.night.run}", patience=LONGEST_CRAWL, check=followed)


@dataclass
class _Followed:
    """Raises LeaseLostError where another run has followed the one that sent a lane; looks at the store sometimes."""

    store: Store
    night: Night
    due: float = 0.0

    def __call__(self) -> None:
        if monotonic() < self.due:
            return
        self.due = monotonic() + lease.BEAT * settings.lease_seconds()
        with suppress(StoreError):  # the leases of the hosts end where it fails for long
            found = lease.find(self.store, lease.RUN)
            if found is None or found.number != self.night.lease_number:
                raise LeaseLostError("another run has followed the one that sent this lane")
