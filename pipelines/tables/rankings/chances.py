"""One row per community and rank of the newest rankings of at most twenty: the chance that a repeat finds it there.

as_of: first day of the last month of the window
family: family of the ranking, or overall
community: slug of the community
rank: a rank that it could have
chance: chance of it, 0 to 1; those of a community add up to 1, and those of a rank nearly
"""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipelines.ranking.chances import find_chances
from pipelines.ranking.held import column

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

READS = ("rankings.monthly",)
MOST_RANKED = 20
"""The cost grows with the cube of the number of communities."""
RANKED = f"""
select as_of, family, community, score, score_error from rankings.monthly
where as_of = (select max(as_of) from rankings.monthly) and rank is not null and ranked <= {MOST_RANKED}
order by family, rank
"""


def table(con: "DuckDBPyConnection") -> pa.Table:
    """Compute the chances of every ranking that is small enough."""
    rows = con.sql(RANKED).to_arrow_table()
    families = rows["family"].to_numpy(zero_copy_only=False)
    parts = [_chances(rows.filter(pa.array(families == family))) for family in np.unique(families.astype(str))]
    return pa.concat_tables(parts or [_chances(rows)])


def _chances(rows: pa.Table) -> pa.Table:
    """Return the chances of one ranking."""
    number = len(rows)
    repeated = rows.select(["as_of", "family", "community"]).take(pa.array(np.repeat(np.arange(number), number)))
    chances = find_chances(rows["score"].to_numpy(), rows["score_error"].to_numpy())
    rank = pa.array(np.tile(np.arange(1, number + 1, dtype=np.int32), number))
    return repeated.append_column("rank", rank).append_column("chance", column(chances.astype(float)))
