"""Watch a Dask cluster while a night uses it: which workers were lost, and whether anything runs there at all."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from distributed import Client, Future

LOOK = 2.0
SOON = 0.1
NO_WORKERS = 300.0
"""After so many seconds without a worker a night waits for none any more."""
RUNNING = ("running", "connecting", "newly-created")


class ClusterLostError(Exception):
    """Nothing runs on the cluster any more; the text says why."""


@dataclass
class Watch:
    """What is known of a cluster. `lost` has the workers that ended without a word, in order."""

    client: "Client"
    lost: list[str] = field(default_factory=list)
    threads: int = 0
    why_gone: str = ""
    was_interrupted: bool = False
    ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Begin to watch."""
        self.seen = monotonic()
        self._look()
        self.client.subscribe_topic("all", self._hear)
        threading.Thread(target=self._watch, name="watch of the cluster", daemon=True).start()

    def _hear(self, event: tuple[float, Any]) -> None:
        """Note a worker that the scheduler has lost; `event` is a time of its clock and what happened."""
        _, what = event
        if isinstance(what, dict) and what.get("action") == "remove-worker" and not what.get("expected"):
            self.lost.append(str(what.get("worker")))

    def _watch(self) -> None:
        while not self.ended.wait(LOOK):
            self._look()

    def _look(self) -> None:
        try:
            self.threads = sum(self.client.nthreads().values())
        except Exception:  # noqa: BLE001  (whatever a client that reconnects raises: nobody is seen)
            self.threads = 0
        self.seen = monotonic() if self.threads else self.seen

    def check(self) -> None:
        """Raise ClusterLostError where the scheduler, or every worker, has been away for too long."""
        if self.client.status not in RUNNING:
            self.why_gone = self.why_gone or "the Dask scheduler is gone"
        elif monotonic() - self.seen > NO_WORKERS:
            self.why_gone = self.why_gone or f"no Dask worker was there for {NO_WORKERS / 60:.0f} minutes"
        if self.why_gone:
            raise ClusterLostError(self.why_gone)

    @contextmanager
    def while_connected(self) -> Iterator[None]:
        """Let the block fail where the client is not connected any more: it tries to be, or `check` says why not."""
        try:
            yield
        except Exception:
            if self.client.status == "running":
                raise
            self.ended.wait(SOON)

    def note_interruption(self) -> None:
        """Note that tasks were lost together with the connection to the scheduler."""
        self.was_interrupted = True

    @property
    def why_lost(self) -> str:
        """Why the cluster, or its scheduler for a while, was lost; empty where it was not."""
        return self.why_gone or ("the Dask scheduler was lost, and came back" if self.was_interrupted else "")

    def wait(self, future: "Future[Any]") -> None:
        """Wait for the end of a task; raises ClusterLostError where none can come."""
        while not future.done():
            self.check()
            self.ended.wait(SOON)

    def end(self) -> None:
        """Watch no longer."""
        self.ended.set()
        if self.client.status == "running":
            self.client.unsubscribe_topic("all")
        elif self.client.loop:  # the client has closed by itself, and left its thread behind
            self.client.loop.add_callback(self.client.loop.stop)
