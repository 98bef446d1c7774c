"""Write answers as CSV that no spreadsheet runs."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

FORMULA = re.compile(r"[=+\-@\t\n]")
QUOTED = re.compile(r'[",\r\n]')
BATCH = 100_000
"""Rows that are written at once."""


def to_csv(answer: Any) -> str:
    """Return an answer in Arrow as CSV; a missing value is an empty cell, its reason or state stands beside it.

    Answers have no control characters but tab and line feed.
    """
    return "".join(f"{lines}\n" for lines in _parts(answer))


def rows_to_csv(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows of Python's objects as the same CSV; None is an empty cell."""
    cells = (map(_quoted, names), *(["" if each is None else _cell(each) for each in row] for row in rows))
    return "".join(f"{','.join(line)}\n" for line in cells)


def _parts(answer: Any) -> Iterator[str]:
    """Yield the head, then many lines at once."""
    yield ",".join(map(_quoted, answer.column_names))
    for batch in answer.to_batches(max_chunksize=BATCH):
        if batch.num_rows:
            lines = pc.binary_join_element_wise(*map(_cells, batch.columns), ",")
            yield pc.binary_join(pa.ListArray.from_arrays([0, len(lines)], lines), "\n")[0].as_py()


def to_decimals(answer: Any, decimals: int) -> Any:
    """Return an answer whose numbers that are not whole have so many decimals."""
    columns = [pc.round(column, decimals) if pa.types.is_floating(column.type) else column for column in answer.columns]
    return pa.table(columns, names=answer.column_names)


def _cells(column: Any) -> Any:
    """Return the values of a column as they are written; each value that occurs is turned into text once."""
    if pa.types.is_list(column.type):
        return pa.array(["" if each is None else _cell(each) for each in column.to_pylist()], pa.string())
    held = column.dictionary_encode()
    write = str if _is_plain(column.type) else _cell
    texts = pa.array(list(map(write, held.dictionary.to_pylist())), pa.string())
    return pc.fill_null(texts.take(held.indices), "")


def _is_plain(kind: Any) -> bool:
    """Return whether no value of a type needs quotes."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_temporal(kind))


def _cell(value: object) -> str:
    """Return a value; a text that a spreadsheet would run as a formula gets a quote in front."""
    text = str(value)
    return _quoted(f"'{text}" if isinstance(value, str) and FORMULA.match(text) else text)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if QUOTED.search(text) else text
