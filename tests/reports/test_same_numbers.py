"""A number is the same in a row's drawing and text, in a figure, in its table, and in the CSV file."""

import csv
import json
import re
from datetime import date

import pytest
from support.site import published

from reports.graphics.strip import position
from reports.text.cells import score_text
from reports.text.formats import format_month

MONTHS = {"observed", "partial", "published", "to date"}
NUMBER = re.compile(r"[\d,]+(\.\d+)?")


@pytest.fixture(scope="module")
def folder(once):
    return published(once).site


def read(folder, name):
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    """The number that a cell begins with, None where it is words."""
    found = NUMBER.match(text)
    return float(found[0].replace(",", "")) if found else None


def of_figure(figure):
    """The value of each month that is drawn as a dot."""
    first = date.fromisoformat(figure["first"])
    found = {}
    for trace in figure["data"]:
        if trace.get("meta") in MONTHS:
            places = trace["x"] if isinstance(trace["x"], list) else range(trace["x"], trace["x"] + len(trace["y"]))
            counts = trace.get("customdata") or trace["y"]
            found |= {month(first, n): value for n, value in zip(places, counts, strict=True) if value is not None}
    return found


def month(first, n):
    return format_month(date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1))


def of_page(folder, slug):
    """For each chart of a metric: its figure's numbers, and those of its table."""
    text = (folder / "community" / f"{slug}.html").read_text(encoding="utf-8")
    figures = dict(re.findall(r'<script type="application/json" id="([\w-]+)-figure">(.*?)</script>', text, re.S))
    twins = re.findall(r'<table class="tbl twin[^"]*">(.*?)</table>', text, re.S)
    titles = dict(re.findall(r'<h\d id="([\w-]+)-title">(.*?)\s*<', text))
    by_caption = {re.search(r"<caption[^>]*>(.*?)</caption>", twin)[1]: twin for twin in twins}
    for name, figure in figures.items():
        if twin := by_caption.get(titles.get(name)):
            rows = re.findall(r"<tr><th[^>]*>(?:<a [^>]*>)?([A-Z]\w+ \d{4})(?:</a>)?<td[^>]*>([^<]*)", twin)
            yield name.replace("-", "_"), json.loads(figure), dict(rows)


def test_figures_tables_and_csv_files_of_communities_say_the_same(folder):
    held = {(row["community"], row["metric"], format_month(date.fromisoformat(row["month"]))): row["value"]
            for row in read(folder, "monthly")}  # fmt: skip
    compared = 0
    for slug in ("alpha", "beta"):
        for metric, figure, twin in of_page(folder, slug):
            if (slug, metric) not in {key[:2] for key in held}:
                continue
            drawn = of_figure(figure)
            assert drawn
            for name, text in twin.items():
                value = held[slug, metric, name]
                assert number(text) == (float(value) if value else None), (slug, metric, name)
                if name in drawn:
                    is_zero = float(value) == 0  # it stands on the lowest line of a logarithmic axis
                    assert drawn[name] < 1 if is_zero else drawn[name] == float(value), (slug, metric, name)
            assert set(drawn) <= set(twin)
            compared += len(drawn)
    assert compared > 30


def test_rows_of_the_ranking_are_drawn_and_written_as_the_csv_file_has_them(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    panel = text[text.index('class="panel of-code"') :]
    rows = {row["community"]: row for row in read(folder, "ranking") if row["family"] == "code"}
    compared = 0
    for slug, row in rows.items():
        shown = re.search(rf'<tr role="row" class="k-{slug}[ "].*?</tr>', panel, re.S)[0]
        if not row["rank"]:
            assert 'class="mark"' not in shown
            continue
        score = float(row["index"])
        assert f">{score_text(score)}</b>" in shown
        assert f'x="{100 * position(score):.2f}%"' in shown or not 0 <= position(score) <= 1
        place = re.search(r'<span class="sr">(\d+)( to (\d+))?', shown)
        low, high = row["rank_low"], row["rank_high"]
        assert (place[1], place[3] or place[1]) == (low, high)
        compared += 1
    assert compared > 1
