"""A process beside a spider that ends it, and every process group below it, when whoever started it is gone.

A thread of the spider could not: a search with a regular expression holds Python's global lock to its end. The
signal that Linux sends at the death of a parent would end the spider alone, and leave what git has started.

A parent may also give time: it says again and again until when the spider may go on. One that is stopped says nothing
more, and the spider ends in time.
"""

import mmap
import os
import select
import signal
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import inf

from pipelines.clock import MOMENT, read_clock

PARENT_PIPE = "STACKRANK_PARENT_PIPE"
"""The variable that names a pipe's descriptor: reading its end means that the other side has died, by kill -9 too.

Each float that comes through it says until when, by `pipelines.clock`, the spider may go on.
"""
LOOK = 1.0
"""The watchdog looks at the clock as often: a machine that wakes up tells nobody."""
_NUMBER = struct.Struct("i")
_told: list[int] = []
_until = mmap.mmap(-1, MOMENT.size)
"""Until when this process may go on, shared with its watchdog; zeros stand for ever."""


def start() -> None:
    """Start the watchdog of this process, where PARENT_PIPE names a pipe; call it before anything starts a thread."""
    parent = os.environ.get(PARENT_PIPE)
    if parent is None:
        return
    if select.select([int(parent)], [], [], 0)[0]:
        _hear_time(int(parent))  # so the first time holds before the watchdog runs
    ours, theirs = os.pipe()
    if os.fork():
        os.close(ours)
        _told.append(theirs)
        return
    os.close(theirs)
    os.setpgid(0, 0)
    _watch(int(parent), ours)


def check_time() -> None:
    """End this process where the time that it was given is over: somebody else may be asking the same host."""
    if _seconds_left() < 0:
        os._exit(1)  # the watchdog ends what it has started


def _seconds_left() -> float:
    (until,) = MOMENT.unpack(_until[:])
    return until - read_clock() if until else inf


@contextmanager
def guarded(group: int) -> Iterator[None]:
    """Have a process group ended together with this process while the block runs."""
    guard(group)
    try:
        yield
    finally:
        release(group)


def guard(group: int) -> None:
    """Have a process group, named by its leader, ended together with this process."""
    _tell(group)


def release(group: int) -> None:
    """Forget a process group that has ended."""
    _tell(-group)


def leave() -> None:
    """Close this process's way to the watchdog: a fork of the spider that kept it open would hide the spider's end."""
    while _told:
        os.close(_told.pop())


def _tell(number: int) -> None:
    for pipe in _told:
        os.write(pipe, _NUMBER.pack(number))


def _watch(parent: int, spider: int) -> None:
    """Wait for the end of the parent, of the spider or of its time; then end it and all groups not yet released.

    What the spider has said before is heard first, though both come at once.
    """
    groups = {os.getppid()}
    while _seconds_left() >= 0:
        heard = select.select([parent, spider], [], [], LOOK)[0]
        if spider in heard:
            numbers = os.read(spider, 1024 * _NUMBER.size)
            if not numbers:
                break
            groups = _changed(groups, numbers)
        elif parent in heard and not _hear_time(parent):
            break
    for group in groups:
        with suppress(OSError):
            os.killpg(group, signal.SIGKILL)
    os._exit(0)


def _changed(groups: set[int], numbers: bytes) -> set[int]:
    for (number,) in _NUMBER.iter_unpack(numbers):
        groups = groups | {number} if number > 0 else groups - {-number}
    return groups


def _hear_time(parent: int) -> bool:
    """Note until when the spider may go on; return False where the parent has ended."""
    given = os.read(parent, MOMENT.size)
    if given:
        _until[:] = given
    return bool(given)
