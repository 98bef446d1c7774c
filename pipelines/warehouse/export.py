"""Write the database that is for publishing: what the working one knows of communities, and no row about a person."""

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb

from pipelines.folders import typed
from pipelines.warehouse.build import OLDEST_READER, PUBLIC
from pipelines.warehouse.query import NoDatabaseError, ask
from pipelines.warehouse.tables import literal, write_comments

Name = tuple[str, str]
"""Schema and name of a table."""

BLOCK = 16_384
"""Bytes of a block of the file: most tables are small."""


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
        _copy(database, draft)
        draft.chmod(0o644)
        draft.replace(target)
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
        con.execute(
            f"attach {literal(str(draft))} as public (storage_version {literal(OLDEST_READER)}, block_size {BLOCK})"
        )
        con.execute("use public")
        yield con


def _copy(database: Path, draft: Path) -> None:
    with _both(database, draft) as con:
        sentences, columns = _comments(con)
        for schema, tables in PUBLIC.items():
            con.execute(f"create schema {schema}")
            for table in tables:
                con.execute(f"create table {schema}.{table} as from working.{schema}.{table}")
                write_comments(con, f"{schema}.{table}", sentences[schema, table], columns.get((schema, table), {}))
        con.execute("checkpoint public")


def _comments(con: duckdb.DuckDBPyConnection) -> tuple[dict[Name, str], dict[Name, dict[str, str]]]:
    """Return what the working database says of each table, and of each column of a table."""
    of = "where database_name = 'working' and not internal"
    tables = con.execute(f"select schema_name, table_name, comment from duckdb_tables() {of}").fetchall()
    asked = f"select schema_name, table_name, column_name, comment from duckdb_columns() {of} and comment <> ''"
    columns: dict[Name, dict[str, str]] = {}
    for schema, table, column, comment in con.execute(asked).fetchall():
        columns.setdefault((schema, table), {})[column] = comment
    return {(schema, table): comment or "" for schema, table, comment in tables}, columns
