"""Spiders that never end: whoever started them ends them in time, and they end when nobody is there any more.

The spider is a stand-in, because a true one has no input left that keeps it busy for ever.
"""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from flows import supervise
from flows.results import ENDED, OVERRAN
from flows.visiting import visit_group
from pipelines.clock import MOMENT, read_clock
from pipelines.folders import CHECKOUT, Folders
from pipelines.model import Source, Verdict
from spiders import settings, watchdog

PATIENCE = 30
SPIDER = """
import os, re, subprocess, sys
from pathlib import Path
from spiders import watchdog
watchdog.start()
log = subprocess.Popen(["sleep", "600"])
fetch = subprocess.Popen(["sleep", "600"], process_group=0)
watchdog.guard(fetch.pid)
draft = Path(os.environ["STACKRANK_DATA"], "draft")
draft.write_text(f"{os.getpid()} {log.pid} {fetch.pid}")
draft.rename(draft.with_name("processes"))
re.match("(a*)*b", "a" * 60)  # holds Python's global lock for thousands of years
"""
PARENT = """
import sys
from pathlib import Path
from datetime import date
from flows import supervise
from pipelines.clock import read_clock
from pipelines.folders import Folders
from pipelines.model import Source
supervise.SPIDERS = (sys.executable, "-c", sys.argv[2])
top = Path(sys.argv[1])
url = "https://lists.example.org/dev/"
sources = [Source("birds", "dev", "pipermail", (url,), date(2020, 1, 1), "")]
seconds = float(sys.argv[3])
supervise.crawl(Folders(top, top, top), "5e", sources, check=lambda: read_clock() + seconds if seconds else None)
"""


def processes(data):
    """Return the stand-in and its two children, which are those of a fetch and of a reading."""
    end = time.monotonic() + PATIENCE
    while not (data / "processes").exists() and time.monotonic() < end:
        time.sleep(0.01)
    return [int(number) for number in (data / "processes").read_text().split()]


def alive(numbers):
    """Return those of the processes that still run after some time: an end by signal takes a moment."""
    end = time.monotonic() + PATIENCE
    while (left := [number for number in numbers if runs(number)]) and time.monotonic() < end:
        time.sleep(0.01)
    return left


def runs(number):
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture(autouse=True)
def nothing_left(tmp_path):
    yield
    for number in filter(runs, processes(tmp_path) if (tmp_path / "processes").exists() else ()):
        os.kill(number, 9)


HANGING = """
import os, sys, time
from datetime import UTC, datetime
from pathlib import Path
from pipelines.landing.visits import log_visit
from pipelines.model import Verdict, Visit
from spiders import watchdog
watchdog.start()
data = Path(os.environ["STACKRANK_DATA"])
(data / "processes").write_text(str(os.getpid()))
(data / "begun").mkdir(exist_ok=True)
asked = sys.argv[3].removeprefix("units=").split(",")
for unit in ("birds/a", "birds/b", "birds/c"):
    if asked == [""] or unit in asked:
        with (data / "begun/birds.core").open("a") as file:
            file.write(unit + "\\n")
        while unit == "birds/b":
            time.sleep(1)
        url, now = "git+https://forge.example.org/" + unit, datetime.now(UTC)
        known = ("birds", "core", "git", unit, url, now, Verdict.EMPTY)
        log_visit(data / "visits", Visit(*known, run=os.environ["STACKRANK_RUN"]))
"""


@pytest.mark.long
def test_a_unit_in_which_a_spider_hangs_fails_and_the_others_are_visited(tmp_path, monkeypatch):
    urls = tuple(f"git+https://forge.example.org/birds/{name}" for name in "abc")
    source = Source("birds", "core", "git", urls, date(2020, 1, 1), "")
    monkeypatch.setattr(supervise, "SPIDERS", (sys.executable, "-c", HANGING))
    monkeypatch.setattr(supervise, "LONGEST_UNITS", {"git": 2.0})
    done = visit_group(Folders(tmp_path, tmp_path, tmp_path), [source], "5e")
    assert {v.unit: (v.verdict, v.reason) for v in done.visits} == {
        "birds/a": (Verdict.EMPTY, ""), "birds/b": (Verdict.FAILED, OVERRAN), "birds/c": (Verdict.EMPTY, ""),
    }  # fmt: skip
    assert done.retryable == (), "another try would hang too"


def test_the_parent_waits_longer_than_a_spider_gives_a_unit():
    assert settings.UNIT_TIMEOUT + settings.GRACE <= supervise.LONGEST_UNIT
    assert supervise.LONGEST_UNITS["git"] >= settings.GIT_TIMEOUT + settings.GRACE


@pytest.mark.long
def test_a_spider_that_outlives_its_time_is_ended_with_all_its_children_and_its_units_have_failed(
    tmp_path, monkeypatch
):
    urls = tuple(f"https://lists.example.org/{name}/" for name in ("dev", "users"))
    sources = [Source("birds", url.split("/")[-2], "pipermail", (url,), date(2020, 1, 1), "") for url in urls]
    monkeypatch.setattr(supervise, "SPIDERS", (sys.executable, "-c", SPIDER))
    monkeypatch.setattr(supervise, "LONGEST_CRAWL", 3.0)
    done = visit_group(Folders(tmp_path, tmp_path, tmp_path), sources, "5e")
    assert alive(processes(tmp_path)) == []
    assert [(v.source, v.unit, v.url, v.verdict) for v in done.failed] == [
        ("dev", "index", urls[0], Verdict.FAILED), ("users", "index", urls[1], Verdict.FAILED)
    ]  # fmt: skip
    assert {v.reason for v in done.failed} == {ENDED}
    assert (done.unvisited, done.retryable) == ((), ()), "another try would take as long"


def test_a_spider_that_is_busy_for_ever_ends_with_its_children_when_its_parent_is_killed(tmp_path):
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path), SPIDER, "0"], cwd=CHECKOUT)
    numbers = processes(tmp_path)
    parent.kill()
    parent.wait()
    assert alive(numbers) == []


def test_what_a_spider_started_ends_when_the_spider_is_killed(tmp_path):
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path), SPIDER, "0"], cwd=CHECKOUT)
    numbers = processes(tmp_path)
    os.kill(numbers[0], 9)
    assert alive(numbers) == []
    assert parent.wait(PATIENCE) == 0


GIVEN = 2.0
ASKING = """
import os, time
from pathlib import Path
from spiders import watchdog
watchdog.start()
folder = Path(os.environ["STACKRANK_DATA"])
(dog,) = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
(folder / "draft").write_text(f"{os.getpid()} {dog}")
(folder / "draft").rename(folder / "processes")
while True:
    watchdog.check_time()
    time.sleep(0.01)
"""


@pytest.fixture
def start(tmp_path):
    """Start a parent that gives its spider two seconds again and again."""
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    started = []

    def begin(spider):
        started.append(subprocess.Popen([*command, spider, str(GIVEN)], cwd=CHECKOUT))
        return started[-1]

    yield begin
    for parent in started:
        parent.kill()
        parent.wait()


@pytest.mark.long
def test_a_spider_ends_with_its_children_when_its_parent_is_stopped_for_longer_than_it_has_given(tmp_path, start):
    parent, numbers = start(SPIDER), processes(tmp_path)
    time.sleep(GIVEN * 1.5)
    assert all(map(runs, numbers)), "it is given time again and again"
    os.kill(parent.pid, signal.SIGSTOP)
    assert alive(numbers) == []


@pytest.mark.long
def test_a_spider_asks_nothing_after_its_time_where_its_watchdog_is_stopped_too(tmp_path, start):
    parent, (spider, dog) = start(ASKING), processes(tmp_path)
    for number in (parent.pid, dog):
        os.kill(number, signal.SIGSTOP)
    assert alive([spider]) == []


WITHOUT_WATCHDOG = """
import os
os.fork = lambda: 1
from spiders import watchdog
watchdog.start()
watchdog.check_time()
"""


def test_the_first_time_holds_before_the_watchdog_runs():
    ours, theirs = os.pipe()
    os.write(theirs, MOMENT.pack(read_clock() - 1))
    environment = os.environ | {watchdog.PARENT_PIPE: str(ours)}
    command = [sys.executable, "-c", WITHOUT_WATCHDOG]
    ended = subprocess.run(command, env=environment, pass_fds=(ours,), cwd=CHECKOUT, check=False)
    os.close(ours)
    os.close(theirs)
    assert ended.returncode == 1
