"""The constants of pop-1.0 as the method states them, for tests, and how tests hand counts to the functions."""

import numpy as np

from pipelines.ranking.constants import Method, Metric
from pipelines.ranking.levels import measure_levels

METRICS = (
    Metric("talk_people", "talk", 0.25, 1, 253, 2.5, 0.20, 0.45),
    Metric("threads_replied", "talk", 0.10, 1, 424, 3.0, 0.35, 1),
    Metric("messages", "talk", 0.10, 4, 1149, 25, 0.35, 1),
    Metric("code_people", "code", 0.25, 1, 31.60, 1.3, 0.10, 0.45),
    Metric("commits", "code", 0.20, 5, 371.2, 18, 0.20, 1),
    Metric("new_people", "people", 0.10, 1, 4.416, 2.0, 0.15, 0.45),
)
CORRELATIONS = (
    # talk_people, threads_replied, messages, code_people, commits, new_people
    (1.0, 0.80, 0.80, 0.25, 0.25, 0.50),
    (0.80, 1.0, 0.80, 0.25, 0.25, 0.40),
    (0.80, 0.80, 1.0, 0.25, 0.25, 0.40),
    (0.25, 0.25, 0.25, 1.0, 0.60, 0.45),
    (0.25, 0.25, 0.25, 0.60, 1.0, 0.30),
    (0.50, 0.40, 0.40, 0.45, 0.30, 1.0),
)
METHOD = Method(
    metrics=METRICS,
    correlations=CORRELATIONS,
    alpha=0.10,
    memory=1.5,
    prior_pairs=20,
    clamp=4,
    fewest_pairs=12,
    window_months=12,
    past_months=36,
    fewest_months=9,
    fewest_people=3,
    fewest_ranked=2,
    usable_coverage=0.90,
    probable=0.90,
    least_growth=0.05,
    steady_growth=0.10,
)
NAMES = tuple(metric.name for metric in METRICS)


def levels_of(counts):
    """Measure the levels of every metric in `counts`, a dict of arrays of communities and months."""
    return {name: measure_levels(np.asarray(u, dtype=float), METHOD.metric(name), METHOD) for name, u in counts.items()}
