"""One row per account of a community, with the person it is held to be of: a connected component of core.links.

community: slug of the community
account_key: fingerprint of name, address and login together
person_key: the person as counted, by the rules of level default; that of the person's first account
person_strict_key: the same by the rules of level strict alone, without merges by address or name: the most people
person_lax_key: the same by the rules of all levels: the fewest people
"""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipelines.graph import find_components

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

READS = ("core.accounts", "core.links")
LEVELS = {"person_strict_key": 1, "person_key": 2, "person_lax_key": 3}
ACCOUNTS = "select community, account_key from core.accounts order by community, account_key"
LINKS = f"""
with ids as (select *, row_number() over () - 1 as id from ({ACCOUNTS})),
evidences as (
    select community, rule, evidence_key, level, row_number() over () - 1 as evidence
    from core.links group by community, rule, evidence_key, level
)
select level, id, evidence
from core.links join ids using (community, account_key) join evidences using (community, rule, evidence_key, level)
"""


def table(con: "DuckDBPyConnection") -> pa.Table:
    """Compute the persons by the rules of each level; the first account of a person gives its key."""
    accounts = con.sql(ACCOUNTS).to_arrow_table()
    links = con.sql(LINKS).to_arrow_table()
    levels, ends, evidences = (links[column].to_numpy() for column in ("level", "id", "evidence"))
    with_evidence = np.empty(len(links), dtype=np.int64)
    with_evidence[evidences] = ends
    for column, level in LEVELS.items():
        valid = levels <= level
        first = find_components(len(accounts), ends[valid], with_evidence[evidences[valid]])
        accounts = accounts.append_column(column, accounts["account_key"].take(pa.array(first)))
    return accounts
