"""The chart of contributors on the front page: picture, table and CSV hold the same numbers; its pictures lie there."""

import json
import math
import re
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from support.page import Page, table
from support.site import bare, published, render

from reports.pages.hero import hero_figure, hero_pictures
from reports.text.formats import format_level, format_month, format_range

SVG = re.compile(r'<svg class="hero wide".*?</svg>', re.DOTALL)


@pytest.fixture(scope="module")
def house(once):
    where = published(once)
    html = (where.site / "index.html").read_text(encoding="utf-8")
    rows = [row for row in table(SimpleNamespace(where=where), "contributors") if row["name"]]
    return SimpleNamespace(where=where, html=html, page=Page(html), rows=rows)


def numbers(row):
    return [float(row[name]) if row[name] else None for name in ("value", "low", "high")]


def test_the_table_holds_the_numbers_of_the_csv(house):
    caption = next(caption for caption in house.page.tables if caption.startswith("Contributors a month, "))
    head, *body = house.page.tables[caption]
    known = {(row["month"][:7], row["name"].removeprefix("'")): numbers(row) for row in house.rows if row["value"]}
    months = {
        format_month(date): f"{date:%Y-%m}" for date in render(house.where, lambda site: hero_figure(site).hero.months)
    }
    assert set(head[1:]) == {name for _, name in known}
    for month, *cells in body:
        for name, cell in zip(head[1:], cells, strict=True):
            value, low, high = known.get((months[month], name), (None, None, None))
            if value is None:
                assert not cell[0].isdigit()
            else:
                assert cell == " ".join(
                    filter(None, [format_level(value), (e := format_range(low, high)) and f"({e})"])
                )


def test_the_picture_holds_the_numbers_of_the_csv(house):
    drawn = ElementTree.fromstring(SVG.search(house.html).group())
    ticks = [
        (math.log(float(text.text)), float(text.get("y")) - float(text.get("font-size")) / 3)
        for text in drawn.iter("text") if text.get("text-anchor") == "end"
    ]  # fmt: skip
    (low, bottom), (high, top) = ticks[0], ticks[-1]
    for group in [each for each in drawn.iter("g") if each.get("data-line")]:
        paths = [path.get("d") for path in group if path.get("class") == "line"]
        heights = [float(point.split()[1]) for path in paths for point in re.findall(r"[\d.]+ [\d.]+", path)]
        drawn_values = [math.exp(low + (y - bottom) / (top - bottom) * (high - low)) for y in heights]
        held = [
            float(row["value"]) for row in house.rows if row["community"] == group.get("data-line") and row["value"]
        ]
        assert drawn_values == pytest.approx(held, rel=0.003)


def test_each_month_of_the_table_leads_to_its_page_and_the_pictures_are_there(house):
    links = {link for link in house.page.values("href", "a") if link.startswith("time/2")}
    assert len(links) >= 3
    for name in ("contributors", "contributors-slide"):
        picture = (house.where.site / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
        script = (house.where.site / "pictures" / f"{name}.js").read_text(encoding="utf-8")
        assert json.loads(script.partition(" = ")[2].rstrip(";\n")) == picture
        for said in (
            "stackrank project: Contributors a month",
            "edition February 2026",
            "end in February 2026",
            "pop-1.0",
        ):
            assert said in picture


def test_without_a_level_there_is_no_chart(once):
    where = bare(once)
    assert render(where, hero_figure) is None
    assert render(where, hero_pictures) == {}
