"""The invented panel of the method's golden example: six communities, 36 months, and six metrics of three of them."""

from datetime import date

import numpy as np
from support.pop_method import METHOD

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


def months_of(*slugs, rankings=("code",)):
    """Return the panel as rows of metrics.monthly; June 2013 is its last month. Overall needs alpha, beta or gamma."""
    rows = [
        (slug, name, _month(k), *cell)
        for slug in slugs
        for name, cells in zip(("code_people", "commits"), _cells(slug), strict=True)
        for k, cell in enumerate(cells)
    ]
    if "overall" in rankings:
        rows += [
            (slug, name, _month(k), float(numbers[row, k]), "observed", 1.0, None)
            for name, numbers in overall().items()
            if name in OTHERS
            for row, slug in enumerate(("alpha", "beta"))
            for k in MONTHS
        ]
    return rows


def _month(k):
    return date(2010 + (6 + k) // 12, (6 + k) % 12 + 1, 1)


def _numbers(name, column):
    exponent = METHOD.metric(name).coverage_exponent
    return np.array([[_number(*cell, exponent) for cell in _cells(slug)[column]] for slug in SLUGS])


def _number(value, state, covered, published, exponent):
    if state in ("observed", "partial") and covered >= 0.90:
        return value / covered**exponent
    return np.nan if published is None else float(published)


def _cells(slug):
    """Return value, state, covered and published of all months, of people and of commits."""
    p, q, large, swing = SIZES[slug]
    people = [[p + (q * (7 * k % 5 - 2)) // 2, "observed", 1.0, None] for k in MONTHS]
    commits = [[large + (swing * (3 * k % 7 - 3)) // 2, "observed", 1.0, None] for k in MONTHS]
    missing = [None, "unobserved", 0.0, None]
    if slug == "epsilon":
        for cells, published, counted in ((people, 27, 25), (commits, 72, 70)):
            cells[27] = missing
            cells[30], cells[31] = [counted, "partial", 0.95, None], [counted, "partial", 0.5, None]
            cells[32] = [float(published), "published", 0.0, float(published)]
    if slug == "zeta":
        for k in (26, 28, 30, 33):
            people[k] = commits[k] = missing
    return people, commits
