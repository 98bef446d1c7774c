"""One row per neighbours in a table and metric of its ranking: what the one behind would need more, to be level.

It needs that of every metric. There is no model in it: with so much more of each, both scores are equal.

as_of: first day of the last month of the window
family: family of the ranking, or overall
behind: slug of the community that is behind
ahead: slug of the one in the row before
metric: name of the metric
needed: so many more a month; for a metric that counts people, people
needed_whole: the same, rounded up to whole ones
"""

from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.ranking.held import column
from pipelines.ranking.pairs import find_distance, round_up

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

READS = ("rankings.pairs", "rankings.components", "rankings.method")
BEHIND = """
select p.as_of, p.family, p.behind, p.ahead, metric, p.difference, c.level, m."offset"
from rankings.pairs as p
join rankings.components as c on (c.as_of, c.family, c.community) = (p.as_of, p.family, p.behind)
join rankings.method as m using (metric)
order by p.as_of, p.family, p.rank, metric
"""


def table(con: "DuckDBPyConnection") -> pa.Table:
    """Compute the distances of all neighbours."""
    rows = con.sql(BEHIND).to_arrow_table()
    level, offset, difference = (rows[name].to_numpy() for name in ("level", "offset", "difference"))
    needed = find_distance(level, offset, difference)
    kept = rows.select(["as_of", "family", "behind", "ahead", "metric"])
    whole = column(round_up(needed)).cast(pa.int64())
    return kept.append_column("needed", column(needed)).append_column("needed_whole", whole)
