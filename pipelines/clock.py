"""A clock that all processes of this machine share; it goes on while the machine sleeps."""

import struct
import time

_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
MOMENT = struct.Struct("d")
"""A time of this clock, as one process says it to another."""


def read_clock() -> float:
    """Return the seconds since this machine was started; nobody can set them."""
    return time.clock_gettime(_CLOCK)
