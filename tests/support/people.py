"""Give accounts to the tables that merge them into people."""

from functools import cache

import duckdb

from pipelines.privacy.pseudonyms import Pseudonyms
from pipelines.warehouse.tables import make_table, read_tables

KEYED = Pseudonyms(bytes.fromhex("5e" * 32))
ACCOUNT = ("community", "account_key", "name_key", "name_words", "name_bag_key", "address_key", "login_key", "domain",
           "quality", "role", "events", "writes", "talks")  # fmt: skip
ALIAS = (
    "community",
    "proper_name_key",
    "proper_name_words",
    "proper_address_key",
    "commit_name_key",
    "commit_address_key",
)


@cache
def tables_by_name():
    return {table.name: table for table in read_tables()}


def account(
    name,
    address,
    *,
    words=2,
    domain="example.org",
    quality="given",
    role=False,
    login=None,
    bag=None,
    key=None,
    events=1,
):
    return (
        "birds",
        key or f"{name}/{address}/{login}",
        name,
        words,
        bag,
        address,
        login,
        domain,
        quality,
        role,
        events,
        True,
        False,
    )


def merged(accounts, aliases=(), never=(), opted_out=()):
    """Return links and persons as the build makes them of these accounts."""
    tables = {
        "core.accounts": (ACCOUNT, accounts),
        "raw.aliases": (ALIAS, aliases),
        "raw.never_merge": (("community", "evidence", "one", "other"), never),
        "raw.opted_out": (("address_key", "person", "accounts"), opted_out),
    }
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute("create schema raw; create schema core")
        for name, (columns, rows) in tables.items():
            kinds = {
                "accounts": "varchar[]",
                "name_words": "int",
                "events": "int",
                "proper_name_words": "int",
                "role": "bool",
                "writes": "bool",
                "talks": "bool",
            }
            typed = ", ".join(f"{c} {kinds.get(c, 'varchar')}" for c in columns)
            con.execute(f"create table {name} ({typed})")
            if rows:
                con.executemany(f"insert into {name} values ({', '.join('?' * len(columns))})", rows)
        con.execute("alter table raw.aliases add column unit varchar default 'birds/birds.mailmap'")
        for name in ("core.links", "core.persons", "core.identities"):
            make_table(con, tables_by_name()[name])
        return con.sql("from core.links").fetchall(), con.sql("from core.identities").to_arrow_table().to_pylist()


def groups(persons, key="person_key"):
    found = {}
    for person in persons:
        found.setdefault(person[key], set()).add(person["account_key"])
    return {frozenset(accounts) for accounts in found.values()}
