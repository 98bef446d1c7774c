"""The command `rotate`."""

import argparse

from flows import locks
from flows.commands.checks import UsageError
from flows.confirm import add_yes, confirm
from pipelines.folders import Folders, current_day, folders, typed
from pipelines.privacy import decisions

HELP = "make a new pseudonym key; the next run reads kept pages and clones again"


END = "--end-opt-outs"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the argument."""
    parser.add_argument(END, action="store_true", help="rotate although people are opted out: they come back with "
                        "the next run, until they opt out again")  # fmt: skip
    add_yes(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make a new key, keep the old one beside it and note the rotation.

    Refuse where people are opted out under the present key, unless told that their opt-outs may end.
    """
    from flows import storing
    from pipelines.privacy import key_file

    where = folders()
    try:
        with locks.single_run(where, "stackrank rotate"):
            storing.begin(where)
            _check_opt_outs(where, arguments.end_opt_outs)
            key_file.load_rotatable()
            confirm(_loss(where), is_agreed=arguments.yes)
            old, new = key_file.rotate()
            decisions.record_key_rotation(where, old, current_day(where))
            status = storing.finish_command(where, storing.DECISIONS)
    except key_file.KeyRefusedError as error:
        raise UsageError(error) from None
    print(f"the pseudonym key is {new} now; {old} is kept beside it until you delete it")
    print(f"next: {typed('nightly')} (it reads again what it can; raw.other_keys lists what it could not)")
    return status


def _loss(where: Folders) -> str:
    """Say what a new key costs: no pseudonym stays, and each unit is read once more."""
    units = sum(1 for _ in where.observations.rglob("*.parquet"))
    return f"the pseudonym key will be replaced, and {units:,} stored units must be read again"


def _check_opt_outs(where: Folders, may_end: bool) -> None:
    """Print who is left out under which key; raise UsageError where a new key would bring people back."""
    from flows import opt_outs
    from pipelines.privacy import key_file

    key_id = key_file.present_key_id()
    lines = opt_outs.format_people(where, key_id)
    for line in lines:
        print(f"opted out: {line}")
    if key_id in decisions.people_left_out(where) and not may_end:
        how = typed(f"rotate {END}")
        raise UsageError(f"a new key would bring them back; nothing was changed. To rotate nevertheless: {how}")
