"""The figure of one metric of one community: months as dots, the mean of twelve as a line in its range."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.charts import traces, words
from reports.charts.axes import LogAxis
from reports.charts.figure import Figure, finish
from reports.charts.series import Break, Event, Hole, Mark, Series, Span
from reports.charts.theme import Look

PANEL, RELEASES, APART = 270, 30, 10


@dataclass(frozen=True)
class Monthly:
    """What the figure draws, over the same months: `counts` are the months, `means` the line, `span` its range.

    `label` is the text at the end of the line. `bots` is a thin line. `unseen_releases` are months without tags.
    """

    look: Look
    counts: Series
    means: Series
    span: Span
    label: str
    holes: Sequence[Hole] = ()
    events: Sequence[Event] = ()
    releases: Sequence[Mark] = ()
    unseen_releases: Sequence[Hole] = ()
    breaks: Sequence[Break] = field(default=())
    bots: Series | None = None
    bots_said: str = ""

    @property
    def has_releases(self) -> bool:
        """Whether there is a row of releases below the panel."""
        return bool(self.releases or self.unseen_releases)


def draw_monthly(shown: Monthly) -> Figure:
    """Return the figure, on a logarithmic axis; holes are hatched from top to bottom and say their cause."""
    bots = shown.bots.values if shown.bots else ()
    axis = LogAxis([*shown.counts.values, *shown.span.lows, *shown.span.highs, *bots], PANEL)
    months = shown.counts.months
    low, high = axis.floor, 10**axis.top
    drawn = [
        *([traces.hatched([traces.hole_box(h, low, high) for h in shown.holes])] if shown.holes else []),
        traces.band(shown.means, shown.look, shown.span),
        *([traces.thin_line(shown.bots, shown.look, low, shown.bots_said)] if shown.bots else []),
        *traces.dots(shown.counts, shown.look, low),
        traces.line(shown.means, shown.look, low, shown.span),
        *(traces.ring(_on_panel(event, axis)) for event in shown.events),
    ]
    middle = (axis.bottom + axis.top) / 2
    said = [
        *words.at_end([shown.means], {shown.means.key: shown.look}, axis, {shown.means.key: f"<b>{shown.label}</b>"}),
        *words.beside_events(shown.events, axis, len(months)),
        *(text for hole in shown.holes for text in words.in_hole(hole, middle, len(months))),
    ]
    return _with_releases(shown, drawn, said, axis)


def _with_releases(shown: Monthly, drawn: list[Any], said: list[Any], axis: LogAxis) -> Figure:
    """Return the figure; releases stand in a row of their own below the panel, hatched where no tags were seen."""
    months, more = shown.counts.months, {}
    panel = PANEL
    if shown.has_releases:
        panel = PANEL + APART + RELEASES
        share = RELEASES / panel
        drawn += [traces.hatched([traces.hole_box(h, -0.6, 1.6) for h in shown.unseen_releases], "hole", "y2")]
        drawn += [traces.ticks(shown.releases, shown.look)] if shown.releases else []
        said += words.beside_marks(shown.releases, len(months))
        said += [text for h in shown.unseen_releases for text in words.in_hole(h, 0.5, len(months), "y2")]
        row = {"domain": [0, share], "range": [-0.6, 1.6], "fixedrange": True, "showgrid": False, "zeroline": False,
               "tickvals": [], "anchor": "x"}  # fmt: skip
        more = {"yaxis2": row}
    yaxis = axis.layout | ({"domain": [(APART + RELEASES) / panel, 1]} if shown.has_releases else {})
    if shown.has_releases:
        more["xaxis"] = {"anchor": "y2"}
    shapes = [traces.upright(month) for month in sorted({each.month for each in shown.breaks})]
    more |= {"shapes": shapes} if shapes else {}
    return finish(drawn, months, yaxis, panel, words=said, label=shown.label, **more)


def _on_panel(event: Event, axis: LogAxis) -> Event:
    return Event(event.key, event.month, max(event.value, axis.floor), event.text, event.size)
