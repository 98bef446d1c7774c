"""Give rows of metrics to the tables of the ranking."""

from datetime import date
from functools import cache

import duckdb
import pyarrow as pa

from pipelines.warehouse.tables import in_order, read_tables

AS_OF = date(2013, 6, 1)
MONTHS = [date(2012, m, 1) for m in range(7, 13)] + [date(2013, m, 1) for m in range(1, 7)]
RULES = {
    "window_months": 12,
    "usable_coverage": 0.8,
    "fewest_months": 6,
    "fewest_people": 3,
    "first_ranking": AS_OF,
    "admitted_from": 0.6,
    "fewest_families": 2,
}
METRICS = {  # weight, offset, reference, counts people
    "people": (0.50, 1.0, 50.0, True),
    "messages": (0.25, 4.0, 250.0, False),
    "commits": (0.25, 5.0, 200.0, False),
}
LEVELS = {
    "alpha": (200, 900, 400),
    "beta": (120, 700, 380),
    "gamma": (112, 760, 350),
    "delta": (12, 60, 160),
}
METHOD = pa.schema([
    ("metric", pa.string()), ("family", pa.string()), ("weight", pa.float64()), ("family_weight", pa.float64()),
    ("offset", pa.float64()), ("reference", pa.float64()), ("counts_people", pa.bool_()),
])  # fmt: skip
FAMILIES = pa.schema([("family", pa.string()), ("weight", pa.float64())])
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


@cache
def stages():
    """The tables of sql/rankings, in the order in which they are made."""
    with duckdb.connect() as con:
        mine = [t for t in read_tables() if t.name.startswith("rankings.")]
        return [t for t in in_order(con, mine) if t in mine]


def made(monthly, metrics, families, **rules):
    """Make the tables of sql/rankings from these months, metrics as method rows, families as (name, weight)."""
    given = {
        "raw.build": pa.table({"last_complete_month": [AS_OF]}),
        "rankings.rules": pa.table({k: [v] for k, v in (RULES | rules).items()}),
        "rankings.method": columns(METHOD, metrics),
        "rankings.families": columns(FAMILIES, families),
        "metrics.monthly": columns(MONTHLY, monthly),
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
    rankings, components = made(monthly, rows, [("code", 1.0)], **rules)
    return (
        {community: row for (family, community), row in rankings.items() if family == "code"},
        {key[1:]: row for key, row in components.items() if key[0] == "code"},
    )


def columns(schema, rows):
    arrays = [pa.array(column, f.type) for column, f in zip(zip(*rows, strict=True), schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


UNSEEN = (None, "unobserved", 0.0)
