"""Runs that are killed with -9 at random moments: nothing stays behind, nothing is lost, nothing is doubled.

Twenty moments: nineteen here, one within a whole night in test_nightly.py.
"""

import fcntl
import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pyarrow.parquet as pq
import pytest

from flows import locks
from flows.demo import catalogue, histories
from flows.demo.server import serve
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.store import read_visit, stored_files
from pipelines.landing.visits import read_visits
from pipelines.model import Source
from pipelines.warehouse.query import ask

BIRDS = ("sparrow", "finch", "wren")
SINCE = date(2024, 1, 1)
UNEQUAL = ("seen_at", "seconds", "built_at", "seen_until", "failed_at", "visited_at")
PATIENCE = 20


def community_file(name: str, url: str) -> str:
    return f"""name = "{name.title()}"
homepage = "https://{name}.example.org/"
born = {SINCE}

[[sources]]
name = "core"
kind = "git"
urls = ["{url}"]
since = {SINCE}
why = "Invented."
"""


def environment(data: Path, communities: Path, **more: str) -> dict[str, str]:
    """Of a run and of everything below it: git too is given TMPDIR, so a run's processes are known by it."""
    data.mkdir(parents=True, exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("STACKRANK_", "PREFECT_"))}
    return kept | {
        "TMPDIR": str(data), "STACKRANK_DATA": str(data), "STACKRANK_COMMUNITIES": str(communities),
        "STACKRANK_KEY": "5e" * 32, "STACKRANK_CONTACT": "ops@example.org", **more,
    }  # fmt: skip


def processes(data: Path) -> list[str]:
    """The command lines of a run's processes that are alive."""
    mark, found = f"TMPDIR={data}".encode(), []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def left_behind(data: Path) -> list[str]:
    """What is still alive some time after a kill: a child notices at once, or when it has started."""
    end = time.monotonic() + PATIENCE
    while (alive := processes(data)) and time.monotonic() < end:
        time.sleep(0.02)
    return alive


class House:
    """One data folder and what is done to it; `took` is how long each command took undisturbed."""

    took: dict[str, float] = {}  # noqa: RUF012 - shared on purpose

    def __init__(self, data: Path, communities: Path, **more: str) -> None:
        self.where = Folders(data, communities, data / "site")
        self.environment = environment(data, communities, **more)

    def start(self, command: str, **pipes: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "flows.cli", command], env=self.environment, cwd=CHECKOUT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, command: str) -> str:
        started = time.monotonic()
        process = self.start(command)
        told, _ = process.communicate()
        assert process.returncode == 0, told
        self.took.setdefault(command, time.monotonic() - started)
        return told

    def kill(self, command: str, after: float) -> None:
        """Start the command, kill it and only it, and look at what it left."""
        process = self.start(command)
        time.sleep(after)
        process.kill()
        process.wait()
        assert left_behind(self.where.data) == [], f"{command} killed after {after:.3f} s"
        self.read()

    def read(self) -> None:
        """Read everything that a reader could, the way readers do; half-written files raise here."""
        for path in stored_files(self.where.observations):
            pq.read_table(path)
            assert read_visit(path), path
        list(read_visits(self.where.visits))
        if self.where.database.exists():
            assert ask(self.where.database, "from raw.build").num_rows == 1
        if self.where.site.exists():
            assert (self.where.site / "index.html").read_text().rstrip().endswith("</html>")
            assert (self.where.site / "data" / "ranking.csv").exists()

    def drafts(self) -> list[str]:
        hidden = [p for p in self.where.data.rglob(".*") if "prefect" not in p.parts]
        locked = [p for p in self.where.clones.rglob("*") if p.name.endswith(".lock") or p.name.startswith("tmp_")]
        return [str(path) for path in hidden + locked]

    def tables(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table but the visits, without the columns that tell when and how long."""
        database = self.where.database
        names = ask(database, "select schema_name || '.' || table_name as name from duckdb_tables() order by 1")
        chosen = f"columns(lambda c: c not in {UNEQUAL})"
        return {
            name: [tuple(row.values()) for row in ask(database, f"select {chosen} from {name}").to_pylist()]
            for name in names["name"].to_pylist()
            if name != "raw.visits"
        }


def same(ours: dict[str, list[tuple[object, ...]]], calm: dict[str, list[tuple[object, ...]]]) -> None:
    """Assert equal tables; a share of the running month that was seen grows with the seconds, so shares are near."""
    assert ours.keys() == calm.keys()
    for name in calm:
        assert len(ours[name]) == len(calm[name]), name
        for mine, other in zip(ours[name], calm[name], strict=True):
            near = [pytest.approx(v, abs=1e-3) if isinstance(v, float) else v for v in other]
            assert list(mine) == near, name


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Three invented histories on a server in this process; the folder of community files that names it."""
    top = tmp_path_factory.mktemp("kills")
    (top / "declared").mkdir()
    urls = {name: f"git+https://forge.example.org/birds/{name}" for name in BIRDS}
    for name, url in urls.items():
        (top / "declared" / f"{name}.toml").write_text(community_file(name, url))
    sources = [Source(name, "core", "git", (url,), SINCE, "") for name, url in urls.items()]
    histories.generate(top / "served", sources, datetime.now(UTC).date())
    with serve(top / "served") as server:
        catalogue.write_communities(top / "declared", top / "communities", server.base_url, snapshot=False)
        yield top


@pytest.fixture(scope="module")
def calm(served):
    """The tables of an undisturbed run."""
    house = House(served / "calm", served / "communities")
    for command in ("collect", "build", "report"):
        house.run(command)
    return house.tables()


def dice() -> random.Random:
    """The random moments of a test; the printed seed repeats them."""
    seed = int(os.environ.get("STACKRANK_SEED") or random.SystemRandom().randrange(10**6))
    print(f"to repeat the moments: STACKRANK_SEED={seed}")
    return random.Random(seed)


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
        assert Stalling.asked.wait(PATIENCE)
        assert any("git-remote-http" in line for line in processes(house.where.data))
        process.kill()
        process.wait()
        assert left_behind(house.where.data) == []


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
