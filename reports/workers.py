"""Do jobs in several processes."""

import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

SELDOM = 100_000
"""New objects after which Python looks for cycles; its own number is 700."""
Job = Callable[[Any], None]
"""Takes what `opened` gives: in each process its own."""


def do(jobs: Sequence[Job], opened: Callable[[], AbstractContextManager[Any]], processes: int) -> None:
    """Do every job once; what one raises is raised here, and jobs that have not begun are left.

    The processes are forks of this one, so that a job can be any function. What `opened` opens may not be open here.
    """
    if processes < 2 or sys.platform != "linux":
        with opened() as given:
            for job in jobs:
                job(given)
        return
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, fork, _begin, (jobs, opened)) as pool:
        try:
            list(pool.map(_do_one, range(len(jobs))))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


@contextmanager
def collect_seldom() -> Iterator[None]:
    """Let Python look for cycles seldom, here and in forks: pages leave few, and it takes an eighth of the time."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def count_processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


_here: dict[str, Any] = {}
"""What a worker process has: its jobs, and what it opened."""


def _begin(jobs: Sequence[Job], opened: Callable[[], AbstractContextManager[Any]]) -> None:
    _here["open"] = ExitStack()
    _here["jobs"], _here["given"] = jobs, _here["open"].enter_context(opened())


def _do_one(number: int) -> None:
    _here["jobs"][number](_here["given"])
