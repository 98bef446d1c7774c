"""The command `forget`."""

import argparse
import sys
from functools import partial

from flows import locks
from flows.commands.checks import UsageError, check_key
from flows.confirm import add_yes, confirm
from pipelines.folders import current_day, folders, typed
from pipelines.privacy import decisions

HELP = "opt a person out: later builds count the events, but not the person"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("address", metavar="ADDRESS", help="an email address of the person; - reads it from standard "
                        "input, so that it stays out of the shell's history")  # fmt: skip
    add_yes(parser)


def run(arguments: argparse.Namespace) -> int:
    """Note the opt-out of a person."""
    from flows import storing
    from pipelines.privacy import key_file
    from pipelines.warehouse.query import NoDatabaseError

    check_key()
    where = folders()
    address = sys.stdin.readline() if arguments.address == "-" else arguments.address
    try:
        with locks.single_run(where, "stackrank forget"):
            storing.begin(where)
            new = decisions.forget(
                where, address, key_file.load(), current_day(where), partial(_find_people, is_agreed=arguments.yes)
            )
            status = storing.finish_command(where, storing.DECISIONS)
    except (ValueError, NoDatabaseError) as error:
        raise UsageError(error) from None
    print("opted out" if new else "opted out already")
    print(f"next: {typed('build')} && {typed('report')}")
    return status


def _find_people(address_key: str, *, is_agreed: bool) -> list[list[str]]:
    """Return the accounts of each person who uses an address, where a person agrees to opt them out."""
    from flows import opt_outs

    people = opt_outs.find_people(folders(), address_key)
    accounts = sum(map(len, people))
    found = f"{accounts} accounts of {len(people)} people" if people else "no account; later ones will be opted out"
    confirm(f"the database has under this address: {found}. An opt-out cannot be undone", is_agreed=is_agreed)
    return people
