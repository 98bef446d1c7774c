"""Answer one question of a person, as text or as a file, within limits of time and memory."""

import csv
import io
import json
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from textwrap import wrap
from threading import Timer
from typing import Any, NamedTuple

import duckdb

from pipelines.files import replace_synced
from pipelines.folders import typed
from pipelines.warehouse.query import reading, to_arrow

EXAMPLE = "write one SQL statement, such as: from rankings.monthly"
Rows = Sequence[tuple[Any, ...]]
NARROWEST = 20
"""Characters of a column of texts in the narrowest terminal."""


ONLY_QUESTIONS = frozenset({"SELECT", "EXPLAIN", "MULTI"})
"""The kinds of statement that only ask; MULTI is how DuckDB runs a `pivot`."""


class QuestionError(Exception):
    """A question has no answer: no statement or several, wrong SQL, a forbidden file, too much time or memory.

    `said` is the sentence without the `hint`, which is about the command line.
    """

    def __init__(self, said: str, hint: str = "") -> None:
        super().__init__(said + hint)
        self.said = said


@dataclass(frozen=True)
class Limits:
    """How many seconds an answer may take, and how much memory, as DuckDB reads it; nothing goes to the disk."""

    seconds: float = 60.0
    memory: str = "2GB"


def answer(database: Path, sql: str, form: str, limits: Limits | None = None, width: int | None = None) -> str:
    """Answer one question as text: a `table`, `csv` (NULL is empty), `json` (a list of rows) or `jsonl` (a row a line).

    The last column of a table is wrapped to `width` characters a line. Raises NoDatabaseError, QuestionError.
    """
    with _asked(database, sql, limits or Limits()) as found:
        names, rows = [column[0] for column in found.description or ()], found.fetchall()
        return _as_table(names, rows, width) if form == "table" else FORMS[form](names, rows)


def write_answer(database: Path, sql: str, file: Path, limits: Limits | None = None) -> Path:
    """Answer one question into a file, by its ending: .csv, .json, .jsonl or .parquet; return the file.

    An older file is replaced when the new one is whole. Raises NoDatabaseError, QuestionError.
    """
    write = _writer(file)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with _asked(database, sql, limits or Limits()) as found:
            write(found, draft)
        replace_synced(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    return file


class Found(NamedTuple):
    """An answer: name and DuckDB's type of each column, and the first rows; `is_whole` where these are all."""

    names: list[str]
    types: list[str]
    rows: Rows
    is_whole: bool


def answer_rows(database: Path, sql: str, most: int, limits: Limits) -> Found:
    """Answer a question that may only ask, with `most` rows: to set, load, call or begin something is refused too.

    Raises NoDatabaseError, QuestionError.
    """
    with _asked(database, sql, limits, ONLY_QUESTIONS) as found:
        rows = found.fetchmany(most + 1)
        columns = found.description or ()
        return Found([c[0] for c in columns], [str(c[1]) for c in columns], rows[:most], len(rows) <= most)


@contextmanager
def _asked(
    database: Path, sql: str, limits: Limits, kinds: frozenset[str] | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Let a question be executed; while the block fetches the rows, the limits hold too."""
    settings = {"memory_limit": limits.memory, "temp_directory": ""}
    with reading(database, settings) as con:
        timer = Timer(limits.seconds, con.interrupt)
        try:
            statements = con.extract_statements(_utf8(sql))
            _check_count(statements)
            _check_kind(statements[0].type.name, kinds)
            timer.start()
            yield con.execute(sql)
        except duckdb.Error as error:
            raise _explain(error, limits) from None
        finally:
            timer.cancel()


def _utf8(sql: str) -> str:
    """Return a question that DuckDB can read; raises QuestionError for one that is no text."""
    try:
        return sql.encode().decode()
    except UnicodeEncodeError:
        raise QuestionError(f"the question is no text in UTF-8; {EXAMPLE}") from None


def _check_count(statements: Sequence[object]) -> None:
    if not statements:
        raise QuestionError(f"no question was asked; {EXAMPLE}")
    if len(statements) > 1:
        raise QuestionError(f"{len(statements)} statements were given and none was run; {EXAMPLE}")


def _check_kind(kind: str, kinds: frozenset[str] | None) -> None:
    if kinds is not None and kind not in kinds:
        raise QuestionError(f"{kind} asks nothing and was not run; {EXAMPLE}")


def _explain(error: duckdb.Error, limits: Limits) -> QuestionError:
    if isinstance(error, duckdb.InterruptException):
        said = f"the answer took over {limits.seconds:g} s, and was stopped; ask for less"
        return QuestionError(said, ", or give it more --seconds")
    if isinstance(error, duckdb.OutOfMemoryException):
        said = f"the answer needs over {limits.memory} of memory; ask for less"
        return QuestionError(said, ", or give more with --memory")
    if "read-only mode" in str(error):
        return QuestionError(f"sql only reads: the database is opened read-only. Nothing was changed; {EXAMPLE}")
    return QuestionError(f"no answer: {error}", f"\nto see the tables: {typed('sql --tables')}")


def _writer(file: Path) -> Callable[[duckdb.DuckDBPyConnection, Path], None]:
    """Return what writes the kind of file that a name ends in; raises QuestionError."""
    if not file.parent.is_dir():
        raise QuestionError(f"{file.parent} is no folder; nothing was written; name a file in a folder that exists")
    if file.suffix == ".parquet":
        return _write_parquet
    if file.suffix.lstrip(".") not in FORMS or file.suffix == ".table":
        raise QuestionError(f"{file.name} does not end in .csv, .json, .jsonl or .parquet; nothing was written")
    return _write_text


def _write_parquet(found: duckdb.DuckDBPyConnection, draft: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(to_arrow(found), draft)


def _write_text(found: duckdb.DuckDBPyConnection, draft: Path) -> None:
    form = FORMS[draft.name.rsplit(".", 2)[1]]  # of the file: the draft has the process after it
    draft.write_text(form([column[0] for column in found.description or ()], found.fetchall()), encoding="utf-8")


def _as_csv(names: list[str], rows: Rows) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([names, *rows])
    return text.getvalue()


def _as_json(names: list[str], rows: Rows) -> str:
    return "[" + ",\n ".join(_json_rows(names, rows)) + "]\n"


def _as_json_lines(names: list[str], rows: Rows) -> str:
    return "".join(f"{line}\n" for line in _json_rows(names, rows))


def _json_rows(names: list[str], rows: Rows) -> Iterator[str]:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise QuestionError(f"two columns are called {', '.join(twice)}; give each its own name with: as")
    return (json.dumps(json_value(dict(zip(names, row, strict=True))), allow_nan=False) for row in rows)


def json_value(value: Any) -> Any:
    """Return a value as JSON has it: no NaN and no infinity, decimals as numbers, dates as texts."""
    if isinstance(value, Mapping):
        return {str(key): json_value(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [json_value(each) for each in value]
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _as_table(names: list[str], rows: Rows, width: int | None = None) -> str:
    cells = [names, *[["NULL" if v is None else _plain(v) for v in row] for row in rows]]
    if width:
        cells = list(_wrap(cells, width))
    widths = [max(len(row[i]) for row in cells) for i in range(len(names))]
    kinds = [{type(row[i]) for row in rows} - {type(None)} for i in range(len(names))]
    numeric = [bool(kind) and kind <= {int, float} for kind in kinds]
    lines = [
        "  ".join(c.rjust(w) if n else c.ljust(w) for c, w, n in zip(row, widths, numeric, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "  ".join("-" * w for w in widths), *lines[1:]]) + "\n"


def _wrap(cells: list[list[str]], width: int) -> Iterator[list[str]]:
    """Yield the cells of a table so that its last column ends at the width; a long text takes several lines."""
    before = sum(max(len(row[i]) for row in cells) + 2 for i in range(len(cells[0]) - 1))
    for row in cells:
        first, *others = wrap(row[-1], max(NARROWEST, width - before)) or [""]
        yield [*row[:-1], first]
        yield from ([*[""] * (len(row) - 1), other] for other in others)


def _plain(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


FORMS = {"table": _as_table, "csv": _as_csv, "json": _as_json, "jsonl": _as_json_lines}
