"""The figure of shares: stacked bars of a month each, up to a hundred percent."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from reports.charts import theme
from reports.charts.figure import Figure, finish
from reports.charts.series import Series
from reports.text.labels import MISSING

PANEL, WHOLE, LEGEND = 250, 100.0, 46
PARTLY = {"fillmode": "overlay", "fgcolor": theme.PAPER, "fgopacity": 0.55, "size": 6, "solidity": 0.3}
NOTHING = {
    "shape": "/",
    "fillmode": "replace",
    "fgcolor": theme.HATCH,
    "bgcolor": theme.CLEAR,
    "size": 8,
    "solidity": 0.14,
}
LEGEND_BELOW = {
    "showlegend": True,
    "legend": {"orientation": "h", "yref": "container", "yanchor": "bottom", "y": 0, "itemclick": False,
               "itemdoubleclick": False, "traceorder": "normal"},
}  # fmt: skip


def draw_shares(
    drawn: Sequence[Series], colours: Mapping[str, str], partly: Sequence[str], unseen: Sequence[str]
) -> Figure:
    """Return the bars.

    Months of `partly` rest on a part of the data and are hatched, those of `unseen` have no colour.
    """
    months = drawn[0].months if drawn else ()
    strokes = ["/" if month in partly else "" for month in months]
    traces = [_bars(line, colours[line.key], strokes) for line in drawn]
    traces += [_nothing(months, unseen)] if unseen else []
    axis = {"range": [0, WHOLE], "ticksuffix": " %", "dtick": 25}
    figure = finish(traces, months, axis, PANEL, barmode="stack", bargap=0, **LEGEND_BELOW)
    for layout, rows in ((figure["layout"], 1), (figure["narrow"], 2)):
        layout["height"] += LEGEND * rows
        layout["margin"] = layout["margin"] | {"b": layout["margin"]["b"] + LEGEND * rows}
    return figure


def _bars(line: Series, colour: str, strokes: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "bar", "name": escape(line.label), "legendgroup": line.key,
        "meta": "hatched" if any(strokes) else "whole",
        "x": list(line.months), "y": list(line.values), "xperiod": "M1", "xperiodalignment": "middle",
        "marker": {"color": colour, "line": {"width": 0}, "pattern": PARTLY | {"shape": strokes}},
        "hovertemplate": "%{y:.0f} %",
    }  # fmt: skip


def _nothing(months: Sequence[str], unseen: Sequence[str]) -> dict[str, Any]:
    """Return hatched bars without colour at the months that nobody saw."""
    return {
        "type": "bar", "name": MISSING["unobserved"], "legendgroup": "unseen", "meta": "unseen", "x": list(months),
        "y": [WHOLE if month in unseen else None for month in months], "xperiod": "M1", "xperiodalignment": "middle",
        "marker": {"color": theme.CLEAR, "line": {"width": 0}, "pattern": NOTHING},
        "hovertemplate": MISSING["unobserved"],
    }  # fmt: skip
