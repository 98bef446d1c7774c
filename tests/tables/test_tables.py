"""One table at a time: `tests/tables/<stage>.<table>/<case>/` holds the tables that it reads, and what it must be.

A given table is a CSV file with its name. A column that the file lacks is NULL, a table without a file is empty.
`expected.csv` names the columns that are compared; `pytest tests/tables --accept` writes it anew, for a review.
"""

import csv
import io
from contextlib import closing
from functools import cache
from pathlib import Path

import duckdb
import pytest

from pipelines.ranking import method
from pipelines.warehouse.build import make_schemas
from pipelines.warehouse.raw import insert_rows, method_rows
from pipelines.warehouse.tables import in_order, literal, make_table, read_tables, reads_from

CASES = sorted(path for path in Path(__file__).parent.glob("*.*/*") if path.is_dir())


def opened():
    con = duckdb.connect(config={"threads": 1})
    make_schemas(con)
    return con


@cache
def tables():
    return {table.name: table for table in read_tables()}


@cache
def columns():
    """Names and types of the columns of every table, from a build of nothing."""
    with closing(opened()) as con:
        for table in tables().values():
            if table.is_declared:
                make_table(con, table)
        for name, rows in method_rows(method.load()).items():
            insert_rows(con, name, rows)
        for table in in_order(con, list(tables().values())):
            make_table(con, table)
        rows = con.execute("select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()")
        found = {}
        for name, column, kind in rows.fetchall():
            found.setdefault(name, {})[column] = kind
        return found


def give(con, case, name):
    """Make one table that is read, with the rows of its file."""
    kinds = columns()[name]
    con.execute(f"create table {name} ({', '.join(f'{literal_name(c)} {k}' for c, k in kinds.items())})")
    file = case / f"{name}.csv"
    if file.exists():
        given = file.read_text().partition("\n")[0].split(",")
        cast = ", ".join(f"{literal_name(c)}::{kinds[c]} as {literal_name(c)}" for c in given)
        con.execute(f"insert into {name} by name select {cast} from read_csv({literal(str(file))}, all_varchar = true)")


def literal_name(column):
    return f'"{column}"'


def made(case):
    """Return the header of expected.csv and the table's rows below it, as the text of a CSV file."""
    table = tables()[case.parent.name]
    header = (case / "expected.csv").read_text().partition("\n")[0]
    with closing(opened()) as con:
        for name in sorted(reads_from(con, table)):
            give(con, case, name)
        make_table(con, table)
        compared = ", ".join(f"{literal_name(column)}::varchar" for column in header.split(","))
        rows = con.execute(f"select {compared} from {table.name}").fetchall()
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return f"{header}\n{text.getvalue()}"


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.parent.name}/{case.name}") for case in CASES])
def test_a_table_is_what_its_case_expects(case, request):
    expected, found = case / "expected.csv", made(case)
    if request.config.getoption("--accept"):
        expected.write_text(found)
    assert found == expected.read_text()


def test_a_case_gives_only_tables_that_are_read():
    with closing(opened()) as con:
        for case in CASES:
            given = {file.stem for file in case.glob("*.csv")} - {"expected"}
            assert given <= reads_from(con, tables()[case.parent.name]), case
