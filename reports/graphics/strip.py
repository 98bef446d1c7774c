"""Draw a score with its 90 % range on the axis of its ranking, which is the same in every month."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from markupsafe import Markup

from reports.graphics.axis import REFERENCE, Axis
from reports.graphics.marker import mark_at
from reports.graphics.svg import element

WHOLE_WINDOW = 12
UNSEEN = frozenset({"not observed"})
"""States that are hatched, because we could not look; others without a score are known, and get a double hairline."""
BOX, HEIGHT, MARK = 20, 46, 1.2


def draw_strip(row: Mapping[str, Any], axis: Axis) -> Markup:
    """Return the strip of one community; its range lies on the axis.

    `row` has score, score_low, score_high (indexes; None without a score), state (of rankings.monthly), months (of the
    window that count), gap_text (why there is no score), slug and marker. Score and range are to be printed beside it.
    """
    if row["score"] is None:
        look = "hatched" if row["state"] in UNSEEN else "ended"
        return element("span", element("span", row["gap_text"]), class_=f"gone {look}")
    look = "strip partial" if row["months"] < WHOLE_WINDOW else "strip"
    parts = [*_grid(axis), *_box(row, axis), _mark(row, axis)]
    return element("svg", parts, class_=f"{look} k-{row['slug']}", height=HEIGHT, aria_hidden="true")


@cache
def draw_axis(axis: Axis) -> Markup:
    """Return the numbers of the axis, to stand above strips of the same width."""
    texts = [element("text", f"{tick:,g}", x=_percent(axis, tick), y="12", text_anchor="middle") for tick in axis.ticks]
    return element("svg", texts, class_="strip-axis", height=16, aria_hidden="true")


@cache
def _grid(axis: Axis) -> Sequence[Markup]:
    places = [(_percent(axis, tick), "ref" if tick == REFERENCE else "grid") for tick in axis.ticks]
    return [element("line", class_=look, x1=x, x2=x, y1="0", y2="100%") for x, look in places]


def _box(row: Mapping[str, Any], axis: Axis) -> list[Markup]:
    """Return the range as a box with two ends."""
    left, right = (axis.position(row[end]) for end in ("score_low", "score_high"))
    top = (HEIGHT - BOX) / 2
    shape = element("rect", class_="range", x=f"{100 * left:.2f}%", width=f"{100 * (right - left):.2f}%", y=top,
                    height=BOX)  # fmt: skip
    return [shape, *(_end(_percent(axis, row[end]), top) for end in ("score_low", "score_high"))]


def _end(x: str, top: float) -> Markup:
    return element("line", class_="end", x1=x, x2=x, y1=top, y2=top + BOX)


def _mark(row: Mapping[str, Any], axis: Axis) -> Markup:
    shape = mark_at(row["marker"], 0, 0, MARK, "mark")
    return element("svg", shape, x=_percent(axis, row["score"]), y="50%", overflow="visible")


def _percent(axis: Axis, score: float) -> str:
    return f"{100 * axis.position(score):.2f}%"
