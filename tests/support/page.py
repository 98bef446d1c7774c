"""Read a page of the site as a browser would: text, tables, links."""

import csv
import json
from html.parser import HTMLParser

import pytest


class Page(HTMLParser):
    """What a browser makes of a page: its elements, the text that shows, tables by caption, figures by id."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.said, self.scripts, self.found, self.into = [], [], {}, [], None
        self.feed(text)
        self.text = " ".join(" ".join(self.said).split())
        self.tables = {
            "".join(name): [[" ".join(" ".join(cell).split()) for cell in row] for row in rows]
            for name, rows in self.found
        }
        figures = {
            name.removesuffix("-figure"): "".join(said)
            for name, said in self.scripts.items()
            if (name or "").endswith("-figure")
        }
        read = {name: json.loads(said, parse_constant=pytest.fail) for name, said in figures.items()}
        self.figures = {name: unpacked(figure, figure["first"]) for name, figure in read.items()}

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.into = self.scripts[dict(attrs).get("id")] = []
        elif tag == "caption":
            self.into = []
            self.found.append((self.into, []))
        elif tag == "tr":
            self.found[-1][1].append([])
        elif tag in ("th", "td"):
            self.into = []
            self.found[-1][1][-1].append(self.into)

    def handle_endtag(self, tag):
        if tag in ("script", "caption", "th", "td", "table"):  # the last cell of a table may end with it
            self.into = None

    def handle_data(self, data):
        if self.into is not None:
            self.into.append(data)
        if all(self.into is not script for script in self.scripts.values()):
            self.said.append(data)

    def values(self, attribute, *tags):
        return [attrs[attribute] for tag, attrs in self.tags if attribute in attrs and (tag in tags or not tags)]

    def rows(self, beginning):
        """The rows of the first table whose caption begins so, by their first cell and without the head."""
        found = next(rows for caption, rows in self.tables.items() if caption.startswith(beginning))
        return {row[0]: row[1:] for row in found[1:]}


def unpacked(figure, first):
    """Return a figure as the script makes it out of what stands in the page."""
    return figure | {"data": [_trace(trace, first) for trace in figure["data"]]} | (
        {"with_bots": unpacked(figure["with_bots"], first)} if "with_bots" in figure else {}
    )  # fmt: skip


def _trace(packed, first):
    x = packed["x"] if isinstance(packed["x"], list) else range(packed["x"], packed["x"] + len(packed["y"]))
    trace = packed | {"x": [_day(each, first) for each in x]}
    if "sizes" in packed:
        trace["marker"] = packed["marker"] | {"size": [packed["sizes"].get(str(n), 0) for n in range(len(packed["y"]))]}
    if "boxes" in packed:
        over = packed.get("over", 0)
        sides = [([_day(a, first), _day(b, first)], (low - over, high + over)) for a, b, low, high in packed["boxes"]]
        return trace | {"x": [x for (a, b), _ in sides for x in (a, b, b, a, a, None)],
                        "y": [y for _, (low, high) in sides for y in (low, low, high, high, low, None)]}  # fmt: skip
    if "hover" not in packed:
        return trace
    values = [packed["hover"].get(str(n), y) for n, y in enumerate(packed["y"])]
    if "low" not in packed:
        return trace | {"customdata": values}
    return trace | {"customdata": [list(each) for each in zip(values, packed["low"], packed["high"], strict=True)]}


def _day(x, first):
    if not isinstance(x, int):
        return x
    months = 12 * int(first[:4]) + int(first[5:7]) - 1 + x
    return f"{months // 12:04}-{months % 12 + 1:02}-01"


def table(house, name):
    with (house.where.site / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
