"""A chart of a page: a figure, and a table with the same numbers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape

from markupsafe import Markup

from reports.charts.figure import Figure
from reports.charts.packing import pack
from reports.charts.series import Break, Event, Mark, Series
from reports.text.formats import format_month
from reports.text.labels import LEGEND, MISSING
from reports.text.language import gettext

HAPPENED = gettext("What happened")
BETWEEN, END = "\x00", "\x01"
"""Stand between cells and between rows, which are escaped together; no cell has them."""


@dataclass(frozen=True)
class Table:
    """The twin of a figure: a row per month, the newest first, and a column per line.

    `left_out` earlier months stand in the CSV alone. The last column is words where `has_words`. A row has the address
    `#2013-06` where `has_ids`. `evidence` is the address of the page that leads to the rows behind a month; a month's
    own part of it is `#2013-06`.
    """

    heads: list[str]
    rows: list[list[str]]
    months: Sequence[date] = ()
    evidence: str = ""
    has_words: bool = False
    has_ids: bool = False
    left_out: int = 0

    @property
    def body(self) -> Markup:
        """The rows as HTML; months lead to their evidence."""
        if not self.rows:
            return Markup()
        lines = escape(END.join(map(BETWEEN.join, self.rows))).replace(BETWEEN, "<td>").split(END)
        return Markup("\n".join(map(self._row, lines, self.months or [None] * len(lines))))  # noqa: S704 - it is escaped

    def _row(self, line: str, month: date | None) -> str:
        first, edge, others = line.partition("<td>")
        head = f'<a href="{self.evidence}#{month:%Y-%m}">{first}</a>' if self.evidence else first
        anchor = f' id="{month:%Y-%m}"' if self.has_ids else ""
        return f"<tr{anchor}><th>{head}{edge}{others}"


@dataclass(frozen=True)
class Chart:
    """A figure with its table and the words around it.

    `subject` is whom it is about, for a picture that is seen alone. `with_bots` is the figure that the switch puts in
    its place. `legend` has a sentence for each way of drawing. `source` is what a saved picture says below: what,
    edition, last month, method, and that a demo is invented.
    """

    id: str
    title: str
    description: str
    figure: Figure
    table: Table
    source: str
    download: str
    with_bots: Figure | None = None
    legend: Mapping[str, str] = field(default_factory=lambda: LEGEND)
    note: str = ""
    subject: str = ""

    @property
    def json(self) -> str:
        """The figure as JSON that cannot end the script element it stands in, packed for the script to unpack."""
        first = _first_month(self.figure)
        title = (
            gettext("{subject}: {title}").format(subject=self.subject, title=self.title) if self.subject else self.title
        )
        shown = {"first": first, "title": title, "source": self.source, **pack(self.figure, first)}
        if self.with_bots is not None:
            shown["with_bots"] = pack(self.with_bots, first)
        return json.dumps(shown, sort_keys=True, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")

    @property
    def heights(self) -> tuple[int, int]:
        """How many pixels high the figure is on a wide screen and on a phone."""
        return self.figure["layout"]["height"], self.figure["narrow"]["height"]

    @property
    def shown_legend(self) -> list[tuple[str, str]]:
        """How months, marks and events are drawn, as (kind, sentence); no line for months that were all seen."""
        drawn = {trace["meta"] for trace in self.figure["data"] if trace["x"]}
        drawn |= {"break"} if self.figure["layout"].get("shapes") else set()
        return [(kind, sentence) for kind, sentence in self.legend.items() if kind in drawn]


def _first_month(figure: Figure) -> str:
    return str(figure["layout"]["xaxis"].get("range", ["2000-01-01"])[0])


def table_of(
    head: str, drawn: Iterable[Series], cells: Mapping[tuple[date, str], str],
    events: Iterable[Event] = (), marks: Iterable[Mark] = (), breaks: Iterable[Break] = (),
    missing: str = MISSING["not_applicable"], evidence: str = "",
) -> Table:  # fmt: skip
    """Return the twin of a chart; `cells` has a text for each month and key of a line."""
    happened = texts_by_month(events, marks, breaks)
    columns = list(drawn)
    heads = [head, *(line.name for line in columns), *([HAPPENED] if happened else [])]
    months = sorted({month for month, _ in cells}, reverse=True)
    rows = [
        [format_month(m), *(cells.get((m, line.key), missing) for line in columns),
         *(["; ".join(happened.get(m, ()))] if happened else [])]
        for m in months
    ]  # fmt: skip
    return Table(heads, rows, months, evidence, bool(happened))


def texts_by_month(
    events: Iterable[Event] = (), marks: Iterable[Mark] = (), breaks: Iterable[Break] = ()
) -> dict[date, list[str]]:
    """Return what happened in each month in which anything did."""
    found: dict[date, list[str]] = {}
    for month, text in (
        *((each.month, each.text) for each in breaks), *((mark.day.replace(day=1), mark.text) for mark in marks),
        *((event.month, event.text) for event in events),
    ):  # fmt: skip
        found.setdefault(month, []).append(text)
    return found
