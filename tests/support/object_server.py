"""Serve S3 on this machine by moto, in a process of its own, which can be killed and started again.

moto keeps objects in memory. Its recorder writes each request to a file; a server that starts again repeats them.
"""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

BUCKET = "stackrank"
SERVER = Path(__file__).with_name("moto_server.py")
PATIENCE, REPLAY = 30, 300


class ObjectServer:
    """A server with one bucket; `settings` are what a process needs to use it, also as STACKRANK_STORE."""

    def __init__(self, folder, page=1000):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url, self.log = f"http://127.0.0.1:{self.port}", folder / "requests.jsonl"
        self.settings = {
            "AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": "invented", "AWS_SECRET_ACCESS_KEY": "invented",
            "AWS_DEFAULT_REGION": "us-east-1", "STACKRANK_STORE": f"s3://{BUCKET}/night",
        }  # fmt: skip
        self.own = {"MOTO_RECORDER_FILEPATH": str(self.log), "MOTO_ENABLE_RECORDING": "1",
                    "MOTO_S3_DEFAULT_MAX_KEYS": str(page)}  # fmt: skip

    def start(self):
        self._forget_reads()
        command = [sys.executable, str(SERVER), "-H", "127.0.0.1", "-p", str(self.port)]
        is_new = not self.log.exists()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, env=os.environ | self.own, **quiet)
        self._wait()
        if is_new:
            self._ask("PUT", f"/{BUCKET}")
        else:
            self._ask("POST", "/moto-api/recorder/replay-recording", REPLAY)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def _wait(self):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self._ask("GET", "/moto-api/recorder/")
            except HTTPError:
                return None
            except (URLError, ConnectionError):
                assert time.monotonic() < end
                time.sleep(0.05)

    def _forget_reads(self):
        """Leave what was only read, and a line that the kill has torn, out of what is repeated."""
        if self.log.exists():
            lines = self.log.read_text().splitlines(keepends=True)
            kept = [line for line in lines if '"method": "GET"' not in line and line.endswith("}\n")]
            self.log.write_text("".join(kept))

    def _ask(self, method, path, patience=PATIENCE):
        urlopen(Request(f"{self.url}{path}", method=method), timeout=patience).close()


@contextmanager
def object_server(folder, **facts):
    server = ObjectServer(folder, **facts)
    server.start()
    try:
        yield server
    finally:
        server.kill()
