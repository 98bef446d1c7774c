"""Answer questions from the DuckDB file, read-only."""

import csv
import io
import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

if TYPE_CHECKING:
    import pyarrow as pa


class QuestionError(Exception):
    """No question was asked, or DuckDB refused it: wrong SQL, or an attempt to write or to reach a file."""


class NoDatabaseError(Exception):
    """There is no database to ask yet, or none that can be opened."""


@contextmanager
def _reading(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    if not database.exists():
        raise NoDatabaseError(f"there is no database at {database} yet; run: stackrank nightly")
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "enable_external_access": False,
        "lock_configuration": True,
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
        with warnings.catch_warnings():
            # It warns of a copy of the rows. `sql`, which makes none, binds a question twice, and that takes longer.
            warnings.filterwarnings("ignore", "Arrow output on a DB-API result")
            self._con.execute(sql, dict(parameters or {}))
            return self._con.to_arrow_table()


@contextmanager
def open_database(database: Path) -> Iterator[Database]:
    """Open a database, which can neither be written nor reach any other file. Raises NoDatabaseError."""
    with _reading(database) as con:
        yield Database(con)


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
    with _reading(database) as con:
        try:
            (facts,) = con.execute("select built_at, last_complete_month from raw.build").fetchall()
            held = con.execute("select distinct community || '/' || source from raw.units").fetchall()
        except (duckdb.Error, ValueError):
            raise NoDatabaseError(f"{database} is no database of stackrank") from None
    return Build(*facts, sources=frozenset(source for (source,) in held))


def answer(database: Path, sql: str, form: str) -> str:
    """Answer one question as text: a `table`, `csv` (NULL is empty) or `json` (a list of rows).

    Raises NoDatabaseError, QuestionError.
    """
    with _reading(database) as con:
        try:
            if not con.extract_statements(sql):
                raise QuestionError("no question was asked; write one SQL statement, such as: from rankings.monthly")
            cursor = con.execute(sql)
            names = [column[0] for column in cursor.description or ()]
            rows = cursor.fetchall()
        except duckdb.Error as error:
            raise QuestionError(error) from None
    return FORMS[form](names, rows)


def _as_csv(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([names, *rows])
    return text.getvalue()


def _as_json(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    lines = (json.dumps(dict(zip(names, row, strict=True)), default=str) for row in rows)
    return "[" + ",\n ".join(lines) + "]\n"


def _as_table(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    cells = [names, *[["NULL" if v is None else _plain(v) for v in row] for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(names))]
    kinds = [{type(row[i]) for row in rows} - {type(None)} for i in range(len(names))]
    numeric = [bool(kind) and kind <= {int, float} for kind in kinds]
    lines = [
        "  ".join(c.rjust(w) if n else c.ljust(w) for c, w, n in zip(row, widths, numeric, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "  ".join("-" * w for w in widths), *lines[1:]]) + "\n"


def _plain(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


FORMS = {"table": _as_table, "csv": _as_csv, "json": _as_json}
