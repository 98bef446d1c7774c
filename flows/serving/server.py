"""Listen on loopback, and serve until Ctrl-C or SIGTERM."""

import signal
import socket
from contextlib import suppress
from pathlib import Path

import uvicorn

from flows.serving.app import make_app
from flows.serving.gate import HEADERS
from flows.serving.limits import Allowance

LOOPBACK = "127.0.0.1"
LONGEST_HEAD = 16_384
"""Bytes of a request before its body."""
MOST_CONNECTIONS = 64


def listen(port: int) -> socket.socket:
    """Return a socket on loopback; raises OSError where the port is in use or forbidden. Port 0 is any free one."""
    return socket.create_server((LOOPBACK, port))


def serve(site: Path, where: socket.socket, allowed: Allowance | None = None) -> None:
    """Answer requests until Ctrl-C or SIGTERM ends that."""
    config = uvicorn.Config(
        make_app(site, allowed or Allowance()), http="h11", ws="none", lifespan="off", log_level="warning",
        access_log=False,
        proxy_headers=False, server_header=False, headers=list(HEADERS), limit_concurrency=MOST_CONNECTIONS,
        h11_max_incomplete_event_size=LONGEST_HEAD, timeout_graceful_shutdown=1,
    )  # fmt: skip
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):  # uvicorn ends well, then raises the signal again
        uvicorn.Server(config).run(sockets=[where])
