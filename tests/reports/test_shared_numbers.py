"""The numbers of a ranking are the same on the page and in every file that programs and other pages read."""

import csv
import gzip
import io
import json
import re
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest
from support.page import Page
from support.site import published

from pipelines.warehouse.export import export_database
from pipelines.warehouse.query import ask, open_database
from reports.pages.context import read_context
from reports.pages.ranking_table import ranking_tables
from reports.sharing import card
from reports.sharing.badge import BY
from reports.table_files import FOLDER, NAMES
from reports.text.cells import places_text, score_text
from reports.text.formats import format_ordinals
from reports.text.labels import family_phrase

QUESTION = """select family, community, rank, rank_low, rank_high, "index" from rankings.monthly
              where as_of = (select last_complete_month from raw.build) and state <> 'no source'"""
KEYS = ("rank", "rank_low", "rank_high", "index")


@pytest.fixture(scope="module")
def site(once):
    return published(once).site


@pytest.fixture(scope="module")
def working(once):
    """What the working database says, by ranking and community; a score that no page shows is none."""
    return by_row(ask(published(once).database, QUESTION).to_pylist())


@pytest.fixture(scope="module")
def tables(once):
    with open_database(published(once).database) as opened:
        yield ranking_tables(read_context(opened))


def by_row(rows):
    rows = list(rows)
    month = max((str(row["as_of"]) for row in rows if "as_of" in row), default="")
    kept = [row for row in rows if str(row.get("as_of", "")) == month and row.get("state") != "no source"]
    return {(row["family"], row["community"]): tuple(number(row[key]) for key in KEYS) for row in kept}


def number(value):
    return None if value in (None, "") else float(value)


def test_the_public_file_parquet_and_csv_are_the_working_database(site, working, tmp_path, once):
    file = export_database(published(once).database, tmp_path / "public.duckdb")
    assert by_row(ask(site / "data/stackrank.duckdb", QUESTION).to_pylist()) == working
    assert by_row(ask(file, QUESTION).to_pylist()) == working
    assert by_row(pq.read_table(site / FOLDER / "rankings.monthly.parquet").to_pylist()) == working
    text = gzip.decompress((site / FOLDER / "rankings.monthly.csv.gz").read_bytes()).decode()
    assert by_row(csv.DictReader(io.StringIO(text))) == working


def test_the_json_and_the_csv_of_the_ranking_are_the_working_database(site, working):
    said = json.loads((site / "data/ranking.json").read_text())
    rows = [row | {"family": each["family"]} for each in said["rankings"] for row in each["rows"]]
    shown = {key: numbers for key, numbers in by_row(rows).items() if numbers[0] is not None}
    assert shown == {key: numbers for key, numbers in working.items() if numbers[0] is not None}
    assert set(by_row(rows)) == set(working)
    downloaded = by_row(csv.DictReader((site / "data/ranking.csv").open()))
    assert {key: row[:3] for key, row in downloaded.items() if key in working} == {k: v[:3] for k, v in working.items()}


def test_the_page_shows_them(site, working, tables):
    page = Page((site / "index.html").read_text())
    for table in tables:
        caption = f"Ranking by {family_phrase(table['family'])}, "
        said = next(rows for name, rows in page.tables.items() if name.startswith(caption))
        for row in table["rows"]:
            assert tuple(map(number, (row[key] for key in KEYS))) == working[table["family"], row["community"]]
            cells = next(each for each in said if row["name"] in each[1]) if row["rank"] else None
            if cells:
                assert cells[0].startswith(places_text(row["rank_low"], row["rank_high"]))
                assert cells[3].startswith(score_text(row["index"]))


def test_badges_and_cards_say_the_places_of_the_first_ranking_that_gives_one(site, working, tables, once):
    with open_database(published(once).database) as opened:
        context = read_context(opened)
        listed = context.grouped("community", "rankings", "community")
        for row in context.communities:
            own = listed[row["community"]]
            if not own:
                continue
            best = next((each for each in own if each["rank"] is not None), own[0])
            rank, low, high, index = working[best["family"], row["community"]]
            words = "no place" if rank is None else f"{format_ordinals(int(low), int(high))} of {best['ranked']}"
            badge = ElementTree.fromstring((site / f"badges/{row['community']}.svg").read_text())[0].text
            lines = [line.text for line in card.card_lines(context, best, row["name"])]
            assert f"{words} {BY[best['family']]}" in lines
            assert words in badge
            assert rank is None or any(re.match(rf"score {score_text(index)} \(", line) for line in lines)


def test_every_table_that_is_for_publishing_is_a_file_in_both_forms(site, once):
    held = {path.name for path in (site / FOLDER).iterdir()}
    assert held == {f"{name}.{form}" for name in NAMES for form in ("parquet", "csv.gz")}
    for name in NAMES:
        (count,) = ask(published(once).database, f"select count(*) as n from {name}").column("n").to_pylist()
        text = gzip.decompress((site / FOLDER / f"{name}.csv.gz").read_bytes()).decode()
        assert pq.read_metadata(site / FOLDER / f"{name}.parquet").num_rows == count
        assert len(list(csv.reader(io.StringIO(text)))) == count + 1, name
