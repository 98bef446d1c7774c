"""The command `status`."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flows.exit_status import ALL_WELL, SOMETHING_FAILED
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import folders

if TYPE_CHECKING:
    from flows.status import Status

HELP = "show when each source was last visited and what failed"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--max-age", type=read_age, metavar="AGE", help="only say whether the last good run is at most "
                        "48h or 2d old; exit with 3 if not")  # fmt: skip


def read_age(text: str) -> timedelta:
    """Read `48h` or `2d`; raises ArgumentTypeError for anything else."""
    from flows import status

    try:
        return status.read_age(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run(arguments: argparse.Namespace) -> int:
    """Print the state of every source, or only whether the last good run is recent enough."""
    from flows import damage, editions, opt_outs, status

    where, now = folders(), datetime.now(UTC)
    declared = [s for c in load_catalogue(where.communities) for s in c.sources]
    found = status.read_status(where, declared)
    damaged = [*damage.format_lines(damage.find_damage(where, declared)), *opt_outs.find_mistake(where)]
    damaged += editions.find_mistakes(where)
    if arguments.max_age is None:
        return _print_all(found, damaged, now)
    return _print_age(found, damaged, arguments.max_age, now)


def _print_all(found: "Status", damaged: "Sequence[str]", now: datetime) -> int:
    from flows import opt_outs, status
    from pipelines.privacy import key_file

    where = folders()
    left_out = [f"opted out: {line}" for line in opt_outs.format_people(where, key_file.present_key_id())]
    print("\n".join([*status.format_table(found, now), *left_out, *damaged]))
    return ALL_WELL if status.is_well(found) and not damaged else SOMETHING_FAILED


def _print_age(found: "Status", damaged: "Sequence[str]", max_age: timedelta, now: datetime) -> int:
    from flows import status

    if overdue := [*status.format_overdue(found, max_age, now), *damaged]:
        print("\n".join(overdue), file=sys.stderr)
        return SOMETHING_FAILED
    assert found.last_good_run
    print(f"last good run: {status.format_moment(found.last_good_run, now)}")
    return ALL_WELL
