"""One table at a time: `tests/tables/<stage>.<table>/<case>/` holds the tables that it reads, and what it must be.

A given table is a CSV file with its name. A column that the file lacks is NULL, a table without a file is empty.
`expected.csv` names the columns that are compared; its rows stand in any order. `pytest tests/tables --accept` writes
it anew, for a review.
"""

import atexit
import csv
import io
from functools import cache
from pathlib import Path

import pytest
from support.database import OWN_COLUMNS, OWN_TABLES, open_database

from pipelines.ranking import method
from pipelines.warehouse.engine import make_schemas
from pipelines.warehouse.raw import method_rows
from pipelines.warehouse.tables import create_table, in_order, insert_rows, literal, read_tables, reads_from

CASES = sorted(path for path in Path(__file__).parent.glob("*.*/*") if path.is_dir())


@cache
def tables():
    return {table.name: table for table in read_tables()}


@cache
def nothing():
    """Open a database with every table, as a build of nothing makes it, all empty."""
    con = open_database()
    atexit.register(nothing.cache_clear)  # DuckDB complains of a connection that outlives the interpreter
    make_schemas(con)
    for table in tables().values():
        if table.is_declared:
            create_table(con, table)
    for name, rows in method_rows(method.load()).items():
        insert_rows(con, name, rows)
    for table in in_order(list(tables().values())):
        create_table(con, table)
        if table.kind == "view":
            make_it_a_table(con, table.name)
    for (name,) in con.execute(f"select schema_name || '.' || table_name from {OWN_TABLES}").fetchall():
        con.execute(f"delete from {name}")
    return con


def make_it_a_table(con, view):
    """Make a view a table, so that a case may give it."""
    con.execute(f"create temp table seen as from {view}; drop view {view}")
    con.execute(f"create table {view} as from seen; drop table seen")


@cache
def columns():
    """Return names and types of the columns of every table."""
    sql = f"select schema_name || '.' || table_name, column_name, data_type from {OWN_COLUMNS}"
    found = {}
    for name, column, kind in nothing().execute(sql).fetchall():
        found.setdefault(name, {})[column] = kind
    return found


def give(con, file):
    """Fill one table with the rows of its file."""
    kinds, given = columns()[file.stem], file.read_text().partition("\n")[0].split(",")
    cast = ", ".join(f"{literal_name(c)}::{kinds[c]} as {literal_name(c)}" for c in given)
    typed = f"header = true, auto_detect = false, columns = {dict.fromkeys(given, 'varchar')}"
    con.execute(f"insert into {file.stem} by name select {cast} from read_csv({literal(str(file))}, {typed})")


def literal_name(column):
    return f'"{column}"'


def made(case):
    """Return the header of expected.csv and the table's rows below it, as the text of a CSV file."""
    table, con = tables()[case.parent.name], nothing()
    header = (case / "expected.csv").read_text().partition("\n")[0]
    compared = ", ".join(f"{literal_name(column)}::varchar" for column in header.split(","))
    con.execute("begin")
    try:
        for file in given_files(case):
            give(con, file)
        con.execute(f"drop table {table.name}")
        create_table(con, table)
        rows = con.execute(f"select {compared} from {table.name}").fetchall()
    finally:
        con.execute("rollback")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return f"{header}\n{text.getvalue()}"


def given_files(case):
    return [file for file in sorted(case.glob("*.csv")) if file.stem != "expected"]


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.parent.name}/{case.name}") for case in CASES])
def test_a_table_is_what_its_case_expects(case, request):
    expected, found = case / "expected.csv", made(case)
    if request.config.getoption("--accept"):
        expected.write_text(found)
    assert sorted(found.splitlines()) == sorted(expected.read_text().splitlines())


def test_a_case_gives_only_tables_that_are_read():
    for case in CASES:
        given = {file.stem for file in given_files(case)}
        assert given <= reads_from(tables()[case.parent.name]), case
