"""A site of many communities: it reads facts once, says less on each page, and compresses its long files."""

import csv
import gzip
import re
from dataclasses import replace
from io import StringIO

import pytest
from support.site import folders, published

from pipelines.warehouse import export
from pipelines.warehouse.query import ask
from reports import site
from reports.charts.packing import pack
from reports.charts.traces import block
from reports.pages import community, context, coverage, evidence

HELD = re.compile(r'href="(?:\.\./)*data/([\w.]+)"')
NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")


@pytest.fixture(scope="module")
def where(once):
    return published(once)


@pytest.fixture
def _large(monkeypatch):
    monkeypatch.setattr(context, "MANY", 1)
    monkeypatch.setattr(context, "RECENT", 2)
    monkeypatch.setattr(export, "MANY", 1)


@pytest.mark.long
def test_pages_of_a_kind_share_the_answers_of_the_first_one(where):
    with site._reading(where.database) as seen:
        kept = replace(seen, database=None)
        for made in (community, evidence):
            keys = made.keys(seen)
            assert len(keys) > 1
            site._ask_what_pages_share(made, seen)
            assert [made.page(kept, key) for key in keys] == [made.page(seen, key) for key in keys]


@pytest.mark.usefixtures("_large")
def test_a_table_of_a_large_site_has_the_newest_months_and_leads_to_the_others(where):
    with site._reading(where.database) as seen:
        page = community.page(seen, "alpha")
    twins = re.findall(r'<table class="tbl twin[^"]*">.*?<tbody>(.*?)</tbody>.*?</details>', page, re.S)
    assert max(twin.count("<tr>") for twin in twins) == 2
    assert page.count("The newest 2 months as a table") == page.count("Earlier months: <a") > 1


@pytest.mark.long
@pytest.mark.usefixtures("_large")
def test_the_coverage_of_a_large_site_draws_those_of_which_least_was_seen(where, monkeypatch):
    monkeypatch.setattr(coverage, "BEST", 2)
    with site._reading(where.database) as seen:
        drawn, own = coverage.page(seen), community.page(seen, "alpha")
    assert set(re.findall(r'id="by-source-(\w+)"', drawn)) == {"beta", "gamma"}
    assert "This page draws the 2 communities of which least was seen." in drawn
    assert re.findall(r'id="by-source-(\w+)"', own) == ["alpha"]


def test_the_best_place_among_hundreds_keeps_the_height_of_its_box():
    drawn = block("best", [("2026-01-01", "2026-02-01", 110.955, 111.045)], "#000")
    (packed,) = pack({"data": [drawn]}, "2026-01-01")["data"]
    low, high = packed["boxes"][0][2:]
    assert low - packed["over"] < high + packed["over"]


@pytest.mark.usefixtures("_large")
def test_a_large_database_for_publishing_has_numbers_of_four_decimals(where, tmp_path):
    file = export.export_database(where.database, tmp_path / "public.duckdb")
    held = "select rank, score, score_error from rankings.monthly order by as_of, family, community"
    for rounded, whole in zip(ask(file, held).to_pylist(), ask(where.database, held).to_pylist(), strict=True):
        assert rounded == {name: value if value is None else round(value, 4) for name, value in whole.items()}
    weights = "from rankings.weights order by all"
    assert ask(file, weights) == ask(where.database, weights)


@pytest.mark.long
@pytest.mark.usefixtures("_large")
def test_every_link_of_a_large_site_leads_to_a_file_that_says_what_a_small_one_says(where, tmp_path):
    large = folders(tmp_path)
    large.data.mkdir(exist_ok=True)
    large.database.hardlink_to(where.database)
    data = site.publish(large).parent / "data"
    linked = {name for page in large.site.rglob("*.html") for name in HELD.findall(page.read_text(encoding="utf-8"))}
    assert "monthly.csv.gz" in linked
    assert linked <= {file.name for file in data.iterdir()}
    small = where.site / "data"
    for name in sorted(file.name for file in data.glob("*.gz")):
        held = rows_of(gzip.decompress((data / name).read_bytes()).decode())
        assert held == pytest.approx(rows_of((small / name.removesuffix(".gz")).read_text(encoding="utf-8")), abs=1e-4)


def rows_of(text):
    """Return the cells of a CSV file; decimals are numbers, which a large site rounds to four."""
    cells = (cell for row in csv.reader(StringIO(text)) for cell in row)
    return [float(cell) if NUMBER.fullmatch(cell) else cell for cell in cells]
