"""Builds, checks, swaps in and asks the DuckDB file; the only module that opens DuckDB."""

import os
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb

from pipelines.folders import Folders
from pipelines.model import Community
from pipelines.warehouse.raw import WITHHELD, load_raw, read_inputs, relation_kind
from pipelines.warehouse.tables import ALL_METRICS, in_order, literal, make_table, read_tables

CHECKS = Path(__file__).parents[1] / "checks"


OLDEST_READER = "v1.2.0"


WORKING = ("raw.accounts", "raw.links", "raw.persons")
"""What people are made of; it knows those who asked to be left out, so it is not published."""


class NothingObservedError(Exception):
    """There is not one observation to build from."""


class CheckFailedError(Exception):
    """Rows exist that must not; the new database was not published."""


def build_database(where: Folders, communities: Sequence[Community], today: date, shows: str | None = None) -> Path:
    """Build the database anew from all harvests, visits and published figures; check it, swap it in; return its path.

    The months of a unit whose file cannot be read are gaps.
    Raises NothingObservedError without any harvest or figure and CheckFailedError if a check finds
    rows; the published file stays as it was in both cases.
    """
    given = read_inputs(where, communities, today, shows)
    if not given.units and not given.figures:
        raise NothingObservedError("nothing has been collected yet; run: stackrank collect")
    draft = where.database.with_name(f".{where.database.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        with closing(_new_database(draft)) as con:
            load_raw(con, given)
            for table in in_order(con, read_tables()):
                make_table(con, table)
            _check(con)
            _finish(con)
        _swap(draft, where.database)
    finally:
        draft.unlink(missing_ok=True)
        draft.with_name(f"{draft.name}.wal").unlink(missing_ok=True)
    return where.database


def _new_database(draft: Path) -> duckdb.DuckDBPyConnection:
    """Open a new file in one transaction, which `_finish` ends."""
    draft.parent.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(config={"autoinstall_known_extensions": False})
    con.execute("set memory_limit = '1GB'")
    con.execute(f"set temp_directory = {literal(f'{draft}.tmp')}")
    con.execute("set preserve_insertion_order = true")
    con.execute(f"attach {literal(str(draft))} as built (storage_version {literal(OLDEST_READER)})")
    con.execute("use built")
    con.execute(
        "create temp macro account_key(name, address, login) as "
        "md5(concat_ws('/', coalesce(name, '-'), coalesce(address, '-'), coalesce(login, '-')))"
    )
    con.execute("begin")
    for schema in ("raw", "core", "definitions", "metrics", "rankings", "analysis"):
        con.execute(f"create schema {schema}")
    return con


def _check(con: duckdb.DuckDBPyConnection, folder: Path = CHECKS) -> None:
    """Run every check; raises CheckFailedError naming each that found rows, with the first one."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        rows = con.execute(path.read_text()).fetchmany(1)
        if rows:
            found.append(f"{path.stem.replace('_', ' ')}: {rows[0]}")
    if found:
        raise CheckFailedError("; ".join(found))


def _finish(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what only the build needs and write everything into the one file."""
    from pipelines.landing.schemas import SCHEMAS

    for name in SCHEMAS:
        con.execute(f"drop {relation_kind(name)} raw.{name}")
        con.execute(f"drop table if exists raw.no_{name}")
    for name in ("raw.harvests", *WORKING, WITHHELD.name, ALL_METRICS, "rankings.rules"):
        con.execute(f"drop table {name}")
    con.execute("commit")
    con.execute("checkpoint built")
    con.execute("use memory")
    con.execute("detach built")


def _swap(draft: Path, database: Path) -> None:
    """Publish the draft; a stale .wal beside the old file would make the new one unreadable."""
    draft.chmod(0o444)
    database.with_name(f"{database.name}.wal").unlink(missing_ok=True)
    draft.replace(database)
