"""Cases that the golden example does not cover: months, noise, pairs, firmness, fragility."""

from dataclasses import replace
from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from support.pop_method import METHOD, levels_of

from pipelines.ranking import pairs
from pipelines.ranking.levels import measure_levels
from pipelines.ranking.normal import probability_below, upper_quantile
from pipelines.ranking.pairs import (
    Acts,
    Measured,
    compare,
    count_fragility,
    find_distance,
    find_flip_weights,
    round_up,
)
from pipelines.ranking.places import find_brackets, find_places, firm_threshold
from pipelines.ranking.score import add_scores, order_rows, round_score

PEOPLE, COMMITS = METHOD.metric("code_people"), METHOD.metric("commits")
NAN = np.nan


def newest(numbers, metric=PEOPLE):
    """Return the levels of one community at its newest month, as plain numbers."""
    levels = measure_levels(np.array([numbers], dtype=float), metric, METHOD)
    return {name: float(array[0, -1]) for name, array in vars(levels).items()}


def test_a_wild_series_is_held_at_four_times_the_line():
    found = newest([0, 900] * 18)
    line = 1.3 * 4.5**0.1
    assert found["dispersion"] == 900
    assert found["phi"] == pytest.approx(exp(35 / 55 * log(4 * line) + 20 / 55 * log(line)), rel=1e-14)


def test_a_series_that_stands_still_is_held_at_a_quarter_of_the_line():
    found = newest([50] * 36)
    line = 1.3 * 0.5**0.1
    assert found["dispersion"] == 0
    assert found["phi"] == pytest.approx(exp(35 / 55 * log(line / 4) + 20 / 55 * log(line)), rel=1e-14)


@pytest.mark.parametrize(("months", "pairs", "own"), [(12, 11, False), (13, 12, True)])
def test_twelve_pairs_are_needed_for_an_own_dispersion(months, pairs, own):
    found = newest([10, 90] * 6 if months == 12 else [*[10, 90] * 6, 10])
    line = max(1, 1.3 * (found["level"] / 100) ** 0.1)
    assert found["pairs"] == pairs
    assert (found["phi"] != line) == own


def test_pairs_are_neighbours_only():
    assert newest([5, NAN] * 18)["pairs"] == 0
    assert newest([5, 5, NAN] * 12)["pairs"] == 12
    assert newest(list(range(60)))["pairs"] == 35


def test_nobody_all_along_has_a_level_of_zero_and_an_error():
    found = newest([0] * 36)
    assert (found["level"], found["pairs"], found["phi"]) == (0, 35, 1)
    assert np.isnan(found["dispersion"])
    assert found["log_ratio"] == log(1 / 32.6)
    assert found["error"] == pytest.approx(sqrt(1.5 / 12 / 12))


def test_after_large_years_a_silent_window_is_exactly_zero():
    assert newest([99999.9 / 0.95] * 48 + [0] * 12, COMMITS)["level"] == 0
    assert np.isnan(newest([99999.9 / 0.95] * 48 + [0] * 36, COMMITS)["dispersion"])


@pytest.mark.parametrize(("months", "has_level"), [(8, False), (9, True)])
def test_nine_months_of_the_window_are_needed(months, has_level):
    found = newest([7] * 24 + [NAN] * (12 - months) + [7] * months)
    assert found["months"] == months
    assert (found["level"] == 7) == has_level


def test_a_ranking_misses_a_community_that_misses_a_metric():
    levels = levels_of({"code_people": np.full((2, 12), 9.0), "commits": np.array([[9.0] * 12, [NAN] * 12])})
    scores = add_scores(levels, "code", METHOD)
    assert np.isnan(scores.score[:, -1]).tolist() == [False, True]


def test_weights_within_a_ranking_add_up_to_one_and_an_unknown_ranking_is_refused():
    assert METHOD.rankings == ("talk", "code", "people", "overall")
    assert METHOD.weights("people") == {"new_people": 1}
    assert METHOD.weights("code") == pytest.approx({"code_people": 5 / 9, "commits": 4 / 9})
    assert sum(METHOD.weights("overall").values()) == pytest.approx(1)
    with pytest.raises(KeyError, match="no ranking is called members"):
        METHOD.weights("members")


def test_scores_are_rounded_half_to_even():
    assert round_score(np.array([0.5e-9, 1.5e-9, 2.5e-9])).tolist() == [0, 2e-9, 2e-9]
    assert not np.signbit(round_score(np.array([-1e-12]))[0])


def test_thresholds_of_holm():
    found = [round(firm_threshold(4, cut, 0.10), 4) for cut in range(7)]
    assert found == [2.3940, 2.3263, 2.2414, 2.1280, 1.9600, 1.6449, 1.6449]


def test_the_normal_distribution_is_exact():
    known = {0.05: 1.6448536269514722, 0.025: 1.9599639845400545, 1e-9: 5.9978070150076869}
    for tail, quantile in known.items():
        assert upper_quantile(tail) == pytest.approx(quantile, abs=1e-12)
        assert NormalDist().inv_cdf(1 - tail) == pytest.approx(quantile, abs=1e-7)
        assert probability_below(np.array([-quantile]))[0] == pytest.approx(tail, rel=1e-12)


def test_equal_scores_are_never_firm_and_stand_by_slug():
    score, error = np.array([1.0, 1.0, -5.0]), np.array([0.01, 0.01, 0.01])
    places = find_places(score, error, 0.10)
    assert (places.low.tolist(), places.high.tolist(), places.cut) == ([1, 1, 3], [2, 2, 3], 2)
    assert order_rows(score, np.array(["b", "a", "c"])).tolist() == [1, 0, 2]
    assert compare(score[:1], error[:1], score[1:2], error[1:2], 1.64, METHOD).word.tolist() == ["cannot be told apart"]


def test_a_firm_table_has_no_bracket_and_one_alone_has_the_first_place():
    score, error = np.array([3.0, 1.0, -2.0]), np.full(3, 0.1)
    places = find_places(score, error, 0.10)
    assert (places.low.tolist(), places.high.tolist(), places.cut) == ([1, 2, 3], [1, 2, 3], 3)
    assert find_brackets(score, error, places.threshold) == []
    alone = find_places(np.array([1.0]), np.array([0.1]), 0.10)
    assert (alone.low.tolist(), alone.high.tolist(), alone.cut) == ([1], [1], 0)


def test_brackets_overlap():
    score, error = np.array([0.3, 0.2, 0.1, 0.0]), np.full(4, 0.05)
    assert find_brackets(score, error, 2.0) == [(0, 1), (1, 2), (2, 3)]
    assert find_brackets(score, error, 3.0) == [(0, 2), (1, 3)]


def test_words_of_pairs():
    score, zero, error = np.array([0.4, 0.2, 0.1]), np.zeros(3), np.full(3, 0.1)
    words = compare(score, error, zero, error, 2.0, METHOD).word
    assert words.tolist() == ["ahead", "probably ahead", "cannot be told apart"]


def test_distances_are_rounded_up_to_whole_ones():
    assert find_distance(np.array([9.0]), 1, np.array([0.0])).tolist() == [0]
    assert find_distance(np.array([9.0]), 1, np.array([log(1.3)])) == pytest.approx([3])
    assert round_up(np.array([3.0000000001, 3.001, 0.0])).tolist() == [3, 4, 0]


def flip_weight(ahead, behind, counted, ranking):
    """Return the weight of one pair, from plain log ratios by metric; NaN for none."""
    sides = ({name: np.array([ratio]) for name, ratio in side.items()} for side in (ahead, behind))
    return float(find_flip_weights(*sides, counted, METHOD.weights(ranking))[0])


def test_flip_weights_at_the_ends_and_of_talk():
    ahead, level = {"code_people": 1.0, "commits": 0.0}, {"code_people": 0.0, "commits": 0.0}
    assert flip_weight(ahead, level, "code_people", "code") == 0
    assert flip_weight({"code_people": 0.0, "commits": 1.0}, level, "code_people", "code") == 1
    assert np.isnan(flip_weight(level, level, "code_people", "code"))
    assert np.isnan(flip_weight({"code_people": 1.0, "commits": 0.5}, level, "code_people", "code"))
    people = {"talk_people": 0.3, "threads_replied": -0.2, "messages": -0.4}
    assert flip_weight(people, dict.fromkeys(people, 0.0), "talk_people", "talk") == pytest.approx(0.5)


def fragility(months, commits, behind, number=12, keys=None):
    """Return what `count_fragility` says of one edition with these authors: months in which each was seen, commits."""
    weights, authors = METHOD.weights("code"), range(len(months)) if keys is None else keys
    acts = [
        (k, author, n if k == 0 else 0)
        for author, seen, n in zip(authors, months, commits, strict=True)
        for k in range(seen)
    ]
    month, author, events = (np.array(column) for column in zip(*acts, strict=True))
    people, events_of = (
        Measured(np.array([sum(counts) / number]), np.array([number]), METHOD.metric(name).offset,
                 METHOD.metric(name).reference, weights[name])
        for name, counts in (("code_people", months), ("commits", commits))
    )  # fmt: skip
    found = Acts(month, author, events.astype(float))
    (fewest,), (of,) = count_fragility(found, np.array([11]), people, events_of, np.array([behind]), 12)
    assert of == len(months)
    return None if np.isnan(fewest) else fewest


def score_of(level, commits):
    weights = METHOD.weights("code")
    ratios = log((level + 1) / 32.6), log((commits + 5) / 376.2)
    return round(weights["code_people"] * ratios[0] + weights["commits"] * ratios[1], 9)


def test_fragility_counts_the_authors_whose_absence_turns_the_order():
    months, commits = [12, 12, 12, 1], [600, 60, 24, 1]
    assert fragility(months, commits, score_of(25 / 12, 85 / 12)) == 1
    assert fragility(months, commits, score_of(25 / 12, 85 / 12) - 1e-9) == 2
    assert fragility(months, commits, score_of(0, 0)) == 4
    assert fragility(months, commits, score_of(0, 0) - 1e-9) is None
    assert fragility(months, commits, score_of(37 / 12, 685 / 12)) == 0, "equal scores"


def test_fragility_of_equal_authors_does_not_depend_on_their_order():
    months, commits, behind = [12, 12, 6, 6], [90, 90, 270, 12], score_of(1.2, 12)
    turned = fragility(months[::-1], commits[::-1], behind, keys=[3, 2, 1, 0])
    assert fragility(months, commits, behind) == turned


def test_fragility_divides_by_the_months_that_give_a_number():
    assert fragility([9, 9], [90, 90], score_of(1, 10), number=9) == 1


def test_fragility_of_many_editions_is_that_of_each(monkeypatch):
    random = np.random.default_rng(3)
    size, editions = 400, np.arange(11, 60, 3)
    acts = Acts(random.integers(0, 60, size), random.integers(0, 30, size), random.integers(1, 50, size).astype(float))
    one = Measured(random.uniform(20, 40, len(editions)), np.full(len(editions), 12), 1, 31.6, 5 / 9)
    other = replace(one, level=random.uniform(200, 400, len(editions)), offset=5, reference=371.2, weight=4 / 9)
    behind = random.uniform(-1.5, 0, len(editions))
    whole = count_fragility(acts, editions, one, other, behind, 12)
    for i in range(len(editions)):
        part = [replace(m, level=m.level[i : i + 1], months=m.months[i : i + 1]) for m in (one, other)]
        alone = count_fragility(acts, editions[i : i + 1], *part, behind[i : i + 1], 12)
        assert [*map(float, alone[0]), *alone[1]] == pytest.approx([whole[0][i], whole[1][i]], nan_ok=True)
    monkeypatch.setattr(pairs, "BLOCK_CELLS", 60)
    blocks = count_fragility(acts, editions, one, other, behind, 12)
    assert all((a.tobytes() == b.tobytes()) for a, b in zip(whole, blocks, strict=True))
