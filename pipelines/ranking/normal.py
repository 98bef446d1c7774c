"""Evaluates the standard normal distribution: Phi and its inverse."""

from math import erfc, sqrt
from statistics import NormalDist

import numpy as np

from pipelines.ranking.arrays import Floats

_STANDARD = NormalDist()
_ROOT = sqrt(2)
FAR = 9.0
"""Beyond so many standard errors Phi is 0 or 1, to 1e-18."""


def probability_below(z: Floats) -> Floats:
    """Return Phi(z), to 1e-15; NaN stays NaN."""
    values = np.asarray(z, dtype=np.float64)
    is_far = np.abs(values) > FAR
    found = np.where(values > 0, 1.0, 0.0)
    near = -values[~is_far] / _ROOT
    found[~is_far] = 0.5 * np.fromiter(map(erfc, near.tolist()), np.float64, len(near))
    return found


def upper_quantile(tail: float) -> float:
    """Return Phi^-1(1 - tail), taken from the lower tail so that a tiny `tail` keeps its digits."""
    return -_STANDARD.inv_cdf(tail)
