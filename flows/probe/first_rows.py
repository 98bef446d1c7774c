"""The first rows that a source would give: times, numbers and the beginnings of pseudonyms; no name, no address."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from pipelines.folders import Folders
from pipelines.landing.stored import StoredUnit, read_unit, stored_files
from pipelines.model import Source

MOST_ROWS = 3
KEY_SIGNS = 8
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "commits": ("committed_at", "authored_at", "author_address_key", "author_bot_rule", "parents"),
    "messages": ("sent_at", "sender_address_key", "is_reply", "class", "size", "quarantine"),
    "totals": ("month", "messages"),
    "counts": ("day", "measure", "subject", "value", "basis"),
    "series": ("name", "status", "initial_release", "end_of_life"),
    "aliases": ("line", "proper_address_key", "commit_address_key"),
}
"""What is shown of each kind of rows."""


class UnitRows(NamedTuple):
    """The first rows of a unit, of how many, as texts by column."""

    unit: str
    kind: str
    total: int
    rows: list[dict[str, str]]


def read_first_rows(where: Folders, source: Source) -> Iterator[UnitRows]:
    """Yield the first rows of each unit that a source has stored."""
    for path in stored_files(where.observations / source.community / source.name):
        found = read_unit(path)
        if isinstance(found, StoredUnit):
            table = pq.read_table(path, columns=list(COLUMNS[found.rows]))
            rows = [_texts(row) for row in table.slice(0, MOST_ROWS).to_pylist()]
            yield UnitRows(found.visit.unit, found.rows, table.num_rows, rows)


def _texts(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: _text(name, value) for name, value in row.items()}


def _text(name: str, value: object) -> str:
    if value is None:
        return "none"
    return f"{value}"[:KEY_SIGNS] if name.endswith("_key") else f"{value}"
