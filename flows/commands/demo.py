"""The command `demo`."""

import argparse
import webbrowser

from flows.commands.checks import UsageError
from flows.exit_status import NOTHING_PUBLISHED


def _demo(chosen: argparse.Namespace) -> int:
    from flows.demo import run as demo

    if chosen.git is not None and not chosen.git.is_dir():
        raise UsageError(f"--git: {chosen.git} is not a folder")
    try:
        status, where = demo.rehearse(chosen.git and chosen.git.resolve(), chosen.fault, whole=chosen.whole)
    except (demo.RealDataError, demo.TooManyFaultsError) as error:
        raise UsageError(error) from None
    print(f'ask it: STACKRANK_DATA={where.data} stackrank sql "from rankings.monthly limit 5"')
    if chosen.open and status != NOTHING_PUBLISHED:
        webbrowser.open((where.site / "index.html").as_uri())
    return status


def _faults(text: str) -> list[str]:
    """Read names of faults, separated by commas."""
    from flows.demo.server import FAULTS

    names = text.split(",")
    if unknown := sorted(set(names) - FAULTS.keys()):
        told = "; ".join(f"{name}: {about}" for name, about in FAULTS.items())
        raise argparse.ArgumentTypeError(f"no such fault: {', '.join(unknown)} (there are: {told})")
    return names
