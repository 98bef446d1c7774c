"""What the operations guide prints for cron, systemd and Prefect is run as each of them starts it, in an empty home."""

import base64
import configparser
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from support import nights
from support.readme import OPERATIONS, block

from flows.demo import histories
from pipelines.model import Source

UNITS = {
    "stackrank.service": "stackrank nightly",
    "stackrank.timer": "OnCalendar",
    "stackrank-schedule.service": "stackrank schedule",
}
SYSTEMD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Machine:
    """A machine with an empty home, with stackrank in a folder of its own, and with a repository of a finch."""

    def __init__(self, top: Path):
        self.top, self.home, self.installed, self.data = top, top / "home", top / "installed", top / "data"
        for folder in (self.home, self.installed, top / "communities"):
            folder.mkdir()
        (self.installed / ".venv").symlink_to(sys.prefix)
        finch = Source("finch", "core", "git", ("git+https://forge.example.org/birds/finch",), nights.SINCE, "")
        histories.generate(top / "served", [finch], datetime.now(UTC).date())
        url = f"git+file://localhost{top}/served/forge.example.org/birds/finch.git"
        (top / "communities" / "finch.toml").write_text(nights.community_file("finch", url))

    def here(self, text: str) -> str:
        """Return a text of the guide for the folder of this installation."""
        return text.replace("/opt/stackrank", str(self.installed))

    def environment(self, path: str, **more: str) -> dict[str, str]:
        """Return the whole environment of a process: what its starter sets, and where this test keeps its data."""
        ours = {"STACKRANK_DATA": str(self.data), "STACKRANK_COMMUNITIES": str(self.top / "communities")}
        return {"HOME": str(self.home), "LOGNAME": "stackrank", "SHELL": "/bin/sh", "PATH": path} | ours | more

    def by_cron(self, line: str, *assignments: str) -> subprocess.CompletedProcess[str]:
        """Run a line of a crontab as cron does; what it prints comes as mail."""
        environment = self.environment("/usr/bin:/bin", **dict(each.split("=", 1) for each in assignments))
        command = ["/bin/sh", "-c", self.here(line.split(maxsplit=5)[5])]
        return subprocess.run(command, env=environment, cwd=self.home, capture_output=True, text=True, check=False)

    def by_systemd(self, name: str) -> subprocess.Popen[str]:
        """Start the command of a unit as systemd does."""
        service = unit(name)["Service"]
        environment = self.environment(SYSTEMD_PATH, USER=service["User"], **settings_of(service))
        command, folder = shlex.split(self.here(service["ExecStart"])), self.here(service["WorkingDirectory"])
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, env=environment, cwd=folder, text=True, **pipes)


def unit(name: str) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None)
    parsed.optionxform = str
    parsed.read_string(block(OPERATIONS, "ini", UNITS[name]))
    return parsed


def settings_of(service: configparser.SectionProxy) -> dict[str, str]:
    return dict(word.split("=", 1) for word in shlex.split(service["Environment"]))


def cron_line(command: str) -> str:
    (line,) = re.findall(rf"^0 \d \* \* \* .* ?\S*stackrank {command} .*$", OPERATIONS, re.M)
    return line


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.mark.long
@pytest.mark.parametrize(
    ("command", "mail"),
    [("nightly", "STACKRANK_CONTACT is not set. "), ("status", "no good run in the last 48 h: there was none")],
)
def test_a_line_of_cron_that_fails_sends_mail(command, mail, machine):
    if command == "nightly":
        file = machine.top / "communities" / "finch.toml"
        file.write_text(nights.community_file("finch", "git+https://forge.example.org/birds/finch"))
    ended = machine.by_cron(cron_line(command))
    assert (ended.stdout + ended.stderr).startswith(mail)


@pytest.mark.long
def test_a_run_by_cron_one_by_systemd_and_the_watch_are_silent_when_all_is_well(machine, prepared_prefect):
    """The first run has an empty home: it makes the key there."""
    prepared_prefect(machine.data)
    contact, line = block(OPERATIONS, "", "nightly.log").splitlines()
    run = machine.by_cron(line, contact)
    log = (machine.installed / "nightly.log").read_text()
    assert (run.returncode, run.stdout + run.stderr) == (0, ""), log
    assert "1 fetched, 0 failed\n" in log
    assert f"page: {machine.data}/site/index.html\n" in log
    assert [path.name for path in machine.home.rglob("*") if path.is_file()] == ["pseudonym.key"]
    again = machine.by_systemd("stackrank.service")
    said = again.communicate()
    assert again.returncode == 0, said
    watch = machine.by_cron(cron_line("status"))
    assert (watch.returncode, watch.stdout + watch.stderr) == (0, "")
    assert nights.left_behind(machine.data) == []


@pytest.mark.long
def test_systemd_starts_the_schedule_and_stops_it_with_status_0(machine, prepared_prefect):
    prepared_prefect(machine.data)
    schedule = machine.by_systemd("stackrank-schedule.service")
    first = schedule.stdout.readline()
    schedule.send_signal(signal.SIGTERM)
    rest = schedule.communicate()
    assert first.startswith("the nightly run starts at 0 3 * * * UTC until this is stopped; "), rest
    assert schedule.returncode == 0, rest
    assert 'schedule --cron "0 3 * * *"' in block(OPERATIONS, "sh", "uv run stackrank schedule")


def verified(machine: Machine, **changed: str) -> tuple[int, str]:
    folder = machine.top / "units"
    folder.mkdir(exist_ok=True)
    for name, holding in UNITS.items():
        text = block(OPERATIONS, "ini", holding)
        (folder / name).write_text(machine.here(changed.get(holding, text)))
    command = ["systemd-analyze", "verify", "--man=no", *(str(folder / name) for name in UNITS)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed; .ci/run installs it")
def test_systemd_finds_no_fault_in_the_units(machine):
    assert verified(machine) == (0, "")
    wrong = block(OPERATIONS, "ini", "OnCalendar").replace("03:00:00", "33:00:00")
    assert "33:00:00" in verified(machine, OnCalendar=wrong)[1]


def answer_of(url: str, **headers: str) -> int:
    """Return the status of Prefect's answer; it may not have started yet."""
    for _ in range(3000):
        try:
            with urlopen(Request(url, b"{}", {"content-type": "application/json"} | headers)) as answer:
                return answer.status
        except URLError as error:
            if status := getattr(error, "code", None):
                return status
            time.sleep(0.1)
    pytest.fail("Prefect did not start within five minutes")


@pytest.mark.long
def test_the_lines_for_prefects_page_start_a_server_that_asks_for_the_login(machine, prepared_prefect):
    prepared_prefect(machine.installed / "data")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    lines = block(OPERATIONS, "sh", "prefect server start").replace("4200", port)
    environment = machine.environment("/usr/bin:/bin")
    server = subprocess.Popen(["/bin/sh", "-ec", lines], env=environment, cwd=machine.installed, start_new_session=True,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}/api"
        assert answer_of(f"{url}/flows/filter") == 401
        file = machine.installed / "data/prefect/login"
        login = file.read_text().strip()
        assert file.stat().st_mode & 0o777 == 0o600
        basic = f"Basic {base64.b64encode(login.encode()).decode()}"
        assert answer_of(f"{url}/flows/filter", authorization=basic) == 200
        ours = environment | {"PREFECT_API_URL": url, "PREFECT_API_AUTH_STRING": login}
        log_in = [sys.executable, "-c", "from flows import prefect_api; prefect_api.log_in()"]
        subprocess.run(log_in, env=ours, check=True, capture_output=True)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
