"""How load, build and memory grow with the number of communities: prints one table.

    uv run python tests/benchmarks/scale.py [--communities 4 100 1000] [--large]

A community has one repository of 100 commits and 100 messages over two years. Each row is a step, each cell its CPU
seconds, and the last one the exponent of the curve from the first to the last number: 1 is in proportion. `--large`
adds four communities with 2,000,000 messages and 1,000,000 commits together, over 15 years.
"""

import argparse
import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

import measuring
from synthetic import add_commit, land_communities

from pipelines.folders import Folders

STEP = """
import gc, sys
from datetime import date
from pathlib import Path
from flows.cli import FEWER_COLLECTIONS
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders
from pipelines.warehouse.build import build_database
from pipelines.without_pandas import without_pandas
gc.set_threshold(*FEWER_COLLECTIONS)
data = Path(sys.argv[1])
where = Folders(data, data / "communities", data / "site")
declared = load_catalogue(where.communities)
if sys.argv[2] == "build":
    with without_pandas():
        build_database(where, declared, date(2026, 7, 6))
"""
"""Load or build as a command does: without pandas, and looking for cycles among objects as seldom."""
SMALL, LARGE = (1, 100, 100, 2), (2, 125_000, 500_000, 15)
"""Repositories, commits of each, messages and years of a community."""


class Figures(NamedTuple):
    """What one number of communities took: CPU seconds of each step, and at the end MB."""

    load: float
    build_of_all: float
    build_after_one_commit: float
    build_without_news: float
    megabytes_of_database: float
    megabytes_kept: float
    megabytes_of_memory: float


def measure(communities: int, each: tuple[int, int, int, int]) -> Figures:
    """Land so many communities and measure each step as a process."""
    print(f"{communities:,} communities", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="stackrank-benchmark-") as folder:
        where = Folders(Path(folder), Path(folder) / "communities", Path(folder) / "site")
        land_communities(where, communities, *each)
        load, whole = _run(where, "load", "load"), _run(where, "build", "build of all")
        add_commit(where, "c00000", "c00000/r000", each[1], each[3])
        news, quiet = _run(where, "build", "build after one commit"), _run(where, "build", "build without news")
        kept = sum(path.stat().st_size for path in where.core.rglob("*") if path.is_file())
        sizes = where.database.stat().st_size / 1e6, kept / 1e6, max(whole.memory, news.memory)
        return Figures(load.cpu, whole.cpu, news.cpu, quiet.cpu, *sizes)


def _run(where: Folders, step: str, name: str) -> measuring.Cost:
    """Run a step as a process, and print its cost at once: the table comes when all is measured."""
    cost = measuring.run(sys.executable, "-c", STEP, where.data, step)
    print(f"{name}: {cost.cpu:.1f} CPU s, {cost.memory:.0f} MB", file=sys.stderr, flush=True)
    return cost


def exponent(figures: Mapping[int, float]) -> str:
    """Return the slope between the first and the last number of communities, in logarithms."""
    (few, first), *_, (many, last) = figures.items()
    return f"{math.log(last / first) / math.log(many / few):.2f}" if many != few else ""


def print_table(found: Mapping[int, Figures], large: Figures | None) -> None:
    """Print a row for each step."""
    heads = [f"{number:,} communities" for number in found]
    _print_row("step", *heads, "exponent", *(["2 M messages, 1 M commits"] if large else []))
    _print_row(*["---"] * (len(heads) + 2 + bool(large)))
    for name in Figures._fields:
        cells = {number: getattr(figures, name) for number, figures in found.items()}
        several = exponent(cells) if len(cells) > 1 else ""
        texts = (f"{cell:.1f}" for cell in cells.values())
        _print_row(name.replace("_", " "), *texts, several, *([f"{getattr(large, name):.1f}"] if large else []))


def _print_row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    top = argparse.ArgumentParser(prog="tests/benchmarks/scale.py", description=__doc__.splitlines()[0])
    top.add_argument("--communities", type=int, nargs="*", default=[4, 100, 1000], metavar="N")
    top.add_argument("--large", action="store_true", help="measure 2 M messages and 1 M commits too")
    asked = top.parse_args(arguments)
    found = {number: measure(number, SMALL) for number in asked.communities}
    print_table(found, measure(4, LARGE) if asked.large else None)


if __name__ == "__main__":
    main()
