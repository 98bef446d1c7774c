"""Turns monthly counts into levels and log ratios: pop-1.0, sections 2 and 3."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from pipelines.ranking import noise
from pipelines.ranking.arrays import Counts, Floats, trailing_sum
from pipelines.ranking.constants import Method, Metric
from pipelines.ranking.normal import upper_quantile

BLOCK = 256
"""So many communities are computed at a time: their months fit into the processor's cache."""


@dataclass(frozen=True)
class Levels:
    """One metric: every array has one row a community and one column a month, read as the edition of that month.

    `months` (n) of the window give a number; `level` (x) is their mean, in counts a month, NaN where they are too few.
    `pairs` of neighbouring months of the past give the own `dispersion` (D); `phi` is the one that is used.
    `log_ratio` is y and `error` its standard error (se); both have no unit.
    """

    months: Counts
    level: Floats
    pairs: Counts
    dispersion: Floats
    phi: Floats
    log_ratio: Floats
    error: Floats


def measure_levels(counts: Floats, metric: Metric, method: Method) -> Levels:
    """Return levels, noise and log ratios of all communities and editions; `counts` has one row a community."""
    blocks = [_measure_block(block, metric, method) for block in _blocks(counts)]
    return Levels(*(np.concatenate(parts) for parts in zip(*map(_arrays, blocks), strict=True)))


def log_ratio(level: Floats, metric: Metric) -> Floats:
    """Return y = ln((x + c) / (rho + c))."""
    return np.log((level + metric.offset) / (metric.reference + metric.offset))


def mean_level(counts: Floats, method: Method) -> tuple[Floats, Counts]:
    """Return x = sum(u) / n over the window, in counts a month, and n; x is NaN where n is too small."""
    gives = ~np.isnan(counts)
    months = trailing_sum(gives.astype(np.int16), method.window_months)
    total = trailing_sum(np.where(gives, counts, 0.0), method.window_months)
    return np.where(months >= method.fewest_months, total / np.maximum(months, 1), np.nan), months


def level_range(low: Floats, high: Floats, error: Floats, metric: Metric, method: Method) -> tuple[Floats, Floats]:
    """Return the range of a level, in counts a month: the noise on top of the least and the most that it could be.

    (low + c) exp(-z se) - c, not below 0, and (high + c) exp(z se) - c with z = Phi^-1(1 - alpha / 2).
    """
    reach = np.exp(upper_quantile(method.alpha / 2) * error)
    offset = metric.offset
    return np.maximum((low + offset) / reach - offset, 0.0), (high + offset) * reach - offset


def _measure_block(counts: Floats, metric: Metric, method: Method) -> Levels:
    level, months = mean_level(counts, method)
    own, pairs = noise.own_dispersion(counts, method.past_months)
    phi = noise.dispersion(own, pairs, noise.panel_dispersion(level, metric), method)
    error = noise.standard_error(level, months, phi, metric.offset, method.memory)
    return Levels(months, level, pairs, own, phi, log_ratio(level, metric), error)


def _blocks(counts: Floats) -> Iterator[Floats]:
    return (counts[start : start + BLOCK] for start in range(0, max(len(counts), 1), BLOCK))


def _arrays(levels: Levels) -> tuple[Any, ...]:
    return tuple(getattr(levels, field.name) for field in fields(levels))
