"""What must hold for all counts: order, units, strangers, missing months, bytes."""

from dataclasses import astuple, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pop_method import METHOD, METRICS, levels_of

from pipelines.ranking.chances import find_chances
from pipelines.ranking.levels import measure_levels
from pipelines.ranking.pairs import compare
from pipelines.ranking.places import find_places
from pipelines.ranking.score import add_scores

FAST = settings(max_examples=25, deadline=None)
MONTHS = 40


@st.composite
def panels(draw, fewest=1):
    """Draw counts of Code: communities of very different sizes, some months missing."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    communities = draw(st.integers(fewest, 6))
    missing = draw(st.sampled_from([0.0, 0.1, 0.3]))
    counts = {}
    for name, times in (("code_people", 1), ("commits", 9)):
        size = times * np.exp(random.uniform(-1, 6, (communities, 1)))
        numbers = random.poisson(size * random.gamma(2, 0.5, (communities, MONTHS))).astype(float)
        numbers[random.random(numbers.shape) < missing] = np.nan
        counts[name] = numbers
    return counts


def scores_of(counts):
    return add_scores(levels_of(counts), "code", METHOD)


def bytes_of(result):
    return [np.asarray(part).tobytes() for part in astuple(result)]


@FAST
@given(panels(), st.integers(0, MONTHS - 1), st.integers(1, 500))
def test_more_activity_never_lowers_a_score(counts, month, more):
    raised = {name: numbers.copy() for name, numbers in counts.items()}
    raised["commits"][:, month] += more
    before, after = scores_of(counts).score, scores_of(raised).score
    assert (np.isnan(before) == np.isnan(after)).all()
    assert (after[~np.isnan(after)] >= before[~np.isnan(before)]).all()


@FAST
@given(panels(fewest=2), st.randoms())
def test_adding_removing_and_reordering_communities_changes_no_score_and_no_pair(counts, random):
    everybody = len(counts["commits"])
    some = random.sample(range(everybody), random.randint(1, everybody))
    whole, part = scores_of(counts), scores_of({name: numbers[some] for name, numbers in counts.items()})
    assert whole.score[some].tobytes() == part.score.tobytes()
    assert whole.error[some].tobytes() == part.error.tobytes()
    a, b = some[0], some[-1]
    pair = compare(whole.score[a], whole.error[a], whole.score[b], whole.error[b], 1.9, METHOD)
    again = compare(part.score[0], part.error[0], part.score[-1], part.error[-1], 1.9, METHOD)
    assert bytes_of(pair) == bytes_of(again)


@FAST
@given(panels(), st.sampled_from([0.001, 0.5, 30.0]))
def test_another_unit_of_a_metric_with_its_constants_moves_no_score(counts, unit):
    changed = tuple(
        replace(one, offset=one.offset * unit, reference=one.reference * unit) if one.name == "commits" else one
        for one in METRICS
    )
    scaled = {**counts, "commits": counts["commits"] * unit}
    method = replace(METHOD, metrics=changed)
    before = scores_of(counts).score
    levels = {name: measure_levels(numbers, method.metric(name), method) for name, numbers in scaled.items()}
    assert add_scores(levels, "code", method).score == pytest.approx(before, abs=1.1e-9, nan_ok=True)


@FAST
@given(panels(), st.sampled_from([0.01, 4.0]))
def test_another_reference_moves_all_scores_alike_and_no_error(counts, factor):
    moved = replace(METHOD, metrics=tuple(replace(one, reference=one.reference * factor) for one in METRICS))
    levels = {name: measure_levels(numbers, moved.metric(name), moved) for name, numbers in counts.items()}
    before, after = scores_of(counts), add_scores(levels, "code", moved)
    shift = (after.score - before.score)[~np.isnan(before.score)]
    assert shift.size == 0 or np.ptp(shift) < 3e-9
    assert after.error.tobytes() == before.error.tobytes()


@FAST
@given(panels(), st.integers(0, MONTHS - 1))
def test_removing_a_month_adds_no_month_no_pair_and_no_score(counts, month):
    without = {name: numbers.copy() for name, numbers in counts.items()}
    for numbers in without.values():
        numbers[:, month] = np.nan
    before, after = levels_of(counts), levels_of(without)
    for name in counts:
        assert (after[name].months <= before[name].months).all()
        assert (after[name].pairs <= before[name].pairs).all()
    assert (np.isnan(scores_of(without).score) >= np.isnan(scores_of(counts).score)).all()


@FAST
@given(panels(), st.integers(1, MONTHS - 1))
def test_nothing_after_the_edition_is_used(counts, months):
    early = scores_of({name: numbers[:, :months] for name, numbers in counts.items()})
    assert early.score.tobytes() == scores_of(counts).score[:, :months].tobytes()
    assert early.error.tobytes() == scores_of(counts).error[:, :months].tobytes()


@FAST
@given(panels(fewest=2))
def test_nothing_before_the_past_is_used(counts):
    late = scores_of({name: numbers[:, 4:] for name, numbers in counts.items()})
    assert late.score[:, -1].tobytes() == scores_of(counts).score[:, -1].tobytes()
    assert late.error[:, -1].tobytes() == scores_of(counts).error[:, -1].tobytes()


tables = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.15, 0.7, 2.0]), st.floats(0.01, 0.4)), min_size=2, max_size=9)


@FAST
@given(tables)
def test_sets_contain_the_order(table):
    score, error = np.array(table).T
    places = find_places(score, error, METHOD.alpha)
    for row, own in enumerate(score):
        assert places.low[row] <= 1 + (score > own).sum()
        assert places.high[row] >= len(score) - (score < own).sum()


@FAST
@given(tables, st.randoms())
def test_the_order_of_the_rows_decides_nothing(table, random):
    score, error = np.array(table).T
    rows = random.sample(range(len(score)), len(score))
    places, shuffled = find_places(score, error, METHOD.alpha), find_places(score[rows], error[rows], METHOD.alpha)
    assert shuffled.cut == places.cut
    assert shuffled.low.tolist() == places.low[rows].tolist()
    assert shuffled.high.tolist() == places.high[rows].tolist()


@FAST
@given(tables)
def test_the_cut_judges_every_pair(table):
    score, error = np.array(table).T
    places = find_places(score, error, METHOD.alpha)
    first, second = np.triu_indices(len(score), 1)
    pairs = compare(score[first], error[first], score[second], error[second], places.threshold, METHOD)
    assert int(pairs.is_firm.sum()) == places.cut


@settings(max_examples=10, deadline=None)
@given(tables)
def test_chances_of_a_community_and_of_a_place_add_up_to_one(table):
    chances = find_chances(*np.array(table).T)
    assert chances.sum(axis=1) == pytest.approx(np.ones(len(table)), abs=1e-12)
    assert (chances >= 0).all()
    assert chances.sum(axis=0) == pytest.approx(np.ones(len(table)), abs=1e-6)


@FAST
@given(panels(fewest=2))
def test_two_runs_give_the_same_bytes(counts):
    once, again = levels_of(counts), levels_of({name: numbers.copy() for name, numbers in counts.items()})
    assert [bytes_of(once[name]) for name in once] == [bytes_of(again[name]) for name in again]
    assert bytes_of(scores_of(counts)) == bytes_of(scores_of(counts))
