"""Start Prefect, do one nightly run, print its summary."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from flows import colour, locks, prefect_api
from flows.exit_status import ALL_WELL, NOTHING_PUBLISHED
from flows.failures import LostPrefectError
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders, folders, typed, typed_for

QUESTION = 'sql "from rankings.monthly limit 5"'


def run_nightly() -> int:
    """Run the nightly flow and print its summary; return the exit status."""
    where = folders()
    with locks.single_run(where, "stackrank nightly"), prefect_api.serving(where):
        with prefect_api.importing():
            from flows.nightly import nightly

        try:
            prefect_api.wait()
            prefect_api.log_in()
        except prefect_api.NotStartedError as error:
            print(f"{error}\nnothing was collected and nothing was published", file=sys.stderr)
            steps = "; ".join(map(typed, ("collect", "build", "report")))
            print(f"without Prefect: {steps}", file=sys.stderr)
            _notify(where)
            return NOTHING_PUBLISHED
        with _naming_loss():
            result: Any = nightly()
        prefect_api.stop_threads()
        print(colour.paint_failures(result.summary))
        _print_end(where, result)
    return result.exit_status


@contextmanager
def _naming_loss() -> Iterator[None]:
    """Raise LostPrefectError where Prefect reaches its server no more."""
    from httpx import TransportError

    try:
        yield
    except TransportError as error:
        url = os.environ[prefect_api.URL]
        raise LostPrefectError(f"the Prefect server at {url} was lost during the run") from error


def _notify(where: Folders) -> None:
    """Notify of a run that did not begin."""
    from flows import notify

    sources = [source for community in load_catalogue(where.communities) for source in community.sources]
    notify.after_night(where, sources, NOTHING_PUBLISHED, partial(print, file=sys.stderr))


def _print_end(where: Folders, result: Any) -> None:
    """Print the ranking where one was published, and the command that a person types next."""
    from flows.ranking_table import print_ranking

    if result.page:
        print_ranking(where, sys.stdout)
    why = result.exit_status != ALL_WELL
    print(f"next: {typed_for(where, 'status' if why else QUESTION)}")
