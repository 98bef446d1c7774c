"""How a score moved between two editions, and what it is called."""

from math import exp, sqrt

import numpy as np
import pytest
from support.pop_method import METHOD

from pipelines.ranking.movement import measure_movement


def move(now, earlier, error=0.02, months=12):
    errors = np.array([error])
    return measure_movement(np.array([now]), errors, np.array([earlier]), errors, np.array([months]), METHOD)


@pytest.mark.parametrize(
    ("difference", "error", "word"),
    [
        (0.30, 0.05, "rising"),
        (-0.30, 0.05, "falling"),
        (0.048, 0.005, "steady"),
        (0.049, 0.005, "rising"),
        (-0.051, 0.005, "steady"),
        (-0.052, 0.005, "falling"),
        (0.0, 0.03, "steady"),
        (0.0, 0.05, "unclear"),
        (0.10, 0.06, "unclear"),
        (np.nan, 0.05, ""),
    ],
)
def test_words(difference, error, word):
    assert move(difference, 0.0, error).word.tolist() == [word]


def test_a_year_on_year_growth_has_an_interval_and_a_probability():
    found = move(1.2, 1.0, error=0.1)
    noise = 1.6448536269514722 * sqrt(0.02)
    assert found.growth == pytest.approx([exp(0.2) - 1])
    assert (found.low[0], found.high[0]) == pytest.approx((exp(0.2 - noise) - 1, exp(0.2 + noise) - 1))
    assert found.probability == pytest.approx([0.9213504], abs=1e-7)
    assert found.detectable == pytest.approx([exp(noise) - 1])


@pytest.mark.parametrize(("months", "share"), [(1, 2 / 12), (6, 1), (12, 2), (120, 2)])
def test_windows_that_overlap_share_their_noise(months, share):
    found = move(0.0, 0.0, error=0.1, months=months)
    assert np.log1p(found.high) == pytest.approx([1.6448536269514722 * 0.1 * sqrt(share)])
