"""Build the DuckDB file from what was collected, check it, and put it in the place of the old one."""

import os
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb

from pipelines.files import replace_synced
from pipelines.folders import Folders
from pipelines.model import Community
from pipelines.warehouse.harvests import relation_kind
from pipelines.warehouse.inputs import Inputs, read_inputs
from pipelines.warehouse.raw import load_raw
from pipelines.warehouse.tables import ALL_METRICS, in_order, literal, make_table, read_tables

CHECKS = Path(__file__).parents[1] / "checks"


OLDEST_READER = "v1.2.0"


PUBLIC = {
    "raw": ("build", "communities", "facts", "history", "hypervisors", "image_formats", "measure_breaks", "measures",
            "sources", "talk_claims"),
    "core": ("archive_months", "channels", "counts", "coverage", "months", "moves", "pasts", "reconciliation",
             "registered", "releases", "twins"),
    "definitions": ("commits", "messages"),
    "metrics": ("definitions", "monthly"),
    "rankings": ("as_ofs", "chances", "components", "correlations", "distances", "families", "levels", "method",
                 "monthly", "movement", "pairs", "rules", "weights"),
    "analysis": ("bot_accuracy", "rank_by_recorded_month", "rank_including_bots"),
    "published": ("by_repository", "by_source", "imports", "layers", "organisations", "overlap", "retention"),
}  # fmt: skip
"""The tables that leave the machine. A table with pseudonyms, hashes of commits or a server's words is none of them."""


PRIVATE = "Not for publishing: pseudonymous personal data, or rows from which cells of fewer than three people follow."


FEWEST_PUBLISHED = 3
"""A published cell of people, other than a community's own number, has none or so many."""


WORKING = (
    *("core.accounts", "core.links", "core.persons", "core.identities", "raw.opted_out"),
    *("raw.harvests", "analysis.affiliations", ALL_METRICS),
)
"""Tables that only the build needs. What people are made of knows those who asked to be left out."""


HIDE_OPTED_OUT = """
delete from raw.domains where domain not in (
    select author_domain from core.commits where author_domain is not null
    union select sender_domain from core.postings where sender_domain is not null
);
delete from raw.never_merge where one in (select account_key from core.identities where opted_out)
    or other in (select account_key from core.identities where opted_out)
    or evidence in (
        select unnest([name_key, name_bag_key, address_key, login_key])
        from core.accounts semi join (from core.identities where opted_out) using (community, account_key)
    )
"""
"""Nothing that somebody has who opted out may stand in the file: no domain and no wrong merge of theirs."""


class NothingObservedError(Exception):
    """There is not one observation to build from."""


class CheckFailedError(Exception):
    """Rows exist that must not; the new database was not published."""


def build_database(where: Folders, communities: Sequence[Community], today: date, shows: str | None = None) -> Path:
    """Read the inputs and build the database from them, see `build_from`."""
    return build_from(where, read_inputs(where, communities, today, shows))


def build_from(where: Folders, given: Inputs) -> Path:
    """Build the database anew from all harvests, visits and published figures; check it, swap it in; return its path.

    The months of a unit whose file cannot be read are gaps.
    Raises NothingObservedError without any harvest or figure and CheckFailedError if a check finds
    rows; the published file stays as it was in both cases.
    """
    if not given.units and not given.figures:
        raise NothingObservedError("nothing has been collected yet; run: stackrank collect")
    draft = where.database.with_name(f".{where.database.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        with closing(_new_database(draft)) as con:
            _make_tables(con, given)
            _check(con)
            _finish(con)
        _swap(draft, where.database)
    finally:
        draft.unlink(missing_ok=True)
        draft.with_name(f"{draft.name}.wal").unlink(missing_ok=True)
    return where.database


def _make_tables(con: duckdb.DuckDBPyConnection, given: Inputs) -> None:
    tables = read_tables()
    for table in tables:
        if table.is_declared:
            make_table(con, table)
    load_raw(con, given)
    for table in in_order(con, tables):
        make_table(con, table)


def _new_database(draft: Path) -> duckdb.DuckDBPyConnection:
    """Open a new file in one transaction, which `_finish` ends."""
    draft.parent.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(config={"autoinstall_known_extensions": False})
    con.execute("set memory_limit = '1GB'")
    con.execute(f"set temp_directory = {literal(f'{draft}.tmp')}")
    con.execute("set preserve_insertion_order = true")
    con.execute(f"attach {literal(str(draft))} as built (storage_version {literal(OLDEST_READER)})")
    con.execute("use built")
    con.execute("begin")
    make_schemas(con)
    return con


def make_schemas(con: duckdb.DuckDBPyConnection) -> None:
    """Make the schemas of all stages, and the macros."""
    make_macros(con)
    for schema in ("raw", "core", "definitions", "metrics", "analysis", "rankings", "published"):
        con.execute(f"create schema {schema}")


def make_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Make the macros that name an account by what it has, and say which cells are not published."""
    con.execute(
        "create temp macro account_key(name, address, login) as "
        "md5(concat_ws('/', coalesce(name, '-'), coalesce(address, '-'), coalesce(login, '-')))"
    )
    con.execute(f"create temp macro is_few(people) as people between 1 and {FEWEST_PUBLISHED - 1}")


def _check(con: duckdb.DuckDBPyConnection, folder: Path = CHECKS) -> None:
    """Run every check; raises CheckFailedError naming each that found rows, with the first one."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        rows = con.execute(path.read_text()).fetchmany(1)
        if rows:
            found.append(f"{path.stem.replace('_', ' ')}: {rows[0]}")
    if found:
        raise CheckFailedError("; ".join(found))


def _finish(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what only the build needs and write everything into the one file."""
    from pipelines.landing.schemas import SCHEMAS

    con.execute(HIDE_OPTED_OUT)
    for name in SCHEMAS:
        con.execute(f"drop {relation_kind(name)} raw.{name}")
        con.execute(f"drop table raw.no_{name}")
    for name in WORKING:
        con.execute(f"drop table {name}")
    _mark_private(con)
    con.execute("commit")
    con.execute("checkpoint built")
    con.execute("use memory")
    con.execute("detach built")


def _mark_private(con: duckdb.DuckDBPyConnection) -> None:
    """Say in the comment of each table that is not for publishing that it is not."""
    tables = con.execute("select schema_name, table_name, comment from duckdb_tables() where not internal").fetchall()
    for schema, table, comment in tables:
        if table not in PUBLIC.get(schema, ()):
            con.execute(f"comment on table {schema}.{table} is {literal(f'{comment} {PRIVATE}')}")


def _swap(draft: Path, database: Path) -> None:
    """Publish the draft; a stale .wal beside the old file would make the new one unreadable."""
    draft.chmod(0o400)
    database.with_name(f"{database.name}.wal").unlink(missing_ok=True)
    replace_synced(draft, database)
