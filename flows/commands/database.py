"""The commands `build`, `report` and `sql`."""

import argparse
import sys

from flows import locks
from flows.commands.checks import UsageError, check_rules, find_damage
from flows.exit_status import ALL_WELL, NOTHING_PUBLISHED, SOMETHING_FAILED
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import folders


def _build(_: argparse.Namespace) -> int:
    from flows import damage
    from pipelines.folders import current_day, read_demo_note
    from pipelines.warehouse.build import CheckFailedError, NothingObservedError, build_database

    where = folders()
    rehearsal = read_demo_note(where)
    check_rules()
    declared = load_catalogue(where.communities)
    try:
        with locks.single_run(where, "stackrank build"):
            damaged = find_damage()
            for line in damage.lines(damaged):
                print(line, file=sys.stderr)
            path = build_database(where, declared, current_day(where), rehearsal.shows if rehearsal else None)
    except (NothingObservedError, CheckFailedError) as error:
        print(f"not built: {error}", file=sys.stderr)
        return NOTHING_PUBLISHED
    print(f"database: {path}")
    return SOMETHING_FAILED if damaged else ALL_WELL


def _report(chosen: argparse.Namespace) -> int:
    from pipelines.warehouse.query import NoDatabaseError
    from reports import site
    from reports.pages import as_of

    try:
        asked = None if chosen.as_of is None else as_of.month(chosen.as_of)
        with locks.single_run(folders(), "stackrank report"):
            print(f"page: {site.publish(folders(), asked)}")
    except as_of.AsOfError as error:
        raise UsageError(error) from None
    except NoDatabaseError as error:
        print(f"not written: {error}", file=sys.stderr)
        return NOTHING_PUBLISHED
    return ALL_WELL


def _sql(chosen: argparse.Namespace) -> int:
    from pipelines.warehouse.query import NoDatabaseError, QuestionError, answer

    question = sys.stdin.read() if chosen.question == "-" else chosen.question
    try:
        sys.stdout.write(answer(folders().database, question, chosen.format))
    except (NoDatabaseError, QuestionError) as error:
        raise UsageError(error) from None
    return ALL_WELL
