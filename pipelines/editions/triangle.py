"""The revision triangle by month: how much counts changed after the edition that had them first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.warehouse.revisions import read_revisions

BY_MONTH = [("value", "count"), ("is_changed", "sum"), ("share", "max")]


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
    """Return the changes by month and age, the newest month first: analysis.revisions over communities and metrics."""
    return list(_by_month(read_revisions(editions)))


def _by_month(rows: pa.Table) -> Iterator[Change]:
    differs = pc.cast(pc.not_equal(rows["value"], rows["first_value"]), pa.int64())
    share = pc.fill_null(pc.abs(rows["change"]), 0.0)
    given = rows.append_column("is_changed", differs).append_column("share", share)
    found = given.group_by(["month", "age"]).aggregate(BY_MONTH)
    for row in found.sort_by([("month", "descending"), ("age", "ascending")]).to_pylist():
        yield Change(row["month"], row["age"], row["value_count"], row["is_changed_sum"], row["share_max"])
