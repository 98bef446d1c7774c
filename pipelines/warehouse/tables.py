"""Read the files below tables/, order them by what they read, and make the tables."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from graphlib import TopologicalSorter
from importlib import import_module
from inspect import cleandoc
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    import pyarrow as pa

TABLES = Path(__file__).parents[1] / "tables"
ALL_METRICS = "metrics.counts"
VIEWS = ("core.identities", "analysis.affiliations")
"""Large tables that others read once or in part: they are computed where they are read."""
ROWS_AT_ONCE = 50_000
"""A declared table is filled by so many rows at once: more take memory and no less time."""
Row = dict[str, Any]
"""A row of a declared table: values by the names of its columns; it may know more."""


@dataclass(frozen=True)
class Table:
    """One file below tables/: a table, its sentence, the comments on its columns, and the SQL or Python that makes it.

    `select` is the select, or the `create table` of a table that `raw.load_raw` fills. That of a table in Python reads
    what `compute` returns, as `computed`; `reads` says which tables both read.
    """

    name: str
    sentence: str
    columns: dict[str, str]
    facts: dict[str, str]
    select: str
    reads: frozenset[str] = frozenset()
    compute: "Callable[[duckdb.DuckDBPyConnection], pa.Table] | None" = None

    @property
    def is_declared(self) -> bool:
        """Whether the file only declares the columns."""
        return self.select.lstrip().startswith("create table")

    @property
    def kind(self) -> str:
        """Return what DuckDB makes of it: a table or a view."""
        return kind_of(self.name)


def kind_of(name: str) -> str:
    """Return what DuckDB makes of a name: a table or a view."""
    return "view" if name in VIEWS else "table"


def literal(value: object) -> str:
    """Return a value as an SQL literal."""
    if isinstance(value, str | date):
        return "'" + str(value).replace("'", "''") + "'" + ("::date" if isinstance(value, date) else "")
    return str(value)


def insert_rows(con: duckdb.DuckDBPyConnection, name: str, rows: Iterable[Row]) -> None:
    """Fill a declared table by the names of its columns; what a row has beside them is left out.

    Raises KeyError for a row that lacks a column.
    """
    import pyarrow as pa

    rest, schema = iter(rows), con.sql(f"from {name} limit 0").to_arrow_table().schema
    while some := list(islice(rest, ROWS_AT_ONCE)):
        con.register("loaded", pa.table([[row[column] for row in some] for column in schema.names], schema=schema))
        con.execute(f"insert into {name} by name from loaded")
        con.unregister("loaded")


def read_tables(folder: Path = TABLES) -> list[Table]:
    """Read every file below tables/ as the table that it is: declared ones too."""
    in_sql = [read_table(path, f"{path.parent.name}.{path.stem}") for path in sorted(folder.glob("*/*.sql"))]
    in_python = [path for path in sorted(folder.glob("*/*.py")) if path.stem != "__init__"]
    return in_sql + [read_python_table(f"{path.parent.name}.{path.stem}") for path in in_python]


def read_table(path: Path, name: str) -> Table:
    """Read one SQL file: a sentence, `-- key: fact` lines, `--   column: comment` lines, a select or `create table`."""
    lines = path.read_text().splitlines()
    head = [line for line in lines if line.startswith("--")]
    pairs = [re.fullmatch(r"--( +)(\w+): (.+)", line) for line in head[1:]]
    columns = {p[2]: p[3] for p in pairs if p and len(p[1]) > 1}
    facts = {p[2]: p[3] for p in pairs if p and len(p[1]) == 1}
    select = "\n".join(line for line in lines if not line.startswith("--"))
    return Table(name, head[0].removeprefix("-- "), columns, facts, select)


def read_python_table(name: str) -> Table:
    """Import one module below tables/: its docstring is prose, then `column: comment` lines; `table` computes it.

    `READS` names the tables that `table` reads. `SELECT`, where there is one, makes the table of `computed`, the rows
    that `table` returns: so texts stay in DuckDB, and Python has numbers alone.
    """
    module = import_module(f"pipelines.tables.{name}")
    sentence, *described = re.split(r"^(\w+): ", cleandoc(module.__doc__ or ""), flags=re.MULTILINE)
    columns = {column: " ".join(text.split()) for column, text in zip(described[::2], described[1::2], strict=True)}
    return Table(name, " ".join(sentence.split()), columns, {}, _select(module), frozenset(module.READS), module.table)


def _select(module: ModuleType) -> str:
    return getattr(module, "SELECT", "from computed")


def in_order(tables: list[Table]) -> list[Table]:
    """Sort the tables that are computed so that each comes after those it reads; declared ones are left out."""
    computed = [table for table in (*tables, *tables_of_metrics(tables)) if not table.is_declared]
    by_name = {table.name: table for table in computed}
    order = TopologicalSorter({table.name: reads_from(table) for table in computed}).static_order()
    return [by_name[name] for name in order if name in by_name]


NO_TABLE = re.compile(r"--.*|'[^']*'")
"""Comments and texts of SQL."""
READ = re.compile(r"\b(?:raw|core|definitions|metrics|analysis|rankings|published)\.\w+")


def reads_from(table: Table) -> frozenset[str]:
    """Return the tables that a table reads: a select's by their schemas in its text, a module's as it declares them.

    A test holds this against DuckDB's parser, which takes 50 times as long.
    """
    if table.compute or table.is_declared:
        return table.reads
    return frozenset(READ.findall(NO_TABLE.sub("", table.select)))


def tables_of_metrics(tables: list[Table]) -> list[Table]:
    """Return the tables that the files of all metrics make together."""
    metrics = [table for table in tables if table.facts]
    return [_union_metrics(metrics), _definitions(metrics), _wide(metrics)]


def _union_metrics(metrics: list[Table]) -> Table:
    named = [(literal(_metric_of(table)), table.name) for table in metrics]
    selects = [f"select community, {metric} as metric, month, value from {name}" for metric, name in named]
    return Table(ALL_METRICS, "All metrics, where something was counted.", {}, {}, " union all ".join(selects))


def _definitions(metrics: list[Table]) -> Table:
    rows = ", ".join("(" + ", ".join(map(literal, _definition(table))) + ")" for table in metrics)
    comments = {"metric": "name of the metric", "family": "what must be seen for it, see core.channels: code, talk, "
                "people (code and talk), releases or register; rankings weigh metrics of the first three",
                "unit": "what is counted",
                "kind": "count (0 where nothing happened), measure (no value there), stock (at the month's end)",
                "past": "months that it depends on beside its own: none, newcomers, year or ever, see core.pasts",
                "definition": "one sentence that defines it", "formula": "how it is computed, in one line",
                "chaoss": "the metric of CHAOSS that it is a case of; NULL where there is none",
                "query": "the SQL that computes it"}  # fmt: skip
    select = f"select * replace (nullif(chaoss, 'none') as chaoss) from (values {rows}) as d({', '.join(comments)})"
    return Table("metrics.definitions", "One row per metric, with its definition.", comments, {}, select)


def _definition(metric: Table) -> tuple[str, ...]:
    facts = metric.facts
    kind, past = facts.get("kind", "count"), facts.get("past", "none")
    said = facts["family"], facts["unit"], kind, past, metric.sentence, facts["formula"], facts["chaoss"]
    return _metric_of(metric), *said, metric.select


def _metric_of(table: Table) -> str:
    return table.name.split(".")[1]


WIDE = """One row per community and month: metrics.monthly with a column for each metric, its state and its bounds \
beside it. Key: community, month. Coverage stands in metrics.monthly alone."""
WIDE_CELLS = """
select community, month, any_value(complete) as complete,
    map(list(metric), list({'value': value, 'state': state, 'low': low, 'high': high})) as cells
from metrics.monthly group by community, month
"""
"""One map for each month: an aggregate for each column takes twice as long."""


def _wide(metrics: list[Table]) -> Table:
    comments = {"community": "slug of the community", "month": "first day of the month, UTC",
                "complete": "the month was over long enough to be ranked, see core.months"}  # fmt: skip
    selected = list(comments)
    for metric in metrics:
        for column, source, comment in _wide_columns(metric):
            comments[column] = comment
            selected.append(f"cells[{literal(_metric_of(metric))}].{source} as {column}")
    select = f"select {', '.join(selected)} from ({WIDE_CELLS}) order by community, month"
    return Table("analysis.monthly_wide", WIDE, comments, {}, select)


def _wide_columns(metric: Table) -> Iterator[tuple[str, str, str]]:
    """Yield each column of a metric, the column of metrics.monthly that it is from, and its comment."""
    name, unit, kind = _metric_of(metric), metric.facts["unit"], metric.facts.get("kind", "count")
    yield name, "value", f"{unit}: {metric.sentence} NULL where nothing could be seen, never 0 for that"
    yield f"{name}_state", "state", f"state of {name}, as in metrics.monthly"
    if kind != "measure" and metric.facts["family"] != "register":
        yield f"{name}_low", "low", f"the least that {name} could be, {unit}, see metrics.bounds"
        yield f"{name}_high", "high", f"the most that {name} could be, {unit}"


METRIC_COLUMNS = {
    "community": "slug of the community",
    "month": "first day of the month, UTC",
    "value": "what was counted; months without anything are in metrics.monthly",
}


def make_table(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Make one table from its declaration, its select or its Python, with its comments."""
    create_table(con, table)
    write_comments(con, table.name, table.sentence, METRIC_COLUMNS if table.facts else table.columns)


def create_table(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Make one table without its comments."""
    if table.is_declared:
        con.execute(table.select)
    elif table.compute:
        con.register("computed", table.compute(con))
        con.execute(f"create table {table.name} as {table.select}")
        con.unregister("computed")
    else:
        con.execute(f"create {table.kind} {table.name} as {table.select}")


def write_comments(
    con: duckdb.DuckDBPyConnection, name: str, sentence: str, columns: Mapping[str, str], kind: str = "table"
) -> None:
    """Comment on a table or a view, and on its columns."""
    on_columns = (f'comment on column {name}."{column}" is {literal(text)}' for column, text in columns.items())
    con.execute("; ".join([f"comment on {kind} {name} is {literal(sentence)}", *on_columns]))
