"""What a chart is made of: lines month by month, how each month is known, marks, events and breaks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pandas as pd

from reports.text.formats import next_month
from reports.text.language import gettext


class Style(NamedTuple):
    """How one line is drawn: colour, Plotly's marker symbol and the same shape as a letter."""

    colour: str
    symbol: str
    shape: str


# The palette of the UK Analysis Function, in its order.
STYLES = (
    Style("#12436D", "circle", "●"),
    Style("#28A197", "square", "■"),
    Style("#801650", "diamond", "◆"),
    Style("#F46A25", "triangle-up", "▲"),
    Style("#3D3D3D", "triangle-down", "▼"),
    Style("#A285D1", "star", "★"),
)
GREY = Style("#8a93a0", "circle", "○")
LONGEST = 28


class Kind(NamedTuple):
    """How a month is known, as it is drawn and said: the line's dash (none: marks only), hollow marks, words."""

    dash: str | None
    hollow: bool
    said: str


KINDS = {
    "observed": Kind("solid", False, ""),
    "partial": Kind("dot", True, gettext("partly observed")),
    "published": Kind("dash", True, gettext("measured earlier")),
    "restated": Kind("dot", True, gettext("restated later")),
    "cited": Kind("dash", True, gettext("published by others")),
    "to date": Kind(None, True, gettext("to date")),
}


@dataclass(frozen=True)
class Series:
    """One line of a chart: its key, its name, and month by month a value and how it is known; None is a gap."""

    key: str
    name: str
    months: tuple[str, ...]
    values: tuple[float | None, ...]
    kinds: tuple[str | None, ...] = ()

    @property
    def label(self) -> str:
        """The name as a chart has room for it."""
        return self.name if len(self.name) <= LONGEST else f"{self.name[: LONGEST - 1]}…"


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
        """What happened in two words."""
        return f"import: {self.size:,}"


def styles(keys: Sequence[str]) -> dict[str, Style]:
    """Return a style for the first six keys; who has which does not change when places change among them."""
    return dict(zip(sorted(keys[: len(STYLES)]), STYLES, strict=False))


def series_of(frame: pd.DataFrame, value: str = "value") -> list[Series]:
    """Return one line per key over every month from the first row to the last one.

    The frame has the columns key, name, month, known (one of KINDS) and the one named `value`; NA is a gap.
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
