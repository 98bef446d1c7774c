"""The nightly flow on a schedule: Prefect's own `serve`, in the foreground until it is stopped.

Prefect starts each flow run as a process of its own, which ends when this one does, even by kill -9.
Prefect must be prepared before this module is imported (`flows.prefect_api.prepare`).
"""

import asyncio
import multiprocessing
import os
import threading
from multiprocessing.connection import wait
from signal import SIGKILL
from typing import Any, NoReturn

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow
from prefect.schedules import Cron
from prefect.server.schemas.schedules import CronSchedule
from prefect.types.entrypoint import EntrypointType

from flows import prefect_api
from flows.nightly import NightlyResult, nightly
from pipelines.folders import Folders

ZONE = "UTC"
FIELDS = 5
CHECK_SECONDS = 30
AT_ONCE = 2
"""The run that is active, and the one that finds it so and is skipped; it would wait otherwise, and start late."""


class WrongCronError(Exception):
    """A cron expression names no time to come."""


class EndedError(Exception):
    """Prefect has ended by itself, so no schedule is kept."""


def check_cron(cron: str) -> None:
    """Raise WrongCronError unless this is a cron expression of five fields that names a time to come."""
    try:
        asyncio.run(CronSchedule(cron=cron, timezone=ZONE).get_dates(1))
    except ValueError:
        fields = 0
    else:
        fields = len(cron.split())
    if fields != FIELDS:
        how = "Write five fields: minute, hour, day, month, weekday; such as: --cron '0 3 * * *'"
        raise WrongCronError(f"--cron: {cron!r:.80} names no time to come. Nothing was started. {how}")


def serve(cron: str, where: Folders) -> NoReturn:
    """Start the nightly flow at the times of `cron` in UTC, as long as this process and Prefect live.

    A run that is due while another one is active is skipped.
    Raises EndedError or NotStartedError where Prefect or its server is gone.
    Missed times are not made up for. A run that is active at the end is killed; the next run
    continues where it was.
    """
    # Not here: Prefect would handle SIGTERM in the main thread, and wait a minute for the flow run.
    serving = threading.Thread(target=_serve_flow, args=(cron, deployment_name(where)), daemon=True)
    serving.start()
    try:
        while serving.is_alive():
            serving.join(CHECK_SECONDS)
            prefect_api.wait()
    finally:
        for flow_run in multiprocessing.active_children():
            flow_run.kill()
    raise EndedError("Prefect has ended, so the schedule has stopped; Prefect says why above")


def _serve_flow(cron: str, name: str) -> None:
    _delete_deployment(f"{nightly.name}/{name}")
    printing = nightly.with_options(
        on_completion=[print_summary], on_failure=[print_failure], on_crashed=[print_failure],
        on_cancellation=[print_skipped],
    )  # fmt: skip
    printing.serve(
        name=name,
        schedule=Cron(cron, timezone=ZONE),
        limit=AT_ONCE,
        pause_on_shutdown=False,
        print_starting_message=False,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def deployment_name(where: Folders) -> str:
    """Return the name of the deployment: one for each data folder, as several may share a Prefect server."""
    return str(where.data).strip("/").replace("/", "-").replace("%", "-")


def _delete_deployment(deployment: str) -> None:
    """Delete an earlier deployment, and with it the flow runs that it had planned."""
    with get_client(sync_client=True) as client:
        try:
            client.delete_deployment(client.read_deployment_by_name(deployment).id)
        except ObjectNotFound:
            return


def print_summary(flow: Flow[[], NightlyResult], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001  (Prefect names them)
    """Print the summary of a flow run."""
    print(state.result().summary, flush=True)


def print_failure(flow: Flow[[], NightlyResult], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001
    """Print why a flow run failed or crashed."""
    print(f"the nightly run failed: {state.message}", flush=True)


def print_skipped(flow: Flow[[], NightlyResult], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001
    """Print that a flow run was skipped, because another one is active."""
    print(state.message, flush=True)


def _end_with(scheduler: int) -> None:
    wait([scheduler])
    os.kill(os.getpid(), SIGKILL)


# Prefect imports this module first in the process of each flow run.
if scheduler := multiprocessing.parent_process():
    threading.Thread(target=_end_with, args=(scheduler.sentinel,), daemon=True).start()
