"""No published file has a part of a community with one or two people, nor lets anybody compute one from the totals."""

import csv
import gzip
import io
import json
import re

import pyarrow.parquet as pq
import pytest

from pipelines.editions.contents import QUARTER_TABLES, TABLES
from pipelines.folders import CHECKOUT, Folders
from pipelines.warehouse.query import ask, open_database
from reports import shared_files
from reports.drafts import Draft
from reports.pages.context import LONG, read_context

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


READ = frozenset({".csv", ".gz", ".parquet", ".duckdb", ".json"})
"""The forms of published files whose rows the tests below read."""
SEEN = frozenset({".html", ".js", ".css", ".svg", ".xml", ".png", ".txt", ".cff"})
"""The forms that a person looks at: what they ask, they ask of tables that have no small cell."""
UNPUBLISHED = re.compile(r"\b(analysis\.(retention|layers|overlap|organisations|by_\w+)|core\.(persons|people))\b")
"""The tables with the parts of a community as they are, of which `published` has the ones that anybody may see."""


def tables_of(site):
    """Yield the name and the rows of each published file with rows, in whatever form."""
    for path in sorted(path for path in site.rglob("*") if path.suffix in (".csv", ".gz", ".parquet")):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            rows = [{key: str(value) for key, value in row.items()} for row in pq.read_table(path).to_pylist()]
        else:
            text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
            rows = list(csv.DictReader(io.StringIO(text)))
        yield path.name.removesuffix(".gz").rpartition(".")[0], rows


def test_the_demo_has_cells_of_one_or_two_people(demo):
    few = "select count(*) as n from analysis.{} where {} between 1 and 2"
    for table, column in (("retention", "active"), ("layers", "regular_people"), ("overlap", "code_and_talk")):
        assert ask(demo.database, few.format(table, column))["n"].to_pylist() != [0], table
    states = ask(demo.database, "select distinct state from published.retention")["state"].to_pylist()
    assert {"suppressed", "withheld"} <= set(states)


def test_no_file_of_the_site_has_a_part_of_one_or_two_people(demo):
    assert counted_parts(demo.site) >= PARTS.keys() - {"by_repository", "imports"}


def counted_parts(folder):
    """Return the names of the files with parts, none of which has one or two people."""
    seen = set()
    for name, rows in tables_of(folder):
        if name in OF_WHOLES | WHOLE:
            continue
        name = name.removeprefix("published.")
        counting = {column for column in (rows[0] if rows else {}) if PEOPLE.search(column)}
        assert counting <= PARTS.get(name, set()), f"decide whether {name} has parts of a community"
        for column in counting:
            assert not FEW & {row[column] for row in rows}, (name, column)
            seen.add(name)
    return seen


def test_no_compressed_file_of_a_large_site_has_a_part_of_one_or_two_people(demo, tmp_path, monkeypatch):
    monkeypatch.setattr("reports.pages.context.MANY", 1)
    with open_database(demo.database) as database:
        context, draft = read_context(database), Draft(tmp_path, tmp_path / "none")
        for questions in shared_files.DOWNLOADS:
            for job in shared_files._download_jobs(draft, questions, "data"):
                job(context)
    compressed = {path.name.partition(".")[0] for path in tmp_path.rglob("*.csv.gz")}
    assert compressed == LONG
    assert counted_parts(tmp_path) >= PARTS.keys() & LONG


def test_each_form_of_a_published_file_is_read_here_or_asks_only_for_what_is_published(demo):
    assert {path.suffix for path in demo.site.rglob("*") if path.is_file()} <= READ | SEEN
    asking = [*(CHECKOUT / "reports").rglob("*.sql"), *(CHECKOUT / "reports").rglob("*.py")]
    assert [path.name for path in asking if UNPUBLISHED.search(path.read_text())] == []


def test_no_number_in_json_counts_people_of_a_part(demo):
    texts = [json.loads(path.read_text()) for path in demo.site.rglob("*.json")]
    assert [key for text in texts for key in keys_of(text) if PEOPLE.search(key)] == []


def keys_of(found):
    """Yield every key of an object of JSON, and of the objects in it."""
    for key, value in found.items() if isinstance(found, dict) else ():
        yield key
        yield from keys_of(value)
    for value in found if isinstance(found, list) else ():
        yield from keys_of(value)


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
    asked = [*TABLES.values(), *QUARTER_TABLES.values()]
    assert not any(f"published.{name}" in sql or "analysis." in sql for name in PARTS for sql in asked)


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
