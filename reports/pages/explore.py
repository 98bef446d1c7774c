"""The chart of the front page that a script draws: the lines of the picture, to point at."""

from collections.abc import Iterator

from reports.charts.chart import Chart, Table
from reports.charts.figure import Figure
from reports.charts.lines import draw_lines
from reports.charts.series import Hole, Series, Span
from reports.charts.theme import look_of
from reports.graphics.frame import FLOOR
from reports.graphics.hero import Hero
from reports.graphics.line import Line
from reports.pages.context import Context
from reports.text.language import gettext
from reports.text.picture import picture_source

LANE = 1.5
"""A hole is hatched from the number before it, divided by this, to that number times this."""


def explore_chart(site: Context, hero: Hero) -> Chart:
    """Return the chart that "Explore" puts in the place of the picture; the table of the picture is its twin."""
    last = f"{hero.months[-1]:%Y-%m-%d}"
    return Chart(
        id=hero.id, title=hero.title, description=hero.description, figure=_draw(hero), table=Table([], []),
        source=picture_source(site, gettext("contributors a month"), last), download="contributors.csv",
    )  # fmt: skip


def _draw(hero: Hero) -> Figure:
    months = tuple(f"{month:%Y-%m-%d}" for month in hero.months)
    return draw_lines(
        [Series(line.slug, line.name, months, tuple(line.values)) for line in hero.lines],
        {line.slug: look_of(line.slug, line.marker) for line in hero.lines},
        spans={line.slug: Span(tuple(line.low), tuple(line.high)) for line in hero.lines},
        holes=[hole for line in hero.lines for hole in _holes(hero, line)],
    )


def _holes(hero: Hero, line: Line) -> Iterator[Hole]:
    for hole in line.holes():
        before = max(line.at(hole.start - 1), FLOOR)
        lane = (before / LANE, before * LANE)
        yield Hole(hero.months[hole.start], hero.months[hole.stop - 1], line.causes[hole.start], lane)
