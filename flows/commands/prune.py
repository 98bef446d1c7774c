"""The command `prune`."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows import locks
from flows.commands.checks import UsageError
from flows.confirm import add_yes, confirm
from pipelines.folders import KEPT_DAYS, folders

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
    add_yes(parser)


def run(arguments: argparse.Namespace) -> int:
    """Delete old kept pages and print how many."""
    from flows import storing
    from pipelines.landing.pages import PAGES, old_pages, prune_pages

    if not 1 <= arguments.days <= MAX_DAYS:
        raise UsageError(f"--days: {arguments.days} is not from 1 to {MAX_DAYS}. Nothing was deleted.")
    data, before = folders().data, datetime.now(UTC) - timedelta(days=arguments.days)
    with locks.single_run(folders(), "stackrank prune"):
        storing.bring(folders(), [f"{PAGES}/"])
        if old := old_pages(data, before):
            confirm(_loss(old), is_agreed=arguments.yes)
        count = prune_pages(data, before)
        status = storing.finish_command(folders(), ())
    print(f"{count} kept pages deleted")
    return status


def _loss(old: Sequence[Path]) -> str:
    size = sum(path.stat().st_size for path in old) / 1e6
    return f"{len(old)} kept pages ({size:.1f} MB) will be deleted, and their months cannot be read again"
