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
ROW: dict[str, Any] = {"range": [-0.6, 1.6], "fixedrange": True, "showgrid": False, "zeroline": False, "tickvals": []}
"""The axis of the row of releases."""


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
        *([traces.hatched([traces.hole_box(h, (low, high)) for h in shown.holes])] if shown.holes else []),
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
    months, label = shown.counts.months, shown.label
    shapes = [traces.upright(month) for month in sorted({each.month for each in shown.breaks})]
    if not shown.has_releases:
        return finish(drawn, months, axis.layout, PANEL, words=said, label=label, shapes=shapes)
    panel = PANEL + APART + RELEASES
    return finish(
        [*drawn, *_release_traces(shown)], months, axis.layout | {"domain": [(APART + RELEASES) / panel, 1]}, panel,
        words=[*said, *_release_words(shown)], label=label, shapes=shapes,
        yaxis2=ROW | {"domain": [0, RELEASES / panel]}, xaxis={"anchor": "y2"},
    )  # fmt: skip


def _release_traces(shown: Monthly) -> list[Any]:
    unseen = [traces.hole_box(hole, ROW["range"]) for hole in shown.unseen_releases]
    ticks = [traces.ticks(shown.releases, shown.look)] if shown.releases else []
    return [*([traces.hatched(unseen, "hole", "y2")] if unseen else []), *ticks]


def _release_words(shown: Monthly) -> list[Any]:
    months = len(shown.counts.months)
    causes = (text for hole in shown.unseen_releases for text in words.in_hole(hole, 0.5, months, "y2"))
    return [*words.beside_marks(shown.releases, months), *causes]


def _on_panel(event: Event, axis: LogAxis) -> Event:
    return Event(event.key, event.month, max(event.value, axis.floor), event.text, event.size)
