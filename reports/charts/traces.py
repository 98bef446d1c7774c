"""The traces of which all figures are made: lines, bands, dots, blocks, hatched holes, rings and ticks."""

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from typing import Any

from reports.charts import theme
from reports.charts.series import SAID, Event, Hole, Mark, Series, Span, runs_of
from reports.charts.theme import Look
from reports.text.formats import next_month
from reports.text.language import gettext

Trace = dict[str, Any]
ALONE = "%{customdata:,.3r}"
IN_RANGE = gettext("%{customdata[0]:,.3r} (%{customdata[1]:,.3r} to %{customdata[2]:,.3r})")
HATCHED = {"shape": "/", "fgcolor": theme.HATCH, "bgcolor": theme.CLEAR, "size": 8, "solidity": 0.14}
SILENT = {"hoverinfo": "skip"}


def line(series: Series, look: Look, floor: float, span: Span | None = None) -> Trace:
    """Return a line with a marker each second June and at its end; pointing at it tells its range.

    What lies below `floor`, such as zero, stands on it.
    """
    ranges = zip(series.values, span.lows, span.highs, strict=True) if span else ()
    return {
        "type": "scatter",
        "name": escape(series.label),
        "meta": "line",
        "x": list(series.months),
        "y": _lifted(series, floor),
        "mode": "lines+markers",
        "line": {"color": look.colour, "width": theme.LINE, "dash": look.dash},
        "marker": {"symbol": look.symbol, "size": _marks(series), "color": look.colour, "opacity": 1,
                   "line": {"color": theme.PAPER, "width": 1.4}},
        "cliponaxis": False,
        "customdata": list(map(list, ranges)) if span else list(series.values),
        "hovertemplate": IN_RANGE if span else ALONE,
    }  # fmt: skip


def _lifted(series: Series, floor: float) -> list[float | None]:
    return [value if value is None else max(value, floor) for value in series.values]


def _marks(series: Series) -> list[int]:
    """Return the size of each month's marker; a month alone between gaps has one, or nobody would see it."""
    known = [None, *series.values, None]
    end = series.end
    is_june = (month[5:7] == "06" and int(month[:4]) % 2 == 0 for month in series.months)
    return [
        11 if end and month == end[0] else 8 if june or (known[n] is None and known[n + 2] is None) else 0
        for n, (month, june) in enumerate(zip(series.months, is_june, strict=True))
    ]


def thin_line(series: Series, look: Look, floor: float, said: str) -> Trace:
    """Return a thin line of what the dots leave out."""
    return {
        "type": "scatter", "name": escape(series.label), "meta": "thin", "x": list(series.months),
        "y": _lifted(series, floor), "mode": "lines", "line": {"color": look.at(70), "width": theme.THIN},
        "customdata": list(series.values), "hovertemplate": said,
    }  # fmt: skip


def band(series: Series, look: Look, span: Span) -> Trace:
    """Return the range around a line, a polygon for each run of months that have one."""
    known = [low is not None and high is not None for low, high in zip(span.lows, span.highs, strict=True)]
    x: list[str | None] = []
    y: list[float | None] = []
    for start, end, is_known in runs_of(known):
        if is_known:
            x += [*series.months[start:end], *reversed(series.months[start:end]), None]
            y += [*span.highs[start:end], *reversed(span.lows[start:end]), None]
    return _filled("band", x, y, look.at(theme.BAND))


def block(kind: str, boxes: Iterable[tuple[str, str, float, float]], colour: str) -> Trace:
    """Return boxes, each from a day to another and from a height to another, in one colour."""
    x: list[str | None] = []
    y: list[float | None] = []
    for first, last, low, high in boxes:
        x += [first, last, last, first, first, None]
        y += [low, low, high, high, low, None]
    return _filled(kind, x, y, colour)


def hatched(boxes: Iterable[tuple[str, str, float, float]], kind: str = "hole", axis: str = "y") -> Trace:
    """Return boxes that say: nobody could see, or nobody can tell."""
    return block(kind, boxes, theme.CLEAR) | {"fillpattern": HATCHED, "yaxis": axis}


def _filled(kind: str, x: Sequence[str | None], y: Sequence[float | None], colour: str) -> Trace:
    return {
        "type": "scatter", "meta": kind, "x": list(x), "y": list(y), "mode": "lines", "fill": "toself",
        "fillcolor": colour, "line": {"width": 0, "color": colour}, "cliponaxis": True, **SILENT,
    }  # fmt: skip


def hole_box(hole: Hole, lane: tuple[float, float]) -> tuple[str, str, float, float]:
    """Return the box of a hole between two heights; it ends where its last month does."""
    return f"{hole.first}", f"{next_month(hole.last)}", *lane


def dots(series: Series, look: Look, floor: float) -> list[Trace]:
    """Return the months as dots; those that were seen in part, or that we measured earlier, are hollow."""
    kinds = [kind for kind in SAID if kind in series.kinds]
    return [_dots(series, look, floor, kind) for kind in kinds]


def _dots(series: Series, look: Look, floor: float, kind: str) -> Trace:
    points = [
        (m, v)
        for m, v, k in zip(series.months, series.values, series.kinds, strict=True)
        if k == kind and v is not None
    ]
    said = f" ({SAID[kind]})" if SAID[kind] else ""
    return {
        "type": "scatter", "name": gettext("the month"), "meta": kind, "mode": "markers",
        "x": [month for month, _ in points], "y": [max(value, floor) for _, value in points],
        "marker": {"symbol": "circle" if kind == "observed" else "circle-open", "size": 5,
                   "color": look.at(theme.DOT) if kind == "observed" else look.at(70)},
        "cliponaxis": False,
        "hovertemplate": gettext("{number} in the month{known}").format(number="%{customdata:,}", known=said),
        "customdata": [value for _, value in points],
    }  # fmt: skip


def ring(event: Event) -> Trace:
    """Return a ring at the month in which a history was recorded at once."""
    return {
        "type": "scatter", "name": escape(event.label), "meta": "event", "mode": "markers",
        "x": [f"{event.month:%Y-%m-%d}"], "y": [event.value], "cliponaxis": False,
        "marker": {"symbol": "circle-open-dot", "size": 13, "color": theme.INK, "line": {"width": 1.5}},
        "hovertemplate": f"{escape(event.text)}<extra></extra>",
    }  # fmt: skip


def ticks(marks: Sequence[Mark], look: Look, height: float = 1) -> Trace:
    """Return upright ticks in a row of their own, on the axis y2."""
    return {
        "type": "scatter", "name": gettext("releases"), "meta": "marks", "mode": "markers", "yaxis": "y2",
        "x": [f"{mark.day:%Y-%m-%d}" for mark in marks], "y": [height] * len(marks),
        "text": [escape(mark.text) for mark in marks], "hovertemplate": "%{text}<extra></extra>",
        "marker": {"symbol": "line-ns-open", "size": 9, "color": look.colour, "line": {"width": 1.6}},
    }  # fmt: skip


def upright(month: date) -> dict[str, Any]:
    """Return a dotted upright line through the panel of the lines."""
    at = f"{month:%Y-%m-%d}"
    return {"type": "line", "x0": at, "x1": at, "yref": "y domain", "y0": 0, "y1": 1, "layer": "below",
            "line": {"color": theme.INK, "width": 1, "dash": "dot"}}  # fmt: skip
