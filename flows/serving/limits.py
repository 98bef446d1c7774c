"""What one question of a page may take, and the limit of memory that also holds where DuckDB keeps none."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

LONGEST_QUESTION = 20_000
AT_ONCE, WAITING = 2, 8
"""So many questions are answered at once, and so many wait."""


@dataclass(frozen=True)
class Allowance:
    """What a question may take; tests allow less.

    A process that answers is ended after `patience` seconds, also where DuckDB does not stop. `room` are bytes of
    addresses, most of which are threads and files. An answer has at most so many rows and letters.
    """

    seconds: float = 10.0
    memory: str = "500MB"
    patience: float = 13.0
    room: int = 4_000_000_000
    rows: int = 10_000
    letters: int = 4_000_000


@contextmanager
def limited_addresses(room: int) -> Iterator[None]:
    """Let this process take so many more bytes of addresses meanwhile; one long text counts only here.

    Does nothing where the system does not say what is taken, as macOS.
    """
    before = resource.getrlimit(resource.RLIMIT_AS)
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + room, before[1]))
    try:
        yield
    finally:
        with suppress(OSError, ValueError):  # a system that took no limit may refuse the one before
            resource.setrlimit(resource.RLIMIT_AS, before)
