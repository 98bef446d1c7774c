"""What nights leave behind: measures commands in a folder where every repository was visited on many nights.

    uv run python tests/benchmarks/logged_nights.py [--communities N] [--repositories N] [--nights N]

A repository has five commits, and on each night a visit that found nothing new. Prints a table of CPU seconds and peak
memory, and the number of files of visits.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import measuring
from synthetic import SEEN, land_communities

from pipelines.folders import Folders
from pipelines.landing.visit_files import visit_files
from pipelines.landing.visits import read_visits, visit_to_json
from pipelines.model import Verdict, Visit

COMMITS, MESSAGES, YEARS = 5, 24, 2
COMMANDS = (("build", "--full"), ("build",), ("status",))


def log_nights(where: Folders, nights: int) -> int:
    """Log a visit to each repository for each night before it was landed; return how many visits there are."""
    landed = [visit for visit in read_visits(where.visits) if visit.source == "core"]
    by_month = defaultdict(list)
    for number in range(nights, 0, -1):
        for visit in landed:
            logged = _night(visit, number)
            by_month[logged.community, f"{logged.seen_at:%Y-%m}"].append(visit_to_json(logged))
    for (community, month), lines in by_month.items():
        path = where.visits / community / "core" / f"{month}.jsonl"
        held = path.read_text().splitlines() if path.exists() else []
        path.write_text("\n".join([*lines, *held]) + "\n")
    return len(landed) * (nights + 1)


def _night(visit: Visit, before: int) -> Visit:
    facts = {"seen_at": SEEN - timedelta(days=before), "run": f"{before:032x}", "checksum": "5a" * 32}
    return replace(visit, verdict=Verdict.UNCHANGED, seconds=0.1, **facts)


def main(arguments: Sequence[str] | None = None) -> None:
    """Land, log, measure and print."""
    top = argparse.ArgumentParser(prog="tests/benchmarks/logged_nights.py", description=__doc__.splitlines()[0])
    for name, number in (("communities", 20), ("repositories", 500), ("nights", 100)):
        top.add_argument(f"--{name}", type=int, default=number, metavar="N", help=f"default: {number}")
    asked = top.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="stackrank-benchmark-") as folder:
        where = Folders(Path(folder), Path(folder) / "communities", Path(folder) / "site")
        land_communities(where, asked.communities, asked.repositories, COMMITS, MESSAGES, YEARS)
        visits = log_nights(where, asked.nights)
        print(f"{visits:,} visits of {asked.nights} nights\n")
        print_commands(where)
        print(f"\n{len(visit_files(where.visits)):,} files of visits")


def print_commands(where: Folders) -> None:
    """Run each command as a process and print a row of a table for it."""
    print("| command | CPU seconds | peak memory, MB |\n|---|---|---|")
    places = {"STACKRANK_DATA": str(where.data), "STACKRANK_COMMUNITIES": str(where.communities)}
    for command in COMMANDS:
        cost = measuring.run(sys.executable, "-m", "flows.cli", *command, **places, STACKRANK_KEY="7a" * 32)
        print(f"| `stackrank {' '.join(command)}` | {cost.cpu:.1f} | {cost.memory:.0f} |", flush=True)


if __name__ == "__main__":
    main()
