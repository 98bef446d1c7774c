"""Write a figure in less room: the page of a community has many, and a site may have a thousand communities.

Months are numbers from the first on, and those that follow each other are named by the first of them. A band is left
out: the script draws it from the range of its line. Hover values are kept only where they differ from
what is drawn, sizes of markers where a month has one, and what a phone shows where it differs. Boxes are whole numbers
where all of them stand out over those by the same.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

DIGITS = 3
"""The digits of a mean or a share: figure, table and hover value have the same."""
SAME = ("annotations", "height")
"""What is often the same on a phone."""
DIGITS_OF_BOX = 5
"""A box around a place may be a tenth of a place high."""


def pack(figure: dict[str, Any], first: str) -> dict[str, Any]:
    """Return a figure packed; `first` is the first day of its first month."""
    data = [_trace(trace, first) for trace in figure["data"] if trace["meta"] != "band"]
    return figure | {"data": data} | ({"narrow": _changed(figure)} if "narrow" in figure else {})


def _changed(figure: dict[str, Any]) -> dict[str, Any]:
    wide, narrow = figure["layout"], figure["narrow"]
    return {name: value for name, value in narrow.items() if name not in SAME or value != wide[name]}


def _trace(trace: dict[str, Any], first: str) -> dict[str, Any]:
    """Return a trace packed; a line with a range has `low` and `high`."""
    values, ranged = trace.get("customdata"), _ranged(trace)
    packed = {name: value for name, value in trace.items() if name != "customdata"}
    if trace.get("fill") == "toself":
        return packed | {"x": [], "y": []} | _boxes(_numbers(trace["x"], first), trace["y"])
    packed |= {"x": _days(tuple(trace["x"]), first), "y": _rounded(trace["y"])} | _sizes(trace)
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


@lru_cache(maxsize=64)
def _days(days: tuple[str | None, ...], first: str) -> list[Any] | int:
    """Return months as numbers from the first on; as the first one alone where they follow each other.

    The lines of a page have the same months.
    """
    numbers = _numbers(days, first)
    steps = all(isinstance(n, int) for n in numbers) and all(b - a == 1 for a, b in pairwise(numbers))  # type: ignore[operator]
    return int(numbers[0]) if steps and numbers and numbers[0] is not None else numbers


def _numbers(days: Sequence[str | None], first: str) -> list[Any]:
    start = _number(first)
    return [_number(day) - start if day is not None and day.endswith("-01") else day for day in days]


@cache
def _number(day: str) -> int:
    return 12 * int(day[:4]) + int(day[5:7])


def _sizes(trace: dict[str, Any]) -> dict[str, Any]:
    """Return `sizes`: the size of each marker that has one, by its position; nothing where all have the same."""
    marker = trace.get("marker", {})
    if not isinstance(marker.get("size"), list):
        return {}
    sizes = {n: size for n, size in enumerate(marker["size"]) if size}
    return {"marker": {name: value for name, value in marker.items() if name != "size"}, "sizes": sizes}


def _boxes(x: Sequence[Any], y: Sequence[Any]) -> dict[str, Any]:
    """Return each box by its ends: six corners stand for one, the last of them a gap."""
    ends = [(x[n], x[n + 1], y[n], y[n + 2]) for n in range(0, len(x), 6)]
    over = {round(edge, DIGITS_OF_BOX) for *_, low, high in ends for edge in (round(low) - low, high - round(high))}
    if len(over) == 1:
        return {"boxes": [[a, b, round(low), round(high)] for a, b, low, high in ends], "over": over.pop()}
    return {"boxes": [[a, b, *_rounded((low, high), DIGITS_OF_BOX)] for a, b, low, high in ends]}


def _rounded(numbers: Sequence[float | None], digits: int = DIGITS) -> list[float | int | None]:
    return [None if number is None else _short(number, digits) for number in numbers]


def _short(number: float, digits: int) -> float | int:
    whole = float(number)
    if whole.is_integer():
        return int(whole)
    short = float(f"{whole:.{digits}g}")
    return int(short) if short.is_integer() else short
