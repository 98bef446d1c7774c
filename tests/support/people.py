"""Give accounts to the tables that merge them into people."""

import atexit
from datetime import datetime
from functools import cache

from support.database import open_database

from pipelines.privacy.pseudonyms import Pseudonyms
from pipelines.warehouse.tables import create_table, read_tables

MAY, JUNE = datetime(2025, 5, 3), datetime(2025, 6, 3)
"""When people of the tests commit."""
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


TYPES = {
    "account": "int",
    "accounts": "varchar[]",
    "events": "int",
    "name_words": "int",
    "proper_name_words": "int",
    "role": "bool",
    "writes": "bool",
    "talks": "bool",
}
GIVEN = {
    "core.accounts": ("account", *ACCOUNT),
    "raw.aliases": ALIAS,
    "raw.never_merge": ("community", "evidence", "one", "other"),
    "raw.opted_out": ("address_key", "person", "accounts"),
}


LINKS = """
select community, account_key, rule::varchar as rule,
    coalesce(evidence_key, case rule when 'login' then login_key when 'name' then name_key
        when 'name in any order' then name_bag_key else address_key end) as evidence_key, level
from core.links join core.accounts using (account) order by all
"""


@cache
def connection():
    """Open a database with the tables that the merge reads, all empty."""
    con = open_database()
    con.execute("create schema raw; create schema core")
    for name, columns in GIVEN.items():
        typed = ", ".join(f"{column} {TYPES.get(column, 'varchar')}" for column in columns)
        con.execute(f"create table {name} ({typed})")
    con.execute("alter table raw.aliases add column unit varchar default 'birds/birds.mailmap'")
    atexit.register(connection.cache_clear)  # DuckDB complains of a connection that outlives the interpreter
    return con


def merged(accounts, aliases=(), never=(), opted_out=()):
    """Return links and persons as the build makes them of these accounts."""
    con = connection()
    con.execute("begin")
    numbered = [(n, *row) for n, row in enumerate(sorted(accounts, key=lambda row: row[:2]))]
    for (name, columns), rows in zip(GIVEN.items(), (numbered, aliases, never, opted_out), strict=True):
        if rows:
            values = ", ".join(f"({', '.join(['?'] * len(columns))})" for _ in rows)
            con.execute(f"insert into {name} ({', '.join(columns)}) values {values}", [v for row in rows for v in row])
    for name in ("core.links", "core.persons", "core.hidden_accounts", "core.identities"):
        create_table(con, tables_by_name()[name])
    ordered = "from core.identities order by community, account_key"
    found = con.sql(LINKS).fetchall(), con.sql(ordered).to_arrow_table().to_pylist()
    con.execute("rollback")
    return found


def merged_apart(cases):
    """Merge accounts and aliases of all these cases at once, each in a community of its own; return their persons."""
    given = {what: [row for n, case in enumerate(cases) for row in _of_case(n, case.get(what, ()))]
             for what in ("accounts", "aliases")}  # fmt: skip
    _, persons = merged(**given)
    return [[person for person in persons if person["community"] == f"birds {n}"] for n in range(len(cases))]


def _of_case(number, rows):
    return [(f"{row[0]} {number}", *row[1:]) for row in rows]


def groups(persons, key="person_key"):
    found = {}
    for person in persons:
        found.setdefault(person[key], set()).add(person["account_key"])
    return {frozenset(accounts) for accounts in found.values()}
