"""Answer questions from the DuckDB file, read-only."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from pipelines.folders import typed

if TYPE_CHECKING:
    import pyarrow as pa

NO_LIMITS: Mapping[str, str] = MappingProxyType({})


class NoDatabaseError(Exception):
    """There is no database to ask yet, or none that can be opened."""


@contextmanager
def reading(database: Path, limits: Mapping[str, str] = NO_LIMITS) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database for questions only: they reach no other file. Raises NoDatabaseError."""
    if not database.exists():
        raise NoDatabaseError(f"there is no database at {database} yet; run: {typed('nightly')}")
    if not database.is_file():  # DuckDB would wait for ever for a pipe
        raise NoDatabaseError(f"{database} cannot be opened: it is no file")
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "enable_external_access": False,
        "lock_configuration": True,
        **limits,
    }
    try:
        con = duckdb.connect(str(database), read_only=True, config=config)
    except duckdb.Error as error:
        raise NoDatabaseError(f"{database} cannot be opened: {error}") from None
    with closing(con):
        yield con


class Database:
    """An open database that answers many questions; opening one takes longer than most answers."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con

    def ask(self, sql: str, parameters: Mapping[str, object] | None = None) -> "pa.Table":
        """Answer one question in Arrow; `$name` in the SQL takes its value from `parameters`."""
        return to_arrow(self._con.execute(sql, dict(parameters or {})))


def to_arrow(executed: duckdb.DuckDBPyConnection) -> "pa.Table":
    """Return the rows of a question that was executed.

    DuckDB warns of a copy of the rows. `sql`, which makes none, binds a question twice, and that takes longer.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Arrow output on a DB-API result")
        return executed.to_arrow_table()


@contextmanager
def open_database(database: Path, limits: Mapping[str, str] = NO_LIMITS) -> Iterator[Database]:
    """Open a database, which can neither be written nor reach any other file. Raises NoDatabaseError."""
    with reading(database, limits) as con, ours(database):
        yield Database(con)


@contextmanager
def ours(database: Path) -> Iterator[None]:
    """Raise NoDatabaseError where the block asks for a table or column that the database does not have."""
    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        what = " ".join(str(error).partition("\n")[0].split())
        raise NoDatabaseError(
            f"{database} is not of this version ({what}); build it again: {typed('build')}"
        ) from error


def ask(database: Path, sql: str, parameters: Mapping[str, object] | None = None) -> "pa.Table":
    """Answer one question in Arrow; `$name` in the SQL takes its value from `parameters`.

    The connection can neither write nor reach any other file. Raises NoDatabaseError.
    """
    with open_database(database) as opened:
        return opened.ask(sql, parameters)


class Build(NamedTuple):
    """What a database says of itself: when it was built, UTC, its last complete month, and whose units it holds."""

    built_at: datetime
    last_complete_month: date
    sources: frozenset[str]


def read_build(database: Path) -> Build:
    """Return what a database says of itself. Raises NoDatabaseError, also for a database that is none of ours."""
    with reading(database) as con:
        try:
            (facts,) = con.execute("select built_at, last_complete_month from raw.build").fetchall()
            held = con.execute("select distinct community || '/' || source from raw.units").fetchall()
        except (duckdb.Error, ValueError):
            raise NoDatabaseError(f"{database} is no database of stackrank") from None
    return Build(*facts, sources=frozenset(source for (source,) in held))
