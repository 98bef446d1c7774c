"""The command `stackrank`: its parser. Each command imports large packages when it runs, so that all start fast."""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn, Protocol

from flows import contact, locks
from flows.commands import (
    backup,
    build,
    calibrate,
    checks,
    collect,
    communities,
    demo,
    doctor,
    export,
    forget,
    nightly,
    prune,
    report,
    restore,
    rotate,
    schedule,
    sql,
    status,
)
from flows.exit_status import WRONG_USAGE
from pipelines.catalogue.toml_files import WrongFileError
from pipelines.folders import DamagedMarkerError, folders, private_files

DESCRIPTION = "How popular are the open-source clouds, and how sure are we?"
EPILOG = """\
exit status:
  0  all is well
  2  wrong usage, or another run is active
  3  published, but something failed; for status and doctor: something is wrong
  4  nothing was published

environment:
  STACKRANK_DATA         the folder of everything that runs write, with the site in site/
                         (default: data/ and reports/site; from a wheel the user's data folder)
  STACKRANK_SITE         the folder of the site, which everybody may read, unlike all else
  STACKRANK_COMMUNITIES  the folder of community files (default: data/communities, or the wheel's)
  STACKRANK_KEY          the pseudonym key, 64 hexadecimal digits, instead of the key file in the user's
                         configuration folder
  STACKRANK_CONTACT      an email address or an https page, sent to the servers that are visited;
                         without it stackrank visits this machine only
  STACKRANK_NOTIFY       a command, or the https url of a webhook, that gets a message when a night failed,
                         a source is silent, or a place has changed
  STACKRANK_GITHUB_TOKEN a token for GitHub (else GITHUB_TOKEN); none is needed
"""
REFUSALS = (
    WrongFileError,
    DamagedMarkerError,
    contact.NoContactError,
    checks.UsageError,
    locks.AlreadyRunningError,
    locks.WrongClockError,
)
"""What a command refuses with a message and exit status 2."""


class Command(Protocol):
    """A module of flows.commands."""

    @property
    def HELP(self) -> str:  # noqa: N802 - a constant of the module
        """Say in one line what the command does."""

    def add(self, parser: argparse.ArgumentParser, /) -> None:
        """Add the arguments of the command."""

    def run(self, arguments: argparse.Namespace, /) -> int:
        """Run the command and return its exit status."""


COMMANDS: dict[str, Command] = {
    "demo": demo,
    "nightly": nightly,
    "schedule": schedule,
    "collect": collect,
    "prune": prune,
    "forget": forget,
    "rotate": rotate,
    "backup": backup,
    "restore": restore,
    "build": build,
    "report": report,
    "status": status,
    "doctor": doctor,
    "sql": sql,
    "export": export,
    "calibrate": calibrate,
    "communities": communities,
}


def run() -> NoReturn:
    """Run one command and end the process with its exit status."""
    sys.exit(main())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; complaints go to standard error, one a line."""
    chosen = parser().parse_args(arguments)
    try:
        with private_files(folders()):
            return COMMANDS[chosen.command].run(chosen)
    except REFUSALS as error:
        print(error, file=sys.stderr)
        return WRONG_USAGE


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="stackrank", description=DESCRIPTION, epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="command")
    for name, command in COMMANDS.items():
        command.add(commands.add_parser(name, help=command.HELP, description=_sentence(command.HELP)))
    return top


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


if __name__ == "__main__":
    run()
