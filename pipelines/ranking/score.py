"""Adds log ratios to scores with their errors: pop-1.0, section 5."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.ranking.arrays import Floats
from pipelines.ranking.constants import Method
from pipelines.ranking.levels import Levels

DECIMALS = 9
"""Scores are rounded to so many decimals before anything compares them."""


@dataclass(frozen=True)
class Scores:
    """Scores of one ranking: one row a community, one column an edition, NaN where a metric is missing.

    `score` is S, rounded; `error` is s, its standard error; `index` is 100 exp(S). None has a unit.
    """

    score: Floats
    error: Floats
    index: Floats


def add_scores(levels: Mapping[str, Levels], ranking: str, method: Method) -> Scores:
    """Return S = sum of w y, its standard error and the index of a ranking from the levels of its metrics."""
    weights = method.weights(ranking)
    score = round_score(weighted_sum({name: levels[name].log_ratio for name in weights}, weights))
    error = combine_errors({name: levels[name].error for name in weights}, weights, method)
    return Scores(score, error, 100 * np.exp(score))


def round_score(score: Floats) -> Floats:
    """Return scores rounded half to even, as everything that compares them needs them."""
    return np.round(score, DECIMALS) + 0.0


def weighted_sum(log_ratios: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """Return sum of w y over the metrics of `weights`, one after the other: at most 1e-15 from the exact sum."""
    total = np.zeros_like(next(iter(log_ratios.values())))
    for name, weight in weights.items():
        total += weight * log_ratios[name]
    return total


def combine_errors(errors: Mapping[str, Floats], weights: Mapping[str, float], method: Method) -> Floats:
    """Return s = sqrt(sum over a, b of w_a w_b C_ab se_a se_b)."""
    variance = np.zeros_like(next(iter(errors.values())))
    for one, weight in weights.items():
        for other, other_weight in weights.items():
            shared = weight * other_weight * method.correlation(one, other)
            variance += shared * errors[one] * errors[other]
    return np.sqrt(variance)


def order_rows(score: Floats, slugs: NDArray[np.str_]) -> NDArray[np.intp]:
    """Return the rows of one edition from the largest score to the smallest, equal scores by slug."""
    return np.lexsort((slugs, -score))
