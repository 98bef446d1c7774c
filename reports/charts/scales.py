"""The two scales of a chart: from zero, and logarithmic with zero on a line of its own."""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

STEPS = (1, 2, 5)
FEW = 6  # below that, Plotly would write halves of people


class Scale(NamedTuple):
    """An axis of `pixels` height between two ends, in the units that Plotly takes for its kind."""

    name: str
    bottom: float
    top: float
    pixels: int
    floor: float | None = None

    def at(self, value: float) -> float:
        """Where a value stands on the axis; on a logarithmic one zero stands at the floor."""
        return value if self.floor is None else math.log10(value or self.floor)

    def height(self, value: float) -> float:
        """How many pixels above the bottom a value stands."""
        return (self.at(value) - self.bottom) * self.pixels / (self.top - self.bottom)

    @property
    def axis(self) -> dict[str, Any]:
        """What Plotly needs to know of the axis."""
        given: dict[str, Any] = {"range": [self.bottom, self.top]}
        if self.floor is None:
            return given | ({"dtick": 1} if 0 < self.top < FEW else {})
        ticks = list(_ticks(self.floor, 10**self.top))
        texts = ["0" if tick == self.floor else f"{tick:,.0f}" for tick in ticks]
        return given | {"type": "log", "tickvals": ticks, "ticktext": texts}


def linear(highest: float, pixels: int) -> Scale:
    """Return a scale from zero to a little above the highest value."""
    return Scale("linear", 0.0, 1.06 * highest or 1.0, pixels)


def logarithmic(values: Iterable[float], pixels: int) -> Scale:
    """Return a scale from below 1, where zero stands, to a little above the highest value; values below 1 are zero."""
    highest = max([*values, 10.0])
    return Scale("log", math.log10(0.45), math.log10(1.3 * highest), pixels, 0.5)


def _ticks(floor: float, highest: float) -> Iterable[float]:
    yield floor
    for power in range(math.ceil(math.log10(highest))):
        yield from (step * 10**power for step in STEPS if step * 10**power <= highest)
