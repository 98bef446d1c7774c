"""Draw a score with its 90 % range on a logarithmic axis that is the same on every page and in every month."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from markupsafe import Markup

from reports.graphics.marker import mark_at
from reports.graphics.svg import element

LOWEST, HIGHEST = 10, 600
TICKS = (10, 30, 100, 300)
REFERENCE = 100
WHOLE_WINDOW = 12
UNSEEN = frozenset({"not observed"})
"""States that are hatched, because we could not look; others without a score are known, and get a double hairline."""
BOX, HEIGHT, MARK = 20, 46, 1.2


def draw_strip(row: Mapping[str, Any]) -> Markup:
    """Return the strip of one community.

    `row` has score, score_low, score_high (indexes; None without a score), state (of rankings.monthly), months (of the
    window that count), gap_text (why there is no score), slug and marker. Score and range are to be printed beside it.
    """
    if row["score"] is None:
        look = "hatched" if row["state"] in UNSEEN else "ended"
        return element("span", element("span", row["gap_text"]), class_=f"gone {look}")
    look = "strip partial" if row["months"] < WHOLE_WINDOW else "strip"
    parts = [*_grid(), *_box(row), *_mark(row)]
    return element("svg", parts, class_=f"{look} k-{row['slug']}", height=HEIGHT, aria_hidden="true")


@cache
def draw_axis() -> Markup:
    """Return the numbers of the axis, to stand above strips of the same width."""
    texts = [element("text", str(tick), x=_percent(tick), y="12", text_anchor="middle" if tick > LOWEST else "start")
             for tick in TICKS]  # fmt: skip
    return element("svg", texts, class_="strip-axis", height=16, aria_hidden="true")


def position(score: float) -> float:
    """Return where a score stands on the axis, from 0 to 1; outside of it where it is off the axis."""
    return math.log(score / LOWEST) / math.log(HIGHEST / LOWEST)


@cache
def _grid() -> Sequence[Markup]:
    return [
        element("line", class_="ref" if tick == REFERENCE else "grid", x1=_percent(tick), x2=_percent(tick), y1="0",
                y2="100%")
        for tick in TICKS[1:]
    ]  # fmt: skip


def _box(row: Mapping[str, Any]) -> list[Markup]:
    """Return the range as a box with two ends; an end that is off the axis is not drawn."""
    ends = [position(row["score_low"]), position(row["score_high"])]
    left, right = (min(max(end, 0), 1) for end in ends)
    if left == right:
        return []
    top = (HEIGHT - BOX) / 2
    shape = element("rect", class_="range", x=f"{100 * left:.2f}%", width=f"{100 * (right - left):.2f}%", y=top,
                    height=BOX)  # fmt: skip
    return [shape, *(_end(end, top) for end in ends if 0 <= end <= 1)]


def _end(end: float, top: float) -> Markup:
    return element("line", class_="end", x1=f"{100 * end:.2f}%", x2=f"{100 * end:.2f}%", y1=top, y2=top + BOX)


def _mark(row: Mapping[str, Any]) -> list[Markup]:
    """Return the mark; one that is off the axis stands at its edge beside an arrow."""
    place = position(row["score"])
    shape = mark_at(row["marker"], 0, 0, MARK, "mark")
    if 0 <= place <= 1:
        return [element("svg", shape, x=f"{100 * place:.2f}%", y="50%", overflow="visible")]
    inwards = 1 if place < 0 else -1
    arrow = element("text", "◂" if place < 0 else "▸", class_="off", x=5 * inwards, y=4, text_anchor="middle")
    inner = element("g", [arrow, element("g", shape, transform=f"translate({18 * inwards} 0)")])
    return [element("svg", inner, x="0" if place < 0 else "100%", y="50%", overflow="visible")]


def _percent(score: float) -> str:
    return f"{100 * position(score):.2f}%"
