"""The command `schedule`."""

import argparse
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from flows import locks
from flows.commands.checks import UsageError
from flows.commands.nightly import check_ready
from flows.exit_status import ALL_WELL, NOTHING_PUBLISHED
from pipelines.folders import folders, typed

HELP = "keep running, and do the nightly run at the times of a cron expression"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--cron", required=True, metavar="EXPRESSION",
                        help="minute, hour, day, month and weekday in UTC, such as '0 3 * * *'")  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Keep the schedule until SIGTERM or Ctrl-C, which end the process with status 0."""
    check_ready()
    with locks.single_run(folders(), "stackrank schedule", "schedule"):
        for word in (signal.SIGTERM, signal.SIGINT):
            signal.signal(word, _end_process)
        return _serve(arguments.cron)


def _end_process(_number: int, _frame: FrameType | None) -> NoReturn:
    """End at once: code that is being imported may swallow an exception. All that was started ends with this process.

    The server of Prefect ends by its pipe, a run by its sentinel (`flows.schedule`), a spider by its watchdog.
    """
    os._exit(ALL_WELL)


def _serve(cron: str) -> int:
    """Run until Prefect cannot start or ends.

    Raises UsageError for a wrong cron expression, before Prefect's server starts.
    """
    from flows import prefect_api

    where = folders()
    prefect_api.prepare(where)
    from flows import schedule

    try:
        schedule.check_cron(cron)
        with prefect_api.serving(where, schedules=True):
            prefect_api.wait()
            prefect_api.log_in()
            url = os.environ["PREFECT_API_URL"]
            print(f"the nightly run starts at {cron} UTC until this is stopped; Prefect answers at {url}", flush=True)
            schedule.serve(cron, where)
    except schedule.WrongCronError as error:
        raise UsageError(error) from None
    except (prefect_api.NotStartedError, schedule.EndedError) as error:
        print(f"{error}\nno schedule is kept; run from cron or a timer: {typed('nightly')}", file=sys.stderr)
        return NOTHING_PUBLISHED
