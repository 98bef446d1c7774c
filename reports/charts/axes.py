"""The axes of the figures: round logarithmic steps, months, lanes."""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from reports.charts.theme import CLEAR
from reports.text.formats import next_month

FEW_MONTHS, APART, LEAST_SPAN = 24, 16, 4


class LogAxis:
    """A logarithmic axis with ticks at 1, 3, 10, 30 and so on; zero stands on its lowest line."""

    def __init__(self, values: Iterable[float | None], pixels: int) -> None:
        known = [value for value in values if value is not None]
        positive = [value for value in known if value > 0] or [1.0, 10.0]
        self.has_zero = min(known, default=1.0) <= 0
        least = min(positive) / (1.6 if self.has_zero else 1.15)
        most = 1.15 * max(positive)
        wider = max(1.0, (LEAST_SPAN * least / most) ** 0.5)
        self.bottom, self.top = math.log10(least / wider), math.log10(most * wider)
        self.pixels = pixels

    @property
    def floor(self) -> float:
        """The value at which zero stands."""
        return float(10**self.bottom)

    def at(self, value: float) -> float:
        """Return where a label of a value stands, as Plotly wants it: as a logarithm."""
        return math.log10(max(value, self.floor))

    def height(self, value: float) -> float:
        """Return how many pixels above the bottom a value stands."""
        return (self.at(value) - self.bottom) * self.pixels / (self.top - self.bottom)

    @property
    def layout(self) -> dict[str, Any]:
        """The axis as Plotly wants it."""
        low = self.floor * (10 ** ((self.top - self.bottom) * APART / self.pixels) if self.has_zero else 1)
        steps = list(round_steps(low, 10**self.top))
        ticks = [self.floor, *steps] if self.has_zero else steps
        texts = [*(["0"] if self.has_zero else []), *(f"{step:,g}" for step in steps)]
        return {"type": "log", "range": [self.bottom, self.top], "tickvals": ticks, "ticktext": texts}


def round_steps(least: float, most: float) -> Iterator[float]:
    """Yield 1, 3, 10, 30 and so on within two ends; where they hold fewer than two of these also 2, 5, 20, 50."""
    found = list(_steps(least, most, (1, 3)))
    yield from found if len(found) > 1 else _steps(least, most, (1, 2, 3, 5, 7))


def _steps(least: float, most: float, digits: Sequence[int]) -> Iterator[float]:
    for power in range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1):
        yield from (step for digit in digits if least <= (step := digit * 10.0**power) <= most)


def time_axis(months: Sequence[str], ticks: int = 9) -> dict[str, Any]:
    """Return the time axis from the first month to the end of the last one, with so many ticks at most."""
    if not months:
        return {}
    axis: dict[str, Any] = {"range": [months[0], f"{next_month(date.fromisoformat(months[-1]))}"]}
    if len(months) <= FEW_MONTHS:  # Plotly would write days
        return axis | {"dtick": "M3" if len(months) > FEW_MONTHS // 3 else "M1", "tickformat": "%b\n%Y"}
    years = next(step for step in (1, 2, 4, 5, 10, 50) if len(months) / 12 / step <= ticks)
    return axis | {"dtick": f"M{12 * years}", "tick0": "2010-01-01", "tickformat": "%Y", "tickangle": 0}


def lanes_axis(names: Sequence[str]) -> dict[str, Any]:
    """Return an axis of named lanes, the first on top, at 1, 2, 3 and so on."""
    lanes = list(range(1, len(names) + 1))
    return {"range": [len(names) + 0.6, 0.4], "tickvals": lanes, "ticktext": list(names),
            "ticks": "outside", "ticklen": 6, "tickcolor": CLEAR}  # fmt: skip
