"""What a figure is made of: lines month by month, how each month is known, holes, marks, events and breaks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import pandas as pd

from reports.text.formats import next_month
from reports.text.language import gettext

LONGEST = 28
SAID = {
    "observed": "",
    "partial": gettext("partly observed"),
    "published": gettext("measured earlier"),
    "restated": gettext("restated later"),
    "cited": gettext("published by others"),
    "to date": gettext("to date"),
}
"""How a month is known, in words."""


@dataclass(frozen=True)
class Series:
    """One line: its key, its name, and month by month a value and how it is known; None is a gap."""

    key: str
    name: str
    months: tuple[str, ...]
    values: tuple[float | None, ...]
    kinds: tuple[str | None, ...] = ()

    @property
    def label(self) -> str:
        """The name as a figure has room for it."""
        return self.name if len(self.name) <= LONGEST else f"{self.name[: LONGEST - 1]}…"

    @property
    def end(self) -> tuple[str, float] | None:
        """The last month that has a value, with it; None for a line without any."""
        known = [(m, v) for m, v in zip(self.months, self.values, strict=True) if v is not None]
        return known[-1] if known else None


@dataclass(frozen=True)
class Span:
    """A range month by month: the least and the most that a value could be; None where there is none."""

    lows: tuple[float | None, ...]
    highs: tuple[float | None, ...]


@dataclass(frozen=True)
class Hole:
    """Months that could not be seen, the last one included, and why, in a short phrase.

    `lane` is the lower and the upper number between which it lies; without one it is as high as its panel.
    """

    first: date
    last: date
    text: str
    lane: tuple[float, float] | None = None


@dataclass(frozen=True)
class Mark:
    """Something that happened on a day to the line with this key, in full and in a word."""

    key: str
    day: date
    text: str
    label: str


@dataclass(frozen=True)
class Break:
    """A month from which on something else is counted, in full."""

    month: date
    text: str


@dataclass(frozen=True)
class Event:
    """A month's value at which something happened, in full, and how large it was."""

    key: str
    month: date
    value: float
    text: str
    size: int

    @property
    def label(self) -> str:
        """What happened in a few words."""
        return gettext("{size:,} recorded at once").format(size=self.size)


@lru_cache(maxsize=64)
def months_from(first: date, count: int) -> tuple[str, ...]:
    """Return so many months from the first on, each as its first day."""
    start = first.year * 12 + first.month - 1
    return tuple(f"{n // 12:04}-{n % 12 + 1:02}-01" for n in range(start, start + count))


def series_of(frame: pd.DataFrame, value: str = "value") -> list[Series]:
    """Return one line per key over every month from the first row to the last one.

    The frame has the columns key, name, month, known (one of SAID) and the one named `value`; NA is a gap.
    """
    if frame.empty:
        return []
    names: dict[str, str] = {}
    points: dict[str, dict[str, tuple[float, str]]] = {}
    columns = (frame[column].to_list() for column in ("key", "name", "month", value, "known"))
    for key, name, month, held, kind in zip(*columns, strict=True):
        names.setdefault(key, name)
        own = points.setdefault(key, {})
        if not pd.isna(held):
            own[f"{month:%Y-%m-%d}"] = (float(held), kind)
    months = tuple(_months(min(frame["month"]), max(frame["month"])))
    return [_line(key, names[key], months, points[key]) for key in sorted(points)]


def _months(first: date, last: date) -> Iterator[str]:
    month = first
    while month <= last:
        yield f"{month:%Y-%m-%d}"
        month = next_month(month)


def _line(key: str, name: str, months: tuple[str, ...], points: Mapping[str, tuple[float, str]]) -> Series:
    known = [points.get(month, (None, None)) for month in months]
    return Series(key, name, months, tuple(value for value, _ in known), tuple(kind for _, kind in known))


def runs_of(flags: Sequence[object]) -> Iterator[tuple[int, int, object]]:
    """Yield (start, end, flag) for each run of equal flags that follow each other; `end` is the one after its last."""
    start = 0
    for n in range(1, len(flags) + 1):
        if n == len(flags) or flags[n] != flags[start]:
            yield start, n, flags[start]
            start = n
