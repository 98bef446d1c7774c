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
PLACES = """
select community, channel, row_number() over (order by community, channel) - 1 as place
from (select community, channel from core.activity union select community, 'any' from core.activity)
"""
ACTS = f"""
with places as materialized ({PLACES})
select own.place, together.place as place_of_all, 12 * year(month) + month(month) as number,
    {", ".join(f"hash({key}) as {name}" for name, key in LEVELS.items())}
from core.activity as acts join places as own using (community, channel)
join places as together on together.community = acts.community and together.channel = 'any'
"""
"""People are numbers: the hashes of their keys."""
MONTH_BITS, PERSON_BITS = 17, 31
"""One number holds a place, a person and, in its last bits, a month: such numbers sort ten times as fast as rows."""
AWAY = 24
"""Who was seen in none of so many months before is a newcomer."""


def table(con: "DuckDBPyConnection") -> pa.Table:
    """Compute the newcomers of each channel and of all together, with people as each level of rules has them."""
    acts, places = con.sql(ACTS).to_arrow_table(), con.sql(PLACES).to_arrow_table()
    own, of_all, months = (acts[column].to_numpy() for column in ("place", "place_of_all", "number"))
    came = {name: _arrivals((own, of_all), acts[name].to_numpy(), months) for name in LEVELS}
    cells = np.unique(np.concatenate(list(came.values())))
    counts = {name: np.bincount(np.searchsorted(cells, each), minlength=len(cells)) for name, each in came.items()}
    where = places.select(["community", "channel"]).take(pa.array(cells >> MONTH_BITS))
    month = _dates(cells & (1 << MONTH_BITS) - 1)
    return pa.table({**dict(zip(where.column_names, where.columns, strict=True)), "month": month, **counts})


def _arrivals(places: tuple[Nodes, ...], people: npt.NDArray[np.uint64], months: Nodes) -> Nodes:
    """Return a cell for each arrival, its place and its month: the first one at a place, and each after an absence."""
    person = np.unique(people, return_inverse=True)[1] << MONTH_BITS | months
    seen = np.concatenate([place << MONTH_BITS + PERSON_BITS | person for place in places])
    seen.sort()
    came = seen[np.diff(seen, prepend=-1 - AWAY) > AWAY]
    return came >> MONTH_BITS + PERSON_BITS << MONTH_BITS | came & (1 << MONTH_BITS) - 1


def _dates(months: Nodes) -> npt.NDArray[np.datetime64]:
    """Return the first day of months that are counted from the year 0, where January is 1."""
    return (months - 1 - 12 * 1970).astype("datetime64[M]").astype("datetime64[D]")
