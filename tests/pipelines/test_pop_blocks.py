"""Large tables are computed block by block: the size of a block changes no byte, and memory stays small."""

import tracemalloc

import numpy as np
import pytest
from support.pop_method import METHOD, levels_of

from pipelines.ranking import levels, places


@pytest.fixture
def table():
    random = np.random.default_rng(3)
    return np.round(random.normal(0, 0.5, 60), 2), random.uniform(0.05, 0.3, 60)


@pytest.mark.parametrize("cells", [1, 60, 700])
def test_blocks_of_pairs_change_nothing(table, monkeypatch, cells):
    score, error = table
    order = np.argsort(-score)
    whole = places.find_places(score, error, METHOD.alpha)
    joined = places.find_brackets(score[order], error[order], whole.threshold)
    monkeypatch.setattr(places, "BLOCK_CELLS", cells)
    found = places.find_places(score, error, METHOD.alpha)
    assert whole.cut > 0
    assert found.cut == whole.cut
    assert found.low.tobytes() == whole.low.tobytes()
    assert found.high.tobytes() == whole.high.tobytes()
    assert places.find_brackets(score[order], error[order], whole.threshold) == joined


@pytest.mark.parametrize("cells", [1, 200, 2_000_000])
def test_places_of_many_editions_are_those_of_each(monkeypatch, cells):
    random = np.random.default_rng(4)
    score, error = np.round(random.normal(0, 0.5, (30, 9)), 1), random.uniform(0.05, 0.3, (30, 9))
    score[random.random(score.shape) < 0.3] = np.nan
    score[0] = np.nan
    monkeypatch.setattr(places, "BLOCK_CELLS", cells)
    found = places.place_editions(score, error, METHOD.alpha)
    for row, ranked in enumerate(found.ranked):
        rows = found.order[row, :ranked]
        assert ranked == np.count_nonzero(~np.isnan(score[row]))
        alone = places.find_places(score[row, rows], error[row, rows], METHOD.alpha)
        assert found.low[row, :ranked].tolist() == alone.low.tolist()
        assert found.high[row, :ranked].tolist() == alone.high.tolist()
        assert (found.cut[row], found.threshold[row]) == (alone.cut, alone.threshold)
        until, begins = found.level_until[row, :ranked], range(ranked)
        runs = [(i, until[i] - 1) for i in begins if until[i] > i + 1 and (i == 0 or until[i] > until[i - 1])]
        assert runs == places.find_brackets(score[row, rows], error[row, rows], alone.threshold)


def test_blocks_of_communities_change_nothing(monkeypatch):
    counts = {"commits": np.random.default_rng(3).poisson(90, (11, 50))}
    whole = levels_of(counts)["commits"]
    monkeypatch.setattr(levels, "BLOCK", 3)
    parts = levels_of(counts)["commits"]
    assert all(array.tobytes() == getattr(parts, name).tobytes() for name, array in vars(whole).items())


def test_no_community_has_no_levels():
    assert levels_of({"commits": np.empty((0, 50))})["commits"].level.shape == (0, 50)


def test_two_thousand_communities_need_at_most_twenty_bytes_a_pair():
    random = np.random.default_rng(3)
    score, error = random.normal(0, 0.4, 2000), random.uniform(0.05, 0.3, 2000)
    tracemalloc.start()
    places.find_places(score, error, METHOD.alpha)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    blocks = 6 * 8 * places.BLOCK_CELLS
    assert peak < blocks + 20 * 2000 * 1999 / 2
