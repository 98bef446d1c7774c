"""Read the published ranking, and print it as a table at the end of a run."""

from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from pipelines.folders import Folders
from pipelines.warehouse.query import NoDatabaseError, ask
from reports.text.formats import format_month
from reports.text.labels import FAMILIES

RANKING = """
select r.family, r.rank, r.rank_low, r.rank_high, c.name as community, round(r."index", 1) as "index",
       coalesce(r.reason_code, '') as "why not ranked", r.as_of
from rankings.monthly r join raw.build b on r.as_of = b.last_complete_month join raw.communities c using (community)
where r.state <> 'no source'
order by r.family, r.rank nulls last, c.name
"""
NOTE = "Place (index): 100 is the founding average of July 2012 to June 2013. –: not ranked."
NARROW = 90
Row = Mapping[str, Any]


def read_ranking(where: Folders) -> list[dict[str, Any]]:
    """Return one row per family and community of the last complete month; none without a database."""
    try:
        return ask(where.database, RANKING).to_pylist()
    except NoDatabaseError:
        return []


def print_ranking(where: Folders, stream: TextIO) -> None:
    """Print the ranking of every family side by side, the communities in the order of the overall one."""
    rows = read_ranking(where)
    if not rows:
        return
    console = Console(file=stream, highlight=False, width=None if stream.isatty() else NARROW)
    console.print(_table(rows), NOTE)


def _table(rows: Sequence[Row]) -> Table:
    families = [family for family in FAMILIES if any(row["family"] == family for row in rows)]
    cells = {(row["family"], row["community"]): _cell(row) for row in rows}
    title = f"The ranking of {format_month(rows[0]['as_of'])}"
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Community", style="bold")
    for family in families:
        table.add_column(FAMILIES[family], justify="right")
    for name in _names(rows, families[0]):
        table.add_row(name, *(cells.get((family, name), "–") for family in families))
    return table


def _names(rows: Sequence[Row], family: str) -> list[str]:
    """Return the communities in the order of a family, then those that it does not have."""
    return list(dict.fromkeys(row["community"] for row in sorted(rows, key=lambda row: row["family"] != family)))


def _cell(row: Row) -> str:
    if row["rank"] is None:
        return "–"
    low, high = row["rank_low"] or row["rank"], row["rank_high"] or row["rank"]
    place = f"{low}" if low == high else f"{low} to {high}"
    return f"{place} ({row['index']})"
