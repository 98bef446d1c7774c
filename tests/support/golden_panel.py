"""The invented panel of the method's golden example: six communities, 36 months, and six metrics of three of them."""

import numpy as np
from support.pop_method import METHOD

from pipelines.ranking.levels import usable_counts

MONTHS = range(36)
SIZES = {
    "alpha": (40, 5, 300, 60),
    "beta": (20, 4, 160, 50),
    "gamma": (19, 3, 150, 40),
    "delta": (2, 1, 9, 4),
    "epsilon": (30, 4, 90, 20),
    "zeta": (12, 2, 60, 20),
}
SLUGS = tuple(SIZES)
OTHERS = {"talk_people": (30, 3), "threads_replied": (40, 5), "messages": (120, 20), "new_people": (2, 1)}


def code():
    """Return what each month gives for the metrics of Code, one row a community."""
    return {"code_people": _numbers("code_people", 0), "commits": _numbers("commits", 1)}


def overall():
    """Return what each month gives for all six metrics of alpha, beta and gamma; gamma has code only."""
    counts = {name: numbers[:3] for name, numbers in code().items()}
    for name, (base, swing) in OTHERS.items():
        months = [[f * base + swing * ((5 * k) % 7 - 3) for k in MONTHS] for f in (4, 3)]
        counts[name] = np.array([*months, [np.nan] * 36], dtype=float)
    return counts


def _numbers(name, column):
    cells = [_cells(slug)[column] for slug in SLUGS]
    value, state, covered, published = (np.array([[cell[i] for cell in row] for row in cells]) for i in range(4))
    numbers = (part.astype(float) for part in (value, covered, published))
    value, covered, published = numbers
    return usable_counts(value, state, covered, published, METHOD.metric(name), METHOD)


def _cells(slug):
    """Return value, state, covered and published of all months, of people and of commits."""
    p, q, large, swing = SIZES[slug]
    people = [[p + (q * (7 * k % 5 - 2)) // 2, "observed", 1.0, None] for k in MONTHS]
    commits = [[large + (swing * (3 * k % 7 - 3)) // 2, "observed", 1.0, None] for k in MONTHS]
    missing = [None, "unobserved", None, None]
    if slug == "epsilon":
        for cells, published, counted in ((people, 27, 25), (commits, 72, 70)):
            cells[27] = missing
            cells[30], cells[31] = [counted, "partial", 0.95, None], [counted, "partial", 0.5, None]
            cells[32] = [None, "unobserved", None, published]
    if slug == "zeta":
        for k in (26, 28, 30, 33):
            people[k] = commits[k] = missing
    return people, commits
