"""Plotly figures in one style: lines month by month with gaps where nothing is known, and stacked shares."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

import plotly.graph_objects as go
import plotly.io as pio

from reports.charts import labels
from reports.charts.scales import Scale, linear, logarithmic
from reports.charts.series import GREY, KINDS, Break, Event, Mark, Series, Style
from reports.text.formats import next_month
from reports.text.labels import MISSING
from reports.text.language import gettext

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
INK, MUTED, GRID, QUIET = "#1d2430", "#8a93a0", "#e4e7eb", "#5a6472"
TOP, BOTTOM, LEFT = 16, 40, 60
PANEL, ROW, APART = 364, 15, 16
SHORT, PHONE = 24, 330
AXIS = {"gridcolor": GRID, "zeroline": False, "fixedrange": True, "linecolor": MUTED}
TEMPLATE = "stackrank"

pio.templates[TEMPLATE] = go.layout.Template(
    layout={
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
        "xaxis": {**AXIS, "hoverformat": "%B %Y", "type": "date"},
        "yaxis": AXIS,
    }
)  # fmt: skip


def draw_places(drawn: Sequence[Series], looks: Mapping[str, Style]) -> go.Figure:
    """Return places over time, the first on top; a gap where a community had none."""
    lowest = int(max((value or 1 for line in drawn for value in line.values), default=1))
    height = min(620, 130 + 55 * lowest)
    traces = [trace for line in drawn for trace in traces_of(line, looks, "place ", 3)]
    scale = Scale("linear", lowest + 0.5, 0.5, height - TOP - BOTTOM)
    axis = {"title": {"text": "place"}, "tickformat": "d", **({"dtick": 1} if lowest <= 12 else {})}
    return finish(traces, height, axis, [scale], drawn, looks, ())


def draw_months(
    drawn: Sequence[Series], looks: Mapping[str, Style], unit: str,
    events: Sequence[Event] = (), marks: Sequence[Mark] = (), breaks: Sequence[Break] = (), *,
    has_mark_labels: bool = False, bots: Sequence[Series] = (),
) -> go.Figure:  # fmt: skip
    """Return monthly numbers from zero, or on a logarithmic scale; marks in rows of their own below, breaks upright.

    `has_mark_labels` writes the labels of the marks beside them where there is room; the lines of `bots` are thin.
    """
    values = [value or 0 for line in (*drawn, *bots) for value in line.values] + [event.value for event in events]
    scales = [linear(max(values, default=0), PANEL), logarithmic(values, PANEL)]
    traces = [thin_line(line, looks) for line in bots]
    traces += [trace for line in drawn for trace in traces_of(line, looks)]
    traces += [event_mark(event, looks) for event in events]
    rows = [key for key in looks if any(mark.key == key for mark in marks)]
    traces += [mark_row(key, len(rows) - n, marks, looks) for n, key in enumerate(rows)]
    room = 74 if has_mark_labels else 0
    strip = ROW * len(rows) + APART + room if rows else 0
    height, axis = TOP + PANEL + strip + BOTTOM, {"title": {"text": escape(unit)}, "tickformat": ","}
    written = labels.of_marks(marks, drawn) if has_mark_labels and rows else []
    below = [{**RELEASES, "yref": "y2 domain"}] if rows else []
    figure = finish(traces, height, axis, scales, drawn, looks, events, [*below, *written], below)
    figure.update_layout(shapes=[upright(day) for day in sorted({each.month for each in breaks})] or None)
    if rows:
        _add_rows(figure, len(rows), strip, room)
    return figure


RELEASES = {"text": "releases", "xref": "paper", "x": 0, "y": 1, "showarrow": False, "xanchor": "left",
            "yanchor": "bottom", "font": {"size": 11, "color": QUIET}}  # fmt: skip


def upright(month: date) -> dict[str, Any]:
    """Return a dotted line from the bottom to the top of the lines' panel."""
    at, line = f"{month:%Y-%m-%d}", {"color": MUTED, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": at, "x1": at, "yref": "y domain", "y0": 0, "y1": 1, "line": line, "layer": "below"}


def traces_of(line: Series, looks: Mapping[str, Style], prefix: str = "", width: int = 2) -> list[go.Scatter]:
    """Return a trace for each kind of month that the line has; the first one stands in the legend."""
    style = looks.get(line.key, GREY)
    present = [kind for kind in KINDS if kind in line.kinds]
    wide = 1 if style is GREY else width
    return [trace(line, kind, style, prefix, wide, is_named=kind == present[0]) for kind in present]


def trace(line: Series, known: str, style: Style, prefix: str, width: int, *, is_named: bool) -> go.Scatter:
    """Return the months of one kind; marks are few, so that they tell lines apart and hide nothing."""
    kind = KINDS[known]
    first, last = ends(line.kinds, known)
    months, values = line.months[first:last], only(line, known)[first:last]
    symbol = f"{style.symbol}-open" if kind.hollow else style.symbol
    return go.Scatter(
        name=escape(line.label),
        legendgroup=line.key,
        meta=known,
        x=months,
        y=values,
        mode="lines+markers" if kind.dash else "markers",
        line={"color": style.colour, "width": width, "dash": kind.dash or "solid"},
        marker={"symbol": symbol, "size": sizes(months, values), "color": style.colour, "opacity": 1},
        cliponaxis=False,
        showlegend=is_named,
        hovertemplate=f"{prefix}%{{customdata:,~r}}{kind.said and f' ({kind.said})'}",
    )


def thin_line(line: Series, looks: Mapping[str, Style]) -> go.Scatter:
    """Return the messages of bots alone, as a thin line in the colour of the line that leaves them out."""
    return go.Scatter(
        name=escape(line.label),
        legendgroup=line.key,
        meta="bots",
        x=line.months,
        y=line.values,
        mode="lines",
        line={"color": looks.get(line.key, GREY).colour, "width": 0.8, "dash": "solid"},
        opacity=0.6,
        cliponaxis=False,
        showlegend=False,
        hovertemplate=gettext("%{customdata:,~r} of bots alone"),
    )


def only(line: Series, known: str) -> list[float | None]:
    """Return the values of one kind of months; gaps elsewhere."""
    return [value if kind == known else None for value, kind in zip(line.values, line.kinds, strict=True)]


def ends(kinds: Sequence[str | None], known: str) -> tuple[int, int]:
    """Return the slice from the first to the last month of a kind."""
    return kinds.index(known), len(kinds) - list(reversed(kinds)).index(known)


def sizes(months: Sequence[str], values: Sequence[float | None]) -> list[int]:
    """Return the sizes of marks: one each December, at the last month, and where a month stands alone between gaps."""
    known = [None, *values, None]
    last = max((n for n, value in enumerate(values) if value is not None), default=-1)
    alone = [known[n] is None and known[n + 2] is None for n in range(len(values))]
    return [8 if n == last or alone[n] or month[5:7] == "12" else 0 for n, month in enumerate(months)]


def event_mark(event: Event, looks: Mapping[str, Style]) -> go.Scatter:
    """Return a crossed circle at the value of an event."""
    colour = looks.get(event.key, GREY).colour
    return go.Scatter(
        name=escape(event.label),
        legendgroup=event.key,
        meta="event",
        x=[f"{event.month:%Y-%m-%d}"],
        y=[event.value],
        mode="markers",
        marker={"symbol": "circle-x-open", "size": 13, "color": colour, "line": {"width": 1.5}},
        cliponaxis=False,
        showlegend=False,
        hovertemplate=f"{escape(event.text)}<extra></extra>",
    )


def mark_row(key: str, row: int, marks: Sequence[Mark], looks: Mapping[str, Style]) -> go.Scatter:
    """Return the marks of one line in a row below the chart; rows count from the bottom."""
    style, own = looks[key], [mark for mark in marks if mark.key == key]
    return go.Scatter(
        name="releases",
        legendgroup=key,
        meta="marks",
        x=[f"{mark.day:%Y-%m-%d}" for mark in own],
        y=[row] * len(own),
        yaxis="y2",
        text=[escape(mark.text) for mark in own],
        mode="markers",
        marker={"symbol": style.symbol, "size": 7, "color": style.colour},
        showlegend=False,
        hovertemplate="%{text}<extra></extra>",
    )


def _add_rows(figure: go.Figure, rows: int, strip: int, room: int) -> None:
    """Give the rows of marks their panel below the lines, `strip` pixels high, `room` of them for words."""
    inner = PANEL + strip
    figure.update_layout(
        yaxis={"domain": [strip / inner, 1]},
        yaxis2={
            "domain": [0, (strip - APART) / inner],
            "range": [0.5 - room / ROW, rows + 0.5],
            "visible": False,
            "fixedrange": True,
        },
        xaxis={"anchor": "y2"},
    )


PARTLY = {"fillmode": "overlay", "fgcolor": "#ffffff", "fgopacity": 0.55, "size": 6, "solidity": 0.3}
NOTHING = {
    "shape": "/",
    "fillmode": "replace",
    "fgcolor": GREY.colour,
    "bgcolor": "#ffffff",
    "size": 8,
    "solidity": 0.1,
}
SHARES_HEIGHT, WHOLE = 300, 100.0


def draw_shares(
    drawn: Sequence[Series], looks: Mapping[str, Style], unit: str, partly: Sequence[str], unseen: Sequence[str]
) -> go.Figure:
    """Return stacked bars of a month each, up to a hundred percent.

    The months of `partly` rest on a part of the data and are hatched; those of `unseen` are grey and hatched.
    """
    months = drawn[0].months if drawn else ()
    hatched = ["/" if month in partly else "" for month in months]
    traces = [bars(line, looks.get(line.key, GREY), hatched) for line in drawn]
    traces += [no_data(months, unseen)] if unseen else []
    axis = {"title": {"text": escape(unit)}, "ticksuffix": " %"}
    scales = [Scale("linear", 0, WHOLE, SHARES_HEIGHT)]
    figure = finish(traces, SHARES_HEIGHT, axis, scales, drawn, {}, ())
    narrow = figure.layout.meta["narrow"]
    wide = {"margin": narrow["margin"] | {"l": LEFT, "r": 40}}
    figure.update_layout(
        barmode="stack", bargap=0, showlegend=True, height=narrow["height"], meta=figure.layout.meta | {"wide": wide}
    )
    return figure


def bars(line: Series, style: Style, hatched: Sequence[str]) -> go.Bar:
    """Return the shares of one line; the hatched months have strokes over their colour."""
    return go.Bar(
        name=escape(line.name),
        legendgroup=line.key,
        meta="hatched" if any(hatched) else "whole",
        x=line.months,
        y=line.values,
        xperiod="M1",
        xperiodalignment="middle",
        marker={"color": style.colour, "line": {"width": 0}, "pattern": PARTLY | {"shape": hatched}},
        hovertemplate="%{customdata:.0f} %",
    )


def no_data(months: Sequence[str], unseen: Sequence[str]) -> go.Bar:
    """Return grey hatched bars at the months that nobody saw."""
    return go.Bar(
        name=MISSING["unobserved"],
        legendgroup="unseen",
        meta="unseen",
        x=months,
        y=[WHOLE if month in unseen else None for month in months],
        xperiod="M1",
        xperiodalignment="middle",
        marker={"color": "#ffffff", "line": {"width": 0}, "pattern": NOTHING},
        hovertemplate=MISSING["unobserved"],
    )


def finish(
    traces: Sequence[Any], height: int, axis: dict[str, Any], scales: Sequence[Scale], drawn: Sequence[Series],
    looks: Mapping[str, Style], events: Sequence[Event], wide: Sequence[Any] = (), narrow: Sequence[Any] = (),
) -> go.Figure:  # fmt: skip
    """Return the figure on its first scale and a wide screen; `layout.meta` has what the script may put in place.

    That is for each scale its axis and labels, and what a wide and a narrow screen change. `wide` and `narrow` are
    further labels.
    """
    shown = {scale.name: labels.on(scale, drawn, looks, events) for scale in scales}
    for each in shown.values():
        each["wide"] += wide
        each["narrow"] += narrow
    longest = max((len(line.label) for line in drawn if line.key in looks), default=0)
    legend = 26 * math.ceil(len(drawn) / max(1, PHONE // (60 + 8 * longest)))
    margin = {"t": TOP, "b": BOTTOM, "l": LEFT}
    first = shown[scales[0].name]
    screens = {
        "wide": {"margin": {**margin, "r": 40 + 8 * longest}},
        "narrow": {
            "margin": {**margin, "r": 8, "l": 44, "b": BOTTOM + legend},
            "showlegend": True,
            "height": height + legend,
        },
    }
    return go.Figure(
        data=traces,
        layout={
            "template": TEMPLATE,
            "height": height,
            "xaxis": span_of(drawn),
            "yaxis": axis | first["axis"],
            "annotations": first["wide"],
            "meta": {"scales": shown, **screens},
            **screens["wide"],
        },
    )


def span_of(drawn: Sequence[Series]) -> dict[str, Any]:
    """Return the time axis: from the first month to the end of the last one."""
    months = drawn[0].months if drawn else ()
    if not months:
        return {}
    span: dict[str, Any] = {"range": [months[0], f"{next_month(date.fromisoformat(months[-1]))}"]}
    if len(months) <= SHORT:  # Plotly would write days
        span |= {"dtick": "M1" if len(months) <= SHORT // 3 else "M3", "tickformat": "%b\n%Y"}
    return span
