"""Prefect's API server for one run: on loopback, with a login; it ends with the process that started it.

Everybody who can write to a Prefect server can run code as the user of its flows. So ours asks for a login.

Prefect starts a temporary server by itself where no `PREFECT_API_URL` is set. That one outlives a
run that is killed with -9 and asks for no login, so it is switched off; ours starts while Prefect is still imported.
"""

import gc
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from secrets import token_urlsafe
from signal import SIGKILL
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from flows.prefect_database import make_database
from pipelines.folders import CHECKOUT, Folders

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
}
SPARING = {
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_EVENTS_STREAM_OUT_ENABLED": "false",
    "PREFECT_SERVER_LOGS_STREAM_OUT_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
}
"""A run needs the states of its flow and tasks. It has no automations, and nobody listens to its events."""
CLOSED = {
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": "",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
}
URL = "PREFECT_API_URL"
LOGIN = "PREFECT_API_AUTH_STRING"
PATIENCE = 180
STOP_SECONDS = 10


class NotStartedError(Exception):
    """No Prefect server answers, or it refuses our login, or asks for none."""


def prepare(where: Folders) -> None:
    """Keep Prefect's state in our data folder, its telemetry off and its doors closed; must run before its import."""
    home = where.data / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    for name, value in {**QUIET, **SPARING, "PREFECT_HOME": str(home)}.items():
        os.environ.setdefault(name, value)
    os.environ |= CLOSED  # whatever the user has set: each opens a way to run code as the user


@contextmanager
def serving(where: Folders, *, schedules: bool = False) -> Iterator[None]:
    """Run a server for the block and point Prefect to it, unless `PREFECT_API_URL` names one already.

    It asks for the login in `PREFECT_API_AUTH_STRING`: the user's own, else a random one for this process.
    Only a server that `schedules` starts flow runs by itself. Must be entered before Prefect is
    imported, or be followed by `read_settings`; `wait` before a flow runs.
    """
    prepare(where)
    if URL in os.environ:
        yield
        return
    make_database(Path(os.environ["PREFECT_HOME"]))
    os.environ[LOGIN] = choose_login(os.environ)
    with _process(schedules=schedules) as url:
        os.environ[URL] = url
        try:
            yield
        finally:
            del os.environ[URL]


def choose_login(environ: Mapping[str, str]) -> str:
    """Return the login that the user has set, or a random one; a blank one is none."""
    return environ.get(LOGIN, "").strip() or f"stackrank:{token_urlsafe()}"


def read_settings() -> None:
    """Let a Prefect that was imported before its server started know the address of that server, and the login."""
    from prefect.context import refresh_global_settings_context

    refresh_global_settings_context()


def wait(patience: float = PATIENCE) -> None:
    """Return when the server at `PREFECT_API_URL` answers; raises NotStartedError, after so many seconds of silence."""
    url = os.environ[URL]
    try:
        with urlopen(f"{url}/health", timeout=patience):  # noqa: S310 - our own address, or one the user chose
            pass
    except HTTPError:  # an error is an answer too
        pass
    except (OSError, HTTPException) as error:
        raise NotStartedError(f"no Prefect server answers at {url}: {error}") from error


def check_closed() -> None:
    """Raise NotStartedError where the server at `PREFECT_API_URL` answers a question that has no login."""
    url, asked_as = os.environ[URL], {"Content-Type": "application/json"}
    try:
        with urlopen(Request(f"{url}/flows/filter", b"{}", asked_as), timeout=STOP_SECONDS):  # noqa: S310 - as above
            pass
    except (OSError, HTTPException):  # refused, as it should be; of a server that is gone `wait` says it
        return
    raise NotStartedError(
        f"the Prefect server at {url} asks for no login, so whoever reaches it runs code as you; "
        f"start it with PREFECT_SERVER_API_AUTH_STRING=USER:PASSWORD, and set {LOGIN} to the same"
    )


def log_in() -> None:
    """Raise NotStartedError where the server refuses our login, or asks for none; imports Prefect."""
    check_closed()
    from prefect.client.orchestration import get_client
    from prefect.exceptions import PrefectHTTPStatusError

    try:
        with get_client(sync_client=True) as client:
            client.read_flows(limit=1)
    except PrefectHTTPStatusError as error:
        raise NotStartedError(f"the Prefect server at {os.environ[URL]} refuses the login; set {LOGIN}") from error


def stop_threads() -> None:
    """End the threads of Prefect, which the next flow starts again; call it while the server answers.

    They are daemons, and hold what a flow has used when Python ends. DuckDB would report its objects as leaked.
    """
    from prefect._internal.concurrency import threads
    from prefect.events.worker import EventsWorker

    EventsWorker.drain_all(timeout=STOP_SECONDS)
    for loop in (threads.get_run_sync_loop(), threads.get_global_loop()):
        loop.shutdown()
        loop.thread.join(STOP_SECONDS)


@contextmanager
def _process(*, schedules: bool) -> Iterator[str]:
    """Run a server and yield its url, which listens at once and answers when the server is up.

    The server kills itself when our end of a pipe closes, so it ends even after kill -9.
    """
    theirs, ours = os.pipe()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/api"
        numbers = (listening.fileno(), theirs, int(schedules))
        command = [sys.executable, "-m", "flows.prefect_api", *map(str, numbers)]
        # Not in the command line, which every user of the machine can read.
        environment = os.environ | {"PREFECT_SERVER_API_AUTH_STRING": os.environ[LOGIN]}
        # In a group of its own: Ctrl-C ends the run, and the run ends the server.
        process = subprocess.Popen(
            command, pass_fds=(listening.fileno(), theirs), cwd=CHECKOUT, env=environment, process_group=0
        )
    os.close(theirs)
    try:
        yield url
    finally:
        _stop(process)
        os.close(ours)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Let the server save its state, then end it."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def serve(listening: int, pipe: int, schedules: int) -> None:
    """Answer on the listening descriptor until a signal, or until the pipe's other end closes.

    Prefect's scheduler runs too where `schedules` is not 0.
    """
    threading.Thread(target=_end_with_starter, args=(pipe,), daemon=True).start()
    with importing():
        import uvicorn
        from prefect.server.api.server import create_app

        app = create_app(ephemeral=not schedules, final=True)
    config = uvicorn.Config(app, lifespan="on", log_level="error", timeout_graceful_shutdown=STOP_SECONDS // 2)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=listening)])


@contextmanager
def importing() -> Iterator[None]:
    """Look for no cycles while the block imports: what it makes stays, and the search takes a seventh of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _end_with_starter(pipe: int) -> None:
    os.read(pipe, 1)
    os.kill(os.getpid(), SIGKILL)


if __name__ == "__main__":
    serve(*map(int, sys.argv[1:]))
