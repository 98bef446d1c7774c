"""A small database of rankings, made from monthly counts by the formulas of the method, for the tests of editions."""

from datetime import date
from math import exp, log

import duckdb
import pyarrow as pa

from pipelines.editions.contents import Edition
from pipelines.editions.periods import Period
from pipelines.warehouse.tables import TABLES as SQL

METRICS = {"commits": (0.4, 5.0, 300.0, 1.0), "code_people": (0.6, 1.0, 60.0, 0.45)}
"""Of each metric its weight, offset, reference and the power of the coverage."""
WINDOW, FEWEST, PAST, USABLE = 12, 9, 36, 0.6
TABLES = """
create schema raw; create schema core; create schema metrics; create schema rankings;
create table raw.build (method_version varchar, method_sha256 varchar, inputs_sha256 varchar);
create table raw.corrections (name varchar, community varchar, error varchar, since date, first date, last date);
create table core.corrections (community varchar, name varchar, state varchar);
create table rankings.as_ofs (as_of date);
create table rankings.rules (window_months integer, past_months integer, fewest_months integer, usable_coverage double);
create table rankings.method (metric varchar, weight double, "offset" double, reference double, coverage_exponent double);
create table rankings.monthly (as_of date, family varchar, community varchar, state varchar, score double, "index" double,
    rank integer, rank_low integer, rank_high integer, possible_low integer, possible_high integer);
create table rankings.components (as_of date, family varchar, community varchar, metric varchar, weight double, y double,
    contribution double);
create table rankings.levels (as_of date, community varchar, metric varchar, months integer);
create table rankings.pairs (as_of date, family varchar, rank integer);
create table rankings.weights (family varchar, metric varchar, weight double);
create table rankings.numbers (community varchar, metric varchar, month date, number double);
create table metrics.monthly (community varchar, metric varchar, month date, value double, state varchar, covered double,
    published double);
create table core.coverage (community varchar, month date, state varchar);
"""  # noqa: E501 - one line a table


def months_back(last, count):
    """The last `count` months up to one, the oldest first."""
    number = last.year * 12 + last.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(number - count + 1, number + 1)]


def write_rankings(path, last, counts, *, method="pop-1.0", metrics=METRICS, editions=18, corrections=(), inputs="i"):
    """Write the file; `counts` maps community, metric and month to a value and its coverage."""
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as con:
        con.execute(TABLES)
        con.execute("insert into raw.build values ($1, 'm', $2)", [method, inputs])
        con.execute("insert into rankings.rules values ($1, $2, $3, $4)", [WINDOW, PAST, FEWEST, USABLE])
        insert(con, "raw.corrections", corrections)
        insert(con, "core.corrections", [(community, name, "applied") for name, community, *_ in corrections])
        insert(con, "rankings.method", [(name, *constants) for name, constants in metrics.items()])
        insert(con, "rankings.weights", [("code", name, weight) for name, (weight, *_) in metrics.items()])
        keys = sorted({key[:2] for key in counts})
        rows = [(*key, *_month(counts[key], metrics[key[1]])) for key in sorted(counts)]
        insert(con, "metrics.monthly", [(*row[:6], None) for row in rows])
        insert(con, "rankings.numbers", [(*row[:3], row[-1]) for row in rows])
        made = [
            _rank(as_of, keys, {row[:3]: row[-1] for row in rows}, metrics) for as_of in months_back(last, editions)
        ]
        insert(con, "rankings.as_ofs", [(as_of,) for as_of in months_back(last, editions)])
        for table in ("components", "monthly"):
            insert(con, f"rankings.{table}", [row for of in made for row in of[table]])
        for name in ("quarter_components", "quarters"):
            con.execute(f"create table rankings.{name} as {(SQL / 'rankings' / f'{name}.sql').read_text()}")
    return path


def edition_from(month, counts, metrics=METRICS):
    """Return what `compute_edition` would return of such a database, without the tables that no difference reads."""
    keys = sorted({key[:2] for key in counts})
    rows = [(*key, *_month(counts[key], metrics[key[1]])) for key in sorted(counts)]
    made = _rank(month, keys, {row[:3]: row[-1] for row in rows}, metrics)
    tables = {
        "rankings": _table(("as_of", "family", "community", "state", "score"), [row[:5] for row in made["monthly"]]),
        "components": _table(
            ("as_of", "family", "community", "metric", "weight", "y", "contribution"), made["components"]
        ),
        "months": _table(("community", "metric", "month", "value", "state", "covered", "number"), rows),
        "method": _table(
            ("metric", "weight", "offset", "reference", "coverage_exponent"), [(n, *c) for n, c in metrics.items()]
        ),
        "rules": _table(
            ("window_months", "past_months", "fewest_months", "usable_coverage"), [(WINDOW, PAST, FEWEST, USABLE)]
        ),
    }
    published = tables["months"].append_column("published", pa.nulls(len(rows)))
    return Edition(Period(month), "pop-1.0", 0, "rules", "m", "i", tables | {"months": published})


def _table(names, rows):
    return pa.table([list(column) for column in zip(*rows, strict=True)], names=names)


def insert(con, table, rows):
    """Insert the rows, which are tuples in the order of the columns."""
    if rows:
        con.register("given", _table([f"c{number}" for number in range(len(rows[0]))], rows))
        con.execute(f"insert into {table} from given")
        con.unregister("given")


def _month(count, constants):
    if count is None:
        return None, "unobserved", 0.0, None
    value, covered = count
    number = value / covered ** constants[3] if covered >= USABLE else None
    return value, "observed" if covered == 1 else "partial", covered, number


def _rank(as_of, keys, numbers, metrics):
    parts = [(key, *_contribute(as_of, key, numbers, metrics)) for key in keys]
    scores = {}
    for (community, _), _, _, part in parts:
        scores.setdefault(community, []).append(part)
    totals = {c: None if None in of else round(sum(of), 9) for c, of in scores.items()}
    order = sorted((c for c in totals if totals[c] is not None), key=lambda c: (-totals[c], c))
    return {
        "components": [(as_of, "code", *key, weight, y, part) for key, weight, y, part in parts],
        "monthly": [_row(as_of, c, score, order) for c, score in totals.items()],
    }


def _contribute(as_of, key, numbers, metrics):
    given = [n for m in months_back(as_of, WINDOW) if (n := numbers.get((*key, m))) is not None]
    weight, offset, reference, _ = metrics[key[1]]
    if len(given) < FEWEST:
        return weight, None, None
    y = log((sum(given) / len(given) + offset) / (reference + offset))
    return weight, y, weight * y


def _row(as_of, community, score, order):
    rank = order.index(community) + 1 if community in order else None
    index = None if score is None else 100 * exp(score)
    state = "ranked" if rank else "not observed"
    return (as_of, "code", community, state, score, index, rank, rank, rank, None, None)
