"""Figures of lines: scores of communities with their ranges, dated counts, lists by themselves."""

from collections.abc import Mapping, Sequence
from html import escape

from reports.charts import traces, words
from reports.charts.axes import LogAxis
from reports.charts.figure import Figure, finish
from reports.charts.series import Break, Event, Hole, Series, Span
from reports.charts.theme import Look
from reports.text.formats import format_level

PANEL = 300


def draw_lines(
    drawn: Sequence[Series], looks: Mapping[str, Look], *, spans: Mapping[str, Span] | None = None,
    events: Sequence[Event] = (), breaks: Sequence[Break] = (), holes: Sequence[Hole] = (),
) -> Figure:  # fmt: skip
    """Return lines on a logarithmic axis, each with its name and last value at its end.

    `spans` are ranges by the key of a line. Events are rings, breaks are upright, holes are hatched in their lanes.
    """
    ranges = spans or {}
    ends = [end for span in ranges.values() for end in (*span.lows, *span.highs)]
    axis = LogAxis([*(value for line in drawn for value in line.values), *ends, *(e.value for e in events)], PANEL)
    months = drawn[0].months if drawn else ()
    lanes = [hole.lane or (axis.floor, 10**axis.top) for hole in holes]
    made = [traces.hatched([traces.hole_box(*each) for each in zip(holes, lanes, strict=True)])] if holes else []
    made += [traces.band(line, looks[line.key], ranges[line.key]) for line in drawn if line.key in ranges]
    made += [traces.line(line, looks[line.key], axis.floor, ranges.get(line.key)) for line in drawn]
    made += [traces.ring(event) for event in events]
    texts = {line.key: _label(line) for line in drawn}
    said = [
        *words.at_end(drawn, looks, axis, texts),
        *words.beside_events(events, axis, len(months)),
        *(
            text
            for hole, lane in zip(holes, lanes, strict=True)
            for text in words.in_hole(hole, sum(map(axis.at, lane)) / 2, len(months))
        ),
    ]
    shapes = [traces.upright(month) for month in sorted({each.month for each in breaks})]
    longest = max((f"{line.label} {format_level(line.end[1])}" for line in drawn if line.end), key=len, default="")
    return finish(made, months, axis.layout, PANEL, words=said, label=longest, shapes=shapes)


def _label(line: Series) -> str:
    value = f" {format_level(line.end[1])}" if line.end else ""
    return f"<b>{escape(line.label)}</b>{value}"
