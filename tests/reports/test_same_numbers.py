"""A number is the same in a row's drawing and text, in every figure, in its table, and in the CSV file."""

import csv
import json
import math
import re
from collections import Counter
from datetime import date

import pytest
from support import many
from support.site import published

from reports.graphics.axis import fit_axis
from reports.pages.ranking_table import SPREAD
from reports.text.cells import score_text
from reports.text.formats import format_level, format_month, format_number

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
MONTHLY = {"observed", "partial", "published", "restated", "to date", "line"}
"""The kinds of traces that have a number for each month; others are places, boxes, marks and what bots add."""
PLOTTED = re.compile(r'<script type="application/json" id="([\w-]+)-figure">(.*?)</script>', re.S)
ROW = re.compile(r"<tr[^>]*>\s*<th[^>]*>(?:<a [^>]*>)?([A-Z]\w+ \d{4})(?:</a>)?(?:</th>)?(.*?)(?=<tr|</tbody)", re.S)
DOWNLOAD = re.compile(r'href="[./]*data/(\w+)\.csv"')
VALUE = re.compile(r"\d+(\.\d+)?(e-?\d+)?")
DERIVED = {"ahead"}
"""Figures of ratios: files have the two scores. Means of the months of `monthly.csv` are not in it either."""


@pytest.fixture(scope="module", params=["commits", pytest.param("many", marks=pytest.mark.long)])
def folder(request, once):
    return published(once).site if request.param == "commits" else many.published(once, 4)


def read(folder, name):
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(text):
    return {float(each.replace(",", "")) for each in NUMBER.findall(text)}


def written(value):
    """The ways in which a number is written: whole, with three digits, with two decimals."""
    forms = (f"{value:,.0f}", f"{value:,.2f}", format_number(value), format_level(value), score_text(value))
    return {float(form.replace(",", "")) for form in forms}


def is_said(value, said, kind):
    """Whether a number is among those of a row; figures have five digits, so that its last written one may differ."""
    near = 0.005 * value if value > 100 else 0.5 if value > 10 else 0.0501
    return bool(written(value) & said) or (kind == "line" and any(abs(value - each) <= near for each in said))


def month_of(first, n):
    return format_month(date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1))


def drawn(figure):
    """Yield the kind of each trace that has numbers, with its months and the numbers that pointing at it shows."""
    first = date.fromisoformat(figure["first"])
    for trace in figure["data"]:
        if trace["meta"] in MONTHLY:
            places = trace["x"] if isinstance(trace["x"], list) else range(trace["x"], trace["x"] + len(trace["y"]))
            for n, (place, y) in enumerate(zip(places, trace["y"], strict=True)):
                value = trace.get("hover", {}).get(str(n), y)
                ends = [trace[end][n] for end in ("low", "high") if end in trace]
                if value is not None and isinstance(place, int):
                    yield trace["meta"], month_of(first, place), [value, *(end for end in ends if end is not None)]


def figures(folder):
    """Yield every figure of the site: its page, its name, what is drawn, its rows by month, and its CSV file."""
    for path in sorted(folder.rglob("*.html")):
        for part in re.findall(r"<figure.*?</figure>", path.read_text(encoding="utf-8"), re.S):
            for name, plotted in PLOTTED.findall(part):
                rows = {month: re.sub(r"<[^>]+>", " | ", cells) for month, cells in ROW.findall(part)}
                if rows:
                    yield path.relative_to(folder), name, json.loads(plotted), rows, DOWNLOAD.search(part)[1]


def test_every_number_of_every_figure_stands_in_its_table(folder):
    compared, wrong = Counter(), []
    for page, name, figure, rows, _ in figures(folder):
        for kind, month, values in drawn(figure):
            said = numbers(rows.get(month, ""))
            wrong += [(page, name, kind, month, value) for value in values if not is_said(value, said, kind)]
            compared[kind] += 1
    assert not wrong, wrong[:5]
    assert compared["line"] > 60
    assert compared["observed"] > 30


def test_every_number_of_every_table_stands_in_its_csv_file(folder):
    held, wrong, compared = {}, [], 0
    for page, name, _, rows, file in figures(folder):
        if file not in held:
            held[file] = by_month(read(folder, file))
        for month, text in {} if name.split("-")[0] in DERIVED else rows.items():
            texts = [cell.strip() for cell in text.split("|") if cell.strip()]
            cells = [numbers(cell) for cell in (texts[:1] if file == "monthly" else texts) if NUMBER.match(cell)]
            compared += len(cells)
            wrong += [(page, name, month, cell) for cell in cells if not cell & held[file].get(month, set())]
    assert not wrong, wrong[:5]
    assert compared > 100


def test_every_figure_can_be_kept_and_cited(folder):
    kinds = set()
    for path in sorted(folder.rglob("*.html")):
        for part in re.findall(r"<figure.*?</figure>", path.read_text(encoding="utf-8"), re.S):
            for name, plotted in PLOTTED.findall(part):
                if name in ("contributors", "answer"):
                    continue  # its pictures are files: see test_hero_page; a reader's own question has no edition
                given = ('class="sub"', 'class="tbl twin', 'data-save="png"', 'data-save="svg"', f'href="#{name}"')
                assert [each for each in given if each not in part] == [], (path, name)
                assert DOWNLOAD.search(part), (path, name)
                assert re.search(r"edition \w+ \d{4}, method pop-1\.0, built ", json.loads(plotted)["source"])
                kinds.add(name)
    assert {"commits", "code-people", "place-code"} <= kinds
    assert len(kinds) > 5


def range_of(row):
    """The ends of the 90 % range of a score."""
    return [float(row["index"]) * math.exp(side * SPREAD * float(row["score_error"])) for side in (-1, 1)]


def by_month(rows):
    """The numbers of a file as pages write them, by month."""
    found = {}
    for row in rows:
        given = next(row[name] for name in ("month", "as_of", "day") if name in row)
        known = found.setdefault(format_month(date.fromisoformat(given)), set())
        cells = [float(cell) for cell in row.values() if VALUE.fullmatch(cell)]
        for value in [*cells, *(range_of(row) if row.get("index") and row.get("score_error") else ())]:
            known |= written(value)
    return found


def test_rows_of_the_ranking_are_drawn_and_written_as_the_csv_file_has_them(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    panel = text[text.index('class="panel of-code"') :]
    rows = {row["community"]: row for row in read(folder, "ranking") if row["family"] == "code"}
    known = [row for row in read(folder, "places") if row["family"] == "code" and row["rank"]]
    ends = [float(row["index"]) * math.exp(side * float(row["score_error"])) for row in known for side in (-2, 2)]
    axis = fit_axis(min(ends), max(ends))
    compared = 0
    for slug, row in rows.items():
        shown = re.search(rf'<tr role="row" class="k-{slug}[ "].*?</tr>', panel, re.S)[0]
        if not row["rank"]:
            assert 'class="mark"' not in shown
            continue
        score = float(row["index"])
        assert f">{score_text(score)}</b>" in shown
        assert f'x="{100 * axis.position(score):.2f}%"' in shown
        place = re.search(r'<span class="sr">(\d+)( to (\d+))?', shown)
        low, high = row["rank_low"], row["rank_high"]
        assert (place[1], place[3] or place[1]) == (low, high)
        compared += 1
    assert compared > 1
