"""Run nightly flows as whole processes, kill them, and compare what they leave."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.demo import catalogue, histories
from flows.demo.server import serve
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.stored import read_visit, stored_files
from pipelines.landing.visits import read_visits
from pipelines.model import Source
from pipelines.warehouse.query import ask

SINCE = date(2024, 1, 1)
UNEQUAL = ("seen_at", "seconds", "built_at", "seen_until", "failed_at", "visited_at")
PATIENCE = 60
BIRDS = ("sparrow", "finch", "wren")


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


@contextmanager
def birds_served(top: Path) -> Iterator[None]:
    """Serve three invented histories from this process; `top`/communities has the community files that name them."""
    (top / "declared").mkdir()
    urls = {name: f"git+https://forge.example.org/birds/{name}" for name in BIRDS}
    for name, url in urls.items():
        (top / "declared" / f"{name}.toml").write_text(community_file(name, url))
    sources = [Source(name, "core", "git", (url,), SINCE, "") for name, url in urls.items()]
    histories.generate(top / "served", sources, datetime.now(UTC).date())
    with serve(top / "served") as server:
        catalogue.write_communities(top / "declared", top / "communities", server.base_url, snapshot=False)
        yield


def dice() -> random.Random:
    """The random moments of a test; the printed seed repeats them."""
    seed = int(os.environ.get("STACKRANK_SEED") or random.SystemRandom().randrange(10**6))
    print(f"to repeat the moments: STACKRANK_SEED={seed}")
    return random.Random(seed)
