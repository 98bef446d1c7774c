"""Ask the database the questions in `reports/queries`."""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.warehouse.query import Database

QUERIES = Path(__file__).parent / "queries"
KEPT = 4
"""Keys whose rows are kept: a page asks for those of one or two again and again."""
SMALL = 4_000_000
"""Bytes of an answer whose rows are all made at once, and kept: that takes a fifth of the time."""
# A server's reason may carry terminal colours or turn the reading direction of the page around.
INVISIBLE = r"[\x00-\x08\x0b-\x1f\x7f-\x{9f}\x{61c}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]"


def ask(database: Database, page: str, name: str, **parameters: object) -> pd.DataFrame:
    """Return the answer to `queries/<page>/<name>.sql` in Arrow's types: NULL is NA.

    Invisible characters in texts become the replacement sign. A parameter that the question does not name is left out.
    """
    return _answer(database, page, name, parameters).to_pandas(types_mapper=pd.ArrowDtype)


def ask_rows(database: Database, page: str, name: str, **parameters: object) -> list[dict[str, Any]]:
    """Return the same answer as the rows that a template takes: NULL is None."""
    return _answer(database, page, name, parameters).to_pylist()


def rows(answer: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of an answer: NA is None."""
    return pa.Table.from_pandas(answer, preserve_index=False).to_pylist()


def ask_table(database: Database, page: str, name: str, **parameters: object) -> Any:
    """Return the same answer as an Arrow table."""
    return _answer(database, page, name, parameters)


def read_table(database: Database, name: str) -> Any:
    """Return all rows of a table of the database in Arrow, in the order of their columns."""
    answer = database.ask(f"from {name} order by all")
    return pa.table([_visible(column) for column in answer.columns], names=answer.column_names)


class Groups(Mapping[Any, list[dict[str, Any]]]):
    """The rows of an answer by the value of a column, in their order; a value without a row has an empty list.

    Those of a long answer become Python's objects when they are asked for: all numbers of a thousand communities would
    not fit as such.
    """

    def __init__(self, answer: Any, key: str) -> None:
        rows = pc.indices_nonzero(pc.is_valid(answer[key]))
        values = answer[key].take(rows).combine_chunks().dictionary_encode()
        codes = values.indices.to_numpy(zero_copy_only=False)
        order = rows.to_numpy()[np.argsort(codes, kind="stable")]
        self._key, self._answer = key, answer if _is_in_order(order, len(answer)) else answer.take(order)
        ends = np.cumsum(np.bincount(codes, minlength=len(values.dictionary)))
        self._spans = {
            value: (ends[n - 1] if n else 0, ends[n]) for n, value in enumerate(values.dictionary.to_pylist())
        }
        self._all = _rows(self._answer) if answer.nbytes < SMALL else None
        self._read = lru_cache(maxsize=KEPT)(self._rows_of)

    def __reduce__(self) -> tuple[Any, ...]:
        return Groups, (self._answer, self._key)

    def __getitem__(self, value: Any) -> list[dict[str, Any]]:
        return self._read(value)

    def _rows_of(self, value: Any) -> list[dict[str, Any]]:
        first, end = self._spans.get(value, (0, 0))
        return _rows(self._answer.slice(first, end - first)) if self._all is None else self._all[first:end]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)

    def __contains__(self, value: object) -> bool:
        return value in self._spans


def _rows(answer: Any) -> list[dict[str, Any]]:
    columns = [_values(column.combine_chunks()) for column in answer.columns]
    return [dict(zip(answer.column_names, row, strict=True)) for row in zip(*columns, strict=True)]


def _values(column: Any) -> list[Any]:
    """Return a column as Python's objects; lists of numbers are made at once, which takes a tenth of the time."""
    if not pa.types.is_list(column.type) or not _is_number(column.type.value_type):
        return _numbers(column) if _is_number(column.type) else column.to_pylist()
    flat, lengths = _numbers(column.flatten()), pc.list_value_length(column).to_pylist()
    ends = accumulate(length or 0 for length in lengths)
    return [None if length is None else flat[end - length : end] for length, end in zip(lengths, ends, strict=True)]


def _is_number(kind: Any) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _numbers(column: Any) -> list[Any]:
    numbers = pc.fill_null(column, 0).to_numpy(zero_copy_only=False).tolist()
    for n in np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False)) if column.null_count else ():
        numbers[n] = None
    return numbers


def _is_in_order(rows: Any, count: int) -> bool:
    return len(rows) == count and bool(np.all(rows[1:] > rows[:-1]))


def _answer(database: Database, page: str, name: str, parameters: Mapping[str, object]) -> Any:
    sql = question(page, name)
    named = {key: value for key, value in parameters.items() if re.search(rf"\${key}\b", sql)}
    answer = database.ask(sql, named)
    return pa.table([_visible(column) for column in answer.columns], names=answer.column_names)


def sentence(page: str, name: str) -> str:
    """Return what the rows of a question are, as its first line says."""
    return (QUERIES / page / f"{name}.sql").read_text(encoding="utf-8").partition("\n")[0].removeprefix("-- ")


@cache
def question(page: str, name: str) -> str:
    """Return the SQL of a question without its comments."""
    lines = (QUERIES / page / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))


def _visible(column: Any) -> Any:
    """Return a column whose texts, also those in lists, have no invisible characters."""
    if pa.types.is_list(column.type):
        lists = column.combine_chunks()
        return pa.ListArray.from_arrays(lists.offsets, _visible(lists.values), mask=lists.is_null())
    if pa.types.is_string(column.type):
        return pc.replace_substring_regex(column, INVISIBLE, "\ufffd") if _has_invisible(column) else column
    return column


def _has_invisible(texts: Any) -> bool:
    """Return whether any text has an invisible character; each text that occurs is looked at once."""
    return bool(pc.any(pc.match_substring_regex(pc.unique(texts), INVISIBLE)).as_py())
