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
with ids as (
    select hash(community, account_key) as account, row_number() over () - 1 as id from ({ACCOUNTS})
), numbered as (
    select level, hash(community, account_key) as account, hash(community, rule, evidence_key, level) as evidence
    from core.links
)
select level, id, evidence from numbered join ids using (account)
"""
"""Texts are joined and compared as hashes of 64 bits."""


def table(con: "DuckDBPyConnection") -> pa.Table:
    """Compute the persons by the rules of each level; the first account of a person gives its key."""
    levels, ends, numbers = con.sql(LINKS).fetchnumpy().values()
    _, first_of_evidence, evidences = np.unique(numbers, return_index=True, return_inverse=True)
    other_ends = ends[first_of_evidence][evidences]
    accounts = con.sql(ACCOUNTS).to_arrow_table()
    keys = accounts["account_key"].combine_chunks()
    for column, level in LEVELS.items():
        valid = levels <= level
        first = find_components(len(accounts), ends[valid], other_ends[valid])
        accounts = accounts.append_column(column, pa.DictionaryArray.from_arrays(pa.array(first), keys))
    return accounts
