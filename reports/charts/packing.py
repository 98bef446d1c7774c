"""Write a figure in less room: the page of a community has many, and a site may have a thousand communities.

Months are numbers from the first on, and those that follow each other are named by the first of them. A band is left
out: the script draws it from the range of its line. Hover values are kept only where they differ from
what is drawn.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

DIGITS = 3
"""The digits of a mean or a share: figure, table and hover value have the same."""
DIGITS_OF_BOX = 5
"""A box around a place may be a tenth of a place high."""


def pack(figure: dict[str, Any], first: str) -> dict[str, Any]:
    """Return a figure packed; `first` is the first day of its first month."""
    return figure | {"data": [_trace(trace, first) for trace in figure["data"] if trace["meta"] != "band"]}


def _trace(trace: dict[str, Any], first: str) -> dict[str, Any]:
    """Return a trace packed; a line with a range has `low` and `high`."""
    values, ranged = trace.get("customdata"), _ranged(trace)
    packed = {name: value for name, value in trace.items() if name != "customdata"}
    if trace.get("fill") == "toself":
        return packed | {"x": [], "y": [], "boxes": list(_boxes(_numbers(trace["x"], first), trace["y"]))}
    packed |= {"x": _days(trace["x"], first), "y": _rounded(trace["y"])}
    if ranged:
        middles, lows, highs = (list(each) for each in zip(*values or (), strict=True))
        return packed | {"low": _rounded(lows), "high": _rounded(highs)} | _hover(middles, trace["y"])
    return packed | (_hover(values, trace["y"]) if values is not None else {})


def _ranged(trace: dict[str, Any]) -> bool:
    """Return whether a trace is a line with a range: its hover values are value, low and high."""
    values = trace.get("customdata")
    return bool(values) and isinstance(values[0], list)


def _hover(values: Sequence[Any], drawn: Sequence[Any]) -> dict[str, Any]:
    """Return `hover`: the hover value of each month that differs from what is drawn, by its position."""
    apart = {n: value for n, (value, y) in enumerate(zip(values, drawn, strict=True)) if value != y}
    return {"hover": apart}


def _days(days: Sequence[str | None], first: str) -> list[Any] | int:
    """Return months as numbers from the first on; as the first one alone where they follow each other."""
    numbers = _numbers(days, first)
    steps = all(isinstance(n, int) for n in numbers) and all(b - a == 1 for a, b in pairwise(numbers))  # type: ignore[operator]
    return int(numbers[0]) if steps and numbers and numbers[0] is not None else numbers


def _numbers(days: Sequence[str | None], first: str) -> list[Any]:
    start = _number(first)
    return [_number(day) - start if day is not None and day.endswith("-01") else day for day in days]


@cache
def _number(day: str) -> int:
    return 12 * int(day[:4]) + int(day[5:7])


def _boxes(x: Sequence[Any], y: Sequence[Any]) -> Iterator[list[Any]]:
    """Yield each box by its ends: six corners stand for one, the last of them a gap."""
    for n in range(0, len(x), 6):
        yield [x[n], x[n + 1], *_rounded((y[n], y[n + 2]), DIGITS_OF_BOX)]


def _rounded(numbers: Sequence[float | None], digits: int = DIGITS) -> list[float | int | None]:
    return [None if number is None else _short(number, digits) for number in numbers]


def _short(number: float, digits: int) -> float | int:
    whole = float(number)
    short = whole if whole.is_integer() else float(f"{whole:.{digits}g}")
    return int(short) if short.is_integer() else short
