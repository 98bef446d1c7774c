"""Prefect's API server for one run: on loopback, with a login; it ends with the process that started it.

Everybody who can write to a Prefect server can run code as the user of its flows. So ours asks for a login.

Prefect starts a temporary server by itself where no `PREFECT_API_URL` is set. That one is a process that outlives a
run that is killed with -9, imports Prefect once more and asks for no login, so it is switched off.
Ours is a thread of the run.
"""

import gc
import os
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from secrets import token_urlsafe
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from flows.prefect_database import make_database
from flows.prefect_start import spare_import, spare_server
from pipelines.folders import Folders

if TYPE_CHECKING:
    import uvicorn

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
    "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
    "PREFECT_SERVER_LOGS_STREAM_OUT_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PY_KEY_VALUE_DISABLE_BEARTYPE": "true",
}
"""A run needs the states of its flow and tasks. It has no automations, and nobody listens to its events.

It registers no blocks, so it need not know whether they changed: for that Prefect imports all of its extensions.
The last one spares a package of Prefect's the checks of its own types, which it compiles at each start.
"""
CLOSED = {
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
    "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": "",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
}
ASKED = frozenset({"/flows", "/flow_runs", "/artifacts", "/events", "/admin", "/csrf-token"})
"""What a run asks for is looked up first: what stands before it would be made only to be passed over."""
URL = "PREFECT_API_URL"
LOGIN = "PREFECT_API_AUTH_STRING"
SERVERS_LOGIN = "PREFECT_SERVER_API_AUTH_STRING"
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
    Only a server that `schedules` starts flow runs by itself. `wait` before a flow runs.
    """
    prepare(where)
    if URL in os.environ:
        yield
        return
    print("starting Prefect", file=sys.stderr, flush=True)
    make_database(Path(os.environ["PREFECT_HOME"]))
    os.environ[LOGIN] = os.environ[SERVERS_LOGIN] = choose_login(os.environ)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        os.environ[URL] = f"http://127.0.0.1:{listening.getsockname()[1]}/api"
        try:
            with _answering(listening, schedules=schedules):
                yield
        finally:
            del os.environ[URL]


def choose_login(environ: Mapping[str, str]) -> str:
    """Return the login that the user has set, or a random one; a blank one is none."""
    return environ.get(LOGIN, "").strip() or f"stackrank:{token_urlsafe()}"


def wait(patience: float = PATIENCE) -> None:
    """Return when the server at `PREFECT_API_URL` answers; raises NotStartedError, after so many seconds of silence."""
    url = _checked(os.environ[URL])
    try:
        with urlopen(f"{url}/health", timeout=patience):  # noqa: S310 - our own address, or one the user chose
            pass
    except HTTPError:  # an error is an answer too
        pass
    except (OSError, HTTPException) as error:
        raise NotStartedError(f"no Prefect server answers at {url}: {error}") from error


def _checked(url: str) -> str:
    """Return the address of a server; raises NotStartedError, without the address where that holds a password."""
    scheme, _, rest = url.partition("://")
    if "@" in rest.partition("/")[0]:
        raise NotStartedError(f"{URL} holds a login, which messages would show; set {LOGIN} instead")
    if scheme not in ("http", "https") or not rest:
        raise NotStartedError(f"{URL} is no address of a server; write http://HOST:4200/api")
    return url


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
def _answering(listening: socket.socket, *, schedules: bool) -> Iterator[None]:
    """Answer on the socket in a thread, which lets the server save its state when the block ends."""
    server = _make_server(schedules=schedules)
    thread = threading.Thread(target=_answer, args=(server, listening), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(STOP_SECONDS)


def _make_server(*, schedules: bool) -> "uvicorn.Server":
    """Import Prefect with its server, and return one; Prefect's scheduler runs too where it `schedules`."""
    with importing():
        import uvicorn

        server = _import_server()
        routers = sorted(server.API_ROUTERS, key=lambda router: router.prefix not in ASKED)
        setattr(server, "API_ROUTERS", tuple(routers))  # noqa: B010 - its type names each place of the tuple
        gc.freeze()  # Prefect looks for cycles while it makes its app
        app = server.create_app(ephemeral=not schedules, final=True)
    config = uvicorn.Config(app, lifespan="on", log_level="error", timeout_graceful_shutdown=STOP_SECONDS // 2)
    return uvicorn.Server(config)


def _import_server() -> ModuleType:
    """Import Prefect's server, with the settings of now where Prefect was imported before."""
    is_new = "prefect" not in sys.modules
    spare_import()
    from prefect.context import refresh_global_settings_context

    if not is_new:
        refresh_global_settings_context()
    spare_server()
    from prefect.server.api import server

    return server


def _answer(server: "uvicorn.Server", listening: socket.socket) -> None:
    """Run the server until it ends; who asks a server that could not start is refused then."""
    with listening:
        server.run(sockets=[listening])


@contextmanager
def importing() -> Iterator[None]:
    """Look for no cycles while the block imports: what it makes stays, and the search takes a seventh of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
