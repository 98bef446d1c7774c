"""Estimates the noise of levels: dispersion and standard error, pop-1.0, section 5."""

import numpy as np

from pipelines.ranking.arrays import Counts, Flags, Floats, trailing_sum
from pipelines.ranking.constants import Method, Metric


def own_dispersion(counts: Floats, past_months: int) -> tuple[Floats, Counts]:
    """Return D = sum (u_k - u_{k-1})^2 / sum (u_k + u_{k-1}) and the number of its pairs, for every month as edition.

    The pairs are neighbouring months of the past that both give a number. D has the unit of a count; it is NaN where
    the lower sum is 0. `counts` has one row a community and one column a month.
    """
    change, total = np.full_like(counts, np.nan), np.full_like(counts, np.nan)
    change[:, 1:] = counts[:, 1:] - counts[:, :-1]
    total[:, 1:] = counts[:, 1:] + counts[:, :-1]
    both = ~np.isnan(change)
    pairs = trailing_sum(both.astype(np.int16), past_months - 1)
    squares = trailing_sum(np.where(both, change * change, 0.0), past_months - 1)
    totals = trailing_sum(np.where(both, total, 0.0), past_months - 1)
    return np.divide(squares, totals, out=np.full_like(counts, np.nan), where=totals > 0), pairs


def panel_dispersion(level: Floats, metric: Metric) -> Floats:
    """Return phi0 = max(1, A (x / 100)^b), the panel's line."""
    return np.maximum(1.0, metric.dispersion * (level / 100) ** metric.dispersion_exponent)


def dispersion(own: Floats, pairs: Counts, panel: Floats, method: Method) -> Floats:
    """Return phi: the panel's line phi0, drawn towards the community's own D where that has enough pairs.

    phi = exp(g ln D' + (1 - g) ln phi0) with g = pairs / (pairs + prior) and D' = D held within the clamp of phi0.
    """
    held = np.clip(own, panel / method.clamp, panel * method.clamp)
    share = pairs / (pairs + method.prior_pairs)
    drawn = np.exp(share * np.log(held) + (1 - share) * np.log(panel))
    return np.where(_has_own(own, pairs, method), drawn, panel)


def standard_error(level: Floats, months: Counts, phi: Floats, offset: float, memory: float) -> Floats:
    """Return se = sqrt(phi V max(x, 1/n) / (n (x + c)^2)), the standard error of the log ratio."""
    number = np.maximum(months, 1)
    return np.sqrt(phi * memory * np.maximum(level, 1 / number) / (number * (level + offset) ** 2))


def _has_own(own: Floats, pairs: Counts, method: Method) -> Flags:
    return (pairs >= method.fewest_pairs) & ~np.isnan(own)
