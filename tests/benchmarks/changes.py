"""Change a data folder at random and compare a build with what is kept and a full one, all tables value by value.

    uv run python tests/benchmarks/changes.py [--changes N] [--seed N]

Prints how often each thing was changed. Ends with status 1, and the tables, at the first difference.
"""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))

from support.changes import ChangingFolder, differences


def main() -> int:
    """Make so many changes."""
    top = argparse.ArgumentParser(prog="tests/benchmarks/changes.py", description=__doc__.splitlines()[0])
    top.add_argument("--changes", type=int, default=1_000, metavar="N", help="how many (default: 1,000)")
    top.add_argument("--seed", type=int, default=1, metavar="N", help="of the random changes (default: 1)")
    asked, made = top.parse_args(), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="stackrank-benchmark-") as work:
        folder = ChangingFolder(Path(work), asked.seed)
        for number in range(asked.changes):
            what = folder.change()
            made[what] += 1
            if wrong := differences(*folder.builds()):
                print(f"change {number}, {what}: {', '.join(wrong)}")
                return 1
    print(f"all tables are equal after each of {asked.changes:,} changes: {dict(made)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
