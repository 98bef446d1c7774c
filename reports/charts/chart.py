"""A chart of a page: a figure, and a table with the same numbers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import plotly.graph_objects as go
from plotly.utils import PlotlyJSONEncoder

from reports.charts.series import Break, Event, Mark, Series
from reports.text.formats import format_month
from reports.text.labels import LEGEND, MISSING
from reports.text.language import gettext

CONFIG = {
    "showSendToCloud": False,  # Plotly would otherwise offer to upload the data
    "displaylogo": False,
    "displayModeBar": False,  # its buttons have no names for a screen reader; the page has its own
    "responsive": True,
}
HAPPENED = gettext("What happened")


@dataclass(frozen=True)
class Table:
    """The twin of a figure: a row per month, the newest first, and a column per line."""

    heads: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Chart:
    """A figure with its table and the words around it.

    `with_bots` is the figure that the switch puts in its place. `legend` has a sentence for each way of drawing.
    """

    id: str
    title: str
    description: str
    figure: go.Figure
    table: Table
    source: str
    download: str
    with_bots: go.Figure | None = None
    legend: Mapping[str, str] = field(default_factory=lambda: LEGEND)
    note: str = ""

    @property
    def json(self) -> str:
        """The figure as JSON that cannot end the script element it stands in."""
        shown = _spread(self.figure) | {"config": CONFIG, "title": self.title, "source": self.source}
        if self.with_bots is not None:
            other, title = _spread(self.with_bots), gettext("{title}, including bots").format(title=self.title)
            shown["with_bots"] = {"data": other["data"], "scales": other["scales"], "title": title}
        return json.dumps(shown, cls=PlotlyJSONEncoder, sort_keys=True).replace("<", "\\u003c")

    @property
    def scales(self) -> list[str]:
        """The names of the scales on which it can be drawn."""
        return list(self.figure.layout.meta["scales"])

    @property
    def shown_legend(self) -> list[tuple[str, str]]:
        """How months, marks and events are drawn, as (kind, sentence); no line for months that were all seen."""
        drawn = {trace.meta for trace in self.figure.data}
        drawn |= {"break"} if self.figure.layout.shapes else set()
        return [(kind, sentence) for kind, sentence in self.legend.items() if kind in drawn]


def _spread(figure: go.Figure) -> dict[str, Any]:
    """Return a figure as plain JSON, with what the script may put in place beside data and layout."""
    plain: dict[str, Any] = figure.to_plotly_json()
    return plain | plain["layout"].pop("meta")


def table_of(
    head: str, drawn: Iterable[Series], cells: Mapping[tuple[date, str], str],
    events: Iterable[Event] = (), marks: Iterable[Mark] = (), breaks: Iterable[Break] = (),
    missing: str = MISSING["not_applicable"],
) -> Table:  # fmt: skip
    """Return the twin of a chart; `cells` has a text for each month and key of a line."""
    happened = _texts_by_month(events, marks, breaks)
    columns = list(drawn)
    heads = [head, *(line.name for line in columns), *([HAPPENED] if happened else [])]
    months = sorted({month for month, _ in cells}, reverse=True)
    rows = [
        [format_month(m), *(cells.get((m, line.key), missing) for line in columns),
         *(["; ".join(happened.get(m, ()))] if happened else [])]
        for m in months
    ]  # fmt: skip
    return Table(heads, rows)


def _texts_by_month(
    events: Iterable[Event], marks: Iterable[Mark], breaks: Iterable[Break]
) -> dict[date, Sequence[str]]:
    dated = [(each.month, each.text) for each in breaks]
    dated += [(mark.day.replace(day=1), mark.text) for mark in marks]
    dated += [(event.month, event.text) for event in events]
    return {month: [text for day, text in dated if day == month] for month, _ in dated}
