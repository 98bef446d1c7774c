"""The chart of contributors a month that the front page shows, with its table and its pictures to save."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from markupsafe import Markup

from reports.charts.chart import Chart
from reports.graphics.hero import Hero, draw_hero
from reports.graphics.line import SPAN, Event, Line, Note, find_fall, find_peak
from reports.graphics.picture import SHAPES, Words, draw_picture
from reports.pages.context import Context, Row
from reports.pages.explore import explore_chart
from reports.text.citation import citation
from reports.text.formats import format_level, format_month, format_range
from reports.text.language import gettext
from reports.text.unseen import cause_text

ID = "contributors"
MOST_LINES = 12
TALK = date(2013, 7, 18)
"""The day of the talk that asked the question first."""


@dataclass(frozen=True)
class HeroFigure:
    """What the template of the figure takes: the picture, the chart to explore, and the same numbers as a table.

    A row of the table is its month and a cell for each line; `left_out` counts the communities without a line.
    """

    hero: Hero
    drawn: Markup
    explored: Chart
    rows: Sequence[tuple[date, Sequence[str]]]
    left_out: int


def hero_figure(site: Context) -> HeroFigure | None:
    """Return the figure of the month that is shown; None where no level is known."""
    held = read_hero(site)
    if held is None:
        return None
    hero, left_out = held
    numbered = reversed(list(enumerate(hero.months)))
    rows = [(month, [cell_text(line, n) for line in hero.lines]) for n, month in numbered]
    return HeroFigure(hero, draw_hero(hero), explore_chart(site, hero), rows, left_out)


def read_hero(site: Context) -> tuple[Hero, int] | None:
    """Return what the chart shows, and how many communities have no line in it: it draws the largest ones."""
    levels = [row for row in site.rows("downloads_of_month", "contributors") if row["name"]]
    first = min((row["month"] for row in levels if row["value"] is not None), default=None)
    if first is None:
        return None
    months = sorted({row["month"] for row in levels if row["month"] >= first})
    lines = _lines(site, [row for row in levels if row["month"] >= first])
    return _hero(lines[:MOST_LINES], months), max(len(lines) - MOST_LINES, 0)


def hero_pictures(site: Context) -> Mapping[str, str]:
    """Return the SVG files of the figure by their names, each as a script too, from which a page makes a PNG file.

    A script works where the site is opened as files; a fetched picture does not.
    """
    held = read_hero(site)
    if held is None:
        return {}
    colours = {row["community"]: row["colour"] for row in site.communities}
    drawn = {f"{ID}{shape.name}": draw_picture(held[0], _words(site, held[0]), shape, colours) for shape in SHAPES}
    scripts = {f"{name}.js": _as_script(name, picture) for name, picture in drawn.items()}
    return {f"{name}.svg": picture for name, picture in drawn.items()} | scripts


def _as_script(name: str, picture: str) -> str:
    return f"(window.stackrankPictures ??= {{}})[{json.dumps(name)}] = {json.dumps(picture, ensure_ascii=False)};\n"


def _words(site: Context, hero: Hero) -> Words:
    shows = gettext("Mean of twelve months, with its range of 90 %, on a logarithmic scale. The lines end in {month}.")
    return Words(
        hero.title, shows.format(month=format_month(hero.months[-1])), citation(site, hero.title),
        gettext("invented data") if site.build["is_invented"] else "",
    )  # fmt: skip


def cell_text(line: Line, month: int) -> str:
    """Return a number of the table with its range, or why there is none."""
    if line.values[month] is None:
        hole = next((hole for hole in line.holes() if month in hole), None)
        return gettext("not begun") if hole is None else line.causes[hole.start]
    ends = format_range(line.low[month], line.high[month])
    return f"{format_level(line.values[month])} ({ends})" if ends else format_level(line.values[month])


def _lines(site: Context, levels: Sequence[Row]) -> list[Line]:
    """Return a line of each community that has a level, the largest of those that reach furthest first."""
    marks = {row["community"]: row["marker"] for row in site.communities}
    unseen = _by_community(site.rows("hero", "unseen"))
    known = {slug: rows for slug, rows in _by_community(levels).items() if any(r["value"] is not None for r in rows)}
    lines = [_line(rows, marks[slug], unseen.get(slug, ())) for slug, rows in known.items()]
    return sorted(lines, key=lambda line: (-line.last, -line.at(line.last)))


def _by_community(rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    return {slug: list(own) for slug, own in groupby(rows, key=lambda row: row["community"])}


def _line(rows: Sequence[Row], marker: str | None, unseen: Sequence[Row]) -> Line:
    value, low, high = ([row[name] for row in rows] for name in ("value", "low", "high"))
    line = Line(rows[0]["community"], rows[0]["name"], marker, value, low, high, {})
    months = [row["month"] for row in rows]
    return replace(line, causes={hole.start: _cause(months, hole, unseen) for hole in line.holes()})


def _cause(months: Sequence[date], hole: range, unseen: Sequence[Row]) -> str:
    """Return why months have no level: what the coverage says of the newest month of the hole and of its windows."""
    first, last = months[max(hole.start - SPAN + 1, 0)], months[hole.stop - 1]
    own = [row for row in unseen if first <= row["month"] <= last]
    return cause_text([row for row in own if row["month"] == own[-1]["month"]])


def _hero(lines: Sequence[Line], months: Sequence[date]) -> Hero:
    span = {"first": months[0].year, "last": months[-1].year}
    return Hero(
        id=ID,
        title=gettext("Contributors a month, {first} to {last}").format(**span),
        description=_description(lines, months),
        months=months,
        lines=lines,
        event=Event(TALK, gettext("18 July 2013: the talk that began this"), gettext("18 July 2013: the talk")),
        notes=[*_peak(lines, months), *_fall(lines, months)],
    )


def _description(lines: Sequence[Line], months: Sequence[date]) -> str:
    """Return in words what the lines show at their ends."""
    said = [gettext("Line chart on a logarithmic scale.")]
    said += [_end(line, months[line.last]) for line in lines]
    return " ".join(said)


def _end(line: Line, month: date) -> str:
    sentence = gettext("{name}: {value} contributors a month in {month}.")
    end = sentence.format(name=line.name, value=format_level(line.at(line.last)), month=format_month(month))
    if line.is_whole:
        return end
    return gettext("{sentence} Later months: {cause}.").format(sentence=end, cause=line.causes[line.last + 1])


def _peak(lines: Sequence[Line], months: Sequence[date]) -> list[Note]:
    found = find_peak(lines)
    if found is None:
        return []
    line, month = found
    given = {"name": line.name, "value": format_level(line.at(month)), "month": format_month(months[month])}
    text = gettext("{name}’s peak: {value} in {month}").format(**given)
    return [Note(line, month, text, gettext("Peak: {value}").format(**given))]


def _fall(lines: Sequence[Line], months: Sequence[date]) -> list[Note]:
    found = find_fall(lines)
    if found is None:
        return []
    line, month = found
    before, after = (format_level(line.at(n)) for n in (month, month + SPAN))
    given = {"name": line.name, "before": before, "after": after, "month": format_month(months[month + SPAN])}
    text = gettext("{name} fell from {before} to {after} in the year to {month}").format(**given)
    return [Note(line, month + SPAN // 2, text, gettext("Fell to {after}").format(**given))]
