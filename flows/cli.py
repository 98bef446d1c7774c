"""The command `stackrank`. Each command imports what it needs and no more, so that it starts fast."""

import argparse
import sys
import webbrowser
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from flows import locks
from pipelines import communities
from pipelines.folders import folders
from pipelines.nouns import GOOD_VERDICTS, Source

ALL_WELL, WRONG_USAGE, SOMETHING_FAILED, NOTHING_PUBLISHED = 0, 2, 3, 4

DESCRIPTION = "How popular are the open-source clouds, and how sure are we?"
EPILOG = """\
exit status: 0 all well, 2 wrong usage, 3 published but something failed, 4 nothing published.

environment: STACKRANK_DATA moves everything that runs make (default: data/, site in reports/site);
STACKRANK_COMMUNITIES names another folder of community files (default: data/communities);
STACKRANK_KEY gives the pseudonym key (64 hexadecimal digits) instead of its file in the user's
configuration folder; STACKRANK_CONTACT is the contact that visited servers are told.
"""


class UsageError(Exception):
    """What was asked cannot be done as it was asked."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; complaints go to standard error, one a line."""
    chosen = parser().parse_args(arguments)
    try:
        status: int = chosen.run(chosen)
    except (communities.CatalogueError, UsageError, locks.BusyError) as error:
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
    demo.add_argument("--open", action="store_true", help="open the page in a browser")
    add("nightly", _nightly, "collect, build and report, as a Prefect flow")
    collect = add("collect", _collect, "visit the sources and land what they have")
    collect.add_argument("sources", nargs="*", metavar="SOURCE", help="community/name (default: all)")
    collect.add_argument("--unit", action="append", default=[], metavar="OWNER/NAME", help="only this repository")
    add("build", _build, "make the database from what has been collected")
    add("report", _report, "write the site from the database")
    add("status", _status, "tell when each source was last seen and what failed")
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
        status, where = demo.rehearse(chosen.git and chosen.git.resolve())
    except demo.RealDataError as error:
        raise UsageError(error) from None
    print(f'ask it: STACKRANK_DATA={where.data} stackrank sql "from rankings.monthly limit 5"')
    if chosen.open and status != NOTHING_PUBLISHED:
        webbrowser.open((where.site / "index.html").as_uri())
    return status


def _nightly(_: argparse.Namespace) -> int:
    _refuse_rehearsal()
    communities.load(folders().communities)
    _readable_key()
    return run_night()


def run_night() -> int:
    """Run the nightly flow and tell in one screen what came of it; return the exit status."""
    from flows import prefect_api

    where = folders()
    with locks.only_run(where, "stackrank nightly"), prefect_api.serving(where):
        print("starting Prefect; its first start in a data folder takes longest", file=sys.stderr, flush=True)
        from flows.nightly import nightly

        try:
            prefect_api.wait()
        except prefect_api.NotStartedError as error:
            print(f"{error}\nwithout Prefect: stackrank collect, then build, then report", file=sys.stderr)
            return NOTHING_PUBLISHED
        night = nightly()
        print(night.told)
    return night.exit_status


def _collect(chosen: argparse.Namespace) -> int:
    from flows import account, progress
    from flows.collect import collect

    where = folders()
    _refuse_rehearsal()
    _readable_key()
    declared = {s.id: s for c in communities.load(where.communities) for s in c.sources}
    sources, since = _chosen(declared, chosen.sources), datetime.now(UTC).replace(microsecond=0)
    with locks.only_run(where, "stackrank collect"), progress.shown(where, sources, chosen.unit, since):
        collected = collect(where, sources, chosen.unit)
    for trouble in account.told(account.of_visits(collected, where)):
        print(trouble, file=sys.stderr)
    print(account.counts(collected))
    if not collected.complaints:
        return ALL_WELL
    return SOMETHING_FAILED if collected.good else NOTHING_PUBLISHED


def _chosen(declared: dict[str, Source], names: list[str]) -> list[Source]:
    for name in names:
        if name not in declared:
            raise UsageError(f"no source is called {name}; see: stackrank communities")
        if not declared[name].enabled:
            raise UsageError(f"{name} is switched off; set enabled = true in its community file")
    return [s for s in declared.values() if s.enabled and (not names or s.id in names)]


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
    from flows.rehearsal import note
    from pipelines import warehouse

    where = folders()
    rehearsal = note.read(where)
    declared = communities.load(where.communities)
    try:
        with locks.only_run(where, "stackrank build"):
            path = warehouse.build(where, declared, note.today(where), rehearsal.shows if rehearsal else None)
    except (warehouse.NothingObservedError, warehouse.CheckFailedError) as error:
        print(f"not built: {error}", file=sys.stderr)
        return NOTHING_PUBLISHED
    print(f"database: {path}")
    return ALL_WELL


def _report(_: argparse.Namespace) -> int:
    from pipelines import warehouse
    from reports import site

    try:
        with locks.only_run(folders(), "stackrank report"):
            print(f"page: {site.publish(folders())}")
    except warehouse.NoDatabaseError as error:
        print(f"not written: {error}", file=sys.stderr)
        return NOTHING_PUBLISHED
    return ALL_WELL


def _status(_: argparse.Namespace) -> int:
    from pipelines import landing

    where = folders()
    sources = [s for c in communities.load(where.communities) for s in c.sources if s.enabled]
    visits = list(landing.noted(where.visits))
    bad = 0
    for source in sources:
        latest = {v.unit: v for v in visits if (v.community, v.source) == (source.community, source.name)}
        failed = [v for v in latest.values() if v.verdict not in GOOD_VERDICTS]
        good = max((v.seen_at for v in visits if v.verdict in GOOD_VERDICTS
                    and (v.community, v.source) == (source.community, source.name)), default=None)  # fmt: skip
        seen = f"last seen {_ago(good)}" if good else "never seen"
        print(f"{source.id:24} {len(latest) - len(failed)} units good, {len(failed)} not; {seen}")
        for visit in failed:
            print(f"  {visit.unit}: {visit.verdict}: {visit.reason}")
        bad += bool(failed) or good is None
    built = datetime.fromtimestamp(where.database.stat().st_mtime, UTC) if where.database.exists() else None
    print(f"database {where.database}: " + (f"built {_ago(built)}" if built else "not built yet"))
    return SOMETHING_FAILED if bad or built is None else ALL_WELL


def _ago(moment: datetime) -> str:
    hours = (datetime.now(UTC) - moment).total_seconds() / 3600
    return f"{moment:%Y-%m-%d %H:%M} UTC ({hours:.0f} h ago)"


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
    sys.exit(main())
