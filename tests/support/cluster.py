"""A Dask cluster of real processes on loopback: a scheduler, workers that each have a data folder, a night beside."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

from support.nights import environment

from flows.prefect_api import QUIET, SPARING
from pipelines.folders import CHECKOUT

PATIENCE = 300
"""How many seconds a busy machine may take to start a process, or to end a night that is over."""
LEASE_SECONDS = "42"
"""A busy machine lets a process wait for seconds; two thirds of this time it must be able to wait."""
THREADS = 4
"""Lanes of a worker: mostly they wait between two requests."""
UNHEARD = {"DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "20s"}
"""After so long a scheduler takes a worker that says nothing for lost."""
SOON = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s"}
"""How long a client waits for a scheduler that is gone."""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def wait_for(port):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"nobody listens on {port}")


class Cluster:
    """Machines below a folder, which share a store; each writes what it says into a file."""

    def __init__(self, top, communities, **more):
        self.top, self.communities, self.port = top, communities, free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.more = {"STACKRANK_LEASE_SECONDS": LEASE_SECONDS, **SOON, **more}
        self.running = {}

    def environment(self, name, **more):
        contact = f"{name}@example.org"
        return environment(self.top / name, self.communities, **{"STACKRANK_CONTACT": contact, **self.more, **more})

    def start(self, name, *command, **more):
        with (self.top / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *command], env=self.environment(name, **more), cwd=CHECKOUT,
                stdout=log, stderr=subprocess.STDOUT, process_group=0,
            )  # fmt: skip
        return self.running[name]

    def start_scheduler(self):
        command = ("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port))
        self.start("scheduler", *command, "--no-dashboard", "--no-show", "--no-jupyter", **UNHEARD)
        wait_for(self.port)

    def start_worker(self, name):
        options = ("--no-nanny", "--nthreads", str(THREADS), "--no-dashboard", "--name", name)
        folder = ("--local-directory", str(self.top / name / "dask"), "--death-timeout", "60")
        self.start(name, "distributed.cli.dask_worker", self.address, *options, *folder)

    def start_prefect(self, home):
        """Start a server of Prefect with a login, as an operator would; `home` has its database."""
        port, login = free_port(), "birds:invented"
        own = {"PREFECT_SERVER_API_AUTH_STRING": login, "PREFECT_HOME": str(home), **QUIET, **SPARING}
        self.more |= {"PREFECT_API_URL": f"http://127.0.0.1:{port}/api", "PREFECT_API_AUTH_STRING": login}
        self.start("prefect", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), **own)
        wait_for(port)

    def start_night(self):
        """Start a night, which writes what it says into the log of `night`."""
        (self.top / "night.log").unlink(missing_ok=True)
        return self.start("night", "flows.cli", "nightly", STACKRANK_DASK=self.address)

    def end_night(self):
        """Wait for the end of the night; return its exit status and what it said."""
        status = self.running["night"].wait(PATIENCE * 3)
        return status, (self.top / "night.log").read_text()

    def stop_for(self, name, seconds):
        """Let a machine stand still for some time, while what it has started goes on."""
        self.running[name].send_signal(signal.SIGSTOP)
        threading.Timer(seconds, self.running[name].send_signal, [signal.SIGCONT]).start()

    def kill(self, name):
        self.running[name].kill()
        self.running.pop(name).wait()

    def stop(self):
        for process in self.running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
