"""Ask before a step that nobody can undo."""

import argparse
import sys

from flows.commands.checks import UsageError


def add_yes(parser: argparse.ArgumentParser) -> None:
    """Add the argument by which a script agrees beforehand."""
    parser.add_argument("--yes", action="store_true", help="do not ask; a script needs this")


def confirm(what: str, *, is_agreed: bool) -> None:
    """Return where a person agrees to `what`, which cannot be undone; raises UsageError otherwise."""
    if is_agreed:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{what}. Nothing was changed: nobody can be asked here. To agree, add --yes.")
    print(f"{what}. Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError("not agreed. Nothing was changed.")
