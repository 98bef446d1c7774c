"""The commands `nightly` and `schedule`."""

import argparse
import os
import signal
import sys
from threading import Event

from flows import contact, locks
from flows.commands.checks import UsageError, check_key, check_rules, refuse_demo_folder
from flows.exit_status import ALL_WELL, NOTHING_PUBLISHED
from flows.run import run_night
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import folders

_stopped = Event()
"""Set where a signal has ended the schedule, and everything that it held is given back."""


def _nightly(_: argparse.Namespace) -> int:
    _ready()
    return run_night()


def _ready() -> None:
    """Refuse to start a night that could not go well: raises UsageError, WrongFileError, NoContactError."""
    refuse_demo_folder()
    check_rules()
    declared = load_catalogue(folders().communities)
    contact.check(source for community in declared for source in community.sources if source.visited)
    check_key()


def _schedule(chosen: argparse.Namespace) -> int:
    _ready()
    with locks.single_run(folders(), "stackrank schedule", "schedule"):
        try:
            return _keep_schedule(chosen.cron)
        except KeyboardInterrupt:
            _stopped.set()
            return ALL_WELL


def _keep_schedule(cron: str) -> int:
    """Run nights until SIGTERM or Ctrl-C, which both raise KeyboardInterrupt; return if Prefect cannot or ends."""
    from flows import prefect_api

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    where = folders()
    with prefect_api.serving(where, schedules=True):
        print("starting Prefect", file=sys.stderr, flush=True)
        from flows import schedule

        try:
            schedule.check(cron)
            prefect_api.wait()
            prefect_api.log_in()
            at = os.environ["PREFECT_API_URL"]
            print(f"the night runs at {cron} UTC until this is stopped; Prefect answers at {at}", flush=True)
            schedule.serve(cron, where)
        except schedule.WrongCronError as error:
            raise UsageError(error) from None
        except (prefect_api.NotStartedError, schedule.EndedError) as error:
            print(f"{error}\nwithout a schedule: run stackrank nightly from cron or a timer", file=sys.stderr)
            return NOTHING_PUBLISHED
