"""Keep the data folder and a store that many machines share alike around a run, where STACKRANK_STORE names one."""

import sys
from collections.abc import Callable, Iterable

from flows.cluster import run_lease
from flows.cluster.lease import LeaseLostError
from flows.cluster.settings import is_asked
from flows.exit_status import ALL_WELL, SOMETHING_FAILED
from flows.summary import Problem
from pipelines.folders import Folders, typed
from pipelines.landing.mirror import Mirror, open_mirror
from pipelines.landing.shared_keys import DECISIONS, TOPS
from pipelines.landing.store import StoreError
from pipelines.privacy import key_file

OF_ALL = ("editions/", *DECISIONS)
"""What a run on many machines brings before it plans; a lane brings what is settled of its sources itself."""


def begin(where: Folders) -> None:
    """Bring what a run reads before it visits anything; raises StoreError, and WrongKeyError for another key.

    A run on this machine alone brings all, because its spiders read what is held. One on many machines brings the
    visits: they say what was asked of each host.
    """
    if mirror := open_mirror(where):
        mirror.check_key()
        mirror.bring(("visits/", *OF_ALL) if is_asked() else TOPS)


def bring(where: Folders, prefixes: Iterable[str] = TOPS) -> None:
    """Bring what other machines have landed; raises StoreError."""
    if mirror := open_mirror(where):
        mirror.bring(prefixes)


def report_changes(where: Folders, log: Callable[[str], None], prefixes: Iterable[str]) -> None:
    """Tell the store what was changed before anything is visited: packed months, new names, damage."""
    mirror = open_mirror(where)
    try:
        if mirror:
            _send(mirror, prefixes)
    except (StoreError, LeaseLostError) as error:
        log(f"{error}; what changed goes to the store later")


def finish(where: Folders, prefixes: Iterable[str] = TOPS) -> list[Problem]:
    """Send what is not in the store yet, and what was removed; return the problem where the store fails."""
    mirror = open_mirror(where)
    try:
        if mirror:
            if key_file.present_key_id():
                mirror.check_key()
            _send(mirror, prefixes)
    except StoreError as error:
        kept = f"all of it, in {where.data}; it goes to the store with the next run"
        return [Problem(str(error), kept, f"see that the store answers, then: {typed('nightly')}")]
    except LeaseLostError as lost:
        kept = "all that was collected; what was removed here is still in the store"
        return [Problem(str(lost), kept, f"wait for the end of the other run, then: {typed('nightly')}")]
    return []


def finish_command(where: Folders, prefixes: Iterable[str] = TOPS) -> int:
    """Finish and print the problem; return the exit status that follows from it."""
    problems = finish(where, prefixes)
    for problem in problems:
        print(problem, file=sys.stderr)
    return SOMETHING_FAILED if problems else ALL_WELL


def _send(mirror: Mirror, prefixes: Iterable[str]) -> None:
    mirror.send(prefixes)
    run_lease.check()
    mirror.send_removed()
