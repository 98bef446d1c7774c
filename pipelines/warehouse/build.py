"""Build the DuckDB file from what was collected, check it, and put it in the place of the old one."""

import os
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb

from pipelines.files import replace_synced
from pipelines.folders import Folders, typed
from pipelines.landing.schemas import SCHEMAS
from pipelines.model import Community
from pipelines.warehouse.as_built import is_as_built, record
from pipelines.warehouse.communities import load_core, make_communities
from pipelines.warehouse.core_tables import LANDED, LANDED_TABLES, community_tables
from pipelines.warehouse.engine import FREED_OF_ALL, drop_cached, make_schemas, open_engine, within_limit
from pipelines.warehouse.inputs import Inputs, read_inputs
from pipelines.warehouse.kept_files import KeptFiles, prune
from pipelines.warehouse.raw import load_domains, load_raw
from pipelines.warehouse.tables import (
    ALL_METRICS,
    Table,
    create_table,
    in_order,
    kind_of,
    literal,
    make_table,
    read_tables,
)  # fmt: skip

CHECKS = Path(__file__).parents[1] / "checks"
FEW = tuple(name for name in SCHEMAS if name not in LANDED)
"""The rows of harvests that are read for all communities at once."""


OLDEST_READER = "v1.2.0"


PUBLIC = {
    "raw": ("build", "communities", "corrections", "facts", "history", "hypervisors", "image_formats", "measure_breaks",
            "measures", "replay_units", "sources", "talk_claims"),
    "core": ("archive_months", "channels", "corrections", "counts", "coverage", "months", "moves", "pasts",
             "reconciliation", "registered", "releases", "twins"),
    "definitions": ("commits", "messages"),
    "metrics": ("definitions", "monthly"),
    "rankings": ("as_ofs", "chances", "components", "correlations", "distances", "families", "levels", "method",
                 "monthly", "movement", "movers", "pairs", "quarter_components", "quarters", "rules", "weights"),
    "analysis": ("bot_accuracy", "monthly_wide", "rank_by_recorded_month", "rank_including_bots", "response_times",
                 "revisions"),
    "published": ("by_repository", "by_source", "imports", "layers", "organisations", "overlap", "replay", "retention"),
}  # fmt: skip
"""The tables that leave the machine. A table with pseudonyms, hashes of commits or a server's words is none of them."""


PRIVATE = "Not for publishing: pseudonymous personal data, or rows from which cells of fewer than three people follow."


WORKING = (
    *("core.hidden_evidence", "core.unit_rows", "core.mailbox_months", "core.landed_messages", "core.author_names"),
    *("raw.opted_out", "raw.harvests", "analysis.affiliations", ALL_METRICS),
)
"""Tables that only the build needs. What people are made of knows those who asked to be left out."""


HIDE_OPTED_OUT = """
delete from raw.never_merge
where exists (from core.hidden_evidence where evidence_key in (one, other, evidence))
"""
"""Nothing that somebody has who opted out may stand in the file: no wrong merge of theirs."""


class NothingObservedError(Exception):
    """There is not one observation to build from."""


class CheckFailedError(Exception):
    """Rows exist that must not; the new database was not published."""


def build_database(
    where: Folders, communities: Sequence[Community], today: date, shows: str | None = None, *, full: bool = False
) -> Path:
    """Read the inputs and build the database from them, see `build_from`."""
    return build_from(where, read_inputs(where, communities, today, shows), full=full)


@within_limit()
def build_from(where: Folders, given: Inputs, *, full: bool = False) -> Path:
    """Build the database from all harvests, visits and published figures; check it, swap it in; return its path.

    Core tables of a community are those that the last build kept, unless something that they depend on is new. Where
    nothing at all is new, the database stays as it is. `full`: all is made anew. The months of a unit whose file cannot
    be read are gaps.
    Raises NothingObservedError without any harvest or figure, CheckFailedError if a check finds rows, and
    NotEnoughMemoryError; the published file stays as it was in all cases.
    """
    if not given.units and not given.figures:
        raise NothingObservedError(f"nothing has been collected yet; run: {typed('collect')}")
    tables = read_tables()
    core = make_communities(where, given, tables, full=full)
    if full or not is_as_built(where, given):
        _build(where, given, tables, core)
        record(where, given)
    prune(where.core, {kept.folder.parent.name: kept.folder.name for kept in core})
    return where.database


def _build(where: Folders, given: Inputs, tables: list[Table], core: list[KeptFiles]) -> None:
    """Make all tables in a draft and put it in the place of the database."""
    draft = where.database.with_name(f".{where.database.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        with closing(_new_database(draft)) as con:
            _make_tables(con, given, tables, core)
            _check(con)
            _finish(con)
        _swap(draft, where.database)
    finally:
        draft.unlink(missing_ok=True)
        draft.with_name(f"{draft.name}.wal").unlink(missing_ok=True)


def _make_tables(con: duckdb.DuckDBPyConnection, given: Inputs, tables: list[Table], core: list[KeptFiles]) -> None:
    for table in tables:
        if table.is_declared and table.name not in LANDED_TABLES:
            make_table(con, table)
    load_raw(con, given, FEW)
    load_core(con, tables, core)
    drop_cached(con)
    load_domains(con, "core.commits", "core.postings")
    of_community = {table.name for table in community_tables(tables)}
    for table in in_order(tables):
        if table.name not in of_community:
            (create_table if table.name in WORKING else make_table)(con, table)


def _new_database(draft: Path) -> duckdb.DuckDBPyConnection:
    """Open a new file in one transaction, which `_finish` ends."""
    draft.parent.mkdir(parents=True, exist_ok=True)
    con = open_engine(f"{draft}.tmp", freed=FREED_OF_ALL)
    con.execute(f"attach {literal(str(draft))} as built (storage_version {literal(OLDEST_READER)})")
    con.execute("use built")
    con.execute("set force_compression = 'dictionary'")
    con.execute("set write_buffer_row_group_count = 1")
    con.execute("begin")
    make_schemas(con)
    return con


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
    con.execute(HIDE_OPTED_OUT)
    for name in FEW:
        con.execute(f"drop table raw.{name}")
        con.execute(f"drop table raw.no_{name}")
    for name in WORKING:
        con.execute(f"drop {kind_of(name)} {name}")
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
