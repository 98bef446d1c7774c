"""A process beside a spider that ends it, and every process group below it, when whoever started it is gone.

A thread of the spider could not: a search with a regular expression holds Python's global lock to its end. The
signal that Linux sends at the death of a parent would end the spider alone, and leave what git has started.
"""

import os
import select
import signal
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PARENT_PIPE = "STACKRANK_PARENT_PIPE"
"""The variable that names a pipe's descriptor: reading its end means that the other side has died, by kill -9 too."""
_NUMBER = struct.Struct("i")
_told: list[int] = []


def start() -> None:
    """Start the watchdog of this process, where PARENT_PIPE names a pipe; call it before anything starts a thread."""
    parent = os.environ.get(PARENT_PIPE)
    if parent is None:
        return
    ours, theirs = os.pipe()
    if os.fork():
        os.close(ours)
        _told.append(theirs)
        return
    os.close(theirs)
    os.setpgid(0, 0)
    _watch(int(parent), ours)


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
    """Wait for the end of the parent or of the spider; then end the spider and all groups that it has not released.

    What the spider has said before is heard first, though both come at once.
    """
    groups = {os.getppid()}
    while spider in select.select([parent, spider], [], [])[0]:
        numbers = os.read(spider, 1024 * _NUMBER.size)
        if not numbers:
            break
        for (number,) in _NUMBER.iter_unpack(numbers):
            groups = groups | {number} if number > 0 else groups - {-number}
    for group in groups:
        with suppress(OSError):
            os.killpg(group, signal.SIGKILL)
    os._exit(0)
