"""Make the core tables of each community once for all that they depend on, keep them, and load them into a build.

Communities are made in groups of few rows, in a DuckDB of their own: no group knows the others.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import duckdb

from pipelines.folders import OWNER_ONLY, Folders
from pipelines.landing import set_aside
from pipelines.landing.stored import unit_file
from pipelines.warehouse.core_tables import LANDED, NOT_KEPT, OF_COMMUNITY, community_tables
from pipelines.warehouse.engine import limit_memory, make_schemas, open_engine
from pipelines.warehouse.inputs import Inputs
from pipelines.warehouse.kept_files import (
    Columns,
    DamagedCoreError,
    KeptFiles,
    begin_folder,
    finish_folder,
    read_folder,
    table_file,
)  # fmt: skip
from pipelines.warehouse.parts import join_inputs, split_inputs
from pipelines.warehouse.raw import load_communities
from pipelines.warehouse.tables import Table, create_table, literal, read_tables, write_comments

PIPELINES = Path(__file__).parents[1]
AFTER_CORE = ("checks", "ranking", "tables/analysis", "tables/definitions", "tables/metrics", "tables/published",
              "tables/rankings")  # fmt: skip
"""Folders of code and rules that no core table of a community depends on."""
OF_ONE_ROW = ("hash", "twin_of", "message_key", "content_key", "in_reply_to_key", "subject_key", "thread_key",
              "account_key", "evidence_key")  # fmt: skip
"""Columns with a value of its own in nearly every row."""
KEPT = "format parquet, parquet_version v2, compression snappy, row_group_size 40960, dictionary_size_limit 4096"
"""How a kept table is written: the rows of a group wait in memory.

Messages take two thirds of the CPU seconds that they take with lz4, and as much place.
A column with a value of its own in each row is no dictionary: a lower limit finds that sooner.
"""
AS_WRITTEN = "build_side_probe_side,join_order"
"""Joins are made as the SQL has them, the small side last: DuckDB estimates the rows of Parquet files badly."""
MOST_ROWS, MOST_TOGETHER = 150_000, 200
"""Communities are made together until they have so many rows, or are so many: to keep one reads the rows of all."""


class CoreGroup(NamedTuple):
    """Communities whose core tables are made together: what each of them brings, and its fingerprint, by slug."""

    parts: dict[str, Inputs]
    names: dict[str, str]


def make_communities(where: Folders, given: Inputs, tables: list[Table], *, full: bool = False) -> list[KeptFiles]:
    """Return the kept core tables of all communities that have any; what is not kept, or all if `full`, is made."""
    parts = split_inputs(given, LANDED)
    names = {slug: fingerprint(part) for slug, part in parts.items()}
    kept = {} if full else {slug: files for slug, name in names.items() if (files := _read(where, slug, name))}
    for group in _groups({slug: part for slug, part in parts.items() if slug not in kept}):
        kept |= _make_group(where, group, names, tables)
    return [kept[slug] for slug in names]


def missing_groups(where: Folders, given: Inputs) -> list[CoreGroup]:
    """Return the communities that a build would make, in the groups in which it would make them."""
    parts = split_inputs(given, LANDED)
    names = {slug: fingerprint(part) for slug, part in parts.items()}
    missing = {slug: part for slug, part in parts.items() if not _read(where, slug, names[slug])}
    return [CoreGroup(group, {slug: names[slug] for slug in group}) for group in _groups(missing)]


def moved_to(where: Folders, group: CoreGroup) -> CoreGroup:
    """Return a group with the files that the data folder of this machine has of its units."""
    return CoreGroup({slug: _moved(where, part) for slug, part in group.parts.items()}, group.names)


def _moved(where: Folders, part: Inputs) -> Inputs:
    return replace(part, units=[unit._replace(path=unit_file(where.observations, unit.visit)) for unit in part.units])


def make_group(where: Folders, group: CoreGroup) -> None:
    """Make and keep the core tables of a group, under the names that the group gives them."""
    where.core.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    _make_group(where, group.parts, group.names, read_tables())


def fingerprint(given: Inputs) -> str:
    """Return the checksum of all that the core tables of one community depend on."""
    units = [(str(unit.visit), unit.path.stat().st_size, unit.path.stat().st_mtime_ns) for unit in given.units]
    named = [(plan.source, plan.units) for plan in given.plans]
    facts = (_code(), given.communities, units, named, given.never_merge, given.opted_out, given.corrections)
    return sha256(repr(facts).encode()).hexdigest()


@cache
def _code() -> str:
    files = sorted(
        path for path in PIPELINES.rglob("*") if path.suffix in (".py", ".sql", ".toml") and not _is_later(path)
    )
    return sha256(b"\0".join([duckdb.__version__.encode(), *(path.read_bytes() for path in files)])).hexdigest()


def _is_later(path: Path) -> bool:
    return any(path.is_relative_to(PIPELINES / folder) for folder in AFTER_CORE)


def _read(where: Folders, slug: str, name: str) -> KeptFiles | None:
    """Return what is kept of a community; what is damaged is set aside."""
    folder = where.core / slug / name
    if not folder.exists():
        return None
    try:
        return read_folder(folder)
    except DamagedCoreError as damage:
        set_aside.move(where, folder, str(damage))
        return None


def _groups(parts: dict[str, Inputs]) -> list[dict[str, Inputs]]:
    """Return the communities in groups that have few rows together; one with many is alone."""
    groups: list[dict[str, Inputs]] = []
    rows = 0
    for slug, part in parts.items():
        of_one = _rows(part)
        if not groups or rows + of_one > MOST_ROWS or len(groups[-1]) == MOST_TOGETHER:
            groups.append({})
            rows = 0
        groups[-1][slug] = part
        rows += of_one
    return groups


def _rows(part: Inputs) -> int:
    return sum(unit.visit.observations or 0 for unit in part.units)


def _make_group(
    where: Folders, group: dict[str, Inputs], names: dict[str, str], tables: list[Table]
) -> dict[str, KeptFiles]:
    rows = sum(map(_rows, group.values()))
    with closing(open_engine(str(where.core / ".tmp"), rows)) as con:
        con.execute(f"set disabled_optimizers = {literal(AS_WRITTEN)}")
        _declare(con, tables)
        load_communities(con, join_inputs(list(group.values())), LANDED)
        columns = _make_core(con, tables)
        return _write(con, where.core, {slug: names[slug] for slug in group}, columns)


def _declare(con: duckdb.DuckDBPyConnection, tables: list[Table]) -> None:
    make_schemas(con)
    for table in tables:
        if table.name in OF_COMMUNITY:
            create_table(con, table)


def _make_core(con: duckdb.DuckDBPyConnection, tables: list[Table]) -> Columns:
    """Make the tables; return the columns of those that are kept."""
    made = community_tables(tables)
    for table in made:
        if table.compute:
            limit_memory(con)
        create_table(con, table)
    return {table.name: _columns(con, table.name) for table in made if table.name not in NOT_KEPT}


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    found = con.table(table)
    return dict(zip(found.columns, map(str, found.types), strict=True))


def _write(con: duckdb.DuckDBPyConnection, core: Path, names: dict[str, str], columns: Columns) -> dict[str, KeptFiles]:
    """Keep the tables of each community; return what is kept, by slug."""
    drafts = {slug: begin_folder(core / slug, name) for slug, name in names.items()}
    for table in columns:
        for (slug,) in con.execute(f"select distinct community from {table}").fetchall():
            rows = f"from {table} where community = {literal(slug)}"
            file = literal(str(table_file(drafts[slug], table)))
            con.execute(f"copy ({rows}) to {file} ({KEPT})")
    return {slug: finish_folder(draft, names[slug], columns) for slug, draft in drafts.items()}


def load_core(con: duckdb.DuckDBPyConnection, tables: list[Table], kept: Sequence[KeptFiles]) -> None:
    """Make the kept core tables of all communities from their files."""
    by_name = {table.name: table for table in tables}
    for name, columns in (kept[0].columns if kept else _columns_of_nothing(tables)).items():
        files = [literal(str(file)) for one in kept if (file := one.file(name))]
        declared = ", ".join(f'"{column}" {kind}{_compression(column, kind)}' for column, kind in columns.items())
        con.execute(f"create table {name}({declared})")
        if files:
            con.execute(f"insert into {name} from read_parquet([{', '.join(files)}])")
        write_comments(con, name, by_name[name].sentence, by_name[name].columns)


def _compression(column: str, kind: str) -> str:
    """Return how texts of a column are compressed: to let DuckDB try all ways takes half of a copy."""
    way = "fsst" if column in OF_ONE_ROW else "dictionary"
    return f" using compression {way}" if kind == "VARCHAR" else ""


def _columns_of_nothing(tables: list[Table]) -> Columns:
    with closing(open_engine("")) as con:
        _declare(con, tables)
        return _make_core(con, tables)
