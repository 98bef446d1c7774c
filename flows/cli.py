"""The command `stackrank`. Each command imports what it needs and no more, so that it starts fast."""

import argparse
import os
import signal
import sys
import webbrowser
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, NoReturn

from flows import contact, locks
from pipelines import communities, people
from pipelines.folders import folders
from pipelines.nouns import BY_HAND, Source

if TYPE_CHECKING:
    from flows.account import Trouble
    from flows.collect import Collected

MOST_DAYS = 36_500
ALL_WELL, WRONG_USAGE, SOMETHING_FAILED, NOTHING_PUBLISHED = 0, 2, 3, 4

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


class UsageError(Exception):
    """What was asked cannot be done as it was asked."""


REFUSALS = (
    communities.CatalogueError, contact.NoContactError, people.NeverMergeError, UsageError, locks.BusyError,
)  # fmt: skip
"""What a command refuses with a complaint, and exit status 2."""


_stopped = Event()
"""Set where a signal has ended the schedule, and everything that it held is given back."""


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


def _demo(chosen: argparse.Namespace) -> int:
    from flows import demo

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
    from flows.rehearsal.server import FAULTS

    names = text.split(",")
    if unknown := sorted(set(names) - FAULTS.keys()):
        told = "; ".join(f"{name}: {about}" for name, about in FAULTS.items())
        raise argparse.ArgumentTypeError(f"no such fault: {', '.join(unknown)} (there are: {told})")
    return names


def _nightly(_: argparse.Namespace) -> int:
    _ready()
    return run_night()


def _ready() -> None:
    """Refuse to start a night that could not go well: raises UsageError, CatalogueError, NoContactError."""
    _refuse_rehearsal()
    declared = communities.load(folders().communities)
    contact.check(source for community in declared for source in community.sources if source.visited)
    _readable_key()


def _schedule(chosen: argparse.Namespace) -> int:
    _ready()
    with locks.only_run(folders(), "stackrank schedule", "schedule"):
        try:
            return _keep_schedule(chosen.cron)
        except KeyboardInterrupt:
            _stopped.set()
            return ALL_WELL


def _keep_schedule(cron: str) -> int:
    """Run nights until SIGTERM or Ctrl-C, which both raise KeyboardInterrupt; return if Prefect cannot or ends."""
    from flows import prefect_api

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    where = folders()
    with prefect_api.serving(where, schedules=True):
        print("starting Prefect", file=sys.stderr, flush=True)
        from flows import schedule

        try:
            schedule.check(cron)
            prefect_api.wait()
            prefect_api.log_in()
            at = os.environ["PREFECT_API_URL"]
            print(f"the night runs at {cron} UTC until this is stopped; Prefect answers at {at}", flush=True)
            schedule.keep(cron, where)
        except schedule.WrongCronError as error:
            raise UsageError(error) from None
        except (prefect_api.NotStartedError, schedule.EndedError) as error:
            print(f"{error}\nwithout a schedule: run stackrank nightly from cron or a timer", file=sys.stderr)
            return NOTHING_PUBLISHED


def run_night() -> int:
    """Run the nightly flow and tell in one screen what came of it; return the exit status."""
    from flows import prefect_api

    where = folders()
    with locks.only_run(where, "stackrank nightly"), prefect_api.serving(where):
        print("starting Prefect; its first start in a data folder takes longest", file=sys.stderr, flush=True)
        from flows.nightly import nightly

        try:
            prefect_api.wait()
            prefect_api.log_in()
        except prefect_api.NotStartedError as error:
            print(f"{error}\nwithout Prefect: stackrank collect, then build, then report", file=sys.stderr)
            return NOTHING_PUBLISHED
        night = nightly()
        print(night.told)
    return night.exit_status


def _collect(chosen: argparse.Namespace) -> int:
    from flows import damage, progress
    from flows.collect import collect

    where = folders()
    _refuse_rehearsal()
    _readable_key()
    declared = {s.id: s for c in communities.load(where.communities) for s in c.sources}
    if chosen.mbox or chosen.pages or chosen.reread:
        return _collect_here(chosen, declared)
    named = [*chosen.sources, *filter(None, [chosen.source])]
    sources, since = _chosen(declared, named), datetime.now(UTC).replace(microsecond=0)
    contact.check(sources)
    with locks.only_run(where, "stackrank collect"), progress.shown(where, sources, chosen.unit, since):
        for line in damage.said_before(damage.find(where, declared.values())):
            print(line, file=sys.stderr)
        collected = collect(where, sources, chosen.unit)
    return _told(collected)


def _collect_here(chosen: argparse.Namespace, declared: dict[str, Source]) -> int:
    """Read a mailbox, saved pages, or kept pages again: what lies on this machine already."""
    from flows.collect import collect_given, reread

    where = folders()
    given = chosen.pages or chosen.mbox
    if chosen.unit or (chosen.reread and (given or chosen.source)) or (given and chosen.sources) or (
        chosen.pages and chosen.mbox
    ):  # fmt: skip
        raise UsageError("--mbox goes with --source only, so does --pages, and --reread with names of sources only")
    if chosen.reread:
        sources = _chosen(declared, chosen.sources)
        with locks.only_run(where, "stackrank collect"):
            return _told(reread(where, sources))
    option, what = ("--pages", "a saved page") if chosen.pages else ("--mbox", "a mailbox")
    kinds = sorted(BY_HAND) if chosen.pages else [communities.MAILBOX]
    if not chosen.source:
        raise UsageError(f"{what} and its source are needed: {option} PATH --source community/name")
    source = declared.get(chosen.source)
    if source is None or source.kind not in kinds or not source.enabled:
        named = " or ".join(kinds)
        raise UsageError(f"--source: {chosen.source} is no source of kind {named}; see: stackrank communities")
    if not given.exists():
        raise UsageError(f"{option}: {given} is neither a file nor a folder")
    try:
        with locks.only_run(where, "stackrank collect"):
            return _told(collect_given(where, source, given))
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def _told(collected: "Collected") -> int:
    """Print the account of what was collected; return the exit status."""
    from flows import account

    where = folders()
    damaged = _damaged()
    for trouble in account.told([*damaged, *account.of_visits(collected, where)]):
        print(trouble, file=sys.stderr)
    print(account.counts(collected))
    if collected.complaints and not collected.good:
        return NOTHING_PUBLISHED
    return SOMETHING_FAILED if collected.complaints or damaged else ALL_WELL


def _damaged() -> "list[Trouble]":
    """Return a trouble for each file of observations that cannot be read."""
    from flows import damage

    where = folders()
    return damage.find(where, [s for c in communities.load(where.communities) for s in c.sources])


def _chosen(declared: dict[str, Source], names: list[str]) -> list[Source]:
    for name in names:
        if name not in declared:
            raise UsageError(f"no source is called {name}; see: stackrank communities")
        if not declared[name].enabled:
            raise UsageError(f"{name} is switched off; set enabled = true in its community file")
        if not declared[name].reachable:
            raise UsageError(f"{name} cannot be visited; what somebody has of it: stackrank collect --mbox, --pages")
    return [s for s in declared.values() if (s.id in names if names else s.visited)]


def _prune(chosen: argparse.Namespace) -> int:
    from pipelines import landing

    if not 1 <= chosen.days <= MOST_DAYS:
        raise UsageError(f"--days: {chosen.days} is not from 1 to {MOST_DAYS}")
    with locks.only_run(folders(), "stackrank prune"):
        gone = landing.prune(folders().data, datetime.now(UTC) - timedelta(days=chosen.days))
    print(f"{gone} kept pages deleted")
    return ALL_WELL


def _forget(chosen: argparse.Namespace) -> int:
    from flows.rehearsal import note
    from pipelines import pseudonyms

    _readable_key()
    where = folders()
    address = sys.stdin.readline() if chosen.address == "-" else chosen.address
    try:
        with locks.only_run(where, "stackrank forget"):
            new = people.forget(where, address, pseudonyms.load(), note.today(where))
    except ValueError as error:
        raise UsageError(error) from None
    told = "left out" if new else "left out already"
    print(f"{told}; the next build withholds the person: stackrank build, then stackrank report")
    return ALL_WELL


def _rotate(_: argparse.Namespace) -> int:
    from flows.rehearsal import note
    from pipelines import pseudonyms

    where = folders()
    try:
        with locks.only_run(where, "stackrank rotate"):
            old, new = pseudonyms.rotate()
            people.retire(where, old, note.today(where))
    except pseudonyms.KeyRefusedError as error:
        raise UsageError(error) from None
    print(f"the pseudonym key is {new} now; {old} is kept beside it until you delete it")
    print("next: stackrank nightly reads again what it can; raw.other_keys has what it could not")
    return ALL_WELL


def _refuse_rehearsal() -> None:
    """Keep the real world out of a rehearsal's folder."""
    from flows.rehearsal import note

    where = folders()
    if note.read(where):
        raise UsageError(f"{where.data} belongs to a rehearsal; name another STACKRANK_DATA for real data")


def _readable_key() -> None:
    from pipelines import pseudonyms

    try:
        pseudonyms.load()
    except pseudonyms.KeyRefusedError as error:
        raise UsageError(error) from None


def _build(_: argparse.Namespace) -> int:
    from flows import damage
    from flows.rehearsal import note
    from pipelines import warehouse

    where = folders()
    rehearsal = note.read(where)
    declared = communities.load(where.communities)
    try:
        with locks.only_run(where, "stackrank build"):
            damaged = _damaged()
            for line in damage.lines(damaged):
                print(line, file=sys.stderr)
            path = warehouse.build(where, declared, note.today(where), rehearsal.shows if rehearsal else None)
    except (warehouse.NothingObservedError, warehouse.CheckFailedError) as error:
        print(f"not built: {error}", file=sys.stderr)
        return NOTHING_PUBLISHED
    print(f"database: {path}")
    return SOMETHING_FAILED if damaged else ALL_WELL


def _report(chosen: argparse.Namespace) -> int:
    from pipelines import warehouse
    from reports import as_of, site

    try:
        asked = None if chosen.as_of is None else as_of.month(chosen.as_of)
        with locks.only_run(folders(), "stackrank report"):
            print(f"page: {site.publish(folders(), asked)}")
    except as_of.AsOfError as error:
        raise UsageError(error) from None
    except warehouse.NoDatabaseError as error:
        print(f"not written: {error}", file=sys.stderr)
        return NOTHING_PUBLISHED
    return ALL_WELL


def _status(chosen: argparse.Namespace) -> int:
    from flows import damage, status

    where, now = folders(), datetime.now(UTC)
    known = status.known(where, [s for c in communities.load(where.communities) for s in c.sources])
    if chosen.max_age is None:
        damaged = _damaged()
        print("\n".join([*status.table(known, now), *damage.lines(damaged)]))
        return ALL_WELL if status.well(known) and not damaged else SOMETHING_FAILED
    if late := status.overdue(known, chosen.max_age, now):
        print("\n".join(late), file=sys.stderr)
        return SOMETHING_FAILED
    assert known.last_good_night
    print(f"last good night: {status.ago(known.last_good_night, now)}")
    return ALL_WELL


def _age(text: str) -> timedelta:
    from flows import status

    return status.read_age(text)


def _doctor(_: argparse.Namespace) -> int:
    from flows import doctor

    findings = doctor.examine(folders(), datetime.now(UTC))
    print("\n".join(map(str, findings)))
    return SOMETHING_FAILED if any(finding.state == doctor.BAD for finding in findings) else ALL_WELL


def _sql(chosen: argparse.Namespace) -> int:
    from pipelines import warehouse

    question = sys.stdin.read() if chosen.question == "-" else chosen.question
    try:
        sys.stdout.write(warehouse.answer(folders().database, question, chosen.format))
    except (warehouse.NoDatabaseError, warehouse.QuestionError) as error:
        raise UsageError(error) from None
    return ALL_WELL


def _communities(_: argparse.Namespace) -> int:
    print(communities.table(communities.load(folders().communities)))
    return ALL_WELL


if __name__ == "__main__":
    run()
