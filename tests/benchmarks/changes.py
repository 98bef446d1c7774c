"""Change a data folder at random and compare a build with what is kept and a full one, all tables value by value.

    uv run python tests/benchmarks/changes.py [--changes N] [--seed N]

Prints how often each thing was changed. Ends with status 1, and the tables, at the first difference.
Several seeds, each as a process of its own, make as many changes in less time.
"""

import argparse
import gc
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))

from support.changes import ChangingFolder, differences

from flows.cli import FEWER_COLLECTIONS

NEWS_AFTER = 25
"""A line says how far the run is after so many changes."""


def main() -> int:
    """Make so many changes."""
    top = argparse.ArgumentParser(prog="tests/benchmarks/changes.py", description=__doc__.splitlines()[0])
    top.add_argument("--changes", type=int, default=1_000, metavar="N", help="how many (default: 1,000)")
    top.add_argument("--seed", type=int, default=1, metavar="N", help="of the random changes (default: 1)")
    asked, made = top.parse_args(), Counter[str]()
    gc.set_threshold(*FEWER_COLLECTIONS)
    with tempfile.TemporaryDirectory(prefix="stackrank-benchmark-") as work:
        folder = ChangingFolder(Path(work), asked.seed)
        for number in range(asked.changes):
            what = folder.change()
            made[what] += 1
            if wrong := differences(*folder.builds()):
                print(f"change {number}, {what}: {', '.join(wrong)}")
                return 1
            if (number + 1) % NEWS_AFTER == 0 or number + 1 == asked.changes:
                print_news(asked.seed, made)
    return 0


def print_news(seed: int, made: Counter[str]) -> None:
    """Say how many changes gave equal tables, and what each of them has cost."""
    each = time.process_time() / made.total()
    print(
        f"seed {seed}: all tables are equal after each of {made.total():,} changes, {each:.1f} CPU s each, "
        f"load {os.getloadavg()[0]:.0f}: {dict(made)}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
