"""Communities in every state, at drawn weights: as the page holds them, and what the functions of the ranking say."""

from dataclasses import replace
from random import Random
from types import SimpleNamespace

import numpy as np

from pipelines.ranking.places import find_places, firm_threshold
from pipelines.ranking.score import combine_errors, order_rows, round_score, weighted_sum
from pipelines.ranking.states import Life, State, decide_states, find_possible_places

COMMUNITIES = 12
RANK = """({ held, weights }) => {
    const found = window.stackrankOrder(held).rank(weights);
    return [...found.ranked, ...found.alone, ...found.rest].map((row) => [row.community.slug, row.state, row.score,
        row.error, row.low ?? null, row.high ?? null, row.possible ?? null]); }"""


def draw_case(held, seed):
    """Return what the page would hold of drawn communities, and weights of which some are 0."""
    dice = Random(seed)
    communities = [_community(dice, held, f"c{n:02}") for n in range(COMMUNITIES)]
    parts = [dice.choice((0, dice.random(), dice.random())) for _ in held["metrics"]]
    parts[dice.randrange(len(parts))] += 0.1
    return held | {"communities": communities}, [part / sum(parts) for part in parts]


def thresholds(method):
    pairs = COMMUNITIES * (COMMUNITIES - 1) // 2
    return [firm_threshold(COMMUNITIES, pairs - left, method.alpha) for left in range(pairs + 1)]


def _community(dice, held, slug):
    metrics, families = range(len(held["metrics"])), held["families"]
    is_well = dice.random() < 0.6
    months = [12 if is_well else dice.choice((0, 5, 9, 12)) for _ in metrics]
    return {
        "slug": slug, "name": slug.upper(), "months": months,
        "applicable": [dice.choice((n, 12)) if n else dice.choice((0, 12)) for n in months],
        "y": [dice.gauss(0, 0.3) if n >= 9 else None for n in months],
        "errors": [dice.uniform(0.05, 0.2) if n >= 9 else None for n in months],
        "lives": [is_well or dice.random() < 0.5 for _ in families],
        "living_months": [40 if is_well else dice.choice((0, 5, 40)) for _ in families],
        "is_empty": not is_well and dice.random() < 0.1,
        "is_small": None if dice.random() < 0.05 else dice.random() < 0.1,
    }  # fmt: skip


def judge_case(held, weights, method):
    """Return what RANK must return: every community with state, score, error, places and possible places."""
    used = {each["metric"]: weight for each, weight in zip(held["metrics"], weights, strict=True) if weight > 0}
    weighed = replace(method, metrics=tuple(replace(m, weight=used[m.name]) for m in method.metrics if m.name in used))
    columns = {name: n for n, name in enumerate(each["metric"] for each in held["metrics"])}
    y, errors = ({m: _column(held, key, columns[m]) for m in used} for key in ("y", "errors"))
    states = _states(held, [columns[m] for m in used], y, method)
    score = round_score(weighted_sum(y, used))
    error = combine_errors(errors, used, method)
    return list(_rows(held, states, score, error, y, weighed))


def _column(held, key, n):
    return np.array([np.nan if each[key][n] is None else each[key][n] for each in held["communities"]])


def _states(held, columns, y, method):
    families = [n for n, name in enumerate(held["families"])
                if any(held["metrics"][c]["family"] == name for c in columns)]  # fmt: skip
    rows = held["communities"]
    months = np.array([max(each["living_months"][f] for f in families) for each in rows])
    alive = np.array([any(each["lives"][f] for f in families) for each in rows])
    empty = np.array([each["is_empty"] for each in rows])
    whole = np.array([all(each["months"][c] == each["applicable"][c] for c in columns) for each in rows])
    people = np.array([{None: np.nan, True: 1.0, False: 9.0}[each["is_small"]] for each in rows])
    life = Life((months > 0) & (empty | ~alive), months > 0, months, whole)
    scored = [SimpleNamespace(level=np.where(np.isnan(each), np.nan, 1.0)) for each in y.values()]
    return decide_states(life, scored, [SimpleNamespace(level=people)], method)


def _rows(held, states, score, error, y, weighed):
    slugs = np.array([each["slug"] for each in held["communities"]])
    ranked, hidden = np.flatnonzero(states == State.RANKED), int((states == State.NOT_OBSERVED).sum())
    ranked = ranked[order_rows(score[ranked], slugs[ranked])]
    has_places = len(ranked) >= weighed.fewest_ranked
    places = find_places(score[ranked], error[ranked], weighed.alpha) if has_places else None
    for n, row in enumerate(ranked):
        sets = (int(places.low[n]), int(places.high[n])) if places else (None, None)
        yield [str(slugs[row]), "ranked", score[row], error[row], *sets, None]
    among = {name: values[ranked] for name, values in y.items()}
    for row in sorted(
        set(range(len(slugs))) - set(ranked.tolist()), key=lambda row: (states[row] == State.DORMANT, row)
    ):
        possible = None
        if states[row] == State.NOT_OBSERVED:
            own = {name: float(values[row]) for name, values in y.items()}
            possible = find_possible_places(own, among, score[ranked], hidden - 1, "overall", weighed)
        known = [None if np.isnan(value[row]) else value[row] for value in (score, error)]
        yield [str(slugs[row]), State(states[row]).label, *known, None, None, possible and list(possible)]
