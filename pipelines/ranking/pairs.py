"""Compares neighbours in the table: pop-1.0, section 11."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.ranking.arrays import Flags, Floats
from pipelines.ranking.constants import Method
from pipelines.ranking.normal import probability_below
from pipelines.ranking.places import pair_statistic
from pipelines.ranking.score import DECIMALS, round_score

AHEAD, PROBABLY_AHEAD, NOT_TOLD_APART = "ahead", "probably ahead", "cannot be told apart"


@dataclass(frozen=True)
class Pairs:
    """Pairs of communities: `difference` of scores, its standard `error`, T as `statistic`, and what they say.

    `probability` is Phi(difference / error): the chance of a repeat, not of being right.
    """

    difference: Floats
    error: Floats
    statistic: Floats
    is_firm: Flags
    probability: Floats
    word: NDArray[np.str_]


def compare(
    score: Floats, error: Floats, other_score: Floats, other_error: Floats, threshold: float | Floats, method: Method
) -> Pairs:
    """Compare communities with others that are not ahead of them; `threshold` is that of the places of their table."""
    difference = score - other_score
    joint = np.sqrt(error * error + other_error * other_error)
    statistic = pair_statistic(score, error, other_score, other_error)
    is_firm = statistic > threshold
    probability = probability_below(difference / joint)
    return Pairs(difference, joint, statistic, is_firm, probability, _choose_words(is_firm, probability, method))


def _choose_words(is_firm: Flags, probability: Floats, method: Method) -> NDArray[np.str_]:
    return np.select([is_firm, probability >= method.probable], [AHEAD, PROBABLY_AHEAD], NOT_TOLD_APART)


def find_distance(level: Floats, offset: float, difference: Floats) -> Floats:
    """Return (x + c) (exp(S_i - S_j) - 1): what those behind need more of a metric a month, to be level.

    They need it of every metric. `level` is that of those behind, `difference` that of the scores.
    """
    return (level + offset) * np.expm1(difference)


def round_up(distance: Floats) -> Floats:
    """Return distances in whole people or events; what the ninth decimal adds to a whole number is rounding."""
    return np.ceil(np.round(distance, DECIMALS))


def find_flip_weights(
    ahead: Mapping[str, Floats], behind: Mapping[str, Floats], counted: str, weights: Mapping[str, float]
) -> Floats:
    """Return for each pair the weight of the metric `counted` within the ranking at which the two are level.

    `ahead` and `behind` hold log ratios by metric. The weight is r / (r - d), d the difference on the metric and r
    that on the rest, whose weights keep their proportions. NaN: they are level at no weight from 0 to 1, or at all.
    """
    rest = {name: weight for name, weight in weights.items() if name != counted}
    on_metric = ahead[counted] - behind[counted]
    on_rest = sum(w * (ahead[name] - behind[name]) for name, w in rest.items()) / sum(rest.values())
    apart = on_rest - on_metric
    weight = np.divide(on_rest, apart, out=np.full_like(apart, np.nan), where=apart != 0) + 0.0
    return np.where((weight >= 0) & (weight <= 1), weight, np.nan)


@dataclass(frozen=True)
class Contributions:
    """One metric of the community ahead: its level, and what each author brought within the counted months.

    `months` (n) of the window give a number. `by_author` is in counts summed over them: for people, the months in
    which the author was seen.
    """

    level: float
    months: int
    offset: float
    reference: float
    weight: float
    by_author: Floats


def count_fragility(metrics: tuple[Contributions, ...], keys: NDArray[Any], score_behind: float) -> int | None:
    """Return the fewest authors without whom the one ahead is level; an upper bound, None where they do not suffice.

    Authors leave in the order of sum of w (what they brought) / (n (x + c)), the largest first, equal ones by key,
    until the rounded score is at or below `score_behind`. `keys` order the authors, as `by_author` has them.
    """
    order = np.lexsort((keys, -_gains(metrics)))
    reached = np.flatnonzero(round_score(_scores_without(metrics, order)) <= score_behind)
    return int(reached[0]) if len(reached) else None


def _gains(metrics: tuple[Contributions, ...]) -> Floats:
    parts = [one.weight * one.by_author / (one.months * (one.level + one.offset)) for one in metrics]
    return np.sum(parts, axis=0)


def _scores_without(metrics: tuple[Contributions, ...], order: NDArray[np.intp]) -> Floats:
    """Return the score without the first 0, 1, 2, ... authors of the order."""
    score = np.zeros(len(order) + 1)
    for one in metrics:
        left = one.level - np.concatenate(([0.0], np.cumsum(one.by_author[order]))) / one.months
        score += one.weight * np.log((np.maximum(left, 0.0) + one.offset) / (one.reference + one.offset))
    return score
