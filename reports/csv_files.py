"""Write answers as CSV that no spreadsheet runs."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

FORMULA = r"^[=+\-@\t\n]"


def to_csv(answer: Any) -> str:
    """Return an answer in Arrow as CSV; a missing value is an empty cell, its reason or state stands beside it.

    Answers have no control characters but tab and line feed.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(answer.column_names)
    writer.writerows(zip(*map(_cells, answer.columns), strict=True))
    return file.getvalue()


def _cells(column: Any) -> Sequence[Any]:
    """Return the values of a column; a text that a spreadsheet would run as a formula gets a quote in front."""
    return (_inert(column) if pa.types.is_string(column.type) else column).to_pylist()


def _inert(column: Any) -> Any:
    return pc.replace_substring_regex(column, FORMULA, r"'\0")
