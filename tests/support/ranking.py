"""Give rows of metrics to the tables of the ranking."""

from datetime import date
from functools import cache

import duckdb
import pyarrow as pa

from pipelines.ranking import method
from pipelines.warehouse.tables import in_order, read_tables

AS_OF = date(2013, 6, 1)
MONTHS = [date(2012, m, 1) for m in range(7, 13)] + [date(2013, m, 1) for m in range(1, 7)]
FROZEN = method.load()
RULES = FROZEN.rules | {"first_ranking": AS_OF}
METRICS = {  # weight, offset, reference, coverage exponent, tells size
    "people": (0.50, 1.0, 50.0, 0.45, True),
    "messages": (0.25, 4.0, 250.0, 1.0, False),
    "commits": (0.25, 5.0, 200.0, 1.0, False),
}
LEVELS = {
    "alpha": (200, 900, 400),
    "beta": (120, 700, 380),
    "gamma": (112, 760, 350),
    "delta": (12, 60, 160),
}
METHOD = pa.schema([
    ("metric", pa.string()), ("family", pa.string()), ("weight", pa.float64()), ("family_weight", pa.float64()),
    ("offset", pa.float64()), ("reference", pa.float64()), ("coverage_exponent", pa.float64()),
    ("tells_size", pa.bool_()),
])  # fmt: skip
ALL = [tuple(metric[name] for name in METHOD.names) for metric in FROZEN.metrics]
MONTHLY = pa.schema([
    ("community", pa.string()), ("metric", pa.string()), ("month", pa.date32()), ("value", pa.float64()),
    ("state", pa.string()), ("covered", pa.float64()), ("published", pa.float64()),
])  # fmt: skip


def steady(levels, months=MONTHS):
    """The same count in every month, all of it seen."""
    return [
        (community, metric, month, value, "observed", 1.0, None)
        for community, values in levels.items()
        for metric, value in zip(METRICS, values, strict=True)
        for month in months
    ]


def without_bounds(months):
    """Add the bounds of metrics.monthly, which no test here has."""
    for bound in ("low", "high"):
        months = months.append_column(bound, pa.nulls(months.num_rows, pa.float64()))
    return months


@cache
def stages():
    """The tables of sql/rankings, in the order in which they are made."""
    with duckdb.connect() as con:
        mine = [t for t in read_tables() if t.name.startswith("rankings.") and not t.is_declared]
        return [t for t in in_order(con, mine) if t in mine]


def made(monthly, metrics=ALL, last_complete_month=None, also=(), **rules):
    """Make the tables of sql/rankings; return monthly and components.

    From these months, metrics as method rows, and `also` communities without any month.
    """
    given = {
        "raw.build": pa.table({"last_complete_month": [last_complete_month or max(row[2] for row in monthly)]}),
        "raw.communities": pa.table({"community": sorted({row[0] for row in monthly} | {*also})}),
        "rankings.rules": pa.table({k: [v] for k, v in (RULES | rules).items()}),
        "rankings.method": columns(METHOD, metrics),
        "metrics.monthly": without_bounds(columns(MONTHLY, monthly)),
    }
    with duckdb.connect(config={"threads": 1}) as con:
        for schema in ("raw", "metrics", "rankings"):
            con.execute(f"create schema {schema}")
        for name, rows in given.items():
            con.register("rows", rows)
            con.execute(f"create table {name} as select * from rows")
        for table in stages():
            con.execute(f"create table {table.name} as {table.select}")
        rows = (con.sql(f"from rankings.{name}").to_arrow_table().to_pylist() for name in ("monthly", "components"))
        rankings, components = rows
    return (
        {(r["family"], r["community"]): r for r in rankings},
        {(r["family"], r["community"], r["metric"]): r for r in components},
    )


def ranked(monthly, metrics=METRICS, **rules):
    """Rank by one family; return rankings by community, components by community and metric."""
    total = sum(weight for weight, *_ in metrics.values())
    rows = [(name, "code", w, w / total, *rest) for name, (w, *rest) in metrics.items()]
    rankings, components = made(monthly, rows, **rules)
    return (
        {community: row for (family, community), row in rankings.items() if family == "code"},
        {key[1:]: row for key, row in components.items() if key[0] == "code"},
    )


def columns(schema, rows):
    arrays = [pa.array(column, f.type) for column, f in zip(zip(*rows, strict=True), schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def score(levels, **rules):
    rankings, _ = ranked(steady(levels), **rules)
    return {name: row["score"] for name, row in rankings.items()}


def ranks(levels, **rules):
    rankings, _ = ranked(steady(levels), **rules)
    return {name: row["rank"] for name, row in rankings.items()}


def with_months(community, metric, **change):
    """The golden example with one community's metric changed in the months of `change` (index -> cells)."""
    changed = {MONTHS[int(k[1:])]: v for k, v in change.items()}
    return [
        (*row[:3], *changed[row[2]], None)[:7] if row[:2] == (community, metric) and row[2] in changed else row
        for row in steady(LEVELS)
    ]


UNSEEN = (None, "unobserved", 0.0)
NOT_ALIVE = (None, "not_applicable", None)
