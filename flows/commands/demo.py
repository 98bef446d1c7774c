"""The command `demo`."""

import argparse
import webbrowser
from pathlib import Path

from flows.commands.checks import UsageError
from flows.confirm import add_yes, confirm
from flows.exit_status import NOTHING_PUBLISHED

HELP = "run everything once with invented data, against a server on this machine"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--git", type=Path, metavar="DIR", help="serve the bundles or bare repositories in DIR "
                        "(owner__name.bundle, owner__name.git) instead of invented histories")  # fmt: skip
    parser.add_argument("--whole", action="store_true", help="show every measured month instead of the last five years "
                        "of each community: about 165,000 commits, without merges and bots")  # fmt: skip
    parser.add_argument("--fault", type=read_faults, default=[], metavar="NAME,...", help="let one repository for each "
                        "name misbehave, so that the page shows missing data; exit status 3 if something failed. "
                        "A wrong name prints all names")  # fmt: skip
    add_yes(parser)
    parser.add_argument("--open", action="store_true", help="open the page in a browser")


def read_faults(text: str) -> list[str]:
    """Read names of faults, separated by commas; raises ArgumentTypeError for an unknown one."""
    from flows.demo.server import FAULTS

    names = text.split(",")
    if unknown := sorted(set(names) - FAULTS.keys()):
        known = "; ".join(f"{name}: {about}" for name, about in FAULTS.items())
        raise argparse.ArgumentTypeError(f"no such fault: {', '.join(unknown)} (there are: {known})")
    return names


def run(arguments: argparse.Namespace) -> int:
    """Run the demo; open its page where that was asked for."""
    from flows.demo import run as demo

    histories = arguments.git and arguments.git.resolve()
    try:
        if arguments.git is not None:
            _check_histories(arguments.git, is_agreed=arguments.yes)
        status, where = demo.run_demo(histories, arguments.fault, whole=arguments.whole)
    except (demo.RealDataError, demo.TooManyFaultsError) as error:
        raise UsageError(error) from None
    if arguments.open and status != NOTHING_PUBLISHED:
        webbrowser.open((where.site / "index.html").as_uri())
    return status


def _check_histories(folder: Path, *, is_agreed: bool) -> None:
    """Raise UsageError for a folder without a usable history; ask before an earlier demo is deleted."""
    from flows.demo import run as demo

    if not folder.is_dir():
        raise UsageError(f"--git: {folder} is not a folder. Nothing was changed. Name a folder of bundles.")
    if not (found := demo.find_histories(folder)):
        raise UsageError(
            f"--git: {folder} has no history that a source names. Nothing was changed. "
            "Put files such as openstack__nova.bundle or openstack__nova.git there."
        )
    where = demo.find_folders()
    if where.database.exists():
        what = f"the demo in {where.data} will be deleted, and {len(found)} histories of {folder} take its place"
        confirm(what, is_agreed=is_agreed)
