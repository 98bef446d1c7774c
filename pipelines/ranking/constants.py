"""Defines the frozen constants of one version of the method, and the weights of each ranking."""

from dataclasses import dataclass
from math import fsum

OVERALL = "overall"


@dataclass(frozen=True)
class Metric:
    """The constants of one metric.

    `weight` is its share of the overall score. `offset` (c) and `reference` (rho) are counts a month. The panel's
    dispersion is `dispersion` (A) at 100 a month and grows with the power `dispersion_exponent` (b) of the level. A
    count seen in the share q of a month's traffic is divided by q to the power `coverage_exponent` (e).
    """

    name: str
    family: str
    weight: float
    offset: float
    reference: float
    dispersion: float
    dispersion_exponent: float
    coverage_exponent: float


@dataclass(frozen=True)
class Method:
    """All constants of one version of the method.

    `correlations[a][b]` is the correlation of the month's noise of the metrics a and b of one community, in the order
    of `metrics`. `memory` (V) is the factor by which the memory between months raises the variance of a mean.
    A ranking of fewer than `fewest_ranked` communities has no places.
    `alpha` is the chance that any statement of a table is wrong. `prior_pairs` pairs of months count as much as the
    panel's line; a community's own dispersion is held within a factor `clamp` of that line and needs `fewest_pairs`.
    Growth is exp(difference of scores) - 1: below `least_growth` nothing rises or falls, within `steady_growth` a
    community is steady.
    """

    metrics: tuple[Metric, ...]
    correlations: tuple[tuple[float, ...], ...]
    alpha: float
    memory: float
    prior_pairs: float
    clamp: float
    fewest_pairs: int
    window_months: int
    past_months: int
    fewest_months: int
    fewest_people: float
    fewest_ranked: int
    usable_coverage: float
    probable: float
    least_growth: float
    steady_growth: float

    @property
    def rankings(self) -> tuple[str, ...]:
        """Return the names of the rankings: each family, and all together."""
        return (*dict.fromkeys(metric.family for metric in self.metrics), OVERALL)

    def metric(self, name: str) -> Metric:
        """Return the metric of this name."""
        return self.metrics[self._place(name)]

    def weights(self, ranking: str) -> dict[str, float]:
        """Return the weights of a ranking's metrics, scaled to 1; raise KeyError for a ranking that does not exist."""
        metrics = [metric for metric in self.metrics if ranking in (metric.family, OVERALL)]
        if not metrics:
            raise KeyError(f"no ranking is called {ranking}; there are {', '.join(self.rankings)}")
        total = fsum(metric.weight for metric in metrics)
        return {metric.name: metric.weight / total for metric in metrics}

    def correlation(self, one: str, other: str) -> float:
        """Return the correlation of the month's noise of two metrics of one community."""
        return self.correlations[self._place(one)][self._place(other)]

    def _place(self, name: str) -> int:
        return [metric.name for metric in self.metrics].index(name)
