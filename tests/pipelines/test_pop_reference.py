"""The product against a second reading of the method, on random panels."""

import numpy as np
import pytest
from support import reference_pop
from support.pop_method import METHOD, NAMES, levels_of

from pipelines.ranking.chances import find_chances
from pipelines.ranking.places import find_brackets, find_places
from pipelines.ranking.score import add_scores, order_rows

SEEDS = range(6)
EDITIONS = (5, 8, 11, 20, 34, 35, 36, 50)
RANKINGS = {
    "code": ("code_people", "commits"),
    "talk": ("talk_people", "threads_replied", "messages"),
    "people": ("new_people",),
    "overall": NAMES,
}


def random_panel(seed, communities=7, months=51):
    """Return bursty counts of all metrics with missing months; some communities are tiny, one stands still."""
    random = np.random.default_rng(seed)
    counts = {}
    for name in NAMES:
        size = np.exp(random.uniform(-2, 7, (communities, 1)))
        burst = random.gamma(random.choice([0.2, 2, 50]), 1, (communities, months))
        numbers = random.poisson(size * burst / burst.mean()) / random.choice([1, 0.95], (communities, months))
        numbers[random.random(numbers.shape) < random.choice([0, 0.05, 0.4])] = np.nan
        numbers[0] = 3
        counts[name] = numbers
    return counts


def plain(counts, row):
    return {name: [None if np.isnan(u) else float(u) for u in counts[name][row]] for name in counts}


@pytest.mark.parametrize("seed", SEEDS)
def test_levels_agree(seed):
    counts = random_panel(seed)
    for name, levels in levels_of(counts).items():
        for row in range(7):
            numbers = plain(counts, row)[name]
            for edition in EDITIONS:
                fields = (levels.months, levels.level, levels.pairs, levels.dispersion, levels.phi)
                found = [float(array[row, edition]) for array in (*fields, levels.log_ratio, levels.error)]
                expected = reference_pop.level(numbers, name, edition)
                if expected is None:
                    assert np.isnan(found[1])
                else:
                    expected = [np.nan if e is None else e for e in expected]
                    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("ranking", RANKINGS)
def test_scores_agree(seed, ranking):
    counts = random_panel(seed)
    scores = add_scores(levels_of(counts), ranking, METHOD)
    for row in range(7):
        for edition in EDITIONS:
            expected = reference_pop.score(plain(counts, row), RANKINGS[ranking], edition)
            found = scores.score[row, edition], scores.error[row, edition]
            assert found == pytest.approx(expected or (np.nan, np.nan), rel=1e-12, abs=1e-9, nan_ok=True)


def random_table(seed):
    """Return names, rounded scores with ties, and errors."""
    random = np.random.default_rng(seed)
    number = int(random.integers(1, 14))
    score = np.round(random.normal(0, random.choice([0.1, 0.5, 2]), number), int(random.choice([1, 9])))
    return [f"c{i:02}" for i in range(number)], score, random.uniform(0.03, 0.3, number)


@pytest.mark.parametrize("seed", range(60))
def test_places_and_brackets_agree(seed):
    names, score, error = random_table(seed)
    scored = {name: (s, e) for name, s, e in zip(names, score, error, strict=True)}
    expected, cut = reference_pop.places(scored)
    found = find_places(score, error, METHOD.alpha)
    assert dict(zip(names, zip(found.low, found.high, strict=True), strict=True)) == expected
    assert found.cut == cut
    rows = order_rows(score, np.array(names))
    order = [names[row] for row in rows]
    assert order == sorted(names, key=lambda name: (-scored[name][0], name))
    joined = reference_pop.brackets(order, reference_pop.firm_pairs(scored))
    assert find_brackets(score[rows], error[rows], found.threshold) == joined


@pytest.mark.parametrize("seed", range(3))
def test_chances_agree(seed):
    random = np.random.default_rng(seed)
    scored = {name: (random.normal(0, 0.2), random.uniform(0.05, 0.3)) for name in "abcde"[: seed + 3]}
    score, error = np.array(list(scored.values())).T
    expected = list(reference_pop.chances(scored).values())
    assert find_chances(score, error) == pytest.approx(np.array(expected), abs=1e-12)
