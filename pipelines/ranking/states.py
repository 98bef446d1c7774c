"""Decides who is ranked, and which places are possible for those who could not be observed: pop-1.0, section 7."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pipelines.ranking.arrays import Flags, Floats
from pipelines.ranking.constants import Method
from pipelines.ranking.levels import Levels, log_ratio
from pipelines.ranking.score import round_score, weighted_sum


class State(IntEnum):
    """What a community is in one edition of one ranking; the first that applies."""

    DORMANT = 0
    NO_SOURCE = 1
    NEW = 2
    NOT_OBSERVED = 3
    QUIET = 4
    RANKED = 5

    @property
    def label(self) -> str:
        """Return the name that tables use."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True)
class Life:
    """What is known of the sources of one ranking: one row a community, one column an edition.

    `is_dormant`: all sources have ended, or nobody was seen. `has_source`: a source was alive in the window.
    `months` since the first with a living source, this one included; `is_whole`: each of them was seen.
    """

    is_dormant: Flags
    has_source: Flags
    months: NDArray[np.integer]
    is_whole: Flags


def has_nobody(people: Sequence[Levels], is_alive: Sequence[Flags], method: Method) -> Flags:
    """Return where no channel with a living source had anybody in a whole window of observed months.

    `people` and `is_alive` hold code and talk. A living channel that could not be seen might have somebody.
    """
    empty = [(one.months == method.window_months) & (one.level == 0) for one in people]
    no_one_elsewhere = [is_empty | ~alive for is_empty, alive in zip(empty, is_alive, strict=True)]
    return np.logical_and.reduce(no_one_elsewhere) & np.logical_or.reduce(list(is_alive))


def decide_states(life: Life, scored: Sequence[Levels], people: Sequence[Levels], method: Method) -> NDArray[np.int64]:
    """Return the `State` of every community and edition.

    `scored` are the levels of the ranking's metrics, `people` those of `code_people` and `talk_people`, whatever is
    ranked. Who is new and was not seen in every month is `not observed` before it is `new`.
    """
    is_missing = np.logical_or.reduce([np.isnan(one.level) for one in scored])
    most_people = np.fmax.reduce([one.level for one in people])
    is_new = life.months < method.window_months
    reasons = {
        State.DORMANT: life.is_dormant,
        State.NO_SOURCE: ~life.has_source,
        State.NEW: is_new & (life.is_whole | ~is_missing),
        State.NOT_OBSERVED: is_missing | np.isnan(most_people),
        State.QUIET: most_people < method.fewest_people,
    }
    return np.select(list(reasons.values()), list(reasons), State.RANKED)


def find_possible_places(
    log_ratios: Mapping[str, float],
    ranked: Mapping[str, Floats],
    ranked_scores: Floats,
    others_not_observed: int,
    ranking: str,
    method: Method,
) -> tuple[int, int] | None:
    """Return the places of a community between its best and its worst case; no bound, and no probability.

    `log_ratios` are its own by metric, NaN where missing; `ranked` those of the ranked communities. The best case
    takes the highest among these for every missing metric, the worst one the level 0. None: fewer than two communities
    are ranked, or it has no metric at all.
    """
    weights = method.weights(ranking)
    missing = [name for name in weights if np.isnan(log_ratios[name])]
    if len(ranked_scores) < 2 or len(missing) == len(weights):
        return None
    best = {name: float(ranked[name].max()) for name in missing}
    worst = {name: float(log_ratio(np.zeros(()), method.metric(name))) for name in missing}
    above_best, above_worst = (
        int(np.count_nonzero(ranked_scores > _score({**log_ratios, **case}, weights))) for case in (best, worst)
    )
    return 1 + above_best, 1 + above_worst + others_not_observed


def _score(log_ratios: Mapping[str, float], weights: Mapping[str, float]) -> float:
    return float(round_score(weighted_sum({name: np.asarray(log_ratios[name]) for name in weights}, weights)))
