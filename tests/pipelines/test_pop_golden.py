"""The golden example of the method: every number of its tables, as printed."""

import numpy as np
import pytest
from support import golden_panel
from support.pop_method import METHOD, levels_of

from pipelines.ranking.chances import find_chances
from pipelines.ranking.pairs import compare, find_distance, find_flip_weights, round_up
from pipelines.ranking.places import find_brackets, find_places
from pipelines.ranking.score import add_scores, order_rows
from pipelines.ranking.states import Life, State, decide_states, find_possible_places

SLUGS = np.array(golden_panel.SLUGS)
RANKED = ["alpha", "beta", "gamma", "epsilon"]
ROWS = [golden_panel.SLUGS.index(slug) for slug in RANKED]
CODE = METHOD.weights("code")


@pytest.fixture(scope="module")
def levels():
    return levels_of(golden_panel.code())


@pytest.fixture(scope="module")
def table(levels):
    scores = add_scores(levels, "code", METHOD)
    return scores.score[ROWS, -1], scores.error[ROWS, -1]


@pytest.mark.parametrize(
    ("slug", "metric", "x", "months", "pairs", "d", "phi", "y", "se"),
    [
        ("alpha", "code_people", 39.583333333, 12, 35, 0.472361809, 0.659961111, 0.219045185, 0.044526919),
        ("alpha", "commits", 292.5, 12, 35, 18, 19.461332307, -0.234706692, 0.089663824),
        ("beta", "code_people", 19.833333333, 12, 35, 0.6, 0.749390568, -0.44775802, 0.065425675),
        ("beta", "commits", 153.75, 12, 35, 23.4375, 21.969036505, -0.862790279, 0.129435778),
        ("gamma", "code_people", 18.666666667, 12, 35, 0.361702128, 0.541848606, -0.505387133, 0.057173742),
        ("gamma", "commits", 145, 12, 35, 16, 17.157608527, -0.919485623, 0.11756448),
        ("epsilon", "code_people", 28.658376082, 10, 31, 0.393249492, 0.598440868, -0.094567704, 0.05407975),
        ("epsilon", "commits", 78.568421053, 10, 31, 6.326820038, 9.354982575, -1.504455207, 0.125646078),
        ("delta", "code_people", 1.75, 12, 35, 0.444444444, 0.596875637, -2.472711377, 0.131396338),
        ("delta", "commits", 8.5, 12, 35, 2.666666667, 4.550165622, -3.327431231, 0.162871203),
    ],
)
def test_levels_and_noise(levels, slug, metric, x, months, pairs, d, phi, y, se):
    row, found = golden_panel.SLUGS.index(slug), levels[metric]
    numbers = (found.level, found.dispersion, found.phi, found.log_ratio, found.error)
    assert [round(float(array[row, -1]), 9) for array in numbers] == [x, d, phi, y, se]
    assert (found.months[row, -1], found.pairs[row, -1]) == (months, pairs)


def test_scores(levels):
    scores = add_scores(levels, "code", METHOD)
    expected = {
        "alpha": (101.752955439, 0.058163104),
        "beta": (53.141245811, 0.084496553),
        "gamma": (50.186159424, 0.075700992),
        "epsilon": (48.617610148, 0.077681232),
        "delta": (5.769487863, 0.130036733),
    }
    rows = [golden_panel.SLUGS.index(slug) for slug in expected]
    found = zip(scores.index[rows, -1].round(9), scores.error[rows, -1].round(9), strict=True)
    assert list(found) == list(expected.values())
    assert np.isnan(scores.score[golden_panel.SLUGS.index("zeta"), -1])


def test_states(levels):
    shape = (6, 36)
    yes = np.ones(shape, dtype=bool)
    life = Life(~yes, yes, np.full(shape, 36), yes)
    states = decide_states(life, [levels[name] for name in CODE], [levels["code_people"]], METHOD)[:, -1]
    assert [State(state).label for state in states] == ["ranked", "ranked", "ranked", "quiet", "ranked", "not observed"]
    assert levels["code_people"].months[5, -1] == 8


def test_places(table):
    places = find_places(*table, METHOD.alpha)
    assert list(zip(places.low, places.high, strict=True)) == [(1, 1), (2, 4), (2, 4), (2, 4)]
    assert (places.cut, round(places.threshold, 4)) == (3, 2.1280)
    assert find_brackets(*table, places.threshold) == [(1, 3)]
    assert list(SLUGS[ROWS][order_rows(table[0], SLUGS[ROWS])]) == RANKED


def test_chances(table):
    expected = [
        [1, 0, 0, 0],
        [0, 0.606178024, 0.261494037, 0.132327939],
        [0, 0.250511415, 0.421137298, 0.328351287],
        [0, 0.143310561, 0.317368665, 0.539320774],
    ]
    assert find_chances(*table).round(9).tolist() == expected


def test_pairs(table):
    score, error = table
    threshold = find_places(score, error, METHOD.alpha).threshold
    first, second = np.triu_indices(4, 1)
    pairs = compare(score[first], error[first], score[second], error[second], threshold, METHOD)
    order = np.argsort(-pairs.statistic)
    assert pairs.statistic[order].round(6).tolist() == [7.610677, 7.403842, 6.332577, 0.775126, 0.504323, 0.292749]
    assert pairs.is_firm[order].tolist() == [True] * 3 + [False] * 3
    neighbours = compare(score[:-1], error[:-1], score[1:], error[1:], threshold, METHOD)
    assert round(float(neighbours.probability[1]), 9) == 0.692982735
    assert neighbours.word.tolist() == ["ahead", "cannot be told apart", "cannot be told apart"]


def test_flip_weights_and_distances(levels, table):
    ratios = {
        slug: {name: levels[name].log_ratio[golden_panel.SLUGS.index(slug), -1:] for name in CODE} for slug in RANKED
    }
    flip = find_flip_weights(ratios["beta"], ratios["epsilon"], "code_people", CODE)
    assert flip.round(9).tolist() == [0.644983209]
    assert np.isnan(find_flip_weights(ratios["beta"], ratios["gamma"], "code_people", CODE)).all()
    needed = [
        find_distance(levels[name].level[2, -1], METHOD.metric(name).offset, table[0][1] - table[0][2]) for name in CODE
    ]
    assert np.round(needed, 9).tolist() == [1.158022443, 8.832374566]
    assert round_up(np.array(needed)).tolist() == [2, 9]


def test_all_six_metrics():
    levels = levels_of(golden_panel.overall())
    scores = add_scores(levels, "overall", METHOD)
    assert scores.score[:2, -1].tolist() == [-0.314765952, -0.761785944]
    assert scores.error[:2, -1].round(9).tolist() == [0.041654471, 0.054921868]
    assert scores.index[:2, -1].round(9).tolist() == [72.995969989, 46.683194635]
    places = find_places(scores.score[:2, -1], scores.error[:2, -1], METHOD.alpha)
    assert (places.low.tolist(), places.high.tolist(), places.cut) == ([1, 2], [1, 2], 1)
    gamma = {name: float(one.log_ratio[2, -1]) for name, one in levels.items()}
    ranked = {name: one.log_ratio[:2, -1] for name, one in levels.items()}
    observed = sum(w for name, w in METHOD.weights("overall").items() if not np.isnan(gamma[name]))
    assert observed == pytest.approx(0.45)
    assert find_possible_places(gamma, ranked, scores.score[:2, -1], 0, "overall", METHOD) == (2, 3)
