"""Write the database that is for publishing: what the working one knows of communities, and no row about a person."""

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb

from pipelines.files import replace_synced
from pipelines.folders import typed
from pipelines.warehouse.build import OLDEST_READER, PUBLIC
from pipelines.warehouse.query import NoDatabaseError, ask, ours
from pipelines.warehouse.tables import TABLES, literal, read_table, write_comments

VIEWS = {"rankings.components"}
"""Tables that follow from others: the file has them as views, with the columns and the comments of the tables."""
WORKING = "database_name = 'working' and not internal"
MANY = 100
"""Of more communities a database is a large one, and so is a site."""
SMALL_BLOCK, LARGE_BLOCK, DECIMALS = 16_384, 262_144, 4
"""Bytes of a block: most tables are small. DuckDB compresses numbers in large blocks, those of few decimals best."""


def export_database(database: Path, target: Path) -> Path:
    """Write the public tables with their comments into a new file and put it in the place of `target`; return that.

    Raises NoDatabaseError where there is nothing to read, and ValueError where `target` is the working database.
    """
    if not database.exists():
        raise NoDatabaseError(f"there is no database at {database} yet; run: {typed('nightly')}")
    if target.exists() and target.samefile(database):
        raise ValueError(f"{target} is the working database, which is not for publishing")
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        with ours(database):
            _copy(database, draft)
        draft.chmod(0o644)
        replace_synced(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def is_export_of(file: Path, build: Mapping[str, Any]) -> bool:
    """Whether a file is an export of the database with this row in raw.build: then it needs no other one."""
    try:
        (held,) = ask(file, "select built_at, inputs_sha256, method_sha256 from raw.build").to_pylist()
    except (NoDatabaseError, duckdb.Error, ValueError):
        return False
    return all(build[name] == value for name, value in held.items())


@contextmanager
def _both(database: Path, draft: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect(config={"autoinstall_known_extensions": False, "threads": 1})) as con:
        try:
            con.execute(f"attach {literal(str(database))} as working (read_only)")
        except duckdb.Error as error:
            raise NoDatabaseError(f"{database} cannot be opened: {error}") from None
        block = LARGE_BLOCK if _is_large(con) else SMALL_BLOCK
        con.execute(
            f"attach {literal(str(draft))} as public (storage_version {literal(OLDEST_READER)}, block_size {block})"
        )
        con.execute("use public")
        yield con


def _is_large(con: duckdb.DuckDBPyConnection) -> bool:
    return con.execute("select count(*) > $many from working.raw.communities", {"many": MANY}).fetchall() == [(True,)]


def _copy(database: Path, draft: Path) -> None:
    """Copy the public tables, then make the views, which need tables of any schema."""
    names = [f"{schema}.{table}" for schema, tables in PUBLIC.items() for table in tables]
    with _both(database, draft) as con:
        comments, decimals = _comments(con), DECIMALS if _is_large(con) else None
        con.execute("begin")
        for schema in PUBLIC:
            con.execute(f"create schema {schema}")
        for name in sorted(names, key=VIEWS.__contains__):
            kind, select = ("view", _view(name)) if name in VIEWS else ("table", _rounded(con, name, decimals))
            con.execute(f"create {kind} {name} as {select}")
            write_comments(con, name, *comments[name], kind)
        con.execute("commit")
        con.execute("checkpoint public")


def _view(name: str) -> str:
    schema, table = name.split(".")
    return read_table(TABLES / schema / f"{table}.sql", name).select


def _rounded(con: duckdb.DuckDBPyConnection, name: str, decimals: int | None) -> str:
    """Return the select of a table; of one by months, its numbers that are not whole have so many decimals, or all."""
    kinds = {column: kind for column, kind, *_ in con.execute(f"describe working.{name}").fetchall()}
    numbers = [column for column, kind in kinds.items() if kind == "DOUBLE"]
    if decimals is None or not numbers or kinds.keys().isdisjoint(("month", "as_of")):
        return f"from working.{name}"
    rounded = (f'round("{column}", {decimals}) as "{column}"' for column in numbers)
    return f"select * replace ({', '.join(rounded)}) from working.{name}"


def _comments(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, dict[str, str]]]:
    """Return what the working database says of each table and of its columns, by the name of the table."""
    said = f"select schema_name || '.' || table_name, comment from duckdb_tables() where {WORKING}"
    tables: dict[str, tuple[str, dict[str, str]]] = {
        name: (sentence or "", {}) for name, sentence in con.execute(said).fetchall()
    }
    said = f"select schema_name || '.' || table_name, column_name, comment from duckdb_columns() where {WORKING}"
    for name, column, comment in con.execute(f"{said} and comment <> ''").fetchall():
        tables[name][1][column] = comment
    return tables
