"""Spiders that never end: whoever started them ends them in time, and they end when nobody is there any more.

The spider is a stand-in, because a true one has no input left that keeps it busy for ever.
"""

import os
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from flows import collect
from pipelines.folders import CHECKOUT, Folders
from pipelines.model import Source, Verdict

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
from flows import collect
from pipelines.folders import Folders
collect.SPIDERS = (sys.executable, "-c", sys.argv[2])
top = Path(sys.argv[1])
collect._crawl(Folders(top, top, top), "5e", "pipermail", [], frozenset())
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
    for number in filter(runs, processes(tmp_path)):
        os.kill(number, 9)


@pytest.mark.long
def test_a_spider_that_outlives_its_time_is_ended_with_all_its_children_and_its_units_have_failed(
    tmp_path, monkeypatch
):
    urls = tuple(f"https://lists.example.org/{name}/" for name in ("dev", "users"))
    sources = [Source("birds", url.split("/")[-2], "pipermail", (url,), date(2020, 1, 1), "") for url in urls]
    monkeypatch.setattr(collect, "SPIDERS", (sys.executable, "-c", SPIDER))
    monkeypatch.setattr(collect, "LONGEST_CRAWL", timedelta(seconds=3))
    done = collect.collect(Folders(tmp_path, tmp_path, tmp_path), sources)
    assert alive(processes(tmp_path)) == []
    assert [(v.source, v.unit, v.url, v.verdict) for v in done.failed] == [
        ("dev", "index", urls[0], Verdict.FAILED), ("users", "index", urls[1], Verdict.FAILED)
    ]  # fmt: skip
    assert {v.reason for v in done.failed} == {"not visited: its spider was not done after 6 hours and was ended"}
    assert (done.unvisited, done.retryable) == ((), ()), "another try would take as long"


def test_a_spider_that_is_busy_for_ever_ends_with_its_children_when_its_parent_is_killed(tmp_path):
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path), SPIDER], cwd=CHECKOUT)
    numbers = processes(tmp_path)
    parent.kill()
    parent.wait()
    assert alive(numbers) == []


def test_what_a_spider_started_ends_when_the_spider_is_killed(tmp_path):
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path), SPIDER], cwd=CHECKOUT)
    numbers = processes(tmp_path)
    os.kill(numbers[0], 9)
    assert alive(numbers) == []
    assert parent.wait(PATIENCE) == 0
