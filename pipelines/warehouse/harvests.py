"""Make the tables of the schema raw from the Parquet files of harvests."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import duckdb

from pipelines.warehouse.tables import literal

if TYPE_CHECKING:
    from pipelines.landing.stored import StoredUnit


MOST_OPENED = 50
"""Each of many statements opens all files of commits, where they are so many at most; else the rows are copied once."""


def load_harvests(con: duckdb.DuckDBPyConnection, units: "Sequence[StoredUnit]", kinds: Collection[str]) -> None:
    """Make a table from the Parquet files of each schema of `kinds`, in place of its declared one.

    Commits of few files, which are large, are a view.

    `raw.harvests` names the files.
    A column that an older reader did not write is NULL; one that it named otherwise is read by its former name.
    """
    for name in kinds:
        paths = [literal(str(path)) for path, _, rows, _ in units if rows == name]
        con.execute(f"alter table raw.{name} rename to no_{name}")
        columns = ", ".join(map(_column, con.sql(f"from raw.no_{name} limit 0").columns))
        rows = f"from raw.no_{name} {_of_files(paths)}"
        relation = "view" if name == "commits" and len(paths) <= MOST_OPENED else "table"
        con.execute(f"create {relation} raw.{name} as select {columns} from ({rows})")


def _column(name: str) -> str:
    """Return the SQL of a declared column; `columns` also matches where no file has the former name."""
    from pipelines.landing.schemas import FORMER_NAMES

    if former := FORMER_NAMES.get(name):
        return f"coalesce(*columns('^({name}|{former})$')) as {name}"
    return name


def _of_files(paths: Sequence[str]) -> str:
    """Return the SQL that adds the rows of Parquet files, each with its unit."""
    if not paths:
        return ""
    return (
        "union all by name select community, source, unit, position, seen_at, c.* exclude (filename) "
        f"from read_parquet([{', '.join(paths)}], filename = true, union_by_name = true) c "
        "join raw.harvests h on h.file = c.filename"
    )
