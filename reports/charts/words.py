"""Words within figures: labels at the ends of lines, causes of holes, what an event was; none lies on another."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape
from itertools import pairwise
from textwrap import wrap
from typing import Any

from reports.charts import theme
from reports.charts.axes import LogAxis
from reports.charts.series import Event, Hole, Mark, Series
from reports.charts.theme import Look

GAP, WIDTH, DAYS_OF_A_MONTH = 18, 960, 30.4
EVENT_WIDTH, LETTER, MARK_LETTER, LONGEST_MARK = 150, 7.2, 6.2, 11
HOLE, MARK = "hole", "mark"
EARLY = 12
ABOVE = {"xanchor": "right", "xshift": 6, "yshift": 22}
"""Of a line that has no number in the last twelve months."""

Words = dict[str, Any]


def at_end(drawn: Sequence[Series], looks: Mapping[str, Look], axis: LogAxis, texts: Mapping[str, str]) -> list[Words]:
    """Return a bold label right of the end of each line, moved apart where two would lie on each other.

    That of a line that ends long before the others stands above its end, where no hole begins.
    """
    ended = sorted(((axis.height(end[1]), line, end) for line in drawn if (end := line.end)), key=lambda each: each[0])
    moved = spread([height for height, _, _ in ended])
    return [
        _text(texts[line.key]) | {
            "x": month, "y": axis.at(value), "font": {"color": looks[line.key].colour, "size": theme.LABEL},
            **(ABOVE if _ends_early(line) else {"xanchor": "left", "xshift": 9, "yshift": round(up - height, 1)}),
        }
        for (height, line, (month, value)), up in zip(ended, moved, strict=True)
    ]  # fmt: skip


def _ends_early(line: Series) -> bool:
    return all(value is None for value in line.values[-EARLY:])


def spread(heights: Sequence[float], gap: float = GAP) -> list[float]:
    """Return ascending pixel heights, moved apart to `gap`, around their common middle."""
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, moved[-1] + gap) if moved else height)
    crowded = any(b - a < gap for a, b in pairwise(heights))
    drift = (sum(moved) - sum(heights)) / len(moved) if crowded else 0.0
    return [height - drift for height in moved]


def in_hole(hole: Hole, y: float, months: int, yref: str = "y", lines: int = 4) -> list[Words]:
    """Return the cause of a hole, on paper in its middle; nothing where it has no room: legend and table tell it."""
    share = ((hole.last - hole.first).days + DAYS_OF_A_MONTH) / (months * DAYS_OF_A_MONTH)
    letters = int(share * WIDTH / LETTER) - 1
    if letters < max(map(len, hole.text.split())):
        return []
    wrapped = wrap(hole.text, letters)
    middle = hole.first + (hole.last - hole.first) / 2
    said = _text("<br>".join(map(escape, wrapped))) | {"x": f"{middle}", "y": y, "yref": yref, **_on_paper(theme.FONT)}
    return [said | {"name": HOLE}] if len(wrapped) <= lines else []


def for_phone(words: Sequence[Words], *, is_inside: bool = False) -> list[Words]:
    """Return the words for which a phone has room: labels at the ends of lines; legend and table tell the rest.

    Labels for which there is no room right of the lines stand above the ends, inside.
    """
    kept = [each for each in words if each.get("name") not in (HOLE, MARK) and not each["showarrow"]]
    return [each | {"xanchor": "right", "yshift": each.get("yshift", 0) + GAP} for each in kept] if is_inside else kept


def beside_events(events: Sequence[Event], axis: LogAxis, months: int) -> list[Words]:
    """Return the labels of events above the panel, each with a thin line to its ring, the largest first.

    One that would lie on another is left to the table.
    """
    apart = EVENT_WIDTH * DAYS_OF_A_MONTH * months / WIDTH
    shown: list[Event] = []
    for event in sorted(events, key=lambda event: (-event.size, event.key, event.month)):
        if all(abs((other.month - event.month).days) >= apart for other in shown):
            shown.append(event)
    return [
        {
            "text": escape(event.label), "x": f"{event.month}", "y": axis.at(event.value), "showarrow": True,
            "arrowhead": 0, "arrowwidth": 1, "arrowcolor": theme.INK, "standoff": 6, "ax": 0,
            "ay": -round(axis.pixels - axis.height(event.value) + 2, 1), **_on_paper(theme.FONT),
        }
        for event in shown
    ]  # fmt: skip


def beside_marks(marks: Sequence[Mark], months: int) -> list[Words]:
    """Return the labels of releases above their ticks; one that would lie on another is left to the table."""
    free = date.min
    shown: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: mark.day):
        half = timedelta(days=(len(mark.label) * MARK_LETTER + 8) / 2 * months * DAYS_OF_A_MONTH / WIDTH)
        if len(mark.label) <= LONGEST_MARK and mark.day - half >= free:
            free = mark.day + half
            shown.append(mark)
    return [
        _text(escape(mark.label)) | {"x": f"{mark.day}", "y": 0, "yref": "y2", "yanchor": "middle", "name": MARK,
                                     "font": {"color": theme.FAINT, "size": 11}}
        for mark in shown
    ]  # fmt: skip


def _on_paper(size: float) -> Words:
    return {"bgcolor": theme.PAPER, "borderpad": 2, "font": {"color": theme.INK, "size": size}}


def _text(said: str) -> Words:
    return {"text": said, "showarrow": False}
