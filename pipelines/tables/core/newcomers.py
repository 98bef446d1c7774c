"""One row per community, channel and month in which somebody came: seen in the month and in none of the 24 before.

So they are new, or back after two years.

community: slug of the community
channel: code, talk, or any of them
month: first day of the month, UTC
people: newcomers, see core.people
low: the same with every merge that any rule offers: the least
high: the same with strict merges alone: the most
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.graph import Nodes

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

READS = ("core.activity",)
LEVELS = {"people": "person_key", "low": "person_lax_key", "high": "person_strict_key"}
ACTS = f"""
with acted as not materialized (
    from core.activity union all select * replace ('any' as channel) from core.activity
), places as (
    select *, row_number() over () - 1 as place from (select distinct community, channel from acted)
)
select community, channel, month, place, 12 * year(month) + month(month) as number,
    {", ".join(f"hash({key}) as {name}" for name, key in LEVELS.items())}
from acted join places using (community, channel)
"""
"""People are numbers: the hashes of their keys."""
AWAY = 24
"""Who was seen in none of so many months before is a newcomer."""


def table(con: "DuckDBPyConnection") -> pa.Table:
    """Compute the newcomers of each channel and of all together, with people as each level of rules has them."""
    acts = con.sql(ACTS).to_arrow_table()
    places, months = (acts[column].to_numpy() for column in ("place", "number"))
    cells, first, cell = np.unique(places << 20 | months, return_index=True, return_inverse=True)
    counts = {
        name: np.bincount(cell[_arrivals(places, acts[name].to_numpy(), months)], minlength=len(cells))
        for name in LEVELS
    }
    came = np.flatnonzero(sum(counts.values()))
    rows = acts.select(["community", "channel", "month"]).take(pa.array(first[came]))
    return pa.table(
        {**dict(zip(rows.column_names, rows.columns, strict=True)), **{n: c[came] for n, c in counts.items()}}
    )


def _arrivals(places: Nodes, people: npt.NDArray[np.uint64], months: Nodes) -> Nodes:
    """Return the rows with which somebody came: the first one at a place, and each after an absence."""
    order = np.lexsort((months, people, places))
    places, people, months = places[order], people[order], months[order]
    came = np.ones(len(order), dtype=bool)
    came[1:] = (places[1:] != places[:-1]) | (people[1:] != people[:-1]) | (months[1:] - months[:-1] > AWAY)
    return order[came]
