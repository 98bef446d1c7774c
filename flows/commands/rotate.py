"""The command `rotate`."""

import argparse

from flows import locks
from flows.commands.checks import UsageError
from flows.exit_status import ALL_WELL
from pipelines.folders import current_day, folders
from pipelines.privacy import decisions

HELP = "make a new pseudonym key; the next run reads kept pages and clones again"


def add(_: argparse.ArgumentParser) -> None:
    """Add no argument."""


def run(_: argparse.Namespace) -> int:
    """Make a new key, keep the old one beside it and note the rotation."""
    from pipelines.privacy import pseudonyms

    where = folders()
    try:
        with locks.single_run(where, "stackrank rotate"):
            old, new = pseudonyms.rotate()
            decisions.record_key_rotation(where, old, current_day(where))
    except pseudonyms.KeyRefusedError as error:
        raise UsageError(error) from None
    print(f"the pseudonym key is {new} now; {old} is kept beside it until you delete it")
    print("next: stackrank nightly (it reads again what it can; raw.other_keys lists what it could not)")
    return ALL_WELL
