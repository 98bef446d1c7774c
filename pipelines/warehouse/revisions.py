"""The revision triangle: how much each count changed after the closed edition that had it first."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines.warehouse.query import to_arrow
from pipelines.warehouse.tables import TABLES, read_table

if TYPE_CHECKING:
    import pyarrow as pa

NAME, TABLE = "analysis.revisions", TABLES / "analysis" / "revisions.sql"
COUNTS, MANIFEST = "months.parquet", "manifest.json"
CHANGES = """
with counts as (
    select community, metric, month, value, edition, position, closed_at
    from read_parquet($files, filename = 'file') join closed using (file) where value is not null
), firsts as (
    select community, metric, month, min(closed_at) as first_closed_at, arg_min(edition, position) as first_edition,
        arg_min(value, position) as first_value
    from counts group by all
), later as (
    select community, metric, month, date_diff('month', first_closed_at, closed_at) as age, first_edition, first_value,
        arg_max(edition, position) as edition, arg_max(value, position) as "value"
    from counts join firsts using (community, metric, month) where closed_at > first_closed_at group by all
)
select *, "value" / nullif(first_value, 0) - 1 as change from later order by community, metric, month, age
"""


@dataclass(frozen=True)
class ClosedCounts:
    """The counts of a closed monthly edition: its name with the revision, when it closed, UTC, and its file."""

    edition: str
    closed_at: datetime
    file: Path
    checksum: str


def find_closed_counts(editions: Path) -> list[ClosedCounts]:
    """Return the counts of every closed monthly edition in the order of closing; quarters hold the same ones again.

    A file that is missing, or not as it was closed, is left out: `edition verify` names it.
    """
    found = [counts for path in editions.glob(f"*/*/*/{MANIFEST}") for counts in _read(path)]
    return sorted(found, key=lambda one: (one.closed_at, str(one.file)))


def read_revisions(editions: Path) -> "pa.Table":
    """Return the rows of analysis.revisions as the closed editions have them now."""
    with closing(duckdb.connect(config={"threads": 1})) as con:
        con.execute("create schema analysis")
        con.execute(read_table(TABLE, NAME).select)
        load_revisions(con, find_closed_counts(editions))
        return to_arrow(con.execute(f"from {NAME}"))


def load_revisions(con: duckdb.DuckDBPyConnection, closed: Sequence[ClosedCounts]) -> None:
    """Fill analysis.revisions, which is empty."""
    if not closed:
        return
    import pyarrow as pa

    files = [str(one.file) for one in closed]
    facts = {"file": files, "edition": [one.edition for one in closed], "closed_at": [one.closed_at for one in closed]}
    con.register("closed", pa.table(facts | {"position": range(len(closed))}))
    con.execute(f"insert into {NAME} by name {CHANGES}", {"files": files})
    con.unregister("closed")


def _read(manifest: Path) -> Iterator[ClosedCounts]:
    """Yield the counts of one manifest: none of a quarter, of a folder that is not listed, of a changed file."""
    folder = manifest.parent
    if not folder.name.isdecimal():
        return
    try:
        facts = json.loads(manifest.read_bytes())
        checksum = facts["files"][COUNTS]
        if "month" in facts and sha256((folder / COUNTS).read_bytes()).hexdigest() == checksum:
            closed_at = datetime.fromisoformat(facts["closed_at"]).astimezone(UTC).replace(tzinfo=None)
            yield ClosedCounts(f"{facts['month']}@{facts['revision']}", closed_at, folder / COUNTS, checksum)
    except (OSError, ValueError, KeyError, TypeError):
        return
