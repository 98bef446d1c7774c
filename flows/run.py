"""Start Prefect, run one night, print its summary."""

import sys

from flows import locks
from flows.exit_status import NOTHING_PUBLISHED
from pipelines.folders import folders


def run_night() -> int:
    """Run the nightly flow and tell in one screen what came of it; return the exit status."""
    from flows import prefect_api

    where = folders()
    with locks.single_run(where, "stackrank nightly"), prefect_api.serving(where):
        print("starting Prefect; its first start in a data folder takes longest", file=sys.stderr, flush=True)
        from flows.nightly import nightly

        try:
            prefect_api.wait()
            prefect_api.log_in()
        except prefect_api.NotStartedError as error:
            print(f"{error}\nwithout Prefect: stackrank collect, then build, then report", file=sys.stderr)
            return NOTHING_PUBLISHED
        night = nightly()
        print(night.told)
    return night.exit_status
