"""The command `diff`: split the change of each score between two editions."""

import argparse
import csv
import sys
from typing import TYPE_CHECKING

from flows.commands.checks import UsageError
from flows.exit_status import ALL_WELL
from pipelines.folders import folders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.editions.differences import Difference

HELP = "split the change of each score between two editions into metrics, coverage, definition and correction"
COLUMNS = ("family", "community", "metric", "part", "change")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    for name, text in (("earlier", "the edition to start from"), ("later", "the edition to end at")):
        parser.add_argument(name, metavar=name.upper(), help=f"{text}: YYYY-MM or CYyy-Qn, with @REVISION or @now")
    parser.add_argument("--csv", action="store_true", help="print CSV instead of lines")


def run(arguments: argparse.Namespace) -> int:
    """Print the parts of every change; scores are natural logarithms, and the parts of each add up to its change."""
    from pipelines.editions.contents import NoEditionError
    from pipelines.editions.differences import compare_editions
    from pipelines.editions.names import find_edition
    from pipelines.editions.store import DamagedLedgerError
    from pipelines.warehouse.query import NoDatabaseError

    where = folders()
    try:
        earlier, later = (find_edition(where.database, where.editions, n) for n in (arguments.earlier, arguments.later))
    except (NoEditionError, DamagedLedgerError, NoDatabaseError) as error:
        raise UsageError(error) from None
    if earlier.period.is_quarter != later.period.is_quarter:
        raise UsageError("an edition of twelve months and one of a quarter cannot be compared")
    (_print_csv if arguments.csv else _print_lines)(compare_editions(earlier, later))
    return ALL_WELL


def _rows(found: "list[Difference]") -> "Iterator[tuple[str, str, str, str, float]]":
    for one in found:
        for (metric, part), change in one.parts.items():
            yield one.family, one.community, metric, part, change


def _print_csv(found: "list[Difference]") -> None:
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows(_rows(found))


def _print_lines(found: "list[Difference]") -> None:
    for one in found:
        if one.change is None:
            print(f"{one.family} {one.community}: one of the two editions has no score")
            continue
        print(f"{one.family} {one.community}: {one.change:+.6f}")
        for (metric, part), change in one.parts.items():
            print(f"  {metric:18} {part:12} {change:+.6f}")
