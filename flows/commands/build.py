"""The command `build`."""

import argparse
import sys
from collections.abc import Iterator
from functools import partial

from flows import locks
from flows.commands.checks import check_rules
from flows.exit_status import ALL_WELL, NOTHING_PUBLISHED, SOMETHING_FAILED
from pipelines.folders import current_day, folders, read_demo_marker
from pipelines.without_pandas import without_pandas

HELP = "build the database from what has been collected"


def add(command: argparse.ArgumentParser) -> None:
    """Add the argument that makes a build use nothing that earlier ones kept."""
    command.add_argument("--full", action="store_true", help="make all tables again, also where nothing is new")


def run(arguments: argparse.Namespace) -> int:
    """Build the database; name the damaged files that it leaves out."""
    with without_pandas():
        return _build(full=arguments.full)


def _build(*, full: bool) -> int:
    from flows import damage, storing
    from flows.begin import begin_work
    from pipelines.warehouse.build import CheckFailedError, NothingObservedError, build_database
    from pipelines.warehouse.engine import WrongMemoryError

    where = folders()
    demo = read_demo_marker(where)
    declared = check_rules()
    try:
        with locks.single_run(where, "stackrank build"):
            storing.bring(where)
            begin_work(where, declared, partial(print, file=sys.stderr))
            damaged = damage.find_damage(where, [s for c in declared for s in c.sources])
            _print(damage.format_lines(damaged))
            shows = demo.shows if demo else None
            path = build_database(where, declared, current_day(where), shows, full=full)
            kept = damage.find_core_damage(where)
            _print(damage.format_lines(kept))
            unsent = storing.finish_command(where)
    except (NothingObservedError, CheckFailedError, WrongMemoryError) as error:
        print(f"not built: {error}; the database is as it was", file=sys.stderr)
        return NOTHING_PUBLISHED
    print(f"database: {path}")
    return SOMETHING_FAILED if damaged or kept or unsent else ALL_WELL


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)
