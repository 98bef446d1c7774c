"""The line charts of the pages: Plotly figures as plain JSON, one style, gaps where nothing is known."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from reports.answers import month_after
from reports.charts import labels
from reports.charts.scales import Scale, linear, logarithmic
from reports.charts.series import GREY, KINDS, Break, Event, Line, Mark, Style

CONFIG = {
    "showSendToCloud": False,  # Plotly would otherwise offer to upload the data
    "displaylogo": False,
    "displayModeBar": False,  # its buttons have no names for a screen reader; the page has its own
    "responsive": True,
}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
INK, MUTED, GRID = "#1d2430", "#8a93a0", "#e4e7eb"
TOP, BOTTOM, LEFT = 16, 40, 60
PANEL, ROW, APART = 364, 15, 16
SHORT, PHONE = 24, 330


def places(drawn: Sequence[Line], looks: Mapping[str, Style], events: Sequence[Event] = ()) -> dict[str, Any]:
    """Places over time, the first on top; a gap where a community had none."""
    lowest = int(max((value or 1 for line in drawn for value in line.values), default=1))
    height = min(620, 130 + 55 * lowest)
    traces = [trace for line in drawn for trace in traces_of(line, looks, "place ", 3)]
    traces += [event_mark(event, looks) for event in events]
    scale = Scale("linear", lowest + 0.5, 0.5, height - TOP - BOTTOM)
    axis = {"title": {"text": "place"}, "tickformat": "d", **({"dtick": 1} if lowest <= 12 else {})}
    return finished(traces, height, axis, [scale], drawn, looks, events)


def monthly(
    drawn: Sequence[Line], looks: Mapping[str, Style], unit: str,
    events: Sequence[Event] = (), marks: Sequence[Mark] = (), breaks: Sequence[Break] = (), *, named: bool = False,
    machines: Sequence[Line] = (),
) -> dict[str, Any]:  # fmt: skip
    """Monthly numbers from zero, or on a logarithmic scale; marks in rows of their own below, breaks as upright lines.

    `named` writes the labels of the marks beside them where there is room; the lines of `machines` are thin and below.
    """
    values = [value or 0 for line in (*drawn, *machines) for value in line.values] + [event.value for event in events]
    scales = [linear(max(values, default=0), PANEL), logarithmic(values, PANEL)]
    traces = [thin(line, looks) for line in machines]
    traces += [trace for line in drawn for trace in traces_of(line, looks)]
    traces += [event_mark(event, looks) for event in events]
    rows = [slug for slug in looks if any(mark.slug == slug for mark in marks)]
    traces += [mark_row(slug, len(rows) - n, marks, looks) for n, slug in enumerate(rows)]
    room = 74 if named else 0
    strip = ROW * len(rows) + APART + room if rows else 0
    height, axis = TOP + PANEL + strip + BOTTOM, {"title": {"text": escape(unit)}, "tickformat": ","}
    figure = finished(traces, height, axis, scales, drawn, looks, events)
    if breaks:
        figure["layout"]["shapes"] = [upright(day) for day in sorted({each.month for each in breaks})]
    if rows:
        written = labels.of_marks(marks, drawn) if named else []
        add_rows(figure, len(rows), strip, room, written)
    return figure


def upright(month: date) -> dict[str, Any]:
    """A dotted line from the bottom to the top of the lines' panel."""
    at, line = f"{month:%Y-%m-%d}", {"color": MUTED, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": at, "x1": at, "yref": "y domain", "y0": 0, "y1": 1, "line": line, "layer": "below"}


def traces_of(line: Line, looks: Mapping[str, Style], said: str = "", width: int = 2) -> list[dict[str, Any]]:
    """A trace for each kind of month that the line has; the first one stands in the legend."""
    style = looks.get(line.slug, GREY)
    present = [kind for kind in KINDS if kind in line.kinds]
    return [
        {**trace(line, kind, style, said, 1 if style is GREY else width), "showlegend": kind == present[0]}
        for kind in present
    ]


def trace(line: Line, known: str, style: Style, said: str, width: int) -> dict[str, Any]:
    """The months of one kind; marks are few, so that they tell lines apart and hide nothing."""
    kind = KINDS[known]
    first, last = ends(line.kinds, known)
    months, values = line.months[first:last], only(line, known)[first:last]
    symbol = f"{style.symbol}-open" if kind.hollow else style.symbol
    return {
        "type": "scatter",
        "name": escape(line.label),
        "legendgroup": line.slug,
        "meta": known,
        "x": months,
        "y": values,
        "mode": "lines+markers" if kind.dash else "markers",
        "line": {"color": style.colour, "width": width, "dash": kind.dash or "solid"},
        "marker": {"symbol": symbol, "size": sizes(months, values), "color": style.colour, "opacity": 1},
        "cliponaxis": False,
        "hovertemplate": f"{said}%{{customdata:,~r}}{kind.said and f' ({kind.said})'}",
    }


def thin(line: Line, looks: Mapping[str, Style]) -> dict[str, Any]:
    """The mail of machines alone, as a thin line in the colour of the line that leaves it out."""
    return {
        "type": "scatter",
        "name": escape(line.label),
        "legendgroup": line.slug,
        "meta": "machines",
        "x": line.months,
        "y": line.values,
        "mode": "lines",
        "line": {"color": looks.get(line.slug, GREY).colour, "width": 0.8, "dash": "solid"},
        "opacity": 0.6,
        "cliponaxis": False,
        "showlegend": False,
        "hovertemplate": "%{customdata:,~r} of machines alone",
    }


def only(line: Line, known: str) -> list[float | None]:
    """The values of one kind of months; gaps elsewhere."""
    return [value if kind == known else None for value, kind in zip(line.values, line.kinds, strict=True)]


def ends(kinds: Sequence[str | None], known: str) -> tuple[int, int]:
    """The slice from the first to the last month of a kind."""
    return kinds.index(known), len(kinds) - list(reversed(kinds)).index(known)


def sizes(months: Sequence[str], values: Sequence[float | None]) -> list[int]:
    """A mark each December, at the last month, and where a month stands alone between gaps."""
    known = [None, *values, None]
    last = max((n for n, value in enumerate(values) if value is not None), default=-1)
    alone = [known[n] is None and known[n + 2] is None for n in range(len(values))]
    return [8 if n == last or alone[n] or month[5:7] == "12" else 0 for n, month in enumerate(months)]


def event_mark(event: Event, looks: Mapping[str, Style]) -> dict[str, Any]:
    """A crossed circle at the value of an event."""
    colour = looks.get(event.slug, GREY).colour
    return {
        "type": "scatter",
        "name": escape(event.label),
        "legendgroup": event.slug,
        "meta": "event",
        "x": [f"{event.month:%Y-%m-%d}"],
        "y": [event.value],
        "mode": "markers",
        "marker": {"symbol": "circle-x-open", "size": 13, "color": colour, "line": {"width": 1.5}},
        "cliponaxis": False,
        "showlegend": False,
        "hovertemplate": f"{escape(event.said)}<extra></extra>",
    }


def mark_row(slug: str, row: int, marks: Sequence[Mark], looks: Mapping[str, Style]) -> dict[str, Any]:
    """The marks of one community in a row below the chart; rows count from the bottom."""
    style, own = looks[slug], [mark for mark in marks if mark.slug == slug]
    return {
        "type": "scatter",
        "name": "releases",
        "legendgroup": slug,
        "meta": "marks",
        "x": [f"{mark.day:%Y-%m-%d}" for mark in own],
        "y": [row] * len(own),
        "yaxis": "y2",
        "text": [escape(mark.said) for mark in own],
        "mode": "markers",
        "marker": {"symbol": style.symbol, "size": 7, "color": style.colour},
        "showlegend": False,
        "hovertemplate": "%{text}<extra></extra>",
    }


def add_rows(figure: dict[str, Any], rows: int, strip: int, room: int, written: list[dict[str, Any]]) -> None:
    """Give the rows of marks their panel below the lines, `strip` pixels high, `room` of them for words."""
    inner = PANEL + strip
    layout = figure["layout"]
    layout["yaxis"]["domain"] = [strip / inner, 1]
    layout["yaxis2"] = {
        "domain": [0, (strip - APART) / inner],
        "range": [0.5 - room / ROW, rows + 0.5],
        "visible": False,
        "fixedrange": True,
    }
    layout["xaxis"]["anchor"] = "y2"
    named = {"text": "releases", "xref": "paper", "yref": "y2 domain", "x": 0, "y": 1, "showarrow": False,
             "xanchor": "left", "yanchor": "bottom", "font": {"size": 11, "color": "#5a6472"}}  # fmt: skip
    for scale in figure["scales"].values():
        scale["wide"] += [named, *written]
        scale["narrow"].append(named)


def finished(
    traces: list[dict[str, Any]], height: int, axis: dict[str, Any], scales: Sequence[Scale],
    drawn: Sequence[Line], looks: Mapping[str, Style], events: Sequence[Event],
) -> dict[str, Any]:  # fmt: skip
    """The figure as JSON: for each scale its axis, and labels for a wide and a narrow screen."""
    shown = {scale.name: labels.on(scale, drawn, looks, events) for scale in scales}
    longest = max((len(line.label) for line in drawn if line.slug in looks), default=0)
    legend = 26 * math.ceil(len(drawn) / max(1, PHONE // (60 + 8 * longest)))
    margin = {"t": TOP, "b": BOTTOM, "l": LEFT}
    return {
        "data": traces,
        "layout": layout(height, axis, drawn),
        "config": CONFIG,
        "scales": shown,
        "wide": {"margin": {**margin, "r": 40 + 8 * longest}},
        "narrow": {
            "margin": {**margin, "r": 8, "l": 44, "b": BOTTOM + legend},
            "showlegend": True,
            "height": height + legend,
        },
    }


def layout(height: int, axis: dict[str, Any], drawn: Sequence[Line]) -> dict[str, Any]:
    """The one style of all charts."""
    style = {"gridcolor": GRID, "zeroline": False, "fixedrange": True, "linecolor": MUTED}
    months = drawn[0].months if drawn else []
    span: dict[str, Any] = {"range": [months[0], f"{month_after(date.fromisoformat(months[-1]))}"]} if months else {}
    if 0 < len(months) <= SHORT:  # Plotly would write days
        span |= {"dtick": "M1" if len(months) <= SHORT // 3 else "M3", "tickformat": "%b\n%Y"}
    return {
        "height": height,
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "hovermode": "x unified",
        "dragmode": False,
        "showlegend": False,
        "legend": {
            "itemsizing": "constant", "itemclick": False, "itemdoubleclick": False,
            "orientation": "h", "yref": "container", "yanchor": "bottom", "y": 0,
        },
        "xaxis": {**style, "hoverformat": "%B %Y", "type": "date", **span},
        "yaxis": {**style, **axis},
    }  # fmt: skip
