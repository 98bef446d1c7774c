"""The command `prune`."""

import argparse
from datetime import UTC, datetime, timedelta

from flows import locks
from flows.commands.checks import UsageError
from flows.exit_status import ALL_WELL
from flows.upkeep import KEPT_DAYS
from pipelines.folders import folders

HELP = "delete kept pages of mail archives, which hold names and addresses"
MAX_DAYS = 36_500


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--days",
        type=int,
        default=KEPT_DAYS,
        help="only pages older than this many days (default: %(default)s); a nightly run deletes those "
        "of over 90 days by itself",
    )


def run(arguments: argparse.Namespace) -> int:
    """Delete old kept pages and print how many."""
    from pipelines.landing.pages import prune_pages

    if not 1 <= arguments.days <= MAX_DAYS:
        raise UsageError(f"--days: {arguments.days} is not from 1 to {MAX_DAYS}")
    with locks.single_run(folders(), "stackrank prune"):
        count = prune_pages(folders().data, datetime.now(UTC) - timedelta(days=arguments.days))
    print(f"{count} kept pages deleted")
    return ALL_WELL
