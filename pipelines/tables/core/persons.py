"""One row per account of a community, with the person it is held to be of: a connected component of core.links.

Row by row, these are the accounts of core.accounts.

account: number of the account, see core.accounts
person_key: the person as counted, by the rules of level default; account_key of the person's first account, NULL where
    the account is that itself
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
LINKS = "select account, first_account, level from core.links where account <> first_account"


def table(con: "DuckDBPyConnection") -> pa.Table:
    """Compute the persons by the rules of each level; the first account of a person gives its key."""
    ends, other_ends, levels = con.sql(LINKS).fetchnumpy().values()
    keys = con.sql("select account_key from core.accounts").to_arrow_table()["account_key"].combine_chunks()
    accounts = np.arange(len(keys), dtype=np.int32)
    persons = {"account": pa.array(accounts)}
    for column, level in LEVELS.items():
        valid = levels <= level
        first = find_components(len(keys), ends[valid], other_ends[valid]).astype(np.int32)
        persons[column] = pa.DictionaryArray.from_arrays(pa.array(first, mask=first == accounts), keys)
    return pa.table(persons)
