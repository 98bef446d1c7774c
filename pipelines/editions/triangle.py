"""The revision triangle: how much the counts of a month changed after the edition that had them first."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.editions.store import Revision, list_revisions

Key = tuple[str, str, date]


@dataclass(frozen=True)
class Change:
    """How the counts of a month stood `age` months after the edition that had them first.

    `counts` are those that both have, `changed` those that differ, `largest` is the largest change as a share of the
    first count: 0.02 is two percent. A first count of 0 has no share.
    """

    month: date
    age: int
    counts: int
    changed: int
    largest: float


def revision_triangle(editions: Path) -> list[Change]:
    """Return the changes by month and age, the newest month first; of one age the latest revision counts.

    Quarter editions hold the same counts again, so only monthly ones are read.
    """
    first: dict[Key, tuple[float, datetime]] = {}
    later: dict[tuple[date, int], dict[Key, tuple[float, float]]] = defaultdict(dict)
    monthly = [one for one in list_revisions(editions) if not one.period.is_quarter]
    for revision in sorted(monthly, key=lambda one: one.closed_at):
        for key, value in _counts(editions, revision):
            before, closed_at = first.setdefault(key, (value, revision.closed_at))
            if closed_at is not revision.closed_at:
                later[key[2], _months_between(closed_at, revision.closed_at)][key] = before, value
    cells = sorted(later.items(), key=lambda cell: (-cell[0][0].toordinal(), cell[0][1]))
    return [_change(month, age, list(pairs.values())) for (month, age), pairs in cells]


def _counts(editions: Path, revision: Revision) -> Iterator[tuple[Key, float]]:
    columns = ["community", "metric", "month", "value"]
    for row in pq.read_table(editions / revision.folder / "months.parquet", columns=columns).to_pylist():
        if row["value"] is not None:
            yield (row["community"], row["metric"], row["month"]), row["value"]


def _months_between(earlier: datetime, later: datetime) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def _change(month: date, age: int, pairs: list[tuple[float, float]]) -> Change:
    shares = [abs(value / before - 1) for before, value in pairs if before]
    changed = sum(before != value for before, value in pairs)
    return Change(month, age, len(pairs), changed, max(shares, default=0.0))
