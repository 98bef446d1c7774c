"""Runs that are killed with -9 at random moments: nothing stays behind, nothing is lost, nothing is doubled.

Twenty moments: nineteen here, one within a whole night in nightly/test_nightly.py.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from support.nights import PATIENCE, House, birds_served, community_file, dice, left_behind, processes, same

from flows import locks, stop
from pipelines.folders import CHECKOUT, Folders


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Three invented histories on a server in this process; the folder of community files that names it."""
    top = tmp_path_factory.mktemp("kills")
    with birds_served(top):
        yield top


@pytest.fixture(scope="module")
def calm(served):
    """The tables of an undisturbed run."""
    house = House(served / "calm", served / "communities")
    for command in ("collect", "build", "report"):
        house.run(command)
    return house.tables()


@pytest.mark.long
def test_runs_killed_at_18_moments_end_as_an_undisturbed_one(served, calm):
    house = House(served / "killed", served / "communities")
    chance = dice()
    for command, times in (("collect", 7), ("build", 8), ("report", 3)):
        for _ in range(times):
            house.kill(command, chance.uniform(0, House.took[command]))
        house.run(command)
        assert house.drafts() == []
    same(house.tables(), calm)
    house.read()


@pytest.mark.long
def test_a_night_killed_while_prefect_starts_leaves_no_server(served):
    house = House(served / "early", served / "communities")
    house.kill("nightly", dice().uniform(0, 5))


class Stalling(BaseHTTPRequestHandler):
    """A git server that begins to answer and then says nothing more."""

    asked = Event()

    def do_GET(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/x-git-upload-pack-advertisement")
        self.end_headers()
        self.wfile.write(b"001e# service=git-upload-pack\n")
        self.asked.set()
        time.sleep(PATIENCE * 3)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def stalling():
    with ThreadingHTTPServer(("127.0.0.1", 0), Stalling) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.long
def test_git_below_a_killed_run_ends_although_its_server_stalls(tmp_path):
    with stalling() as url:
        (tmp_path / "communities").mkdir()
        (tmp_path / "communities" / "wren.toml").write_text(community_file("wren", f"git+{url}/birds/wren"))
        house = House(tmp_path / "data", tmp_path / "communities")
        process = house.start("collect")
        assert Stalling.asked.wait(300), "the machine is busy"
        assert any("git-remote-http" in line for line in processes(house.where.data))
        process.kill()
        process.wait()
        assert left_behind(house.where.data) == []


@pytest.mark.long
def test_sigterm_ends_a_night_within_ten_seconds_although_a_server_stalls(tmp_path, prepared_prefect):
    with stalling() as url:
        (tmp_path / "communities").mkdir()
        (tmp_path / "communities" / "wren.toml").write_text(community_file("wren", f"git+{url}/birds/wren"))
        prepared_prefect(tmp_path / "data")
        house = House(tmp_path / "data", tmp_path / "communities")
        Stalling.asked.clear()
        process, started = house.start("nightly"), time.monotonic()
        assert Stalling.asked.wait(300), "the machine is busy"
        process.terminate()
        told, _ = process.communicate(timeout=max(10, time.monotonic() - started))  # a busy machine ends no sooner
        assert process.returncode == -signal.SIGTERM
        assert stop.STOPPED in told
        assert left_behind(house.where.data) == []


@pytest.mark.long
def test_a_night_that_is_due_while_another_is_active_is_skipped(tmp_path):
    house = House(tmp_path / "data", tmp_path / "communities")
    held = (
        "from flows import locks\nfrom pipelines.folders import folders\n"
        "with locks.single_run(folders(), 'stackrank nightly'):\n    print(flush=True)\n    input()"
    )
    due = "from flows.nightly import nightly\nprint(nightly.fn().message)"
    with subprocess.Popen(
        [sys.executable, "-c", held], env=house.environment, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        holder.stdout.readline()
        told = subprocess.run(
            [sys.executable, "-c", due], env=house.environment, cwd=CHECKOUT, capture_output=True, text=True, check=True
        )
        holder.kill()
    assert told.stdout.startswith(f"skipped: refused: process {holder.pid} (stackrank nightly), started ")


@pytest.mark.long
def test_a_second_run_is_refused_and_a_dead_holder_is_taken_over(served, tmp_path):
    house = House(tmp_path / "data", served / "communities")
    with locks.single_run(house.where, "stackrank nightly"):
        for command in ("nightly", "collect", "build", "report"):
            refused = house.start(command)
            told, _ = refused.communicate()
            assert refused.returncode == 2, told
            assert f"refused: process {os.getpid()} (stackrank nightly), started {datetime.now(UTC):%Y-%m-%d}" in told
            assert len(told.splitlines()) == 1
    holder = subprocess.Popen(
        [sys.executable, "-c", "from flows import locks\nfrom pipelines.folders import folders\n"
         "with locks.single_run(folders(), 'stackrank nightly'):\n    print(flush=True)\n    input()"],
        env=house.environment, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    holder.stdout.readline()
    with (
        pytest.raises(locks.AlreadyRunningError, match=rf"process {holder.pid} \(stackrank nightly\)"),
        locks.single_run(house.where, "stackrank build"),
    ):
        pass
    holder.kill()
    holder.communicate()
    with locks.single_run(house.where, "stackrank build"):
        pass


def is_open_elsewhere(path: Path) -> bool:
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(os.getpid()) != link.parts[2] and link.readlink() == path:
                return True
        except OSError:
            continue
    return False


@pytest.mark.long
def test_a_spider_waits_for_the_one_of_a_killed_run_to_end(served, tmp_path):
    house = House(tmp_path / "data", served / "communities")
    lock = house.where.data / "locks" / "sparrow.core"
    lock.parent.mkdir()
    with lock.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        process = house.start("collect")
        end = time.monotonic() + PATIENCE
        while not is_open_elsewhere(lock) and time.monotonic() < end:
            time.sleep(0.02)
    told, _ = process.communicate()
    assert (process.returncode, told.splitlines()[-1]) == (0, "3 fetched, 0 failed"), told


def test_a_run_may_take_its_own_lock_again_and_no_child_inherits_it(tmp_path):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    with locks.single_run(where, "stackrank nightly"):
        with locks.single_run(where, "stackrank nightly"):
            pass
        child = subprocess.Popen(["sleep", "60"], close_fds=False)
    with locks.single_run(where, "stackrank build"):
        child.kill()
        child.wait()


def test_drafts_of_the_dead_are_swept_and_those_of_the_living_stay(tmp_path):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    dead = subprocess.Popen(["true"])
    dead.wait()
    ours, theirs = os.getpid(), dead.pid
    folder = where.observations / "birds" / "core" / "birds"
    folder.mkdir(parents=True)
    (folder / "x.7.parquet").write_bytes(b"landed")
    for process in (ours, theirs):
        (folder / f".x.7.parquet.{process}").write_bytes(b"half")
        for name in (f".stackrank.duckdb.{process}", f".stackrank.duckdb.{process}.wal"):
            (where.data / name).write_bytes(b"half")
        (where.data / f".stackrank.duckdb.{process}.tmp").mkdir()
        (tmp_path / f".site.{process}" / "data").mkdir(parents=True)
    (tmp_path / f".site.{theirs}.before").mkdir()
    (tmp_path / f".site.{theirs}.before" / "index.html").write_text("whole")
    with locks.single_run(where, "stackrank build"):
        left = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob(".*")}
        assert left == {
            f"data/observations/birds/core/birds/.x.7.parquet.{ours}", f".site.{ours}",
            *(f"data/.stackrank.duckdb.{ours}{ending}" for ending in ("", ".wal", ".tmp")),
        }  # fmt: skip
        assert (folder / "x.7.parquet").exists()
        assert (where.site / "index.html").read_text() == "whole", (
            "killed between the two renames: the old site is back"
        )
    shutil.rmtree(tmp_path / f".site.{ours}")
    (tmp_path / f".site.{theirs}.before").mkdir()
    locks.remove_stale_files(where)
    assert not (tmp_path / f".site.{theirs}.before").exists()
    assert (where.site / "index.html").read_text() == "whole"
