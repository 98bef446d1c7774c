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
    for name, edition in ((arguments.earlier, earlier), (arguments.later, later)):
        if not edition.revision and not name.endswith("@now"):
            print(f"{name} is not closed: this is what the present database says", file=sys.stderr)
    _print(compare_editions(earlier, later), as_csv=arguments.csv)
    return ALL_WELL


def _print(found: "list[Difference]", *, as_csv: bool) -> None:
    """Print the differences; that there is none is said beside the CSV."""
    is_same = all(one.is_none for one in found)
    if as_csv:
        _print_csv(found)
    elif not is_same:
        _print_lines(found)
    if is_same:
        print("no difference", file=sys.stderr if as_csv else sys.stdout)


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
            print(f"{one.family} {one.community}: {_without_score(one)}")
            continue
        print(f"{one.family} {one.community}: {one.change:+.6f}")
        for (metric, part), change in one.parts.items():
            print(f"  {metric:18} {part:12} {change:+.6f}")


def _without_score(one: "Difference") -> str:
    is_in_none = one.earlier is None and one.later is None
    return "neither edition has a score" if is_in_none else "one of the two editions has no score"
