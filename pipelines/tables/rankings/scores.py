"""One row per ranking and community: its score with its error, and the places that the counts leave to it.

as_of: first day of the last month of the window
family: code, talk, people, or overall
community: slug of the community
state: see rankings.monthly
score: see rankings.monthly
score_error: see rankings.monthly
index: see rankings.monthly
people: see rankings.monthly
rank: see rankings.monthly
rank_low: see rankings.monthly
rank_high: see rankings.monthly
level_until: see rankings.monthly
possible_low: see rankings.monthly
possible_high: see rankings.monthly
ranked: see rankings.monthly
cut: see rankings.monthly
threshold: see rankings.monthly
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipelines.ranking.held import DAY, FRAME_TABLES, column, grid, labels, read_frame, read_levels
from pipelines.ranking.places import find_brackets, find_places, place_editions
from pipelines.ranking.score import add_scores
from pipelines.ranking.states import Life, State, decide_states, find_possible_places, has_nobody

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duckdb import DuckDBPyConnection

    from pipelines.ranking.arrays import Flags, Floats
    from pipelines.ranking.constants import Method
    from pipelines.ranking.held import Frame
    from pipelines.ranking.levels import Levels

READS = ("rankings.levels", "rankings.lives", *FRAME_TABLES)
LIVES = "select lives, living_months from rankings.lives order by family, community, as_of"
MOST_WITH_ALL_SETS = 1000
"""With more ranked communities only the newest edition has sets: their cost grows with the square."""
WHOLE = ("rank", "rank_low", "rank_high", "level_until", "possible_low", "possible_high", "ranked", "cut")
"""The columns of whole numbers."""
SETS = ("rank_low", "rank_high", "level_until", "cut", "threshold")
LABELS = np.array([state.label for state in State])


def table(con: "DuckDBPyConnection") -> pa.Table:
    """Compute every ranking of all editions."""

    def ask(sql: str) -> pa.Table:
        return con.sql(sql).to_arrow_table()

    frame = read_frame(ask)
    levels, applicable = read_levels(ask, frame)
    families = sorted(frame.method.rankings)
    lives = _lives(ask, frame, families, levels, applicable)
    people = [levels[name] for name in frame.people]
    parts = []
    for family, life in zip(families, lives, strict=True):
        scored = [levels[name] for name in frame.method.weights(family)]
        states = decide_states(life, scored, people, frame.method)
        parts.append(_rank(levels, states, family, frame.method))
    most_people = np.fmax.reduce([one.level for one in people])
    return _assemble(frame, families, [part | {"people": most_people} for part in parts])


def _lives(
    ask: Any, frame: "Frame", families: list[str], levels: "Mapping[str, Levels]", applicable: "Mapping[str, Any]"
) -> list[Life]:
    """Return what is known of the sources of each ranking."""
    answer, people = ask(LIVES), frame.people
    alive, months = (grid(answer, name, (len(families), *frame.shape)) for name in ("lives", "living_months"))
    nobody = has_nobody([levels[name] for name in people], [applicable[name] > 0 for name in people], frame.method)
    return [
        Life((months[row] > 0) & (nobody | ~alive[row]), months[row] > 0, months[row], np.logical_and.reduce(
            [levels[name].months == applicable[name] for name in frame.method.weights(family)]))
        for row, family in enumerate(families)
    ]  # fmt: skip


def _assemble(frame: "Frame", families: list[str], parts: list[dict[str, Any]]) -> pa.Table:
    """Return one table of all rankings, whose parts are columns as arrays of communities and editions."""
    cells = (len(frame.as_ofs), len(families), len(frame.communities))
    columns = {name: column(np.stack([part[name] for part in parts]).transpose(2, 0, 1)) for name in parts[0]}
    whole = {name: columns[name].cast(pa.int32()) for name in WHOLE}
    keys = {"as_of": labels(frame.as_ofs, 0, cells, DAY), "family": labels(families, 1, cells)}
    return pa.table(keys | {"community": labels(frame.communities, 2, cells)} | columns | whole)


def _rank(levels: "Mapping[str, Levels]", states: Any, family: str, method: "Method") -> dict[str, Any]:
    """Return the columns of one ranking as arrays of communities and editions."""
    scores = add_scores(levels, family, method)
    is_dormant, is_ranked = states == State.DORMANT, states == State.RANKED
    ranked = is_ranked.sum(axis=0)
    has_places = is_ranked & (ranked >= method.fewest_ranked)
    places = _find_places(np.where(has_places, scores.score, np.nan), scores.error, method)
    possible = _find_possible(levels, states, scores.score, family, method)
    return {
        "state": LABELS[states],
        "score": np.where(is_dormant, np.nan, scores.score),
        "score_error": np.where(is_dormant, np.nan, scores.error),
        "index": np.where(is_dormant, np.nan, scores.index),
        **places,
        **possible,
        "ranked": np.broadcast_to(ranked.astype(float), is_ranked.shape),
    }


def _find_places(score: "Floats", error: "Floats", method: "Method") -> "dict[str, Floats]":
    """Return ranks, sets, and what decided them; `score` is NaN for those who are not ranked."""
    is_ranked = ~np.isnan(score)
    if is_ranked.sum(axis=0).max(initial=0) > MOST_WITH_ALL_SETS:
        return _find_newest_places(score, error, is_ranked, method)
    found, blank = place_editions(score.T, error.T, method.alpha), np.full(score.T.shape, np.nan)
    rank = np.broadcast_to(np.arange(1, len(score) + 1.0), score.T.shape)
    columns = {"rank": rank, "rank_low": found.low, "rank_high": found.high, "level_until": found.level_until}
    places = {name: blank.copy() for name in columns}
    for name, values in columns.items():
        np.put_along_axis(places[name], found.order, values, axis=1)
    has_sets = found.ranked > 0
    decided = {"cut": found.cut, "threshold": found.threshold}
    return {name: np.where(is_ranked, values.T, np.nan) for name, values in places.items()} | {
        name: np.broadcast_to(np.where(has_sets, values, np.nan), score.shape) for name, values in decided.items()
    }


def _find_newest_places(score: "Floats", error: "Floats", is_ranked: "Flags", method: "Method") -> "dict[str, Floats]":
    """Return the ranks of all editions, and the sets of the newest one."""
    order = np.argsort(-score, axis=0, kind="stable")
    rank = np.empty(score.shape)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(1.0, len(score) + 1)[:, None], score.shape), axis=0)
    newest = {name: np.full(score.shape, np.nan) for name in SETS}
    rows = order[: np.count_nonzero(is_ranked[:, -1]), -1]
    places = find_places(score[rows, -1], error[rows, -1], method.alpha)
    until = np.arange(1, len(rows) + 1)
    for first, last in find_brackets(score[rows, -1], error[rows, -1], places.threshold):
        until[first : last + 1] = last + 1
    newest["rank_low"][rows, -1], newest["rank_high"][rows, -1] = places.low, places.high
    newest["level_until"][rows, -1] = until
    newest["cut"][:, -1], newest["threshold"][:, -1] = places.cut, places.threshold
    return {"rank": np.where(is_ranked, rank, np.nan), **newest}


def _find_possible(
    levels: "Mapping[str, Levels]", states: Any, score: "Floats", family: str, method: "Method"
) -> "dict[str, Floats]":
    """Return the first and the last place that is possible for those who could be seen only in part."""
    scored = method.weights(family)
    ratios = np.stack([levels[name].log_ratio for name in scored])
    low, high = np.full(score.shape, np.nan), np.full(score.shape, np.nan)
    is_ranked, is_hidden = states == State.RANKED, states == State.NOT_OBSERVED
    is_possible = is_hidden & ~np.isnan(ratios).all(axis=0) & (is_ranked.sum(axis=0) >= method.fewest_ranked)
    for row, edition in np.argwhere(is_possible):
        rows = np.flatnonzero(is_ranked[:, edition])
        own = dict(zip(scored, map(float, ratios[:, row, edition]), strict=True))
        ranked = dict(zip(scored, ratios[:, rows, edition], strict=True))
        others = int(is_hidden[:, edition].sum()) - 1
        if found := find_possible_places(own, ranked, score[rows, edition], others, family, method):
            low[row, edition], high[row, edition] = found
    return {"possible_low": low, "possible_high": high}
