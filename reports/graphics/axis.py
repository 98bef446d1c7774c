"""The logarithmic axis on which scores stand: as wide as the scores of a ranking in all its months."""

import math
from typing import NamedTuple

REFERENCE = 100
LEAST = (30, 120)
"""An axis shows at least these scores, so that its numbers can be read."""
EDGE = 1.05
MOST_TICKS = 6


class Axis(NamedTuple):
    """The scores at both ends, and those that are written."""

    lowest: float
    highest: float
    ticks: tuple[float, ...]

    def position(self, score: float) -> float:
        """Return where a score stands, from 0 to 1."""
        return math.log(score / self.lowest) / math.log(self.highest / self.lowest)


def fit_axis(low: float | None, high: float | None) -> Axis:
    """Return the axis on which all scores between two stand, and 100; None where no score is known."""
    ends = [end for end in (low, high) if end is not None]
    lowest, highest = min([*ends, LEAST[0]]) / EDGE, max([*ends, LEAST[1]]) * EDGE
    return Axis(lowest, highest, _ticks(lowest, highest))


def _ticks(lowest: float, highest: float) -> tuple[float, ...]:
    """Return 1, 3, 10, 30 and so on; only 1, 10, 100 where these are too many."""
    powers = [10.0**n for n in range(math.floor(math.log10(lowest)), math.ceil(math.log10(highest)) + 1)]
    fine = tuple(tick for power in powers for tick in (power, 3 * power) if lowest <= tick <= highest)
    return fine if len(fine) <= MOST_TICKS else tuple(tick for tick in powers if lowest <= tick <= highest)
