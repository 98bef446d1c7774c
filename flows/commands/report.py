"""The command `report`."""

import argparse
import sys

from flows import locks
from flows.commands.checks import UsageError
from flows.exit_status import ALL_WELL, NOTHING_PUBLISHED
from pipelines.folders import folders

HELP = "write the site from the database"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--as-of", metavar="YYYY-MM", help="print the path of the page of this month, which shows it "
                        "with the present data")  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Write the site and print where it is."""
    from flows.publishing import publish_site
    from pipelines.warehouse.query import NoDatabaseError
    from reports.pages import as_of

    try:
        month = None if arguments.as_of is None else as_of.parse_month(arguments.as_of)
        with locks.single_run(folders(), "stackrank report"):
            print(f"page: {publish_site(folders(), month)}")
    except as_of.AsOfError as error:
        raise UsageError(error) from None
    except NoDatabaseError as error:
        print(f"not written: {error}", file=sys.stderr)
        return NOTHING_PUBLISHED
    return ALL_WELL
