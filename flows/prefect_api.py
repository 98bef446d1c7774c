"""Prefect's API server for one run: on loopback, and gone when whoever started it is gone.

Prefect starts a temporary server by itself where no `PREFECT_API_URL` is set. That one outlives a
run that is killed with -9; this one does not, and it starts while Prefect is still being imported.
"""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from signal import SIGKILL
from urllib.error import HTTPError
from urllib.request import urlopen

from pipelines.folders import CHECKOUT, Folders

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_UI_ENABLED": "false",
}
PATIENCE = 180
FAREWELL = 10


class NotStartedError(Exception):
    """No Prefect server answers."""


def prepare(where: Folders) -> None:
    """Keep Prefect's state in our data folder and its telemetry off; must run before its import."""
    home = where.data / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    for name, value in {**QUIET, "PREFECT_HOME": str(home)}.items():
        os.environ.setdefault(name, value)


@contextmanager
def serving(where: Folders, *, schedules: bool = False) -> Iterator[None]:
    """Run a server for the block and point Prefect to it, unless `PREFECT_API_URL` names one already.

    Only a server that `schedules` starts anything by itself. Must be entered before Prefect is
    imported; `wait` before a flow runs.
    """
    prepare(where)
    if "PREFECT_API_URL" in os.environ:
        yield
        return
    with _process(schedules=schedules) as url:
        os.environ["PREFECT_API_URL"] = url
        try:
            yield
        finally:
            del os.environ["PREFECT_API_URL"]


def wait(patience: float = PATIENCE) -> None:
    """Return when the server at `PREFECT_API_URL` answers; raises NotStartedError, after so many seconds of silence."""
    url = os.environ["PREFECT_API_URL"]
    try:
        with urlopen(f"{url}/health", timeout=patience):  # noqa: S310 - our own address, or one the user chose
            pass
    except HTTPError:  # whoever answers is there
        pass
    except (OSError, HTTPException) as error:
        raise NotStartedError(f"no Prefect server answers at {url}: {error}") from error


@contextmanager
def _process(*, schedules: bool) -> Iterator[str]:
    """Run a server and yield its url, which listens at once and answers when the server is up.

    The server kills itself when a pipe closes whose other end is ours, so it outlives no kill -9.
    """
    theirs, ours = os.pipe()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/api"
        numbers = (listening.fileno(), theirs, int(schedules))
        command = [sys.executable, "-m", "flows.prefect_api", *map(str, numbers)]
        # In a group of its own: Ctrl-C ends the run, and the run ends the server.
        process = subprocess.Popen(command, pass_fds=(listening.fileno(), theirs), cwd=CHECKOUT, process_group=0)
    os.close(theirs)
    try:
        yield url
    finally:
        _stop(process)
        os.close(ours)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Let the server write down what it was told, then end it."""
    process.terminate()
    try:
        process.wait(FAREWELL)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def serve(listening: int, pipe: int, schedules: int) -> None:
    """Answer on the listening descriptor until told to stop, or until the pipe's other end closes.

    Prefect's scheduler runs too where `schedules` is not 0.
    """
    threading.Thread(target=_end_with_starter, args=(pipe,), daemon=True).start()
    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app(ephemeral=not schedules, final=True)
    config = uvicorn.Config(app, lifespan="on", log_level="error", timeout_graceful_shutdown=FAREWELL // 2)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=listening)])


def _end_with_starter(pipe: int) -> None:
    os.read(pipe, 1)
    os.kill(os.getpid(), SIGKILL)


if __name__ == "__main__":
    serve(*map(int, sys.argv[1:]))
