"""What the hero chart draws: a line of each community, with its holes, and what is written at them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

SPAN = 12
LEAST_FALL = 0.5
"""A fall is noted where a number lost at least this share within twelve months."""


@dataclass(frozen=True)
class Line:
    """One community: a number a month with the ends of its range, None where it is not known.

    `causes` says in words why a hole is one, by the number of its first month. A hole follows a known month.
    """

    slug: str
    name: str
    marker: str | None
    values: Sequence[float | None]
    low: Sequence[float | None]
    high: Sequence[float | None]
    causes: Mapping[int, str]

    @property
    def last(self) -> int:
        """Return the number of the last known month."""
        return max(n for n, value in enumerate(self.values) if value is not None)

    @property
    def is_whole(self) -> bool:
        """Return whether the last month is known."""
        return self.values[-1] is not None

    def at(self, month: int) -> float:
        """Return the number of a known month."""
        value = self.values[month]
        assert value is not None
        return value

    def runs(self) -> Iterator[range]:
        """Yield each run of known months."""
        for known, run in groupby(range(len(self.values)), key=lambda n: self.values[n] is not None):
            if known:
                months = list(run)
                yield range(months[0], months[-1] + 1)

    def holes(self) -> Iterator[range]:
        """Yield each run of unknown months after the first known one."""
        runs = list(self.runs())
        yield from (range(one.stop, other.start) for one, other in pairwise(runs))
        if runs and not self.is_whole:
            yield range(runs[-1].stop, len(self.values))


@dataclass(frozen=True)
class Event:
    """A day that is marked with an upright line, what is written at it, and that where there is little room."""

    day: date
    text: str
    short: str


@dataclass(frozen=True)
class Note:
    """What is written near the number of a line's month, and that where there is little room."""

    line: Line
    month: int
    text: str
    short: str


def find_peak(lines: Sequence[Line]) -> tuple[Line, int] | None:
    """Return the line with the largest number and its month; None where that is its first or its last month."""
    tops = [(line, max(_known(line), key=line.at)) for line in lines if list(_known(line))]
    line, month = max(tops, key=lambda top: top[0].at(top[1]), default=(None, 0))
    if line is None or month in (line.last, next(_known(line))):
        return None
    return line, month


def find_fall(lines: Sequence[Line]) -> tuple[Line, int] | None:
    """Return the line that fell most within twelve months, and the first of these; None where none lost half."""
    falls = [(line, n) for line in lines for n in range(len(line.values) - SPAN) if _fell(line, n) <= LEAST_FALL]
    return min(falls, key=lambda fall: _fell(*fall), default=None)


def _fell(line: Line, month: int) -> float:
    """Return what was left of a number twelve months later; without either of both, more than any share."""
    before, after = line.values[month], line.values[month + SPAN]
    return after / before if before and after is not None else math.inf


def _known(line: Line) -> Iterator[int]:
    return (n for n, value in enumerate(line.values) if value is not None)
