"""What the ranking takes: levels, scores and places of invented communities over all editions.

    uv run python tests/benchmarks/ranking.py [--communities N] [--editions N] [--tables]

With `--tables` the tables of the ranking are made instead, from months of metrics and acts of people, and comments.
Prints how loaded the machine is, and one line a step: seconds, seconds of the processor, and the peak memory of this
process so far. A machine that is busy takes more of both.
"""

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))

from support.pop_method import METHOD, levels_of
from support.ranking import database, stages

from pipelines.ranking.places import find_places
from pipelines.ranking.score import add_scores
from pipelines.warehouse.tables import make_table

TABLES = ("monthly", "components", "pairs", "distances", "movement", "chances")


def main() -> None:
    """Compute all four rankings of invented communities and print what each step took."""
    top = argparse.ArgumentParser(prog="tests/benchmarks/ranking.py", description=__doc__.splitlines()[0])
    top.add_argument("--communities", type=int, default=10_000, metavar="N", help="default: 10000")
    top.add_argument("--editions", type=int, default=200, metavar="N", help="default: 200")
    top.add_argument("--tables", action="store_true", help="make the tables of the ranking")
    chosen = top.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
    counts = invent(chosen.communities, chosen.editions + 35)
    if chosen.tables:
        make_tables(counts, chosen.editions)
        return
    levels = measure("levels", lambda: levels_of(counts))
    scores = measure("scores", lambda: [add_scores(levels, ranking, METHOD) for ranking in METHOD.rankings])
    editions = range(35, 36) if chosen.communities > 1000 else range(35, chosen.editions + 35)
    title = f"places of {len(editions)} editions"
    measure(title, lambda: [place(one, column) for one in scores for column in editions])


def invent(communities: int, months: int) -> dict[str, np.ndarray]:
    """Return bursty counts of all metrics; one month in fifty is missing."""
    random = np.random.default_rng(1)
    counts = {}
    for metric in METHOD.metrics:
        mean = np.exp(random.normal(np.log(metric.reference / 20 + 3), 1.2, (communities, 1)))
        counts[metric.name] = random.poisson(mean * random.gamma(3, 1 / 3, (communities, months))).astype(float)
        counts[metric.name][random.random((communities, months)) < 0.02] = np.nan
    return counts


def make_tables(counts: dict[str, np.ndarray], editions: int) -> None:
    """Make all tables of the ranking of these counts in memory; print what each took, and all together."""
    months = [date(2000 + k // 12, k % 12 + 1, 1) for k in range(editions + 35)]
    rows = [
        (f"c{row:05}", name, month, *((None, "unobserved", 0.0, None) if np.isnan(u) else (u, "observed", 1.0, None)))
        for name, numbers in counts.items()
        for row, line in enumerate(numbers)
        for month, u in zip(months, line, strict=True)
    ]
    acts = [
        (row[0], "code", row[2], f"p{author}", 1 + author % 7)
        for row in rows
        if row[1] == "code_people" and row[3] is not None
        for author in range(int(row[3]))
    ]
    with database((), rows, acts=acts, first_ranking=months[35]) as con:
        made = [(table, lambda table=table: make_table(con, table)) for table in stages(*TABLES)]
        measure("all tables", lambda: [measure(table.name, make) for table, make in made])


def place(scores, column):
    """Return the places of one edition."""
    is_ranked = ~np.isnan(scores.score[:, column])
    return find_places(scores.score[is_ranked, column], scores.error[is_ranked, column], METHOD.alpha)


def measure(title: str, work: Callable):
    """Return what `work` returns, and print what it took."""
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{title}: {wall:.2f} s, processor {processor:.2f} s, peak {peak:.2f} GB", flush=True)
    return result


if __name__ == "__main__":
    main()
