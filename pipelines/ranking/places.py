"""Decides which pairs are firm and which places the counts leave: Holm's step-down, pop-1.0, section 6."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.ranking.arrays import Flags, Floats
from pipelines.ranking.normal import upper_quantile

BLOCK_CELLS = 2_000_000
"""So many pairs are compared at a time: some 16 MB an array."""


@dataclass(frozen=True)
class Places:
    """Places of the ranked communities of one edition, in the order of the scores that were given.

    Each may have any place from `low` to `high`. `cut` pairs of all are firm: those with T above `threshold`.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    cut: int
    threshold: float


@dataclass(frozen=True)
class EditionPlaces:
    """Places of many editions: one row an edition, one column a row of its table; what is not ranked stands last.

    `order` has the communities from the largest score to the smallest, equal ones as they were given. The first
    `ranked` of a row may have the places from `low` to `high`. No pair is firm among the places from their own to
    `level_until`. `cut` pairs of an edition are firm: those with T above its `threshold`.
    """

    order: NDArray[np.int64]
    ranked: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    level_until: NDArray[np.int64]
    cut: NDArray[np.int64]
    threshold: Floats


def place_editions(score: Floats, error: Floats, alpha: float) -> EditionPlaces:
    """Return what `find_places` and `find_brackets` find, for every row; a score that is NaN is not ranked.

    Memory is that of a few blocks of pairs, and of what `find_places` keeps of one edition.
    """
    order = np.argsort(-score, axis=1, kind="stable")
    score, error = (np.take_along_axis(values, order, axis=1) for values in (score, error))
    size = BLOCK_CELLS // max(score.shape[1] ** 2, 1)
    if not size:
        parts = [_place_edition(*edition, alpha) for edition in zip(score, error, strict=True)]
    else:
        blocks = [slice(start, start + size) for start in range(0, max(len(score), 1), size)]
        parts = [_place_block(score[block], error[block], alpha) for block in blocks]
    return EditionPlaces(order, *(np.concatenate(each) for each in zip(*parts, strict=True)))


def _place_edition(score: Floats, error: Floats, alpha: float) -> tuple[NDArray[Any], ...]:
    """Return the rows of one edition of more pairs than a block."""
    ranked = np.count_nonzero(~np.isnan(score), keepdims=True)
    score, error, rest = score[: ranked[0]], error[: ranked[0]], len(score) - ranked[0]
    places = find_places(score, error, alpha)
    first_firm = _first_firm(score, error, places.threshold)
    level_until = np.minimum.accumulate(first_firm[::-1])[::-1]
    rows = (np.pad(each, (0, rest), constant_values=last)[None] for each, last in (
        (places.low, 1), (places.high, ranked[0]), (level_until, ranked[0])))  # fmt: skip
    return ranked, *rows, np.array([places.cut]), np.array([places.threshold])


def _place_block(score: Floats, error: Floats, alpha: float) -> tuple[NDArray[Any], ...]:
    statistic = pair_statistic(score[:, :, None], error[:, :, None], score[:, None, :], error[:, None, :])
    ranked = np.count_nonzero(~np.isnan(score), axis=1)
    firm, cut, threshold = _find_firm(np.triu(statistic, 1), ranked, alpha)
    behind = firm.sum(axis=2)
    first_firm = np.where(behind > 0, firm.argmax(axis=2), ranked[:, None]) if firm.size else behind
    level_until = np.minimum.accumulate(first_firm[:, ::-1], axis=1)[:, ::-1]
    return ranked, 1 + firm.sum(axis=1), ranked[:, None] - behind, level_until, cut, threshold


def _find_firm(
    statistic: Floats, ranked: NDArray[np.int64], alpha: float
) -> tuple[NDArray[np.bool_], NDArray[np.int64], Floats]:
    """Return which pairs of each edition are firm, how many, and above which T; see `find_cut`."""
    cut = np.zeros_like(ranked)
    while True:
        threshold = np.array([firm_threshold(*each, alpha) for each in zip(ranked.tolist(), cut.tolist(), strict=True)])
        firm = statistic > threshold[:, None, None]
        reached = np.count_nonzero(firm, axis=(1, 2))
        if (reached == cut).all():
            return firm, cut, threshold
        cut = reached


def find_places(score: Floats, error: Floats, alpha: float) -> Places:
    """Return the places that are left to N ranked communities: lo = 1 + firmly ahead of i, hi = N - firmly behind i.

    `score` is rounded, `error` above 0. Memory is that of the pairs whose T lies between the smallest and the largest
    threshold, at most 8 bytes for each of the N (N - 1) / 2 pairs.
    """
    cut = find_cut(score, error, alpha)
    threshold = firm_threshold(len(score), cut, alpha)
    order = np.argsort(-score, kind="stable")
    ahead, behind = _count_firm(score[order], error[order], threshold)
    low, high = np.empty_like(ahead), np.empty_like(behind)
    low[order], high[order] = 1 + ahead, len(score) - behind
    return Places(low, high, cut, threshold)


def firm_threshold(ranked: int, cut: int, alpha: float) -> float:
    """Return the T above which a pair is firm in a table of `ranked` communities whose cut is known.

    The threshold of the k-th largest T is Phi^-1(1 - alpha / (2 (K - k))), K = N (N - 1) / 2; it falls as k rises.
    """
    left = ranked * (ranked - 1) // 2 - cut
    return upper_quantile(alpha / (2 * max(left, 1)))


def find_cut(score: Floats, error: Floats, alpha: float) -> int:
    """Return how many pairs are firm: the first k whose T, sorted from the largest, is not above its threshold.

    Thresholds fall, so that this is where k pairs have a T above the k-th threshold. Equal T are firm together or not
    at all: their order never matters.
    """
    cut, between = _split_statistics(score, error, alpha)
    certain = cut
    while (reached := certain + _count_above(between, firm_threshold(len(score), cut, alpha))) > cut:
        cut = reached
    return cut


def pair_statistic(score: Floats, error: Floats, other_score: Floats, other_error: Floats) -> Floats:
    """Return T = |S_i - S_j| / sqrt(s_i^2 + s_j^2)."""
    return np.abs(score - other_score) / np.sqrt(error * error + other_error * other_error)


def find_brackets(score: Floats, error: Floats, threshold: float) -> list[tuple[int, int]]:
    """Return first and last row of each longest run of neighbouring rows in which no pair is firm.

    Rows are in the order of the table. Runs have two rows at least and may overlap.
    """
    last = np.minimum.accumulate(_first_firm(score, error, threshold)[::-1])[::-1] - 1
    begins = np.concatenate(([True], last[1:] > last[:-1])) if len(last) else last > 0
    return [(int(row), int(last[row])) for row in np.flatnonzero(begins & (last > np.arange(len(last))))]


def _split_statistics(score: Floats, error: Floats, alpha: float) -> tuple[int, Floats]:
    """Count the pairs that are firm at any cut, and sort the T that are firm at some."""
    highest, lowest = firm_threshold(len(score), 0, alpha), upper_quantile(alpha / 2)
    certain, between = 0, [np.empty(0)]
    for _, statistic in _triangle(score, error):
        certain += int(np.count_nonzero(statistic > highest))
        between.append(statistic[(statistic > lowest) & (statistic <= highest)])
    kept = np.concatenate(between)
    kept.sort()
    return certain, kept


def _count_above(ascending: Floats, threshold: float) -> int:
    return len(ascending) - int(np.searchsorted(ascending, threshold, side="right"))


def _triangle(score: Floats, error: Floats) -> Iterator[tuple[int, Floats]]:
    """Yield the first row of each block of rows, and T of its rows with all rows after it (else 0)."""
    size = max(1, BLOCK_CELLS // max(len(score), 1))
    for start in range(0, len(score), size):
        rows, rest = slice(start, start + size), slice(start, None)
        statistic = pair_statistic(score[rows, None], error[rows, None], score[rest], error[rest])
        yield start, np.triu(statistic, 1)


def _count_firm(score: Floats, error: Floats, threshold: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count for rows from the largest score how many are firmly ahead of each, and how many it is firmly ahead of."""
    ahead, behind = np.zeros(len(score), dtype=np.int64), np.zeros(len(score), dtype=np.int64)
    for start, firm in _firm_triangle(score, error, threshold):
        ahead[start:] += np.count_nonzero(firm, axis=0)
        behind[start : start + len(firm)] += np.count_nonzero(firm, axis=1)
    return ahead, behind


def _first_firm(score: Floats, error: Floats, threshold: float) -> NDArray[np.int64]:
    """Return for every row the first row below it over which it is firmly ahead, else the number of rows."""
    first = np.full(len(score), len(score), dtype=np.int64)
    for start, firm in _firm_triangle(score, error, threshold):
        has_one = firm.any(axis=1)
        first[start : start + len(firm)][has_one] = start + firm.argmax(axis=1)[has_one]
    return first


def _firm_triangle(score: Floats, error: Floats, threshold: float) -> Iterator[tuple[int, Flags]]:
    return ((start, statistic > threshold) for start, statistic in _triangle(score, error))
