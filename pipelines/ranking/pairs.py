"""Compares neighbours in the table: pop-1.0, section 11."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipelines.ranking.arrays import Counts, Flags, Floats
from pipelines.ranking.constants import Method
from pipelines.ranking.normal import probability_below
from pipelines.ranking.places import BLOCK_CELLS, pair_statistic
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
class Acts:
    """What the authors of a community did: one row an author and month, which are numbered in order of key and time."""

    month: NDArray[np.int64]
    author: NDArray[np.int64]
    events: Floats


@dataclass(frozen=True)
class Measured:
    """One metric of a community, by edition: its `level`, and the `months` (n) of the window that give a number."""

    level: Floats
    months: Counts
    offset: float
    reference: float
    weight: float


def count_fragility(
    acts: Acts, editions: NDArray[np.int64], people: Measured, events: Measured, score_behind: Floats, window: int
) -> tuple[Floats, Floats]:
    """Return for each edition the fewest authors without whom the one ahead is level, and how many authors there are.

    Authors leave in the order of sum of w (what they brought) / (n (x + c)), the largest first, equal ones by key,
    until the rounded score is at or below `score_behind`. It is an upper bound; NaN where all do not suffice. An author
    brings to `people` the months of the window in which he was seen, to `events` his events. `editions` rise.
    """
    authors = int(acts.author.max(initial=0)) + 1
    size = max(1, BLOCK_CELLS // authors)
    parts = [
        _count_block(acts, authors, slice(start, start + size), editions, (people, events), score_behind, window)
        for start in range(0, len(editions), size)
    ]
    fewest, number = zip(*parts, strict=True) if parts else ((np.empty(0),), (np.empty(0),))
    return np.concatenate(fewest), np.concatenate(number)


def _count_block(
    acts: Acts, authors: int, block: slice, editions: NDArray[np.int64], metrics: tuple[Measured, Measured],
    score_behind: Floats, window: int,
) -> tuple[Floats, Floats]:  # fmt: skip
    edition, taken = _sum_windows(acts, authors, editions[block], window)
    parts = [replace(one, level=one.level[block], months=one.months[block]) for one in metrics]
    behind, number = score_behind[block], np.bincount(edition, minlength=len(editions[block]))
    order = np.lexsort((-_gains(parts, edition, taken), edition))
    after = _scores_without(parts, edition, [each[order] for each in taken], number)
    place = np.arange(1, len(edition) + 1) - (np.cumsum(number) - number)[edition]
    reached = np.flatnonzero(round_score(after) <= behind[edition])
    turned, first = np.unique(edition[reached], return_index=True)
    fewest = np.full(len(number), np.nan)
    fewest[turned] = place[reached][first]
    whole = sum((_part(one, one.level) for one in parts), np.zeros(len(number)))
    return np.where(round_score(whole) <= behind, 0, fewest), number.astype(float)


def _sum_windows(
    acts: Acts, authors: int, editions: NDArray[np.int64], window: int
) -> tuple[NDArray[np.int64], list[Floats]]:
    """Return one row an edition and author of its window: the edition, the author's months, and the events."""
    first, last = np.searchsorted(editions, acts.month), np.searchsorted(editions, acts.month + window)
    times = last - first
    act = np.repeat(np.arange(len(times)), times)
    edition = np.arange(len(act)) - np.repeat(np.cumsum(times) - times, times) + np.repeat(first, times)
    cell = edition * authors + acts.author[act]
    months = np.bincount(cell, minlength=1).astype(float)
    events = np.bincount(cell, weights=acts.events[act], minlength=1)
    held = np.flatnonzero(months)
    return (held // authors).astype(np.int64), [months[held], events[held].astype(float)]


def _gains(metrics: list[Measured], edition: NDArray[np.int64], taken: list[Floats]) -> Floats:
    parts = [
        one.weight * brought / (one.months * (one.level + one.offset))[edition]
        for one, brought in zip(metrics, taken, strict=True)
    ]
    return np.sum(parts, axis=0)


def _scores_without(
    metrics: list[Measured], edition: NDArray[np.int64], taken: list[Floats], number: NDArray[np.int64]
) -> Floats:
    """Return the score of each edition after each author who leaves, in the order of the rows."""
    score, before = np.zeros(len(edition)), np.cumsum(number) - number
    for one, brought in zip(metrics, taken, strict=True):
        gone = np.concatenate(([0.0], np.cumsum(brought)))
        left = one.level[edition] - (gone[1:] - gone[before][edition]) / one.months[edition]
        score += _part(one, np.maximum(left, 0.0))
    return score


def _part(metric: Measured, level: Floats) -> Floats:
    return metric.weight * np.log((level + metric.offset) / (metric.reference + metric.offset))
