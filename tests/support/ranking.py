"""Give rows of metrics to the tables of the ranking."""

from contextlib import contextmanager
from datetime import date
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
from support import database as databases

from pipelines.ranking import method
from pipelines.warehouse.tables import create_table, in_order, insert_rows, read_tables, reads_from

AS_OF = date(2013, 6, 1)
MONTHS = [date(2012, m, 1) for m in range(7, 13)] + [date(2013, m, 1) for m in range(1, 7)]
FROZEN = method.load()
RULES = FROZEN.rules | {"first_ranking": AS_OF}
METRICS = {  # weight, offset, reference, dispersion, its exponent, coverage exponent, tells size
    "people": (0.50, 1.0, 50.0, 1.3, 0.10, 0.45, True),
    "messages": (0.25, 4.0, 250.0, 25.0, 0.35, 1.0, False),
    "commits": (0.25, 5.0, 200.0, 18.0, 0.20, 1.0, False),
}
LEVELS = {
    "alpha": (200, 900, 400),
    "beta": (120, 700, 380),
    "gamma": (112, 760, 350),
    "delta": (12, 60, 160),
}
METHOD = (
    *("metric", "family", "weight", "family_weight", "offset", "reference"),
    *("dispersion", "dispersion_exponent", "coverage_exponent", "tells_size"),
)
ALL = [tuple(metric[name] for name in METHOD) for metric in FROZEN.metrics]
MONTHLY = pa.schema([
    ("community", pa.string()), ("metric", pa.string()), ("month", pa.date32()), ("value", pa.float64()),
    ("state", pa.string()), ("covered", pa.float64()), ("published", pa.float64()), ("lives", pa.bool_()),
])  # fmt: skip
MOVES = pa.schema([
    ("community", pa.string()), ("family", pa.string()), ("month", pa.date32()), ("action", pa.string()),
])  # fmt: skip
CHANNELS = pa.schema([
    ("community", pa.string()), ("family", pa.string()), ("month", pa.date32()), ("state", pa.string()),
])  # fmt: skip
ACTIVITY = pa.schema([
    ("community", pa.string()), ("channel", pa.string()), ("month", pa.date32()), ("person_key", pa.string()),
    ("events", pa.int64()),
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
    """Add the bounds of metrics.monthly, which no test here has, and that a source of what is applicable lives."""
    lives = pc.coalesce(months["lives"], pc.not_equal(months["state"], "not_applicable"))
    months = months.set_column(months.column_names.index("lives"), "lives", lives)
    for bound in ("low", "high"):
        months = months.append_column(bound, pa.nulls(months.num_rows, pa.float64()))
    return months


@cache
def tables():
    return {table.name: table for table in read_tables()}


@cache
def stages(*wanted):
    """The tables of rankings that these are made from, and these, in the order in which they are made."""
    needed, rest = set(), [f"rankings.{name}" for name in wanted]
    while rest:
        name = rest.pop()
        if name.startswith("rankings.") and name not in needed and not tables()[name].is_declared:
            needed.add(name)
            rest += reads_from(tables()[name])
    return [table for table in in_order(list(tables().values())) if table.name in needed]


def correlations(metrics):
    """The method's correlations, or .25 between metrics that are made up."""
    names = [metric[0] for metric in metrics]
    held = {(row["metric"], row["other"]): row["correlation"] for row in FROZEN.correlations}
    return [
        {"metric": a, "other": b, "correlation": 1.0 if a == b else held.get((a, b), 0.25)}
        for a in names
        for b in names
    ]


def tables_made(wanted, *given, **more):
    """Make these tables of rankings and return their rows, each as a list of dicts."""
    with database(wanted, *given, **more) as con:
        return [con.sql(f"from rankings.{name}").to_arrow_table().to_pylist() for name in wanted]


@contextmanager
def database(wanted, monthly, metrics=ALL, last_complete_month=None, also=(), acts=(), moves=(), channels=(), **rules):
    """Open a database with these tables of rankings and those that they are made from.

    From these months, metrics as method rows, `also` communities without any month, acts of people, moves, channels.
    """
    build = {"last_complete_month": last_complete_month or max(row[2] for row in monthly)}
    given = {
        "raw.build": pa.Table.from_pylist([build | {"method_version": "pop-test", "method_sha256": "c0ffee"}]),
        "raw.communities": pa.table({"community": sorted({row[0] for row in monthly} | {*also})}),
        "metrics.monthly": without_bounds(columns(MONTHLY, [(*row, *[None] * (8 - len(row))) for row in monthly])),
        "core.activity": columns(ACTIVITY, acts),
        "core.moves": columns(MOVES, moves),
        "core.channels": columns(CHANNELS, channels),
    }
    filled = {
        "rankings.rules": [RULES | rules],
        "rankings.method": [dict(zip(METHOD, metric, strict=True)) for metric in metrics],
        "rankings.correlations": correlations(metrics),
    }
    with databases.database() as con:
        for schema in ("raw", "core", "metrics", "rankings"):
            con.execute(f"create schema {schema}")
        for name, rows in given.items():
            con.register("rows", rows)
            con.execute(f"create table {name} as select * from rows")
        for name, rows in filled.items():
            con.execute(tables()[name].select)
            insert_rows(con, name, rows)
        for table in stages(*wanted):
            create_table(con, table)
        yield con


def made(*given, **more):
    """Make rankings.monthly and rankings.components; return their rows by family, community, and metric."""
    rankings, components = tables_made(("monthly", "components"), *given, **more)
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
    held = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, f.type) for column, f in zip(held, schema, strict=True)]
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
