"""What the site takes: seconds, seconds of all processors and megabytes of the site of invented communities.

    uv run python tests/benchmarks/site.py [--communities N ...]

Every page is written in every language. Every community has all months since 2009 or since it began. The second line of
a number publishes the same once more.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))

from support.many import invent

from reports import site
from reports.languages.pages import languages_of_site


def main() -> None:
    """Invent databases, publish each twice, and print what that took."""
    top = argparse.ArgumentParser(prog="tests/benchmarks/site.py", description=__doc__.splitlines()[0])
    top.add_argument("--communities", type=int, nargs="+", default=[4, 50], metavar="N", help="default: 4 50")
    for number in top.parse_args().communities:
        with tempfile.TemporaryDirectory(prefix="stackrank-benchmark-") as folder:
            where = invent(Path(folder), number)
            for again in ("", ", again"):
                print(f"load {os.getloadavg()[0]:.1f}; {number} communities{again}: {measure(where)}", flush=True)


def measure(where) -> str:
    """Publish the site and return what it took, and how large it is."""
    wall, processors = time.perf_counter(), used()
    site.publish(where, languages=languages_of_site())
    wall, processors = time.perf_counter() - wall, used() - processors
    files = [path for path in where.site.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    return f"{wall:.1f} s, processors {processors:.1f} s, {len(files):,} files, {size:.1f} MB"


def used() -> float:
    """Return the seconds that the processors gave to this process and its ended children."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


if __name__ == "__main__":
    main()
