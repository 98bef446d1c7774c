"""What merging accounts into people takes: the build's own SQL over invented accounts.

    uv run python tests/benchmarks/people.py [--accounts N]

Two of three accounts share their name or their address with another one. Prints one line: seconds, CPU seconds, peak
memory of this process when the tables are made, accounts, people.
"""

import argparse
import resource
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pipelines.warehouse.communities import AS_WRITTEN
from pipelines.warehouse.engine import limit_memory, open_engine
from pipelines.warehouse.tables import create_table, literal, read_tables
from pipelines.without_pandas import without_pandas

ACCOUNTS = """
create table core.accounts as
select (row_number() over () - 1)::int as account, 'birds' as community, account_key,
    md5('n' || i * 2 // 3) as name_key, 2 as name_words,
    md5('b' || i * 2 // 3) as name_bag_key, md5('a' || i * 3 // 4) as address_key, null::varchar as login_key,
    'example.org' as domain, 'given' as quality, false as role, 1 as events, true as writes, false as talks
from (select i, md5(i::varchar) as account_key from range($accounts) as invented(i) order by account_key)
"""
NOTHING = {
    "aliases": "community varchar, unit varchar, proper_name_key varchar, proper_name_words smallint, "
    "proper_address_key varchar, commit_name_key varchar, commit_address_key varchar",
    "never_merge": "community varchar, evidence varchar, one varchar, other varchar",
    "opted_out": "address_key varchar, person varchar, accounts varchar[]",
}


def main() -> None:
    """Merge so many accounts and print what that took."""
    top = argparse.ArgumentParser(prog="tests/benchmarks/people.py", description=__doc__.splitlines()[0])
    top.add_argument("--accounts", type=int, default=1_000_000, metavar="N", help="how many (default: 1,000,000)")
    wanted = top.parse_args().accounts
    with (
        without_pandas(),
        tempfile.TemporaryDirectory(prefix="stackrank-benchmark-") as work,
        closing(open_engine(work)) as con,
    ):
        con.execute(f"set disabled_optimizers = {literal(AS_WRITTEN)}")
        con.execute("create schema raw; create schema core")
        con.execute(ACCOUNTS, {"accounts": wanted})
        for name, columns in NOTHING.items():
            con.execute(f"create table raw.{name} ({columns})")
        tables = {table.name: table for table in read_tables()}
        begun = time.monotonic(), time.process_time()
        for name in ("core.links", "core.persons", "core.hidden_accounts", "core.identities"):
            limit_memory(con)
            create_table(con, tables[name])
        seconds, cpu = time.monotonic() - begun[0], time.process_time() - begun[1]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        (people,) = con.execute("select count(distinct person_key) from core.identities").fetchone()
    print(f"{wanted:,} accounts are {people:,} people: {seconds:.1f} s, {cpu:.1f} CPU s, peak {peak:,.0f} MB")


if __name__ == "__main__":
    main()
