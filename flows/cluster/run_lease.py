"""The lease of a run: one run at a time in a store that many machines share."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flows.cluster import lease
from flows.cluster.lease import Lease, LeaseHeldError, LeaseLostError
from pipelines.folders import Folders
from pipelines.landing.store import open_store

LOOK = 1.0
_held: list[Lease] = []


def number() -> int:
    """Return the number of the lease of this run."""
    return _held[-1].number


def check() -> None:
    """Raise LeaseLostError where this process has lost the lease of its run: another run may be at work."""
    for taken in _held:
        taken.check()


@contextmanager
def hold_run(where: Folders, command: str) -> Iterator[None]:
    """Hold the lease of a run in the store while the block runs; raises LeaseHeldError while another run lives.

    Where the lease is lost, this process ends as at SIGTERM: what was collected is kept.
    """
    store = open_store(where)
    try:
        taken = lease.take(store, lease.RUN, f"process {os.getpid()} ({command})")
    except LeaseHeldError as error:
        raise LeaseHeldError(f"{error.who}, is active in {store.name}") from None
    with lease.holding(taken):
        _held.append(taken)
        threading.Thread(target=_end_when_lost, args=(taken,), name="lease of the run", daemon=True).start()
        try:
            yield
        finally:
            _held.remove(taken)


def _end_when_lost(taken: Lease) -> None:
    while not taken.ended.wait(min(LOOK, lease.BEAT * taken.seconds)):
        try:
            taken.check()
        except LeaseLostError as lost:
            print(f"stopped: {lost}", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGTERM)
            return
