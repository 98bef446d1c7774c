"""Draw a number of all communities over the months: lines with their range, hatched holes, labels at the end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from reports.graphics.frame import LAYOUTS, Frame, Layout, frame_for
from reports.graphics.line import Event, Line, Note
from reports.graphics.marker import mark_at
from reports.graphics.placing import Box, free_box, free_row, spread, text_width, wrap_text
from reports.graphics.svg import element, hatch, path_through
from reports.text.formats import format_level, format_month
from reports.text.language import gettext

HEIGHT = 1.25
"""The height of a line of text, in sizes of its font."""
LABEL_GAP, LEADER, EDGE = 12.0, 6.0, 6.0
PIECE = 4
NOTE_WIDTH = 22
NARROWEST = 56.0
"""A hole that is narrower has no words; the table names its cause."""


@dataclass(frozen=True)
class Hero:
    """What a hero chart shows: its title and description in words, its months, lines, one day, and notes."""

    id: str
    title: str
    description: str
    months: Sequence[date]
    lines: Sequence[Line]
    event: Event | None
    notes: Sequence[Note]


def draw_hero(hero: Hero) -> Markup:
    """Return the chart in three widths, of which the styles show one."""
    return Markup("\n").join(draw_width(hero, layout) for layout in LAYOUTS)


def draw_width(hero: Hero, layout: Layout) -> Markup:
    """Return the chart in one width."""
    name = f"{hero.id}-{layout.name}"
    head = [
        element("title", hero.title, id=f"{name}-title"), element("desc", hero.description, id=f"{name}-about"),
    ]  # fmt: skip
    return element(
        "svg", [*head, *draw_parts(hero, frame_of(hero, layout))], class_=f"hero {layout.name}", role="img",
        viewBox=f"0 0 {layout.width} {layout.height}", aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-about",
    )  # fmt: skip


def frame_of(hero: Hero, layout: Layout) -> Frame:
    """Return the frame that shows all numbers of a chart and their ranges."""
    numbers = [value for line in hero.lines for value in line.values if value is not None]
    ends = [value for line in hero.lines for value in line.high if value is not None]
    return frame_for(layout, hero.months, numbers, max([*numbers, *ends]))


def draw_parts(hero: Hero, frame: Frame) -> Iterator[Markup]:
    """Yield what stands in the chart, from the back to the front."""
    yield from _scales(frame)
    own = {line.slug: list(_boxes(line, frame)) for line in hero.lines}
    covered = [box for boxes in own.values() for box in boxes]
    texts = list(_event(hero.event, frame, covered))
    texts += [part for line in hero.lines for part in _holes(line, frame, covered, own[line.slug])]
    yield from (_bands_and_line(line, frame) for line in hero.lines)
    yield from texts
    yield from _end_labels([line for line in hero.lines if line.is_whole], frame)
    yield from (_early_label(line, frame, covered) for line in hero.lines if not line.is_whole)
    yield from (_note(note, frame, covered) for note in hero.notes)


def _scales(frame: Frame) -> Iterator[Markup]:
    plot, size = frame.plot, frame.layout.font
    for tick in frame.ticks():
        y = frame.y(tick)
        yield element("line", class_="grid", x1=plot.left, x2=plot.right, y1=y, y2=y)
        yield element("text", f"{tick:,g}", x=plot.left - 6, y=y + size / 3, text_anchor="end", font_size=size)
    yield element("line", class_="base", x1=plot.left, x2=plot.right, y1=plot.bottom, y2=plot.bottom)
    yield from _dates(frame)


def _dates(frame: Frame) -> Iterator[Markup]:
    """Yield the years, and the last month in bold; a year that would run into it is left out."""
    plot, size = frame.plot, frame.layout.font
    last, x = format_month(frame.months[-1]), frame.x(len(frame.months) - 1)
    end = x - text_width(last, size) / 2 - text_width("2000", size) / 2 - 4
    years = [(str(year), at, None) for year, at in frame.years() if at < end]
    for text, at, look in [*years, (last, x, "last")]:
        yield element("line", class_="base", x1=at, x2=at, y1=plot.bottom, y2=plot.bottom + 5)
        yield _text(text, at, plot.bottom + 20, size, look)


def _boxes(line: Line, frame: Frame) -> Iterator[Box]:
    """Yield what a line covers with its range, in pieces of a few months."""
    for run in line.runs():
        for start in range(run.start, run.stop, PIECE):
            months = range(start, min(start + PIECE + 1, run.stop))
            ends = [frame.y(value) for month in months for value in _range(line, month)]
            yield Box(frame.x(months[0]) - 3, min(ends) - 3, frame.x(months[-1]) + 3, max(ends) + 3)


def _range(line: Line, month: int) -> tuple[float, float]:
    value, low, high = line.at(month), line.low[month], line.high[month]
    return (value if low is None else low), (value if high is None else high)


def _bands_and_line(line: Line, frame: Frame) -> Markup:
    parts = [part for run in line.runs() for part in _run(line, run, frame)]
    marks = [month for run in line.runs() for month in run if _has_mark(frame.months[month])]
    parts += [mark_at(line.marker, frame.x(m), frame.y(line.at(m)), 0.8, "mark") for m in marks if m != line.last]
    end = mark_at(line.marker, frame.x(line.last), frame.y(line.at(line.last)), 1.1, "mark")
    return element("g", [*parts, end], class_=f"k-{line.slug}", data_line=line.slug)


def _has_mark(month: date) -> bool:
    return month.month == 6 and month.year % 2 == 0


def _run(line: Line, run: range, frame: Frame) -> Iterator[Markup]:
    there = [(frame.x(month), frame.y(_range(line, month)[1])) for month in run]
    back = [(frame.x(month), frame.y(_range(line, month)[0])) for month in reversed(run)]
    yield element("path", class_="band", d=f"{path_through([*there, *back])}Z")
    yield element("path", class_="line", d=path_through([(frame.x(month), frame.y(line.at(month))) for month in run]))


def _end_labels(lines: Sequence[Line], frame: Frame) -> Iterator[Markup]:
    """Yield the label of each line that reaches the last month, right of it; one that had to move has a leader."""
    size, plot = frame.layout.label_font, frame.plot
    ends = [frame.y(line.at(line.last)) for line in lines]
    heights = spread(ends, HEIGHT * size, plot.top, plot.bottom)
    x = frame.x(len(frame.months) - 1)
    for line, end, height in zip(lines, ends, heights, strict=True):
        if abs(end - height) > LEADER:
            yield element("path", class_=f"leader k-{line.slug}", d=path_through([(x + 6, end), (x + 10, height)]))
        room = frame.layout.width - x - LABEL_GAP
        yield _label(line, x + LABEL_GAP, height + size / 3, size, room, format_level(line.at(line.last)))


def _label(line: Line, x: float, y: float, size: float, room: float, value: str) -> Markup:
    """Return the name and the value of a line; a name that is too long for the room is cut."""
    name = _cut(line.name, size, room - text_width(f" {value}", size))
    parts = [name, " ", element("tspan", value, class_="value")]
    return element("text", parts, class_=f"label k-{line.slug}", x=x, y=y, font_size=size)


def _cut(name: str, size: float, room: float) -> str:
    if text_width(name, size) <= room:
        return name
    while len(name) > 1 and text_width(f"{name}…", size) > room:
        name = name[:-1]
    return f"{name}…"


def _early_label(line: Line, frame: Frame, covered: list[Box]) -> Markup:
    """Return the label of a line that ends before the last month, near its end, with the month of its value."""
    size, value = frame.layout.label_font, format_level(line.at(line.last))
    if not frame.layout.is_short:
        value = gettext("{value}, {month}").format(value=value, month=format_month(frame.months[line.last]))
    width = min(text_width(f"{line.name} {value}", size), frame.plot.right - frame.plot.left)
    box = _placed(line, line.last, (width, size * HEIGHT), frame, covered)
    return _label(line, box.left, box.bottom - size / 3, size, width + 1, value)


def _note(note: Note, frame: Frame, covered: list[Box]) -> Markup:
    size = frame.layout.font
    texts = wrap_text(note.short if frame.layout.is_short else note.text, size, NOTE_WIDTH * size)
    extent = max(text_width(each, size) for each in texts), HEIGHT * size * len(texts)
    return _texts(texts, _placed(note.line, note.month, extent, frame, covered), size)


def _placed(line: Line, month: int, size: tuple[float, float], frame: Frame, covered: list[Box]) -> Box:
    """Return a free place near the number of a month, and keep it from now on."""
    return _keep(free_box(frame.x(month), frame.y(line.at(month)), size, frame.plot, covered), covered)


def _keep(box: Box, covered: list[Box]) -> Box:
    covered.append(box)
    return box


def _event(event: Event | None, frame: Frame, covered: list[Box]) -> Iterator[Markup]:
    x = frame.x_of_day(event.day) if event else None
    if event is None or x is None:
        return
    size, plot = frame.layout.font, frame.plot
    yield element("line", class_="event", x1=x, x2=x, y1=plot.top - 8, y2=plot.bottom)
    text = event.text if text_width(event.text, size) < plot.right - x else event.short
    right = x + 6 + text_width(text, size)
    wanted = Box(x + 6, plot.top - 12, right, plot.top - 12 + HEIGHT * size)
    box = free_row(wanted.within(plot._replace(top=0)), plot._replace(top=0), covered)
    covered += [box, Box(x - 2, plot.top, x + 2, plot.bottom)]
    yield _texts([text], box, size)


def _holes(line: Line, frame: Frame, covered: list[Box], own: Sequence[Box]) -> Iterator[Markup]:
    """Yield each hole of a line in its lane, or in the nearest one where it covers no other line, with its cause."""
    for hole in line.holes():
        others = [box for box in covered if box not in own]
        box, parts = _hole(line, hole, frame, others)
        covered.append(box)
        yield from parts


def _hole(line: Line, hole: range, frame: Frame, others: Sequence[Box]) -> tuple[Box, list[Markup]]:
    size, stop = frame.layout.font, min(hole.stop, len(frame.months))
    left, right = frame.x(hole.start - 0.5) + EDGE, frame.x(stop - 0.5)
    has_room = right - left >= NARROWEST
    texts = wrap_text(line.causes[hole.start], size, right - left - EDGE) if has_room else []
    ends = [line.at(hole.start - 1), line.at(min(hole.stop, line.last))]
    middle, height = sum(map(frame.y, ends)) / 2, HEIGHT * size * max(len(texts), 1) + 2 * EDGE
    box = free_row(Box(left, middle - height / 2, right, middle + height / 2), frame.plot, others)
    hatched = hatch(box.left, box.top, box.right - box.left, box.bottom - box.top)
    return box, [hatched, _texts(texts, box, size)] if has_room else [hatched]


def _texts(texts: Sequence[str], box: Box, size: float) -> Markup:
    """Return lines of text in the middle of a rectangle."""
    x, first = (box.left + box.right) / 2, (box.top + box.bottom - HEIGHT * size * len(texts)) / 2 + size
    lines = [element("tspan", text, x=x, y=first + n * HEIGHT * size) for n, text in enumerate(texts)]
    return element("text", lines, class_="said", text_anchor="middle", font_size=size)


def _text(text: str, x: float, y: float, size: float, look: str | None) -> Markup:
    return element("text", text, class_=look, x=x, y=y, text_anchor="middle", font_size=size)
