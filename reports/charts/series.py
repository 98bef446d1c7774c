"""What a chart is made of: lines month by month, how each month is known, marks and events."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from reports.answers import Row


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
    "partial": Kind("dot", True, "partly observed"),
    "published": Kind("dash", True, "measured earlier"),
    "restated": Kind("dot", True, "restated later"),
    "cited": Kind("dash", True, "published by others"),
    "to date": Kind(None, True, "to date"),
}


class Line(NamedTuple):
    """The name and the values of a community or a metric, month by month; None is a gap.

    `kinds` says of each month how its value is known: one of KINDS, None at a gap.
    """

    slug: str
    name: str
    months: list[str]
    values: list[float | None]
    kinds: list[str | None]

    @property
    def label(self) -> str:
        """The name as a chart has room for it."""
        return self.name if len(self.name) <= LONGEST else f"{self.name[: LONGEST - 1]}…"


class Mark(NamedTuple):
    """Something that happened on a day to the community with this slug, in full and in a word."""

    slug: str
    day: date
    said: str
    label: str


class Break(NamedTuple):
    """A month from which on a series counts another source, in full."""

    month: date
    said: str


class Event(NamedTuple):
    """A month's value that its line does not rise to, with the reason in full and how much was added at once."""

    slug: str
    month: date
    value: float
    said: str
    added: int

    @property
    def label(self) -> str:
        """The reason in two words."""
        return f"import: {self.added:,}"


def styles(slugs: Sequence[str]) -> dict[str, Style]:
    """A style for the first six; who has which does not change when places change among them."""
    return dict(zip(sorted(slugs[: len(STYLES)]), STYLES, strict=False))


def lines(rows: Iterable[Row], time: str, value: str, names: Mapping[str, str], key: str = "community") -> list[Line]:
    """One line per `key` over every month between the first and the last row; each row has its kind in `known`."""
    frame = pd.DataFrame(rows, columns=[key, time, value, "known"])
    if frame.empty:
        return []
    frame[time] = pd.to_datetime(frame[time])
    frame[value] = frame[value].astype("float64")
    frame["known"] = frame["known"].where(frame[value].notna())
    every = pd.date_range(frame[time].min(), frame[time].max(), freq="MS")
    values, known = (frame.pivot(index=time, columns=key, values=v).reindex(every) for v in (value, "known"))
    months = [f"{day:%Y-%m-%d}" for day in every]
    return [
        Line(slug, names.get(slug, slug), months, _plain(values[slug]), _plain(known[slug]))
        for slug in map(str, values.columns)
    ]


def _plain(column: "pd.Series[Any]") -> list[Any]:
    return [None if pd.isna(value) else value for value in column]
