"""The command `stackrank`: its parser. Each command imports large packages when it runs, so that all start fast."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn, Protocol

from flows import failures, names
from flows.address import site_address
from flows.commands import (
    backup,
    build,
    calibrate,
    cluster_check,
    collect,
    communities,
    demo,
    diff,
    doctor,
    edition,
    export,
    forget,
    init,
    nightly,
    probe,
    prune,
    replay,
    report,
    restore,
    rotate,
    schedule,
    serve,
    sql,
    status,
)
from flows.commands.checks import UsageError
from flows.exit_status import WRONG_USAGE
from flows.output import let_readers_leave
from pipelines.folders import Folders, folders, nearest_folder, private_files, typed
from pipelines.leaving import leave_after

DESCRIPTION = "How popular are the open-source clouds, and how sure are we?"
EPILOG = """\
exit status:
  0  all is well
  2  refused, and nothing was changed: wrong usage, no rights, or another run is active
  3  published, but something failed; for status and doctor: something is wrong; for probe: something differs
  4  nothing was published; for probe: nothing was reached

environment:
  STACKRANK_DATA         the folder of everything that runs write, with the site in site/
                         (default: data/ and reports/site; from a wheel the user's data folder)
  STACKRANK_STORE        a folder, or s3://bucket/prefix (extra `cluster`), where machines share what is collected
                         (default: the data folder alone)
  STACKRANK_SITE         the folder of the site, which everybody may read, unlike all else
  STACKRANK_SITE_URL     the public address of the site, such as https://example.org/rank/;
                         the feed and share tags name it, and a sitemap is written
  STACKRANK_COMMUNITIES  the folder of community files (default: data/communities, or the wheel's)
  STACKRANK_KEY          the pseudonym key, 64 hexadecimal digits, instead of the key file in the user's
                         configuration folder
  STACKRANK_MEMORY       the most memory that a build takes, such as 4GB (default: half of the machine's)
  STACKRANK_CONTACT      an email address or an https page, sent to the servers that are visited;
                         without it stackrank visits this machine only
  STACKRANK_NOTIFY       a command or webhook url (https) that gets a message: a run failed, a source
                         is silent, a place changed
  STACKRANK_DASK         a Dask scheduler, such as tcp://HOST:8786: its workers run lanes and builds;
                         or package.module:Class {"keyword": value}; see flows/CLUSTER.md
  STACKRANK_LANES        how many lanes of a host run at a time on a cluster, such as github.com=4 (default: 1)
  STACKRANK_GITHUB_TOKEN a token for GitHub (else GITHUB_TOKEN); none is needed
"""


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
    "init": init,
    "collect": collect,
    "prune": prune,
    "forget": forget,
    "rotate": rotate,
    "backup": backup,
    "restore": restore,
    "build": build,
    "report": report,
    "serve": serve,
    "status": status,
    "doctor": doctor,
    "cluster-check": cluster_check,
    "probe": probe,
    "sql": sql,
    "export": export,
    "edition": edition,
    "diff": diff,
    "replay": replay,
    "calibrate": calibrate,
    "communities": communities,
}


class Parser(argparse.ArgumentParser):
    """A parser that refuses in one line, which says how to see what can be typed."""

    def error(self, message: str) -> NoReturn:
        """End the process with the message and exit status 2."""
        words = self.prog.removeprefix("stackrank").strip()
        self.exit(WRONG_USAGE, f"{self.prog}: {message}. Nothing was done. See: {typed(f'{words} --help'.lstrip())}\n")


FEWER_COLLECTIONS = (50_000, 20, 50)
"""Looking for cycles among objects as often as by default takes a thirtieth of a build."""
SPARING = {"OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
"""Our matrices are small: more threads would only wait. Arrow's own pool gives memory back and takes it again, which
took a third of a second for 280,000 commits."""


def run() -> NoReturn:
    """Run one command and end the process with its exit status."""
    gc.set_threshold(*FEWER_COLLECTIONS)
    for name, value in SPARING.items():
        os.environ.setdefault(name, value)
    sys.stdout, sys.stderr = let_readers_leave(sys.stdout), let_readers_leave(sys.stderr)
    leave_after(main)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; a failure is one sentence on standard error."""
    words = sys.argv[1:] if arguments is None else arguments
    chosen = argparse.Namespace(debug="--debug" in words)
    try:
        _check_command(words)
        _, unknown = parser().parse_known_args(words, chosen)
        _check_arguments(chosen.command, unknown)
        _check_folders(folders())
        site_address()
        with private_files(folders()):
            status = COMMANDS[chosen.command].run(chosen)
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:
        if chosen.debug:
            raise
        sentence, status = failures.explain(error)
        print(sentence, file=sys.stderr)
    return status


def _check_command(words: Sequence[str]) -> None:
    """Raise UsageError for a command that does not exist."""
    if name := next((word for word in words if not word.startswith("-")), None):
        names.check_name(name, COMMANDS, "command", "--help")


def _check_folders(where: Folders) -> None:
    """Raise UsageError where a file stands in the place of a folder."""
    for name, path in (("STACKRANK_DATA", where.data), ("STACKRANK_SITE", where.site)):
        if not nearest_folder(path).is_dir():
            raise UsageError(f"{nearest_folder(path)} is no folder. Nothing was done. Name a folder in {name}.")


def _check_arguments(command: str, unknown: Sequence[str]) -> None:
    """Raise UsageError for arguments that a command does not have."""
    if unknown:
        see = typed(f"{command} --help")
        raise UsageError(f"{command} has no argument {' '.join(unknown)}. Nothing was done. See: {see}")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    debug = Parser(add_help=False)
    debug.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="print the traceback of a "
                       "failure")  # fmt: skip
    top = Parser(
        prog="stackrank", description=DESCRIPTION, epilog=EPILOG, parents=[debug],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    top.add_argument("--version", action=Version, nargs=0, help="print the version and end")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="command")
    for name, command in COMMANDS.items():
        described = {"help": command.HELP, "description": _sentence(command.HELP)}
        command.add(commands.add_parser(name, parents=[debug], **described))
    return top


class Version(argparse.Action):
    """Print the version; its look-up takes longer than the rest of a parser, so it is made on demand."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        """End the process with the version of stackrank."""
        from importlib.metadata import version

        print(f"stackrank {version('stackrank')}")
        parser.exit()


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


if __name__ == "__main__":
    run()
