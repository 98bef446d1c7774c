"""A schedule is kept until it is stopped or killed, and nothing stays behind."""

import base64
import json
import signal
import subprocess
import sys
import time
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from support import nights
from support.machine import NOW, declare, source

from flows.cli import main
from flows.demo import histories
from flows.demo.server import serve
from pipelines.folders import CHECKOUT

LOGIN = "birds:of a feather"

HEADERS = {
    "content-type": "application/json",
    "authorization": f"Basic {base64.b64encode(LOGIN.encode()).decode()}",
}


class Scheduler:
    """A `stackrank schedule` in a data folder, and its Prefect server; starts at once."""

    def __init__(self, house: nights.House) -> None:
        self.house = house
        command = [sys.executable, "-m", "flows.cli", "schedule", "--cron", "0 3 1 1 *"]
        self.process = subprocess.Popen(
            command, env=house.environment, cwd=CHECKOUT, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.first = self.process.stdout.readline()
        self.url = self.first.split()[-1]

    def ask(self, path: str, body: dict | None = None):
        """Ask Prefect; where its database is busy it answers 503, and a client asks again."""
        data = None if body is None else json.dumps(body).encode()
        for _ in range(100):
            try:
                with urlopen(Request(self.url + path, data, HEADERS)) as answer:
                    return json.load(answer)
            except HTTPError as error:
                if error.code != 503:
                    raise
                time.sleep(0.2)
        pytest.fail(f"Prefect answered 503 for twenty seconds: {path}")

    def deployment(self) -> dict:
        """What Prefect knows of the schedule, as soon as it does."""
        while not (known := self.ask("/deployments/filter", {})):
            time.sleep(0.05)
        return known[0]

    def night(self) -> str:
        """Let a night begin now, as if it were time; return its id when it runs."""
        return self.reach(self.ask(f"/deployments/{self.deployment()['id']}/create_flow_run", {})["id"], "RUNNING")

    def reach(self, run: str, *states: str) -> str:
        while self.ask(f"/flow_runs/{run}")["state_type"] not in {*states, "COMPLETED", "FAILED", "CRASHED"}:
            time.sleep(0.05)
        return run


@pytest.fixture
def birds(tmp_path):
    """Two birds, served on loopback; the environment of a run that has no contact."""
    names = ("sparrow", "finch")
    sources = [source(name) for name in names]
    histories.generate(tmp_path / "served", sources, NOW.date())
    with serve(tmp_path / "served") as server:
        declare(tmp_path / "communities", **dict.fromkeys(names, f"git+{server.base_url}/forge.example.org/birds/{{}}"))
        yield nights.House(tmp_path / "data", tmp_path / "communities", STACKRANK_CONTACT="",
                               PREFECT_RUNNER_POLL_FREQUENCY="1", PREFECT_API_AUTH_STRING=LOGIN)  # fmt: skip


@pytest.fixture
def keeper(birds, prepared_prefect):
    prepared_prefect(birds.where.data)
    started = Scheduler(birds)
    yield started
    started.process.kill()
    started.process.communicate()


@pytest.mark.long
def test_a_schedule_is_kept_until_it_is_killed_and_nothing_stays_behind(birds, keeper, monkeypatch, capsys):
    assert keeper.first.startswith(
        "the nightly run starts at 0 3 1 1 * UTC until this is stopped; Prefect answers at http://127"
    )
    (kept,) = keeper.deployment()["schedules"]
    assert (kept["schedule"]["cron"], kept["schedule"]["timezone"], kept["active"]) == ("0 3 1 1 *", "UTC", True)
    for name, value in birds.environment.items():
        monkeypatch.setenv(name, value)
    assert main(["schedule", "--cron", "0 4 * * *"]) == 2
    refused = f"refused: process {keeper.process.pid} (stackrank schedule), started "
    assert refused in capsys.readouterr().err

    night = keeper.reach(keeper.night())
    assert keeper.ask(f"/flow_runs/{night}")["state_type"] == "COMPLETED"
    assert keeper.process.stdout.readline() == "2 fetched, 0 failed\n"
    assert keeper.process.stdout.readline() == f"page: {birds.where.site / 'index.html'}\n"
    for command in (["status", "--max-age", "1h"], ["build"], ["sql", "from raw.build"]):
        assert main(command) == 0, "between nights others may be at work"

    keeper.night()
    keeper.process.kill()
    keeper.process.wait()
    assert nights.left_behind(birds.where.data) == [], "killed with -9 in the middle of a night"


@pytest.mark.long
@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGINT])
def test_a_schedule_that_is_asked_to_stop_has_not_failed(word, birds):
    """The signal comes while Prefect is being imported, where an exception in its place may be swallowed."""
    command = [sys.executable, "-m", "flows.cli", "schedule", "--cron", "0 3 * * *"]
    keeper = subprocess.Popen(command, env=birds.environment, cwd=CHECKOUT, text=True, stderr=subprocess.PIPE)
    said = iter(keeper.stderr.readline, "starting Prefect\n")
    assert list(said) == []
    keeper.send_signal(word)
    try:
        assert keeper.communicate(timeout=nights.PATIENCE) == (None, "")
    finally:
        keeper.kill()
    assert keeper.returncode == 0
    assert nights.left_behind(birds.where.data) == []


SWALLOWING = """
import time
while True:
    try:
        print("importing", flush=True)
        time.sleep(60)
    except BaseException:
        pass
"""


@pytest.mark.long
def test_code_that_swallows_an_exception_while_it_is_imported_keeps_no_schedule_alive(birds, tmp_path):
    """A stand-in for Prefect: where its import, or that of what it needs, swallows an exception is a matter of luck."""
    (tmp_path / "standin").mkdir()
    (tmp_path / "standin/prefect.py").write_text(SWALLOWING)
    command = [sys.executable, "-m", "flows.cli", "schedule", "--cron", "0 3 * * *"]
    environment = birds.environment | {"PYTHONPATH": str(tmp_path / "standin")}
    keeper = subprocess.Popen(command, env=environment, cwd=CHECKOUT, text=True, stdout=subprocess.PIPE)
    assert keeper.stdout.readline() == "importing\n"
    keeper.terminate()
    try:
        assert keeper.wait(nights.PATIENCE) == 0
    finally:
        keeper.kill()
        keeper.stdout.close()
    assert nights.left_behind(birds.where.data) == []
