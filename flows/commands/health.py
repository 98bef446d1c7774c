"""The commands `status`, `doctor`, `communities` and `prune`."""

import argparse
import sys
from datetime import UTC, datetime, timedelta

from flows import locks
from flows.commands.checks import MOST_DAYS, UsageError, check_rules, find_damage
from flows.exit_status import ALL_WELL, SOMETHING_FAILED
from pipelines.catalogue.listing import catalogue_table
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import folders


def _prune(chosen: argparse.Namespace) -> int:
    from pipelines.landing.pages import prune_pages

    if not 1 <= chosen.days <= MOST_DAYS:
        raise UsageError(f"--days: {chosen.days} is not from 1 to {MOST_DAYS}")
    with locks.single_run(folders(), "stackrank prune"):
        gone = prune_pages(folders().data, datetime.now(UTC) - timedelta(days=chosen.days))
    print(f"{gone} kept pages deleted")
    return ALL_WELL


def _status(chosen: argparse.Namespace) -> int:
    from flows import damage, status

    where, now = folders(), datetime.now(UTC)
    known = status.known(where, [s for c in load_catalogue(where.communities) for s in c.sources])
    if chosen.max_age is None:
        damaged = find_damage()
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


def _communities(_: argparse.Namespace) -> int:
    print(catalogue_table(load_catalogue(folders().communities)))
    check_rules()
    return ALL_WELL
