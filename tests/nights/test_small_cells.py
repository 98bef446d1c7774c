"""No published file has a part of a community with one or two people, nor lets anybody compute one from the totals."""

import csv
import gzip
import io
import re

import pyarrow.parquet as pq
import pytest

from pipelines.editions.contents import TABLES as OF_EDITIONS
from pipelines.folders import Folders
from pipelines.warehouse.query import ask

PARTS = {
    "by_repository": {"people"}, "by_source": {"people"}, "imports": {"people"}, "organisations": {"people"},
    "layers": {"people", "core_people", "regular_people", "casual_people"},
    "overlap": {"people", "code_only", "talk_only", "code_and_talk"}, "retention": {"people", "active"},
}  # fmt: skip
"""The published tables with people of a part, and the columns that count them."""
PEOPLE = re.compile(r"people|active|authors|senders|persons|_only$|_and_talk$")
WHOLE = {"analysis.monthly_wide", "definitions.commits", "definitions.messages", "rankings.monthly", "rankings.rules",
         "raw.sources"}  # fmt: skip
"""Other tables with such a column: numbers of a whole community, a bound of the method, words that only look so."""
OF_WHOLES = {"rankings", "rules"}
"""Files of editions that have the same of these tables."""
FEW = {"1", "2"}
COLUMNS = "select schema_name || '.' || table_name as name, column_name from duckdb_columns() where not internal"


@pytest.fixture(scope="module")
def demo(canary_demo):
    data = canary_demo / "data"
    return Folders(data, data / "communities", data / "site")


def csv_files(site):
    for path in sorted([*site.rglob("*.csv"), *site.rglob("*.csv.gz")]):
        content = path.read_bytes()
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
        yield path.name.partition(".csv")[0], list(csv.DictReader(io.StringIO(text)))


def test_the_demo_has_cells_of_one_or_two_people(demo):
    few = "select count(*) as n from analysis.{} where {} between 1 and 2"
    for table, column in (("retention", "active"), ("layers", "regular_people"), ("overlap", "code_and_talk")):
        assert ask(demo.database, few.format(table, column))["n"].to_pylist() != [0], table
    states = ask(demo.database, "select distinct state from published.retention")["state"].to_pylist()
    assert {"suppressed", "withheld"} <= set(states)


def test_no_file_of_the_site_has_a_part_of_one_or_two_people(demo):
    seen = set()
    for name, rows in csv_files(demo.site):
        if name in OF_WHOLES | WHOLE:
            continue
        name = name.removeprefix("published.")
        counting = {column for column in (rows[0] if rows else {}) if PEOPLE.search(column)}
        assert counting <= PARTS.get(name, set()), f"decide whether {name} has parts of a community"
        for column in counting:
            assert not FEW & {row[column] for row in rows}, (name, column)
            seen.add(name)
    assert seen >= PARTS.keys() - {"by_repository", "imports"}


def test_no_parquet_file_has_a_part_of_one_or_two_people(demo):
    for name, columns in PARTS.items():
        rows = pq.read_table(demo.site / f"data/tables/published.{name}.parquet").to_pylist()
        assert not {1, 2} & {row[column] for row in rows for column in columns}, name


def test_no_table_of_the_export_has_a_part_of_one_or_two_people(demo):
    public = demo.site / "data" / "stackrank.duckdb"
    found = {}
    for row in ask(public, COLUMNS).to_pylist():
        if PEOPLE.search(row["column_name"]) and row["name"] not in WHOLE:
            found.setdefault(row["name"], set()).add(row["column_name"])
    assert found == {f"published.{name}": columns for name, columns in PARTS.items()}
    for table, columns in found.items():
        few = " or ".join(f"{column} between 1 and 2" for column in columns)
        assert ask(public, f"select count(*) as n from {table} where {few}")["n"].to_pylist() == [0], table


def test_an_edition_has_no_parts_of_a_community():
    assert not any(f"published.{name}" in sql or "analysis." in sql for name in PARTS for sql in OF_EDITIONS.values())


def test_nobody_computes_a_part_of_one_or_two_people_from_the_totals(demo):
    """The cohorts of a year add up to its people; those of code and those of talk, less all, did both."""
    public = demo.site / "data" / "stackrank.duckdb"
    hidden = """
    with totals as (
        select community, year(month) as year, people from published.overlap where month(month) = 12
        union all select community, year(month), max(people) from published.layers where month(month) = 12 group by all
    ), shown as (
        select community, year, sum(active) as people from published.retention
        group by all having bool_or(active is null)
    )
    select totals.people - shown.people as n from totals join shown using (community, year)"""
    assert not {1, 2} & set(ask(public, hidden)["n"].to_pylist())
    overlap = """
    select unnest([o.people - t.people, o.people - c.people, c.people + t.people - o.people]) as n
    from published.overlap as o join published.layers as c using (community, month)
    join published.layers as t using (community, month)
    where c.channel = 'code' and t.channel = 'talk'"""
    assert not {1, 2} & set(ask(public, overlap)["n"].to_pylist())
