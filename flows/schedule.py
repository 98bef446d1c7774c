"""The night on a schedule: Prefect's own `serve`, in the foreground until it is told to stop.

Prefect starts each night as a process of its own, which ends when this one does, even by kill -9.
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
from flows.nightly import Night, nightly
from pipelines.folders import Folders

ZONE = "UTC"
FIELDS = 5
LOOK_EVERY = 30


class WrongCronError(Exception):
    """A cron expression says no time, or one that never comes."""


class EndedError(Exception):
    """Prefect has ended by itself and keeps the schedule no more."""


def check(cron: str) -> None:
    """Raise WrongCronError unless this is a cron expression of five fields that names a time to come."""
    try:
        asyncio.run(CronSchedule(cron=cron, timezone=ZONE).get_dates(1))
    except ValueError:
        fields = 0
    else:
        fields = len(cron.split())
    if fields != FIELDS:
        how = "write five fields: minute, hour, day, month, weekday; such as: --cron '0 3 * * *'"
        raise WrongCronError(f"--cron: {cron!r:.80} names no time to come; {how}")


def serve(cron: str, where: Folders) -> NoReturn:
    """Run the night whenever `cron` says so in UTC, one at a time, until KeyboardInterrupt.

    Raises EndedError or NotStartedError where Prefect or its server is gone: a schedule that seems
    to be kept and is not would be worse than none.
    Nights that were missed while nobody kept the schedule are not made up for. One that is under way
    at the end is killed: the next continues where it was.
    """
    # Not here: Prefect would take SIGTERM over in the main thread, and wait a minute for the night.
    serving = threading.Thread(target=_serve_flow, args=(cron, name_in_prefect(where)), daemon=True)
    serving.start()
    try:
        while serving.is_alive():
            serving.join(LOOK_EVERY)
            prefect_api.wait()
    finally:
        for night in multiprocessing.active_children():
            night.kill()
    raise EndedError("the schedule is not kept any more; Prefect says why above")


def _serve_flow(cron: str, name: str) -> None:
    _forget(f"{nightly.name}/{name}")
    told = nightly.with_options(on_completion=[tell_night], on_failure=[tell_failure], on_crashed=[tell_failure])
    told.serve(
        name=name,
        schedule=Cron(cron, timezone=ZONE),
        limit=1,
        pause_on_shutdown=False,
        print_starting_message=False,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def name_in_prefect(where: Folders) -> str:
    """Return the name of the deployment: one for each data folder, as several may share a Prefect server."""
    return str(where.data).strip("/").replace("/", "-").replace("%", "-")


def _forget(deployment: str) -> None:
    """Delete the deployment of before, and with it the nights that it had planned."""
    with get_client(sync_client=True) as client:
        try:
            client.delete_deployment(client.read_deployment_by_name(deployment).id)
        except ObjectNotFound:
            return


def tell_night(flow: Flow[[], Night], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001  (Prefect names them)
    """Print what came of a night, for the log of whoever keeps the schedule."""
    print(state.result().told, flush=True)


def tell_failure(flow: Flow[[], Night], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001
    """Print why a night could not run."""
    print(f"no night: {state.message}", flush=True)


def _end_with(scheduler: int) -> None:
    wait([scheduler])
    os.kill(os.getpid(), SIGKILL)


# Prefect imports this module in the process of each night before it does anything else there.
if scheduler := multiprocessing.parent_process():
    threading.Thread(target=_end_with, args=(scheduler.sentinel,), daemon=True).start()
