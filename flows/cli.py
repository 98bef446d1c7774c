"""The command `stackrank`. Each command imports what it needs and no more, so that it starts fast."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from flows import contact, locks
from flows.commands.checks import UsageError
from flows.commands.collect import _collect
from flows.commands.database import _build, _report, _sql
from flows.commands.demo import _demo, _faults
from flows.commands.health import _age, _communities, _doctor, _prune, _status
from flows.commands.nightly import _nightly, _schedule, _stopped
from flows.commands.people import _forget, _rotate
from flows.exit_status import WRONG_USAGE
from pipelines.catalogue.toml_files import WrongFileError

DESCRIPTION = "How popular are the open-source clouds, and how sure are we?"


EPILOG = """\
exit status: 0 all well, 2 wrong usage, or another run is at work, 3 published but something failed
(status, doctor: something is not well), 4 nothing published.

environment: STACKRANK_DATA moves everything that runs make (default: data/, site in reports/site;
installed from a wheel: the user's data folder, site in it);
STACKRANK_COMMUNITIES names another folder of community files (default: data/communities, or the wheel's);
STACKRANK_KEY gives the pseudonym key (64 hexadecimal digits) instead of its file in the user's
configuration folder; STACKRANK_CONTACT, an email address or an https page, is whom visited servers
can ask: without it only servers on this machine are visited; STACKRANK_GITHUB_TOKEN, else GITHUB_TOKEN,
is a token that GitHub is asked with, none is needed.
"""


REFUSALS = (WrongFileError, contact.NoContactError, UsageError, locks.AlreadyRunningError)
"""What a command refuses with a complaint, and exit status 2."""


def run() -> NoReturn:
    """Run one command and end the process with its exit status.

    Where C code of an import met a KeyboardInterrupt, Python ends by the signal although it was handled: so a stopped
    schedule ends the process itself.
    """
    status = main()
    if _stopped.is_set():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; complaints go to standard error, one a line."""
    chosen = parser().parse_args(arguments)
    try:
        status: int = chosen.run(chosen)
    except REFUSALS as error:
        print(error, file=sys.stderr)
        return WRONG_USAGE
    return status


def parser() -> argparse.ArgumentParser:
    """Return the command line; its help texts are quoted in the README."""
    top = argparse.ArgumentParser(
        prog="stackrank", description=DESCRIPTION, epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
        command.set_defaults(run=run)
        return command

    demo = add("demo", _demo, "rehearse a whole night against a server on this machine")
    demo.add_argument("--git", type=Path, metavar="DIR", help="serve the bundles or bare repositories in DIR "
                      "(owner__name.bundle, owner__name.git) instead of invented histories")  # fmt: skip
    demo.add_argument("--whole", action="store_true", help="rehearse every measured month instead of the last five "
                      "years of each community: about 165,000 commits without merges and machines")  # fmt: skip
    demo.add_argument("--fault", type=_faults, default=[], metavar="NAME,...", help="let one repository for each name "
                      "misbehave on the first visit, so that the page shows what is missing; exit status 3 if "
                      "something failed (names: see the complaint about a wrong one)")  # fmt: skip
    demo.add_argument("--open", action="store_true", help="open the page in a browser")
    add("nightly", _nightly, "collect, build and report, as a Prefect flow")
    schedule = add("schedule", _schedule, "keep running, and run the night when the clock says so")
    schedule.add_argument("--cron", required=True, metavar="EXPRESSION",
                          help="minute, hour, day, month and weekday in UTC, such as '0 3 * * *'")  # fmt: skip
    collect = add("collect", _collect, "visit the sources and land what they have")
    collect.add_argument("sources", nargs="*", metavar="SOURCE", help="community/name (default: all)")
    collect.add_argument("--unit", action="append", default=[], metavar="UNIT", help="only this repository "
                         "(owner/name) or this month of a list (YYYY-MM)")  # fmt: skip
    collect.add_argument("--mbox", type=Path, metavar="PATH", help="read a mailbox, or a folder of mail, that was "
                         "obtained by hand")  # fmt: skip
    collect.add_argument("--pages", type=Path, metavar="PATH", help="read a saved page, or a folder of them, of a "
                         "site that is gone")  # fmt: skip
    collect.add_argument("--source", metavar="SOURCE", help="the source that --mbox or --pages is for; without them "
                         "the one to visit, also one that is visited on demand only")  # fmt: skip
    collect.add_argument("--reread", action="store_true", help="read the kept pages of mail archives again; no host "
                         "is asked")  # fmt: skip
    prune = add("prune", _prune, "delete kept pages of mail archives, which hold names and addresses")
    prune.add_argument("--days", type=int, default=90, help="those kept for more than this many days (default: 90)")
    forget = add("forget", _forget, "leave a person out from now on: events stay, who it was does not")
    forget.add_argument("address", metavar="ADDRESS", help="an email address of the person; - reads it from standard "
                        "input, so that no shell remembers it")  # fmt: skip
    add("rotate", _rotate, "make a new pseudonym key; what pages and clones still hold is read again under it")
    add("build", _build, "make the database from what has been collected")
    report = add("report", _report, "write the site from the database")
    report.add_argument("--as-of", metavar="YYYY-MM", help="also write a page that is dated to this month by what is "
                        "held today; later reports make it anew")  # fmt: skip
    status = add("status", _status, "tell when each source was last seen and what failed")
    status.add_argument("--max-age", type=_age, metavar="AGE", help="only tell whether there was a good night within "
                        "48h or 2d; exit with 3 if not")  # fmt: skip
    add("doctor", _doctor, "tell whether this machine can do the night, and what to do if not")
    sql = add("sql", _sql, "ask the database one question, read-only")
    sql.add_argument("question", help="one SQL statement of DuckDB; - reads it from standard input")
    sql.add_argument("--format", choices=("table", "csv", "json"), default="table", help="how to print the answer")
    add("communities", _communities, "print the catalogue as a table")
    return top


if __name__ == "__main__":
    run()
