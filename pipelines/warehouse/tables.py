"""Read the files below tables/, order them by what they read, and make the tables."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

TABLES = Path(__file__).parents[1] / "tables"


ALL_METRICS = "metrics.counts"


@dataclass(frozen=True)
class Table:
    """One file below sql/: a table, its sentence, its columns' comments and its select."""

    name: str
    sentence: str
    columns: dict[str, str]
    facts: dict[str, str]
    select: str


def literal(value: object) -> str:
    """Return a value as an SQL literal."""
    if isinstance(value, str | date):
        return "'" + str(value).replace("'", "''") + "'" + ("::date" if isinstance(value, date) else "")
    return str(value)


def read_tables(folder: Path = TABLES) -> list[Table]:
    """Read every file below sql/ as the table that it is."""
    return [read_table(path, f"{path.parent.name}.{path.stem}") for path in sorted(folder.glob("*/*.sql"))]


def read_table(path: Path, name: str) -> Table:
    """Read one file: a sentence, `-- key: fact` lines, `--   column: comment` lines, a select."""
    head = [line for line in path.read_text().splitlines() if line.startswith("--")]
    pairs = [re.fullmatch(r"--( +)(\w+): (.+)", line) for line in head[1:]]
    columns = {p[2]: p[3] for p in pairs if p and len(p[1]) > 1}
    facts = {p[2]: p[3] for p in pairs if p and len(p[1]) == 1}
    select = "\n".join(line for line in path.read_text().splitlines() if not line.startswith("--"))
    return Table(name, head[0].removeprefix("-- "), columns, facts, select)


def in_order(con: duckdb.DuckDBPyConnection, tables: list[Table]) -> list[Table]:
    """Sort tables so that each comes after those it reads, as DuckDB itself parses them."""
    by_name = {table.name: table for table in tables}
    united = [table.name for table in tables if table.facts]
    reads = {table.name: reads_from(con, table) for table in tables}
    reads |= {ALL_METRICS: set(united), "metrics.definitions": set(united)}
    order = TopologicalSorter(reads).static_order()
    made = {ALL_METRICS: _union_metrics(tables), "metrics.definitions": _definitions(tables)}
    return [by_name.get(name) or made[name] for name in order if name in by_name or name in made]


def reads_from(con: duckdb.DuckDBPyConnection, table: Table) -> set[str]:
    """Return the tables that a select reads, from DuckDB's own parse tree; `recurring` is a recursion's own state."""
    ((text,),) = con.execute("select json_serialize_sql($select)", {"select": table.select}).fetchall()
    tree = json.loads(text)
    if tree["error"]:
        raise ValueError(f"{table.name}: {tree['error_message']}")
    read = [(n["schema_name"], n["table_name"]) for n in _nodes(tree) if n.get("schema_name") and "table_name" in n]
    return {f"{schema}.{name}" for schema, name in read if schema != "recurring"}


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
    for child in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _nodes(child)


def _union_metrics(tables: list[Table]) -> Table:
    metrics = [(literal(t.name.split(".")[1]), t.name) for t in tables if t.facts]
    selects = [f"select community, {metric} as metric, month, value from {name}" for metric, name in metrics]
    return Table(ALL_METRICS, "All metrics, where something was counted.", {}, {}, " union all ".join(selects))


def _definitions(tables: list[Table]) -> Table:
    rows = ", ".join("(" + ", ".join(map(literal, _definition(t))) + ")" for t in tables if t.facts)
    comments = {"metric": "name of the metric", "family": "family it belongs to", "unit": "what is counted",
                "kind": "count (0 where nothing happened), or measure (no value there)",
                "definition": "one sentence that defines it"}  # fmt: skip
    select = f"select * from (values {rows}) as d(metric, family, unit, kind, definition)"
    return Table("metrics.definitions", "One row per metric, with its definition.", comments, {}, select)


def _definition(metric: Table) -> tuple[str, ...]:
    facts = metric.facts
    return metric.name.split(".")[1], facts["family"], facts["unit"], facts.get("kind", "count"), metric.sentence


METRIC_COLUMNS = {
    "community": "slug of the community",
    "month": "first day of the month, UTC",
    "value": "what was counted; months without anything are in metrics.monthly",
}


def make_table(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Make one table from its select, with its comments."""
    con.execute(f"create table {table.name} as {table.select}")
    write_comments(con, table.name, table.sentence, METRIC_COLUMNS if table.facts else table.columns)


def write_comments(con: duckdb.DuckDBPyConnection, name: str, sentence: str, columns: Mapping[str, str]) -> None:
    """Comment on a table and its columns."""
    on_columns = (f'comment on column {name}."{column}" is {literal(text)}' for column, text in columns.items())
    con.execute("; ".join([f"comment on table {name} is {literal(sentence)}", *on_columns]))
