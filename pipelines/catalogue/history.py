"""Read data/history/*.csv: monthly and dated figures that others published, or that we measured once."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from math import isfinite
from pathlib import Path

from pipelines.catalogue.toml_files import WrongFileError

PERIOD = re.compile(r"(\d{4})(?:-Q[1-4]|-(\d\d)(?:-(\d\d))?)?")


class HistoryError(WrongFileError):
    """A line of data/history is not a figure; names file, line and column."""


@dataclass(frozen=True)
class Figure:
    """One number that somebody published, with what it counts, how good it is and where it stands.

    `period` is a day (`2013-06-30`), a month (`2013-06`), a quarter (`2013-Q2`) or a year; `month` is
    its first day where it is a month.
    """

    community: str
    metric: str
    definition: str
    period: str
    value: float
    quality: str
    source: str
    month: date | None
    file: str


COLUMNS = tuple(field.name for field in fields(Figure))[:7]


def load(folder: Path, communities: Iterable[str]) -> list[Figure]:
    """Return the figures of these communities (slugs), sorted; none if there is no such folder.

    Raises HistoryError for a line that is no figure and for a figure that stands there twice.
    """
    wanted = frozenset(communities)
    figures = sorted(
        (f for path in sorted(folder.glob("*.csv")) for f in _read(path) if f.community in wanted),
        key=lambda f: (f.community, f.metric, f.period, f.source, f.definition),
    )
    seen: dict[tuple[str, ...], Figure] = {}
    for figure in figures:
        key = (figure.community, figure.metric, figure.definition, figure.period, figure.source)
        if seen.setdefault(key, figure) is not figure:
            raise HistoryError(f"{figure.file}: {figure.community} {figure.metric} {figure.period} stands there twice")
    return figures


def _read(path: Path) -> Iterator[Figure]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file)
        if tuple(lines.fieldnames or ()) != COLUMNS:
            raise HistoryError(f"{path.name}: the first line must be {','.join(COLUMNS)}")
        for line in lines:
            where = f"{path.name}:{lines.line_num}"
            empty = [column for column in COLUMNS if not line[column]]
            if empty or None in line:
                raise HistoryError(f"{where}: {', '.join(empty) or 'more columns than the first line'}: empty or wrong")
            community, metric, definition, period, value, quality, source = (line[column] for column in COLUMNS)
            yield Figure(
                community, metric, definition, period, _value(value, where), quality, source,
                month=_month(period, where), file=path.name,
            )  # fmt: skip


def _value(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not isfinite(value) or value < 0:
        raise HistoryError(f"{where}: value: {text!r} is no count")
    return value


def _month(period: str, where: str) -> date | None:
    parts = PERIOD.fullmatch(period)
    try:
        year, month, day = (int(part or 1) for part in parts.groups()) if parts else (0, 0, 0)
        first = date(year, month, day)
    except ValueError:
        raise HistoryError(f"{where}: period: {period!r} is no day, month, quarter or year") from None
    return first if parts and parts[2] and not parts[3] else None
