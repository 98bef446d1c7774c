"""The command `forget`."""

import argparse
import sys
from functools import partial

from flows import locks
from flows.commands.checks import UsageError, check_key
from flows.exit_status import ALL_WELL
from pipelines.folders import current_day, folders
from pipelines.privacy import decisions

HELP = "opt a person out: later builds count the events, but not the person"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("address", metavar="ADDRESS", help="an email address of the person; - reads it from standard "
                        "input, so that it stays out of the shell's history")  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Note the opt-out of a person."""
    from flows import opt_outs
    from pipelines.privacy import pseudonyms

    check_key()
    where = folders()
    address = sys.stdin.readline() if arguments.address == "-" else arguments.address
    try:
        with locks.single_run(where, "stackrank forget"):
            new = decisions.forget(
                where, address, pseudonyms.load(), current_day(where), partial(opt_outs.find_people, where)
            )
    except ValueError as error:
        raise UsageError(error) from None
    print("opted out" if new else "opted out already")
    print("next: stackrank build && stackrank report")
    return ALL_WELL
