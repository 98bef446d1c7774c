"""Compare all tables of two DuckDB files by value: python tests/compare_databases.py OLD NEW [--renamed old=new ...].

Renames of tables, columns and values, and what may differ, stand in tests/renamed.toml; `--renamed` adds tables
(`raw.a=raw.b`) and columns (`raw.a.x=y`). Both files must be built from one data folder: each folder has a
pseudonym key of its own. Exit status 1 where something differs.
"""

import argparse
import sys
import tomllib
from collections import Counter
from contextlib import closing
from pathlib import Path

import duckdb

from pipelines.warehouse.tables import literal

RENAMED = Path(__file__).with_name("renamed.toml")
COLUMNS = (
    "select schema_name || '.' || table_name, column_name from duckdb_columns() where database_name = ? order by all"
)


def compare(old, new, rules):
    """Yield a sentence for each table or column that only one file has, and for each table whose rows differ."""
    with closing(duckdb.connect()) as con:
        con.execute(f"attach '{old}' as old (read_only); attach '{new}' as new (read_only)")
        before, after = columns_of(con, "old"), columns_of(con, "new")
        renamed = {table: rules["tables"].get(table, table) for table in before}
        for table in sorted(after.keys() - set(renamed.values()) - rules["added"].keys()):
            yield f"{table}: only the new file has it"
        for table in sorted(before.keys() - rules["removed"].keys()):
            if renamed[table] in after:
                yield from compare_table(con, table, renamed[table], before[table], after[renamed[table]], rules)
            else:
                yield f"{table}: only the old file has it"


def columns_of(con, database):
    columns = {}
    for table, column in con.execute(COLUMNS, [database]).fetchall():
        columns.setdefault(table, []).append(column)
    return columns


def compare_table(con, old, new, before, after, rules):
    kept = [column for column in before if f"{old}.{column}" not in rules["removed"]]
    names = {column: rules["columns"].get(f"{old}.{column}", column) for column in kept}
    for column, name in names.items():
        if name not in after:
            yield f"{old}.{column}: only the old file has it"
    for name in sorted(set(after) - set(names.values())):
        if f"{new}.{name}" not in rules["added"]:
            yield f"{new}.{name}: only the new file has it"
    compared = {c: n for c, n in names.items() if n in after and f"{new}.{n}" not in rules["ignored"]}
    was = select(f"old.{old}", [renamed_value(c, n, rules["values"].get(f"{old}.{c}")) for c, n in compared.items()])
    now = select(f"new.{new}", [f'"{name}"' for name in compared.values()])
    lost, found = (rows_without(con, a, b) for a, b in ((was, now), (now, was)))
    if lost or found:
        yield f"{new}: {lost.total()} rows only in the old file, {found.total()} only in the new one"
        yield from (f"    old {row}" for row in list(lost)[:3])
        yield from (f"    new {row}" for row in list(found)[:3])


def select(table, columns):
    return f"select {', '.join(columns)} from {table}"


def renamed_value(column, name, values):
    quoted = " ".join(f"when {literal(was)} then {literal(now)}" for was, now in (values or {}).items())
    return f'case "{column}" {quoted} else "{column}" end as "{name}"' if quoted else f'"{column}" as "{name}"'


def rows_without(con, these, those):
    return Counter(map(str, con.execute(f"{these} except all {those}").fetchall()))


def read_rules(renamed):
    rules = tomllib.loads(RENAMED.read_text(encoding="utf-8"))
    for old, new in (pair.split("=") for pair in renamed):
        rules["tables" if old.count(".") == 1 else "columns"][old] = new
    return rules


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--renamed", nargs="*", default=[], metavar="OLD=NEW")
    chosen = parser.parse_args()
    differences = list(compare(chosen.old, chosen.new, read_rules(chosen.renamed)))
    print("\n".join(differences) or "all tables are equal")
    return bool(differences)


if __name__ == "__main__":
    sys.exit(main())
