"""A Dask cluster of real processes on loopback: a scheduler, workers that each have a data folder, a night beside."""

import os
import signal
import socket
import subprocess
import sys
import time

from support.nights import PATIENCE, environment

from pipelines.folders import CHECKOUT

LEASE_SECONDS = "3"


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

    def __init__(self, top, communities, store, workers=3, threads=4, **more):
        self.top, self.communities, self.threads = top, communities, threads
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.more = {"STACKRANK_STORE": store, "STACKRANK_LEASE_SECONDS": LEASE_SECONDS, **more}
        self.names = [f"worker{number}" for number in range(workers)]
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
        self.start("scheduler", *command, "--no-dashboard", "--no-show", "--no-jupyter")
        wait_for(self.port)

    def start_worker(self, name):
        options = ("--no-nanny", "--nthreads", str(self.threads), "--no-dashboard", "--name", name)
        folder = ("--local-directory", str(self.top / name / "dask"), "--death-timeout", "60")
        self.start(name, "distributed.cli.dask_worker", self.address, *options, *folder)

    def start_all(self):
        self.start_scheduler()
        for name in self.names:
            self.start_worker(name)

    def start_night(self, name="night"):
        return self.start(name, "flows.cli", "nightly", STACKRANK_DASK=self.address)

    def night(self, name="night"):
        """Do a night; return its exit status and what it said."""
        status = self.start_night(name).wait(PATIENCE * 10)
        return status, (self.top / f"{name}.log").read_text()

    def kill(self, name):
        self.running[name].kill()
        self.running.pop(name).wait()

    def stop(self):
        for process in self.running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
