"""The frame of a chart of monthly numbers on a logarithmic scale: where each month and number stands."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from reports.graphics.placing import Box

FLOOR = 0.3
"""Where a zero stands: a logarithm has none. Twelve months with one person in four of them are .33."""
PADDING = 1.35


@dataclass(frozen=True)
class Layout:
    """The measures of one width of a chart, in pixels; a year is written at every so many.

    Where `is_short` holds, texts are the short ones.
    """

    name: str
    width: int
    height: int
    left: int
    right: int
    font: float
    label_font: float
    years: int
    is_short: bool = False
    top: int = 18
    bottom: int = 32


WIDE = Layout("wide", 1088, 420, 36, 160, 12.5, 15, 2)
MIDDLE = Layout("middle", 660, 400, 34, 136, 12, 13.5, 2)
NARROW = Layout("narrow", 350, 360, 24, 102, 11, 12, 4, is_short=True)
LAYOUTS = (WIDE, MIDDLE, NARROW)


@dataclass(frozen=True)
class Frame:
    """A layout with its months and the least and the most number that it shows."""

    layout: Layout
    months: Sequence[date]
    least: float
    most: float

    @property
    def plot(self) -> Box:
        """Return the rectangle in which lines are drawn."""
        it = self.layout
        return Box(it.left, it.top, it.width - it.right, it.height - it.bottom)

    def x(self, month: float) -> float:
        """Return where the middle of the n-th month stands; half a month before is where it begins."""
        return self.plot.left + (month + 0.5) * (self.plot.right - self.plot.left) / len(self.months)

    def x_of_day(self, day: date) -> float | None:
        """Return where a day stands, or None outside of the months."""
        first = self.months[0]
        month = 12 * (day.year - first.year) + day.month - first.month
        return self.x(month - 0.5 + (day.day - 1) / 31) if 0 <= month < len(self.months) else None

    def y(self, value: float) -> float:
        """Return where a number stands; one below the scale stands at its lower end."""
        share = math.log(max(value, self.least) / self.least) / math.log(self.most / self.least)
        return self.plot.bottom - share * (self.plot.bottom - self.plot.top)

    def value_at(self, y: float) -> float:
        """Return the number that stands at a height."""
        share = (self.plot.bottom - y) / (self.plot.bottom - self.plot.top)
        return self.least * (self.most / self.least) ** share

    def ticks(self) -> Iterator[float]:
        """Yield the round numbers of the scale: 1, 3, 10, 30 and so on."""
        for power in range(math.floor(math.log10(self.least)), math.ceil(math.log10(self.most)) + 1):
            yield from (step * 10**power for step in (1, 3) if self.least <= step * 10**power <= self.most)

    def years(self) -> Iterator[tuple[int, float]]:
        """Yield each year that is written below, with the place of its first day."""
        for n, month in enumerate(self.months):
            if month.month == 1 and month.year % self.layout.years == 0:
                yield month.year, self.x(n - 0.5)


def frame_for(layout: Layout, months: Sequence[date], numbers: Iterable[float], most: float) -> Frame:
    """Return the frame that shows all numbers, the largest with its range, and a label each year where they are few."""
    least = max(min((number for number in numbers if number > 0), default=1.0) / PADDING, FLOOR)
    return Frame(_dense(layout, months), months, least, max(most * PADDING, 4 * least))


def _dense(layout: Layout, months: Sequence[date]) -> Layout:
    years = layout.years // 2 if len(months) < 12 * 8 else layout.years
    return replace(layout, years=max(years, 1))
