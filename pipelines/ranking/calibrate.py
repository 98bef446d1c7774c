"""Refits frozen constants on a panel of months, and checks noise half against half: pop-1.0, sections 4 and 8."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.ranking.arrays import Floats
from pipelines.ranking.constants import Method, Metric
from pipelines.ranking.levels import log_ratio, measure_levels
from pipelines.ranking.noise import standard_error
from pipelines.ranking.normal import upper_quantile
from pipelines.ranking.score import combine_errors, weighted_sum

ROUNDS = 50
"""Steps of the regression; it settles in about ten."""
HALVINGS = 30
LARGEST_EXPONENT = 700
"""Of a larger one the exponential is no double any more."""
FEWEST_WINDOWS, LEAST_SHARE, LARGEST_SHARE = 60, 0.85, 0.99
"""When the check of the halves passes."""


@dataclass(frozen=True)
class Refit:
    """A frozen constant beside what a panel gives for it, from so many `units`: windows, pairs of months, or months."""

    constant: str
    frozen: float
    refitted: float
    units: int


@dataclass(frozen=True)
class HalfCheck:
    """Halves of windows against each other: how many windows, the share with |z| below the quantile, rms of z."""

    windows: int
    share: float
    rms: float

    @property
    def passes(self) -> bool:
        """Whether there are enough windows and the share lies where a true noise model puts it."""
        return self.windows >= FEWEST_WINDOWS and LEAST_SHARE <= self.share <= LARGEST_SHARE


def refit_constants(counts: Mapping[str, Floats], method: Method) -> list[Refit]:
    """Return every constant that a panel can refit; each metric has one row a community and one column a month."""
    metrics = [metric for metric in method.metrics if metric.name in counts]
    found = [refit for metric in metrics for refit in _refit_metric(counts[metric.name], metric, method)]
    for one, other in combinations([metric.name for metric in metrics], 2):
        correlation, units = fit_correlation(counts[one], counts[other])
        found.append(Refit(f"correlation {one} {other}", method.correlation(one, other), correlation, units))
    return found


def _refit_metric(counts: Floats, metric: Metric, method: Method) -> list[Refit]:
    at_100, exponent, windows = fit_dispersion(counts, method.window_months)
    memory, months = fit_memory(counts, metric.offset, method.past_months)
    return [
        Refit(f"dispersion {metric.name}", metric.dispersion, at_100, windows),
        Refit(f"dispersion exponent {metric.name}", metric.dispersion_exponent, exponent, windows),
        Refit(f"memory {metric.name}", method.memory, memory, months),
    ]


def fit_dispersion(counts: Floats, window_months: int) -> tuple[float, float, int]:
    """Return A and b of D = A (x / 100)^b and the number of windows, by gamma regression with a log link.

    Each whole window gives D of its neighbouring months and its level x of at least 1; windows do not overlap. NaN
    where fewer than three windows are whole.
    """
    windows = _whole_windows(counts, window_months)
    windows = windows[windows.mean(axis=1) >= 1]
    if len(windows) < 3:
        return np.nan, np.nan, len(windows)
    change, total = np.diff(windows), windows[:, 1:] + windows[:, :-1]
    own = (change**2).sum(axis=1) / total.sum(axis=1)
    intercept, slope = _regress_gamma(np.log(windows.mean(axis=1) / 100), own)
    return float(np.exp(intercept)), slope, len(windows)


def fit_memory(counts: Floats, offset: float, window_months: int) -> tuple[float, int]:
    """Return V = (1 + r) / (1 - r) and the number of months it comes from.

    r is the pooled correlation of neighbouring residuals of ln(u + c) around the line of each whole window, mended for
    the bias -(2 + 4 r) / n that a fitted line brings. Windows do not overlap. NaN where no window is whole, where each
    lies on its line, and where r is no correlation: outside of -1 to 1.
    """
    windows = np.log(_whole_windows(counts, window_months) + offset)
    rest = windows - _lines_through(windows)
    if np.allclose(rest, 0):
        return np.nan, windows.size
    share = window_months / (window_months - 1)
    seen = share * float((rest[:, 1:] * rest[:, :-1]).sum() / (rest * rest).sum())
    mended = (seen + 2 / window_months) / (1 - 4 / window_months)
    return ((1 + mended) / (1 - mended) if abs(mended) < 1 else np.nan), windows.size


def fit_correlation(one: Floats, other: Floats) -> tuple[float, int]:
    """Return the correlation of the month's noise of two metrics, and the number of pairs of months.

    Changes between neighbouring months are divided by sqrt(u_k + u_{k-1}), so that large communities count as one.
    """
    changes, other_changes = _scaled_changes(one), _scaled_changes(other)
    both = ~np.isnan(changes) & ~np.isnan(other_changes)
    a, b = changes[both], other_changes[both]
    spread = np.sqrt((a * a).sum() * (b * b).sum())
    return (float((a * b).sum() / spread) if spread > 0 else np.nan), int(both.sum())


def fit_coverage_exponent(share: Floats, kept: Floats) -> float:
    """Return e of kept = share^e by least squares of logarithms through 0.

    `share` of the days of a month was seen, `kept` is the share of its distinct people that were seen then; both lie
    above 0 and below or at 1. They come from thinned days: monthly counts cannot give them.
    """
    x, y = np.log(share), np.log(kept)
    return float((x * y).sum() / (x * x).sum())


def check_halves(counts: Mapping[str, Floats], ranking: str, method: Method) -> HalfCheck:
    """Compare the scores of both halves of each whole window, by alternating months, n = 6 and V = 1.

    Windows do not overlap; the newest ends with the last column. phi is that of the edition which the window ends.
    """
    z = _half_statistics(counts, ranking, method)
    inside = np.abs(z) < upper_quantile(method.alpha / 2)
    if not len(z):
        return HalfCheck(0, np.nan, np.nan)
    return HalfCheck(len(z), float(inside.mean()), float(np.sqrt((z * z).mean())))


def _half_statistics(counts: Mapping[str, Floats], ranking: str, method: Method) -> Floats:
    weights = method.weights(ranking)
    halves = [_measure_half(counts, weights, first, method) for first in (0, 1)]
    (score, error), (other_score, other_error) = halves
    z = (score - other_score) / np.sqrt(error**2 + other_error**2)
    return z[~np.isnan(z)]


def _measure_half(
    counts: Mapping[str, Floats], weights: Mapping[str, float], first: int, method: Method
) -> tuple[Floats, Floats]:
    """Return score and error of every window from its months `first`, `first` + 2, ..."""
    ratios: dict[str, Floats] = {}
    errors: dict[str, Floats] = {}
    for name in weights:
        metric = method.metric(name)
        half = _windows(counts[name], method.window_months)[:, :, first::2]
        level, months = half.mean(axis=2), np.full(half.shape[:2], half.shape[2], dtype=np.int16)
        phi = measure_levels(counts[name], metric, method).phi[:, :: -method.window_months][:, ::-1]
        ratios[name] = log_ratio(level, metric)
        errors[name] = standard_error(level, months, phi[:, -half.shape[1] :], metric.offset, 1.0)
    return weighted_sum(ratios, weights), combine_errors(errors, weights, method)


def _windows(counts: Floats, months: int) -> Floats:
    """Return windows that do not overlap, the newest last: communities, windows, months."""
    number = counts.shape[1] // months
    return counts[:, counts.shape[1] - number * months :].reshape(len(counts), number, months)


def _whole_windows(counts: Floats, months: int) -> Floats:
    windows = _windows(counts, months).reshape(-1, months)
    return windows[~np.isnan(windows).any(axis=1)]


def _lines_through(windows: Floats) -> Floats:
    """Return the least-squares line of each window."""
    month = np.arange(windows.shape[1]) - (windows.shape[1] - 1) / 2
    slope = windows @ month / (month @ month)
    return windows.mean(axis=1, keepdims=True) + slope[:, None] * month


def _regress_gamma(x: Floats, y: Floats) -> tuple[float, float]:
    """Return intercept and slope of ln E(y) = intercept + slope x, for errors that grow with the mean.

    NaN where every y is 0: a logarithm has no line to it.
    """
    if not y.any():
        return np.nan, np.nan
    design = np.column_stack((np.ones_like(x), x))
    solution = np.array([np.log(y.mean()), 0.0])
    for _ in range(ROUNDS):
        step = np.linalg.lstsq(design, y * np.exp(-(design @ solution)) - 1, rcond=None)[0]
        solution = _step_down(design, y, solution, step)
    return float(solution[0]), float(solution[1])


def _step_down(design: Floats, y: Floats, solution: Floats, step: NDArray[Any]) -> Floats:
    """Return the solution after the longest step, halved as often as needed, that does not fit worse.

    A whole step can overshoot so far that no later one finds back.
    """
    reached = _misfit(design @ solution, y)
    shares = 0.5 ** np.arange(HALVINGS)
    tried = (solution + share * step for share in shares)
    return next((one for one in tried if _misfit(design @ one, y) <= reached), solution)


def _misfit(line: Floats, y: Floats) -> float:
    """Return minus the logarithm of the gamma likelihood, up to constants."""
    return float((y * np.exp(-line) + line).sum()) if line.min() > -LARGEST_EXPONENT else np.inf


def _scaled_changes(counts: Floats) -> Floats:
    total = counts[:, 1:] + counts[:, :-1]
    empty = np.full_like(total, np.nan)
    return np.divide(np.diff(counts), np.sqrt(total), out=empty, where=total > 0)
