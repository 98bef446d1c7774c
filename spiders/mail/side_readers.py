"""Read months of mail in processes of their own, so that all cores read: Python's global lock lets one thread read.

A spider forks them before it has any thread. One that dies costs the month that it reads; then the others read, and
at the end the spider itself.
"""

import gc
import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

import pyarrow as pa

from pipelines.landing.schemas import MESSAGES
from pipelines.privacy import key_file
from pipelines.privacy.pseudonyms import Pseudonyms
from spiders import watchdog
from spiders.core.streams import ReadFunction, Stream
from spiders.mail.reader import Archive, messages

ENDED = "the process that read it has ended"


class Page(NamedTuple):
    """The kept page of a month, the rules by which it is read, and the form in which equal months are equal."""

    path: Path
    rules: Archive
    normalise: Callable[[ReadFunction], ReadFunction]


def read_here(page: Page, pseudonyms: Pseudonyms) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a page as `messages` does, in this process."""
    with page.path.open("rb") as file:
        yield from messages(page.normalise(Stream(file).read), page.rules, pseudonyms)


class SideReader(NamedTuple):
    """One process that reads, and the way to it."""

    process: int
    way: "Connection[Any, Any]"

    def end(self) -> None:
        """End the process, whatever it does."""
        self.way.close()
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


class SideReaders:
    """Processes that read pages, under one key; each reads one page at a time."""

    def __init__(self, number: int, pseudonyms: Pseudonyms) -> None:
        """Fork `number` processes; call it before anything starts a thread."""
        self.pseudonyms = pseudonyms
        self.free: SimpleQueue[SideReader] = SimpleQueue()
        started: list[SideReader] = []
        for _ in range(number):
            started.append(_fork(pseudonyms, started))
            self.free.put(started[-1])

    def read(self, page: Page) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a page in their order; raises what the reading raises, and OSError where it is killed."""
        try:
            reader = self.free.get_nowait()
        except Empty:
            yield from read_here(page, self.pseudonyms)
            return
        try:
            yield from _ask(reader.way, page)
        except _PassedOnError as passed_on:
            self.free.put(reader)
            raise passed_on.error from None
        except BaseException:
            reader.end()
            raise
        self.free.put(reader)

    def end(self) -> None:
        """End all processes; none reads any more."""
        while not self.free.empty():
            self.free.get().end()


def start_readers(number: int) -> SideReaders:
    """Fork so many processes that read under the key of this installation."""
    return SideReaders(number, key_file.load())


class _PassedOnError(Exception):
    """Carries what the reading of a page raised."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def _ask(way: "Connection[Any, Any]", page: Page) -> Iterator[pa.RecordBatch]:
    """Yield what a process reads in a page."""
    try:
        way.send(page)
        while rows := way.recv_bytes():
            yield pa.ipc.read_record_batch(pa.py_buffer(rows), MESSAGES)
        failed = way.recv()
    except (EOFError, ConnectionError):
        raise OSError(ENDED) from None
    if failed:
        raise _PassedOnError(_made_again(*failed))


def _fork(pseudonyms: Pseudonyms, others: list[SideReader]) -> SideReader:
    """Start one process. It closes the ways to `others`, so that each sees the end of the spider."""
    ours, theirs = Pipe()
    if process := os.fork():
        theirs.close()
        return SideReader(process, ours)
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the spider ends it
        for way in (ours, *(other.way for other in others)):
            way.close()
        watchdog.leave()
        _read_all(theirs, pseudonyms)
    finally:
        os._exit(0)


def _read_all(spider: "Connection[Any, Any]", pseudonyms: Pseudonyms) -> None:
    """Read page after page until the spider has ended."""
    gc.freeze()
    while True:
        try:
            page: Page = spider.recv()
        except EOFError:
            return
        failed = None
        try:
            for batch in read_here(page, pseudonyms):
                spider.send_bytes(batch.serialize())
        except Exception as error:  # noqa: BLE001  (it is raised where the month lands)
            failed = (type(error), error.args, error.__dict__)
        spider.send_bytes(b"")
        spider.send(failed)


def _made_again(kind: type[Exception], arguments: tuple[Any, ...], facts: dict[str, Any]) -> Exception:
    """Return an exception of another process, also one that takes other arguments than it keeps."""
    error = kind.__new__(kind, *arguments)
    error.args = arguments
    error.__dict__.update(facts)
    return error
