"""Measures how a score moved between two editions: the study's section 2.11 with the errors of pop-1.0."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.ranking.arrays import Counts, Floats
from pipelines.ranking.constants import Method
from pipelines.ranking.normal import probability_below, upper_quantile

RISING, FALLING, STEADY, UNCLEAR = "rising", "falling", "steady", "unclear"


@dataclass(frozen=True)
class Movement:
    """Growth of the index between two editions, as a share: .05 is 5 percent more.

    `low` and `high` are the ends of its interval; `probability` is that of growth; NaN and the empty `word` where a
    score is missing. `detectable` is the smallest growth that the noise lets one see.
    """

    growth: Floats
    low: Floats
    high: Floats
    probability: Floats
    detectable: Floats
    word: NDArray[np.str_]


def measure_movement(
    score: Floats, error: Floats, earlier_score: Floats, earlier_error: Floats, months_between: Counts, method: Method
) -> Movement:
    """Return the growth since editions of `months_between` months ago; a missing score is NaN.

    g = S - S_earlier, growth = exp(g) - 1, and its interval exp(g -+ z se) - 1 with z = Phi^-1(1 - alpha / 2). Windows
    that overlap share their noise: se = sqrt(q (s^2 + s_earlier^2)), q the share of the window that was replaced.
    """
    difference = score - earlier_score
    noise = _joint_error(error, earlier_error, months_between, method)
    reach = upper_quantile(method.alpha / 2) * noise
    growth, low, high = np.expm1(difference), np.expm1(difference - reach), np.expm1(difference + reach)
    probability = probability_below(difference / noise)
    return Movement(growth, low, high, probability, np.expm1(reach), _choose_words(growth, low, high, method))


def _joint_error(error: Floats, earlier_error: Floats, months_between: Counts, method: Method) -> Floats:
    replaced = np.minimum(months_between, method.window_months) / method.window_months
    return np.sqrt(replaced * (error**2 + earlier_error**2))


def _choose_words(growth: Floats, low: Floats, high: Floats, method: Method) -> NDArray[np.str_]:
    is_large = np.abs(growth) >= method.least_growth
    is_within = (low >= -method.steady_growth) & (high <= method.steady_growth)
    conditions = [np.isnan(growth), is_large & (low > 0), is_large & (high < 0), is_within]
    return np.select(conditions, ["", RISING, FALLING, STEADY], UNCLEAR)
