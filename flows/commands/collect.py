"""The command `collect`."""

import argparse
import sys
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from flows import colour, contact, locks
from flows.choose import check_units, choose_by_kind, choose_sources
from flows.commands.checks import UsageError, check_key, check_rules, refuse_demo_folder
from flows.exit_status import ALL_WELL, NOTHING_PUBLISHED, SOMETHING_FAILED
from pipelines.catalogue.count_pages import unit_without_day
from pipelines.catalogue.load import load_catalogue
from pipelines.catalogue.urls import MAILBOX
from pipelines.folders import folders, typed
from pipelines.model import BY_HAND, Source

if TYPE_CHECKING:
    from flows.results import CollectResult

HELP = "visit the sources and store what they have"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="community/name (default: all)")
    parser.add_argument("--unit", action="append", default=[], metavar="UNIT", help="only this repository "
                        "(owner/name) or this month of a list (YYYY-MM)")  # fmt: skip
    parser.add_argument("--mbox", type=Path, metavar="PATH", help="read a mailbox, or a folder of mail, that you "
                        "have")  # fmt: skip
    parser.add_argument("--pages", type=Path, metavar="PATH", help="read a saved page, or a folder of them, of a "
                        "site that is gone")  # fmt: skip
    parser.add_argument("--source", metavar="SOURCE", help="the source of --mbox or --pages; without them, visit this "
                        "source, also one that is visited on demand only")  # fmt: skip
    parser.add_argument("--reread", action="store_true", help="read the kept pages of mail archives again, without "
                        "the network")  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Visit the sources, or read what lies on this machine."""
    refuse_demo_folder()
    check_key()
    check_rules()
    declared = {s.id: s for c in load_catalogue(folders().communities) for s in c.sources}
    if arguments.mbox or arguments.pages:
        return _read_given(arguments, declared)
    if arguments.reread:
        return _read_again(arguments, declared)
    return _visit(arguments, declared)


def _visit(arguments: argparse.Namespace, declared: dict[str, Source]) -> int:
    from flows import storing
    from flows.begin import begin_visits
    from flows.collect import collect
    from flows.show_progress import show_progress

    where = folders()
    sources = choose_sources(declared, [*arguments.sources, *filter(None, [arguments.source])])
    check_units(where, sources, arguments.unit)
    contact.require_contact(sources)
    with locks.single_run(where, "stackrank collect"):
        run = begin_visits(where, load_catalogue(where.communities), partial(print, file=sys.stderr))
        with show_progress(where, sources, arguments.unit, run):
            result = collect(where, sources, arguments.unit, run)
        unsent = storing.finish_command(where)
    return max(unsent, _check_found(result, arguments.unit, print_result(result, declared.values())))


def _check_found(result: "CollectResult", units: Collection[str], status: int) -> int:
    """Return the exit status; name the units that were asked for and that no source has."""
    found = {visit.unit for visit in result.visits} | {unit for plan in result.deferred for unit in plan.deferred}
    if missing := sorted({*units} - found - {unit_without_day(visit) for visit in result.visits}):
        print(f"no source has the unit {', '.join(missing)}; nothing is held of it", file=sys.stderr)
        return status if result.visits else NOTHING_PUBLISHED
    return status


def _read_again(arguments: argparse.Namespace, declared: dict[str, Source]) -> int:
    from flows import storing
    from flows.collect import reread

    if arguments.unit or arguments.source:
        raise UsageError(f"--reread goes with names of sources only: {typed('collect --reread community/name')}")
    sources = choose_sources(declared, arguments.sources)
    with locks.single_run(folders(), "stackrank collect"):
        storing.begin(folders())
        status = print_result(reread(folders(), sources), declared.values())
        return max(status, storing.finish_command(folders()))


def _read_given(arguments: argparse.Namespace, declared: dict[str, Source]) -> int:
    """Read a mailbox or saved pages."""
    from flows import storing
    from flows.collect import collect_given

    if arguments.unit or arguments.sources or arguments.reread or (arguments.pages and arguments.mbox):
        raise UsageError("--mbox and --pages go with --source only, one at a time")
    option, what = ("--pages", "a saved page") if arguments.pages else ("--mbox", "a mailbox")
    path = arguments.pages or arguments.mbox
    if not arguments.source:
        raise UsageError(f"{what} needs its source: {typed('collect')} {option} {path} --source community/name")
    source = choose_by_kind(declared, arguments.source, sorted(BY_HAND) if arguments.pages else [MAILBOX])
    if not path.exists():
        raise UsageError(f"{option}: {path} is neither a file nor a folder. Nothing was read. Name one that exists.")
    try:
        with locks.single_run(folders(), "stackrank collect"):
            storing.begin(folders())
            status = print_result(collect_given(folders(), source, path), declared.values())
            return max(status, storing.finish_command(folders()))
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def print_result(result: "CollectResult", declared: Collection[Source]) -> int:
    """Print the problems and the counts of a collect; return the exit status."""
    from flows import damage, summary

    where = folders()
    damaged = damage.find_damage(where, declared)
    for problem in summary.format_problems([*damaged, *summary.visit_problems(result, where)]):
        print(colour.paint_failures(problem, sys.stderr), file=sys.stderr)
    print(summary.format_counts(result))
    if result.is_offline or (result.complaints and not result.good and not damaged):
        return NOTHING_PUBLISHED
    return SOMETHING_FAILED if result.complaints or damaged else ALL_WELL
