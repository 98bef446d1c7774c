"""The commands `forget` and `rotate`."""

import argparse
import sys

from flows import locks
from flows.commands.checks import UsageError, check_key
from flows.exit_status import ALL_WELL
from pipelines.folders import folders
from pipelines.privacy import decisions


def _forget(chosen: argparse.Namespace) -> int:
    from pipelines.folders import current_day
    from pipelines.privacy import pseudonyms

    check_key()
    where = folders()
    address = sys.stdin.readline() if chosen.address == "-" else chosen.address
    try:
        with locks.single_run(where, "stackrank forget"):
            new = decisions.forget(where, address, pseudonyms.load(), current_day(where))
    except ValueError as error:
        raise UsageError(error) from None
    told = "left out" if new else "left out already"
    print(f"{told}; the next build withholds the person: stackrank build, then stackrank report")
    return ALL_WELL


def _rotate(_: argparse.Namespace) -> int:
    from pipelines.folders import current_day
    from pipelines.privacy import pseudonyms

    where = folders()
    try:
        with locks.single_run(where, "stackrank rotate"):
            old, new = pseudonyms.rotate()
            decisions.record_key_rotation(where, old, current_day(where))
    except pseudonyms.KeyRefusedError as error:
        raise UsageError(error) from None
    print(f"the pseudonym key is {new} now; {old} is kept beside it until you delete it")
    print("next: stackrank nightly reads again what it can; raw.other_keys has what it could not")
    return ALL_WELL
