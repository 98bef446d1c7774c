"""Give accounts to the tables that merge them into people."""

from functools import cache

import duckdb

from pipelines.privacy.pseudonyms import Pseudonyms
from pipelines.warehouse.tables import read_tables

KEYED = Pseudonyms(bytes.fromhex("5e" * 32))
ACCOUNT = ("community", "account_key", "name_key", "name_words", "name_bag_key", "address_key", "login_key", "domain",
           "quality", "role", "writes", "talks")  # fmt: skip
ALIAS = (
    "community",
    "proper_name_key",
    "proper_name_words",
    "proper_address_key",
    "commit_name_key",
    "commit_address_key",
)


@cache
def selects():
    return {table.name: table.select for table in read_tables()}


def account(
    name, address, *, words=2, domain="example.org", quality="given", role=False, login=None, bag=None, key=None
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
        True,
        False,
    )


def merged(accounts, aliases=(), never=(), withheld=()):
    """Return links and persons as the build makes them of these accounts."""
    tables = {
        "accounts": (ACCOUNT, accounts),
        "aliases": (ALIAS, aliases),
        "never_merge": (("community", "evidence", "one", "other"), never),
        "withheld": (("address_key",), withheld),
    }
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute("create schema raw")
        for name, (columns, rows) in tables.items():
            kinds = {"name_words": "int", "proper_name_words": "int", "role": "bool", "writes": "bool", "talks": "bool"}
            typed = ", ".join(f"{c} {kinds.get(c, 'varchar')}" for c in columns)
            con.execute(f"create table raw.{name} ({typed})")
            if rows:
                con.executemany(f"insert into raw.{name} values ({', '.join('?' * len(columns))})", rows)
        for name in ("raw.links", "raw.persons"):
            con.execute(f"create table {name} as {selects()[name]}")
        return con.sql("from raw.links").fetchall(), con.sql("from raw.persons").to_arrow_table().to_pylist()


def groups(persons, key="person_key"):
    found = {}
    for person in persons:
        found.setdefault(person[key], set()).add(person["own_key"])
    return {frozenset(accounts) for accounts in found.values()}
