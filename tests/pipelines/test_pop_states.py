"""States of communities, and the places that a community without a score may have."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
from support.pop_method import METHOD, levels_of

from pipelines.ranking.levels import log_ratio, measure_levels
from pipelines.ranking.score import round_score
from pipelines.ranking.states import Life, State, decide_states, find_possible_places, has_nobody

PEOPLE, COMMITS = METHOD.metric("code_people"), METHOD.metric("commits")
NAN = np.nan
YES, NO = np.array([[True]]), np.array([[False]])
LIVING = Life(NO, YES, np.array([[60]]), YES)
RANKED = levels_of({"code_people": np.full((1, 12), 9.0), "commits": np.full((1, 12), 9.0)})


def levels_at(x, months=12):
    numbers = np.full((1, 12), float(x))
    numbers[0, months:] = NAN
    return measure_levels(numbers, PEOPLE, METHOD)


def state_of(life, people=9, talk=None, scored=None):
    people = [levels_at(people), *([levels_at(talk)] if talk is not None else [])]
    last = [replace(one, level=one.level[:, -1:]) for one in people]
    scored = [replace(one, level=one.level[:, -1:]) for one in (scored or RANKED.values())]
    return State(decide_states(life, scored, last, METHOD)[0, 0]).label


@pytest.mark.parametrize(
    ("life", "people", "talk", "state"),
    [
        (LIVING, 9, None, "ranked"),
        (LIVING, 3, None, "ranked"),
        (LIVING, 2.9, None, "quiet"),
        (LIVING, 2.9, 3, "ranked"),
        (LIVING, NAN, 3, "ranked"),
        (LIVING, 2.9, NAN, "quiet"),
        (LIVING, NAN, NAN, "not observed"),
        (replace(LIVING, months=np.array([[11]])), 9, None, "new"),
        (replace(LIVING, months=np.array([[11]])), 1, None, "new"),
        (replace(LIVING, months=np.array([[11]]), is_whole=NO), 9, None, "new"),
        (replace(LIVING, months=np.array([[12]])), 9, None, "ranked"),
        (replace(LIVING, has_source=NO), 9, None, "no source"),
        (replace(LIVING, has_source=NO, is_dormant=YES), 9, None, "dormant"),
        (replace(LIVING, is_dormant=YES), 1, None, "dormant"),
    ],
)
def test_states(life, people, talk, state):
    assert state_of(life, people, talk) == state


def test_states_of_those_who_miss_a_metric():
    missing = [levels_at(9, months=8)]
    assert state_of(LIVING, scored=missing) == "not observed"
    young = replace(LIVING, months=np.array([[8]]))
    assert state_of(young, scored=missing) == "new"
    assert state_of(replace(young, is_whole=NO), scored=missing) == "not observed"


@pytest.mark.parametrize(
    ("code", "talk", "talk_lives", "nobody"),
    [
        (levels_at(0), levels_at(0), YES, True),
        (levels_at(0), levels_at(1), YES, False),
        (levels_at(0), levels_at(NAN), YES, False),
        (levels_at(0), levels_at(NAN), NO, True),
        (levels_at(0, months=11), levels_at(NAN), NO, False),
    ],
)
def test_nobody_was_seen_only_where_every_living_channel_was(code, talk, talk_lives, nobody):
    alive = [np.full((1, 12), True), np.full((1, 12), talk_lives[0, 0])]
    assert has_nobody([code, talk], alive, METHOD)[0, -1] == nobody


def test_possible_places_lie_between_the_best_and_the_worst_case():
    ranked = {"code_people": np.array([1.0, 0.0]), "commits": np.array([1.0, -1.0])}
    scores = round_score(np.array([1.0, -4 / 9]))
    own = {"code_people": 0.5, "commits": NAN}
    assert find_possible_places(own, ranked, scores, 0, "code", METHOD) == (2, 3)
    assert find_possible_places(own, ranked, scores, 2, "code", METHOD) == (2, 5)
    assert find_possible_places({**own, "code_people": 9.0}, ranked, scores, 0, "code", METHOD) == (1, 1)
    assert find_possible_places({**own, "code_people": 1.0}, ranked, scores, 0, "code", METHOD) == (1, 3)
    nothing = {name: ratio[:1] for name, ratio in ranked.items()}
    assert find_possible_places(own, nothing, scores[:1], 0, "code", METHOD) is None
    assert find_possible_places(dict.fromkeys(own, NAN), ranked, scores, 0, "code", METHOD) is None
    assert log_ratio(np.zeros(1), COMMITS) == pytest.approx([log(5 / 376.2)])
