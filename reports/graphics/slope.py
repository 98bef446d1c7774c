"""Draw how scores went from one month to another: a line for each community, an upright for each 90 % range."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from reports.graphics.marker import mark_at
from reports.graphics.placing import spread, wrap_text
from reports.graphics.svg import element
from reports.text.formats import format_level


class End(NamedTuple):
    """A score at one end of a line, with its 90 % range and the place as it is printed."""

    score: float
    low: float
    high: float
    place: str


@dataclass(frozen=True)
class Slope:
    """One line: from `then` to `last`, at the share `until` of the time between; below 1 it stops, `why` says so."""

    slug: str
    name: str
    marker: str | None
    then: End
    last: End
    until: float
    why: str


class Layout(NamedTuple):
    """A width of the picture: where the lines begin and end, and how large its letters are."""

    name: str
    width: int
    height: int
    left: int
    right: int
    font: int


WIDE = Layout("wide", 760, 380, 200, 540, 15)
LAYOUTS = (
    WIDE,
    Layout("middle", 640, 380, 190, 430, 14),
    Layout("narrow", 350, 430, 116, 232, 12),
)
TOP, FOOT, EDGE, LINE, ROOM = 34, 16, 0.12, 1.25, 0.6
"""Months stand above the lines; the scale goes a bit beyond the ranges; a line that stops late has its words beyond."""


def draw_slopes(slopes: Sequence[Slope], months: tuple[str, str], title: str, description: str) -> Markup:
    """Return the picture in three widths, of which the styles show one."""
    return Markup("\n").join(_draw(slopes, months, title, description, layout) for layout in LAYOUTS)


def slope_parts(slopes: Sequence[Slope], months: tuple[str, str]) -> list[Markup]:
    """Return the widest picture without its frame: to be saved, 760 pixels wide."""
    return [*_axes(months, WIDE), *_lines(slopes, WIDE)]


def _draw(slopes: Sequence[Slope], months: tuple[str, str], title: str, description: str, layout: Layout) -> Markup:
    name = f"slopes-{layout.name}"
    words = [element("title", title, id=f"{name}-title"), element("desc", description, id=f"{name}-about")]
    return element(
        "svg", [*words, *_axes(months, layout), *_lines(slopes, layout)], class_=f"hero slopes {layout.name}",
        role="img", viewBox=f"0 0 {layout.width} {layout.height}", aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-about",
    )  # fmt: skip


def _axes(months: tuple[str, str], layout: Layout) -> Iterator[Markup]:
    for x, anchor, month in ((layout.left, "end", months[0]), (layout.right, "start", months[1])):
        yield element("line", class_="base", x1=x, x2=x, y1=TOP - 10, y2=layout.height - FOOT)
        yield element("text", month, class_="last", x=x, y=16, text_anchor=anchor, font_size=layout.font)


def _lines(slopes: Sequence[Slope], layout: Layout) -> Iterator[Markup]:
    """Yield the lines, then their labels, which are moved apart on each side."""
    apart = layout.font * 1.35
    before = spread([_y(s.then.score, slopes, layout) for s in slopes], apart, TOP, layout.height - FOOT)
    whole = [slope for slope in slopes if slope.until >= 1]
    after = spread([_y(s.last.score, slopes, layout) for s in whole], apart, TOP, layout.height - FOOT)
    stops = dict(_stops([slope for slope in slopes if slope.until < 1], slopes, layout))
    for slope, y in zip(slopes, before, strict=True):
        parts = [*_line(slope, slopes, layout), _label(slope, slope.then, layout.left - 12, y, "end", layout)]
        parts.append(
            _label(slope, slope.last, layout.right + 12, after[whole.index(slope)], "start", layout)
            if slope in whole
            else stops[slope.slug]
        )
        yield element("g", parts, class_=f"k-{slope.slug}", data_line=slope.slug)


def _line(slope: Slope, slopes: Sequence[Slope], layout: Layout) -> Iterator[Markup]:
    end = layout.left + slope.until * (layout.right - layout.left)
    ends = ((layout.left, slope.then), (end, slope.last))
    (x1, y1), (x2, y2) = ((x, _y(each.score, slopes, layout)) for x, each in ends)
    yield element(
        "line", class_="line" if slope.until >= 1 else "line stopped", x1=float(x1), x2=float(x2), y1=y1, y2=y2
    )
    for x, each in ends:
        low, high = (_y(score, slopes, layout) for score in (each.low, each.high))
        yield element("line", class_="line upright", x1=float(x), x2=float(x), y1=low, y2=high)
        yield mark_at(slope.marker, x, _y(each.score, slopes, layout), 1, "mark")


def _label(slope: Slope, end: End, x: float, y: float, anchor: str, layout: Layout) -> Markup:
    score = element("tspan", f" {format_level(end.score)}", class_="value")
    words = f"{end.place} {slope.name}" if anchor == "start" else f"{slope.name}"
    return element("text", [Markup.escape(words), score], class_="label", x=float(x), y=y + layout.font / 3,
                   text_anchor=anchor, font_size=layout.font)  # fmt: skip


def _stops(stopped: Sequence[Slope], slopes: Sequence[Slope], layout: Layout) -> Iterator[tuple[str, Markup]]:
    """Yield the words beside the end of each line that stops, from the lowest up, so that none covers another."""
    size, free = layout.font - 2, layout.height - 4.0
    for slope in sorted(stopped, key=lambda slope: slope.last.score):
        x = layout.left + slope.until * (layout.right - layout.left) + 10
        end = layout.right if slope.until < ROOM else layout.width
        lines = wrap_text(slope.why, size, end - x - 8)
        top = min(_y(slope.last.score, slopes, layout), free - (len(lines) - 1) * size * LINE)
        texts = [element("tspan", line, x=float(x), y=top + n * size * LINE) for n, line in enumerate(lines)]
        yield slope.slug, element("text", texts, class_="said", font_size=size)
        free = top - size * LINE


def _y(score: float, slopes: Sequence[Slope], layout: Layout) -> float:
    """Return the height of a score on the logarithmic scale that all lines share."""
    ends = [end for slope in slopes for end in (slope.then, slope.last)]
    low, high = math.log(min(end.low for end in ends)) - EDGE, math.log(max(end.high for end in ends)) + EDGE
    return layout.height - FOOT - (math.log(score) - low) / (high - low) * (layout.height - FOOT - TOP)
