"""How often the places that are printed hold the true ones, on counts that are burstier than chance and remember."""

import numpy as np
import pytest
from support.pop_method import METHOD, levels_of

from pipelines.ranking.places import find_places
from pipelines.ranking.score import add_scores

REPEATS = 150
DRAWS = 400


def remembering(random, mean, dispersion, memory, months=36):
    """Return counts of this mean and dispersion whose neighbouring months share their bursts."""
    noise = random.normal(0, 1, (len(mean), months))
    for month in range(1, months):
        noise[:, month] = memory * noise[:, month - 1] + np.sqrt(1 - memory**2) * noise[:, month]
    spread = np.log1p((dispersion - 1) / mean)[:, None]
    return random.poisson(mean[:, None] * np.exp(np.sqrt(spread) * noise - spread / 2)).astype(float)


def simulate(steps, memory=0.25):
    """Return score and error of every repeat (row) of a table whose true levels fall by these log steps."""
    random = np.random.default_rng(11)
    factor = np.tile(np.exp(-np.asarray(steps)), REPEATS)
    counts = {
        "code_people": remembering(random, 40 * factor, 1.4, memory),
        "commits": remembering(random, 300 * factor, 20.0, memory),
    }
    scores = add_scores(levels_of(counts), "code", METHOD)
    return scores.score[:, -1].reshape(REPEATS, -1), scores.error[:, -1].reshape(REPEATS, -1)


def percentile_range(score, error, random):
    """Return the places from the 5th to the 95th percentile of redrawn scores: the rule that is not used."""
    draws = score + error * random.normal(0, 1, (DRAWS, len(score)))
    places = 1 + np.argsort(np.argsort(-draws, axis=1), axis=1)
    return np.quantile(places, [0.05, 0.95], axis=0, method="nearest")


def holds(low, high):
    """Return whether every set holds the true place, which is that of the row."""
    true = np.arange(1, len(low) + 1)
    return bool(((low <= true) & (true <= high)).all())


@pytest.mark.long
@pytest.mark.parametrize(
    ("communities", "step"), [(4, 0.001), (4, 0.7), (20, 0.001), (20, 0.15)], ids=lambda value: str(value)
)
def test_all_sets_together_hold_the_true_places(communities, step):
    tables = list(zip(*simulate(step * np.arange(communities)), strict=True))
    found = [find_places(score, error, METHOD.alpha) for score, error in tables]
    assert np.mean([holds(places.low, places.high) for places in found]) >= 0.90


@pytest.mark.long
@pytest.mark.parametrize(("communities", "at_most"), [(4, 0.80), (20, 0.30)])
def test_percentile_ranges_of_near_ties_do_not(communities, at_most):
    random = np.random.default_rng(5)
    tables = zip(*simulate(0.001 * np.arange(communities)), strict=True)
    assert np.mean([holds(*percentile_range(score, error, random)) for score, error in tables]) <= at_most


@pytest.mark.long
def test_sets_of_communities_far_apart_are_narrow():
    tables = zip(*simulate(0.7 * np.arange(4)), strict=True)
    found = [find_places(score, error, METHOD.alpha) for score, error in tables]
    assert np.mean([(places.high - places.low + 1).mean() for places in found]) < 1.3


@pytest.mark.long
def test_no_pair_of_equal_communities_is_firm_too_often():
    tables = zip(*simulate(np.zeros(4), memory=0.35), strict=True)
    assert np.mean([find_places(score, error, METHOD.alpha).cut == 0 for score, error in tables]) >= 0.85
