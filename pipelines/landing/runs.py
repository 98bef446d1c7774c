"""Give each run an id. What belongs to a run is found by it, and never by comparing the times of clocks."""

import os
from uuid import uuid4

RUN = "STACKRANK_RUN"
"""The variable by which the processes of a run, and those that they start, know its id."""


def begin_run() -> str:
    """Begin a run in this process and in those that it starts from now on; return its id."""
    os.environ[RUN] = uuid4().hex
    return os.environ[RUN]


def current_run() -> str:
    """Return the id of the run of this process; empty where none has begun."""
    return os.environ.get(RUN, "")
