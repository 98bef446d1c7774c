"""The line charts of the page: Plotly figures as plain JSON, one style, gaps where nothing is known.

Colours follow the UK Analysis Function palette; marker shapes and labels say the same again.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go

from reports.facts import Row

CONFIG = {
    "showSendToCloud": False,  # Plotly would otherwise offer to upload the data
    "displaylogo": False,
    "displayModeBar": False,  # its buttons have no names for a screen reader; the page has its own
    "responsive": True,
}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
INK, MUTED, GRID = "#1d2430", "#8a93a0", "#e4e7eb"
TOP, BOTTOM, LEFT = 16, 40, 52
LABEL_GAP = 17


class Style(NamedTuple):
    """How one community is drawn: colour, Plotly's marker symbol and the same shape as a letter."""

    colour: str
    symbol: str
    shape: str


STYLES = (
    Style("#12436D", "circle", "●"),
    Style("#28A197", "square", "■"),
    Style("#801650", "diamond", "◆"),
    Style("#F46A25", "triangle-up", "▲"),
    Style("#3D3D3D", "triangle-down", "▼"),
    Style("#A285D1", "star", "★"),
)
GREY = Style(MUTED, "circle", "○")


class Line(NamedTuple):
    """One community's name and values, month by month; None is a gap."""

    slug: str
    name: str
    months: list[str]
    values: list[float | None]


def styles(slugs: Sequence[str]) -> dict[str, Style]:
    """A style for the first six; who has which does not change when places change among them."""
    return dict(zip(sorted(slugs[: len(STYLES)]), STYLES, strict=False))


def lines(rows: Iterable[Row], time: str, value: str, names: Mapping[str, str]) -> list[Line]:
    """One line per community over every month between the first and the last row."""
    frame = pd.DataFrame(rows, columns=["community", time, value])
    if frame.empty:
        return []
    frame[time] = pd.to_datetime(frame[time])
    wide = frame.pivot(index=time, columns="community", values=value).astype("float64")
    wide = wide.reindex(pd.date_range(wide.index.min(), wide.index.max(), freq="MS"))
    months = [f"{day:%Y-%m-%d}" for day in wide.index]
    return [
        Line(slug, names.get(slug, slug), months, [None if pd.isna(v) else v for v in wide[slug]])
        for slug in map(str, wide.columns)
    ]


def places(drawn: Sequence[Line], looks: Mapping[str, Style]) -> dict[str, Any]:
    """Places over time, the first on top; a gap where a community had none."""
    lowest = max((value or 1 for line in drawn for value in line.values), default=1)
    figure = go.Figure([trace(line, looks.get(line.slug, GREY), "place ") for line in drawn])
    height = min(620, 130 + 55 * int(lowest))
    span = (lowest + 0.5, 0.5)
    figure.update_layout(**layout(height), yaxis={"range": list(span), "tickformat": "d"})
    figure.update_yaxes(title="place", **({"dtick": 1} if lowest <= 12 else {}))
    return finished(figure, labels(drawn, looks, span, height))


def monthly(drawn: Sequence[Line], unfinished: Sequence[Line], looks: Mapping[str, Style], unit: str) -> dict[str, Any]:
    """Monthly numbers from zero; `unfinished` months are hollow marks that no line joins."""
    figure = go.Figure([trace(line, looks.get(line.slug, GREY)) for line in drawn])
    figure.add_traces([hollow(line, looks.get(line.slug, GREY)) for line in unfinished])
    values = [value or 0 for line in (*drawn, *unfinished) for value in line.values]
    span = (0.0, 1.06 * max(values, default=0) or 1.0)
    figure.update_layout(**layout(420), yaxis={"range": list(span), "tickformat": ",~r"})
    figure.update_yaxes(title=escape(unit))
    return finished(figure, labels(drawn, looks, span, 420))


def trace(line: Line, style: Style, said: str = "") -> go.Scatter:
    """A line with gaps; its marks are few, so that they tell lines apart and hide nothing."""
    return go.Scatter(
        name=escape(line.name),
        x=line.months,
        y=line.values,
        mode="lines+markers",
        line={"color": style.colour, "width": 1 if style is GREY else 2},
        marker={"symbol": style.symbol, "size": sizes(line), "line": {"width": 0}},
        hovertemplate=f"{said}%{{y:,~r}}",
    )


def sizes(line: Line) -> list[int]:
    """A mark each December, at the last month, and where a month stands alone between gaps."""
    known = [None, *line.values, None]
    last = max((n for n, value in enumerate(line.values) if value is not None), default=-1)
    alone = [known[n] is None and known[n + 2] is None for n in range(len(line.values))]
    return [8 if n == last or alone[n] or month[5:7] == "12" else 0 for n, month in enumerate(line.months)]


def hollow(line: Line, style: Style) -> go.Scatter:
    """Hollow marks for months that are not complete."""
    return go.Scatter(
        name=f"{escape(line.name)}, not complete",
        x=[month for month, value in zip(line.months, line.values, strict=True) if value is not None],
        y=[value for value in line.values if value is not None],
        mode="markers",
        marker={"symbol": f"{style.symbol}-open", "size": 8, "color": style.colour},
        hovertemplate="%{y:,~r}",
        showlegend=False,
    )


def layout(height: int) -> dict[str, Any]:
    """The one style of all charts."""
    axis = {"gridcolor": GRID, "zeroline": False, "fixedrange": True, "linecolor": MUTED}
    return {
        "template": go.layout.Template(layout={"xaxis": axis, "yaxis": axis}),
        "height": height,
        "font": {"family": FONT, "size": 13, "color": INK},
        "margin": {"t": TOP, "b": BOTTOM, "l": LEFT, "r": 24},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "hovermode": "x unified",
        "dragmode": False,
        "showlegend": False,
        "legend": {"itemsizing": "constant", "itemclick": False, "itemdoubleclick": False},
        "xaxis": {"hoverformat": "%B %Y", "type": "date"},
    }


def labels(
    drawn: Sequence[Line], looks: Mapping[str, Style], span: tuple[float, float], height: int
) -> list[dict[str, Any]]:
    """A name at the end of every highlighted line, moved apart where ends are close."""
    ends = {line.slug: end(line) for line in drawn if line.slug in looks}
    newest = max((month for month, _ in filter(None, ends.values())), default="")
    named = [(line, *at) for line in drawn if (at := ends.get(line.slug))]
    scale = (height - TOP - BOTTOM) / (span[1] - span[0])
    here = sorted((entry for entry in named if entry[1] == newest), key=lambda e: e[2] * scale)
    heights = [value * scale for _, _, value in here]
    margin = [
        beside(line, looks[line.slug], value, moved - value * scale)
        for (line, _, value), moved in zip(here, spread(heights), strict=True)
    ]
    ended = [above(line, looks[line.slug], at, v) for line, at, v in named if at != newest]
    return margin + ended


def end(line: Line) -> tuple[str, float] | None:
    """The last month that has a value, with it; None for a line without any."""
    known = [(m, v) for m, v in zip(line.months, line.values, strict=True) if v is not None]
    return known[-1] if known else None


def spread(heights: Sequence[float]) -> list[float]:
    """Ascending pixel heights moved apart to `LABEL_GAP`, around their common middle."""
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, moved[-1] + LABEL_GAP) if moved else height)
    crowded = any(b - a < LABEL_GAP for a, b in pairwise(heights))
    drift = (sum(moved) - sum(heights)) / len(moved) if crowded else 0.0
    return [height - drift for height in moved]


def beside(line: Line, style: Style, value: float, shift: float) -> dict[str, Any]:
    """A label in the right margin."""
    where = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 6, "yshift": round(shift, 1)}
    return {**text(line, style), **where, "y": value}


def above(line: Line, style: Style, at: str, value: float) -> dict[str, Any]:
    """A label at a line that ended before the others."""
    return {**text(line, style), "x": at, "y": value, "xanchor": "center", "yshift": 16}


def text(line: Line, style: Style) -> dict[str, Any]:
    """A name with its mark; the name is text, whatever it contains."""
    mark = f'<span style="color:{style.colour}">{style.shape}</span>'
    said = f"{mark} {escape(line.name)}"
    return {"text": said, "showarrow": False, "bgcolor": "rgba(255,255,255,0.8)", "borderpad": 0}


def finished(figure: go.Figure, labelled: list[dict[str, Any]]) -> dict[str, Any]:
    """The figure as JSON: labels beside the lines on a wide screen, a legend on a narrow one."""
    margin = {"t": TOP, "b": BOTTOM, "l": LEFT}
    longest = max((len(label["text"].split("</span>")[1]) for label in labelled), default=0)
    plain: dict[str, Any] = figure.to_plotly_json()
    return {
        "data": plain["data"],
        "layout": plain["layout"],
        "config": CONFIG,
        "wide": {"annotations": labelled, "margin": {**margin, "r": 24 + 8 * longest}},
        "narrow": {
            "showlegend": True,
            "legend": {**plain["layout"]["legend"], "orientation": "h", "y": -0.12},
            "margin": {**margin, "r": 8, "l": 44},
        },
    }
