"""A real server of a site in a process of its own, with smaller limits, and requests as no browser sends them."""

import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

SERVE = """
import sys
from pathlib import Path
from flows.serving import server
from flows.serving.limits import Allowance
with server.listen(0) as where:
    print(where.getsockname()[1], flush=True)
    allowed = Allowance(seconds=4.0, memory="100MB", patience=40.0, rows=500, letters=50_000)
    server.serve(Path(sys.argv[1]), where, allowed)
"""


class Served:
    """A server that runs, and its answers."""

    def __init__(self, port: int) -> None:
        self.port = port

    def get(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str):
        """Return status, headers and body; `Host` and others are given with `_` for `-`."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def ask(self, sql: object, form: str = "page", **headers: str):
        """Return the status and the JSON of a question."""
        body = json.dumps({"sql": sql, "form": form}).encode()
        status, _, said = self.get("/ask", "POST", body, **{"Content_Type": "application/json"} | headers)
        return status, json.loads(said) if said.startswith(b"{") else said.decode()

    def raw(self, request: bytes) -> bytes:
        """Return the first bytes of what comes back for bytes that may be no HTTP."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as sent:
            sent.sendall(request)
            return sent.recv(4096)


@contextmanager
def serving(site: Path):
    """Serve a folder until the block ends; then the process must end well."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STACKRANK_")}
    command = [sys.executable, "-c", SERVE, str(site)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield Served(int(process.stdout.readline()))
            assert process.poll() is None, "the server stays up"
        finally:
            process.terminate()
        assert process.wait(10) == 0
