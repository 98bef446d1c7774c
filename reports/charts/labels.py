"""Words beside lines: names at their ends, what happened, moved apart where they would collide."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from reports.charts.scales import Scale
from reports.charts.series import Event, Mark, Series, Style

GAP = 17
LABEL_WIDTH, EVENT_WIDTH, CHART_WIDTH, DAYS_OF_A_MONTH = 14, 85, 880, 30.4


def on(scale: Scale, drawn: Sequence[Series], looks: Mapping[str, Style], events: Sequence[Event]) -> dict[str, Any]:
    """Return one scale of a figure: its axis, its floor, and the labels for a wide and a narrow screen."""
    written = [of_event(event, scale) for event in of_events(events, scale, drawn)]
    return {"axis": scale.axis, "floor": scale.floor, "wide": [*names(scale, drawn, looks), *written], "narrow": []}


def names(scale: Scale, drawn: Sequence[Series], looks: Mapping[str, Style]) -> list[dict[str, Any]]:
    """Return a name at the end of every highlighted line: those of the last year in the margin, moved apart."""
    ends = {line.key: end(line) for line in drawn if line.key in looks}
    newest = max((month for month, _ in filter(None, ends.values())), default="0001")
    late = f"{int(newest[:4]) - 1:04}{newest[4:]}"
    named = [(line, *at) for line in drawn if (at := ends.get(line.key))]
    here = sorted((entry for entry in named if entry[1] > late), key=lambda entry: scale.height(entry[2]))
    heights = [scale.height(value) for _, _, value in here]
    margin = [
        beside(line, looks[line.key], scale.at(value), moved - scale.height(value))
        for (line, _, value), moved in zip(here, spread(heights), strict=True)
    ]
    return margin + [ended(line, looks[line.key], at, scale, v) for line, at, v in named if at <= late]


def end(line: Series) -> tuple[str, float] | None:
    """Return the last month that has a value, with it; None for a line without any."""
    known = [(m, v) for m, v in zip(line.months, line.values, strict=True) if v is not None]
    return known[-1] if known else None


def spread(heights: Sequence[float]) -> list[float]:
    """Return ascending pixel heights, moved apart to `GAP`, around their common middle."""
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, moved[-1] + GAP) if moved else height)
    crowded = any(b - a < GAP for a, b in pairwise(heights))
    drift = (sum(moved) - sum(heights)) / len(moved) if crowded else 0.0
    return [height - drift for height in moved]


def beside(line: Series, style: Style, at: float, shift: float) -> dict[str, Any]:
    """Return a label in the right margin."""
    where = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 10, "yshift": round(shift, 1)}
    return {**text(line, style), **where, "y": at}


def ended(line: Series, style: Style, month: str, scale: Scale, value: float) -> dict[str, Any]:
    """Return a label at a line that ended before the others: above it, or after it where the first place is on top."""
    where = {"xanchor": "left", "xshift": 10} if scale.bottom > scale.top else {"xanchor": "center", "yshift": 16}
    return {**text(line, style), "x": month, "y": scale.at(value), **where}


def text(line: Series, style: Style) -> dict[str, Any]:
    """Return a name with its mark; the name is text, whatever it contains."""
    mark = f'<span style="color:{style.colour}">{style.shape}</span>'
    return {**_plain(f"{mark} {escape(line.label)}"), "bgcolor": "rgba(255,255,255,0.8)", "borderpad": 0}


def of_events(events: Sequence[Event], scale: Scale, drawn: Sequence[Series]) -> list[Event]:
    """Return the events that get a label, the largest first; one that would lie on another is left to the table."""
    apart = EVENT_WIDTH * DAYS_OF_A_MONTH * (len(drawn[0].months) if drawn else 0) / CHART_WIDTH
    shown: list[Event] = []
    for event in sorted(events, key=lambda event: (-event.size, event.key, event.month, event.value)):
        high = scale.height(event.value)
        near = (other for other in shown if abs((other.month - event.month).days) < apart)
        if all(abs(scale.height(other.value) - high) >= GAP for other in near):
            shown.append(event)
    return shown


def of_event(event: Event, scale: Scale) -> dict[str, Any]:
    """Return the label of an event, above its mark."""
    where = {"x": f"{event.month:%Y-%m-%d}", "y": scale.at(event.value), "xanchor": "center", "yshift": 17}
    return {**_plain(escape(event.label)), **where, "font": {"size": 12}, "bgcolor": "rgba(255,255,255,0.8)"}


def of_marks(marks: Sequence[Mark], drawn: Sequence[Series]) -> list[dict[str, Any]]:
    """Return the labels of marks, upright below them; one that would lie on another is left to the table."""
    shown = _apart(sorted(marks, key=lambda mark: mark.day), len(drawn[0].months) if drawn else 0)
    return [
        {**_plain(escape(mark.label)), "x": f"{mark.day:%Y-%m-%d}", "y": 0.5, "yref": "y2", "textangle": -90,
         "yanchor": "top", "font": {"size": 11}}
        for mark in shown
    ]  # fmt: skip


def _apart(marks: Sequence[Mark], months: int) -> Iterator[Mark]:
    least, last = months * DAYS_OF_A_MONTH * LABEL_WIDTH / CHART_WIDTH, None
    for mark in marks:
        if last is None or (mark.day - last).days >= least:
            last = mark.day
            yield mark


def _plain(said: str) -> dict[str, Any]:
    return {"text": said, "showarrow": False}
