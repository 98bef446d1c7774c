"""Refits find the constants that a panel was made with, and the halves tell a true noise model from a false one."""

from dataclasses import replace

import numpy as np
import pytest
from support.pop_method import METHOD

from pipelines.ranking.calibrate import (
    HalfCheck,
    _regress_gamma,
    check_halves,
    fit_correlation,
    fit_coverage_exponent,
    fit_dispersion,
    fit_memory,
    refit_constants,
)


def bursty(random, mean, dispersion):
    """Return counts with this mean and this variance over the mean."""
    return random.negative_binomial(mean / (dispersion - 1), 1 / dispersion).astype(float)


@pytest.fixture
def random():
    return np.random.default_rng(7)


def test_dispersion_and_its_exponent(random):
    mean = np.exp(random.uniform(2.5, 7, (60, 1))) * np.ones((60, 120))
    at_100, exponent, windows = fit_dispersion(bursty(random, mean, 18 * (mean / 100) ** 0.2), 12)
    assert windows > 500
    assert at_100 == pytest.approx(18, rel=0.1)
    assert exponent == pytest.approx(0.2, abs=0.05)


@pytest.mark.parametrize("correlation", [0.0, 0.2])
def test_memory(random, correlation):
    noise = random.normal(0, 0.1, (40, 180))
    for month in range(1, 180):
        noise[:, month] += correlation * noise[:, month - 1]
    memory, months = fit_memory(500 * np.exp(noise), 1, 36)
    assert months == 40 * 180
    assert memory == pytest.approx((1 + correlation) / (1 - correlation), rel=0.08)


def test_correlation_between_metrics(random):
    shared, own, other = (random.normal(0, 1, (30, 60)) for _ in range(3))
    one, two = 100 + 3 * (shared + own), 900 + 9 * (shared + other)
    correlation, pairs = fit_correlation(one, two)
    assert pairs == 30 * 59
    assert correlation == pytest.approx(0.5, abs=0.05)


def test_coverage_exponent():
    share = np.array([0.8, 0.9, 0.5])
    assert fit_coverage_exponent(share, share**0.45) == pytest.approx(0.45)


def test_refits_stand_beside_the_frozen_constants(random):
    counts = {
        name: bursty(random, np.full((8, 72), mean), 2.0) for name, mean in (("code_people", 30), ("commits", 300))
    }
    counts["code_people"][0, 3] = np.nan
    found = {refit.constant: refit for refit in refit_constants(counts, METHOD)}
    assert found["dispersion commits"].frozen == 18
    assert found["dispersion commits"].refitted < 4
    assert (found["dispersion commits"].units, found["dispersion code_people"].units) == (48, 47)
    assert found["correlation code_people commits"].frozen == 0.60
    assert abs(found["correlation code_people commits"].refitted) < 0.15
    assert found["memory commits"].frozen == 1.5
    assert len(found) == 7


def test_a_panel_without_whole_windows_refits_nothing():
    counts = {"commits": np.full((2, 40), np.nan)}
    assert all(np.isnan(refit.refitted) and refit.units == 0 for refit in refit_constants(counts, METHOD))
    assert check_halves({**counts, "code_people": counts["commits"]}, "code", METHOD).windows == 0


def code(random, times=1):
    """Return people and commits whose dispersion is the panel's line so many times over."""
    people = np.exp(random.uniform(2, 5, (25, 1))) * np.ones((25, 84))
    commits = 10 * people
    line = 18 * (commits / 100) ** 0.2
    return {"code_people": bursty(random, people, 1.3 * times), "commits": bursty(random, commits, line * times)}


INDEPENDENT = tuple(tuple(float(a == b) for a in range(6)) for b in range(6))
LINE_ONLY = replace(METHOD, prior_pairs=1e9, correlations=INDEPENDENT)


def test_halves_agree_where_the_noise_is_that_of_the_method(random):
    found = check_halves(code(random), "code", LINE_ONLY)
    assert found.windows == 25 * 7
    assert found.passes
    assert 0.9 < found.rms < 1.1


def test_halves_find_a_noise_that_is_too_small(random):
    found = check_halves(code(random, times=4), "code", LINE_ONLY)
    assert not found.passes
    assert 1.8 < found.rms < 2.2


def test_too_few_windows_do_not_pass():
    assert not HalfCheck(59, 0.9, 1).passes
    assert HalfCheck(60, 0.9, 1).passes
    assert not HalfCheck(60, 1.0, 0.3).passes


@pytest.mark.filterwarnings("error")
def test_what_steady_counts_cannot_tell_is_missing():
    """Counts that never change have no dispersion, no memory and no correlation."""
    steady = {name: np.full((4, 72), 30.0) for name in ("code_people", "commits")}
    found = refit_constants(steady, METHOD)
    assert all(np.isnan(refit.refitted) for refit in found)
    assert {refit.units for refit in found if refit.constant.startswith("dispersion")} == {24}


@pytest.mark.filterwarnings("error")
def test_a_whole_step_that_overshoots_is_halved():
    """The largest and the smallest unit are bursty, the others steady: whole steps never settle."""
    level = np.array([-1.5, -1.2, -1.5, -2.6, -1.1, 0.4])
    intercept, slope = _regress_gamma(level, np.array([0, 0.1, 0, 3.8, 0, 19.7]))
    assert (intercept, slope) == pytest.approx((1.747, 0.616), abs=1e-3)


@pytest.mark.filterwarnings("error")
def test_memory_beyond_a_correlation_is_missing():
    counts = np.tile(np.array([1.0, 900.0]), 18)[None]
    assert np.isnan(fit_memory(counts, 1, 36)[0])
