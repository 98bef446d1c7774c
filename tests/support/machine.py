"""A machine of its own for a command: its home, its catalogue, and what earlier runs have left in its data folder."""

import os
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
from support import nights

from pipelines.folders import Folders, folders
from pipelines.landing.visits import log_visit
from pipelines.model import Source, Verdict, Visit

KEY = "5e" * 32
NOW = datetime.now(UTC).replace(microsecond=0)
LIVE = "git+https://forge.example.org/birds/{}"


def source(name: str = "wren", url: str = LIVE, **facts) -> Source:
    return Source(name, "core", "git", (url.format(name),), date(2024, 1, 1), "", **facts)


def bare(top: Path, monkeypatch) -> Folders:
    """Point this process to an empty home, a catalogue and a data folder that are not there yet."""
    for name in [name for name in os.environ if name.startswith(("STACKRANK_", "PREFECT_", "XDG_"))]:
        monkeypatch.delenv(name)
    (top / "home").mkdir()
    monkeypatch.setenv("HOME", str(top / "home"))
    monkeypatch.setenv("STACKRANK_DATA", str(top / "data"))
    monkeypatch.setenv("STACKRANK_COMMUNITIES", str(top / "communities"))
    return folders()


def with_a_wren(top: Path, monkeypatch) -> Folders:
    """Make a bare machine; its catalogue has one repository."""
    where = bare(top, monkeypatch)
    declare(where.communities, wren=LIVE)
    return where


def declare(catalogue: Path, **urls: str) -> None:
    shutil.rmtree(catalogue, ignore_errors=True)
    catalogue.mkdir()
    for name, url in urls.items():
        (catalogue / f"{name}.toml").write_text(nights.community_file(name, url.format(name)))


def visit_to(unit: str, hours: float, verdict: Verdict = Verdict.OK, **facts) -> Visit:
    name, url = unit.partition("/")[2] or "wren", f"git+https://forge.example.org/{unit}"
    return Visit(name, "core", "git", unit, url, NOW - timedelta(hours=hours), verdict, **facts)


def visit(where: Folders, unit: str, hours: float, verdict: Verdict = Verdict.OK, **facts) -> None:
    log_visit(where.visits, visit_to(unit, hours, verdict, **facts))


def publish(where: Folders, hours: float) -> None:
    """Write a page as if that had been so many hours ago, and a database."""
    make_database(where.database)
    where.site.mkdir(parents=True, exist_ok=True)
    page = where.site / "index.html"
    page.write_text('<html><p class="quiet" id="again" hidden></p></html>')
    at = (NOW - timedelta(hours=hours)).timestamp()
    os.utime(page, (at, at))


def make_database(path: Path, *held: str) -> None:
    """Make what a database says of itself, with units of some sources."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as con:
        con.execute("create schema raw")
        con.execute(
            "create table raw.build as select now()::timestamp as built_at, current_date as last_complete_month"
        )
        con.execute("create table raw.units (community varchar, source varchar)")
        con.executemany("insert into raw.units values (?, ?)", [name.split("/") for name in held] or [[None, None]])
