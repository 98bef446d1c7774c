"""End a process without freeing, one by one, the objects that it has made: that takes a sixth of a short command."""

import atexit
import os
import sys
from collections.abc import Callable
from typing import NoReturn

CRASHED = 1


def leave_after(main: Callable[[], int]) -> NoReturn:
    """Call `main` and end the process with the status that it returns or exits with.

    Threads that are no daemons are waited for, and what registers with `atexit` later is called, as at any end.
    """
    statuses = [CRASHED]
    atexit.register(_leave, statuses)
    try:
        statuses.append(main())
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            statuses.append(end.code or 0)
        raise
    sys.exit(statuses[-1])


def _leave(statuses: list[int]) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(statuses[-1])
