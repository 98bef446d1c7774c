"""The command `edition`: close, list, show and verify the rankings that never change any more."""

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows import locks
from flows.commands.checks import UsageError
from flows.exit_status import ALL_WELL, SOMETHING_FAILED
from pipelines.folders import Folders, folders

if TYPE_CHECKING:
    from pipelines.editions.contents import Edition
    from pipelines.editions.store import Revision

HELP = "close, list, show or verify the editions: rankings as they were published, which never change"
NOT_YET = "The first one closes after the first night in which every source was read."
NO_RANKING = "The first one closes when the database has a ranking."
STEPS = {
    "close": "close an edition that is due, or a revision of a closed one; the nightly run does it by itself",
    "list": "print every closed revision, with its date and its reason",
    "show": "print the ranking of an edition",
    "verify": "compare every closed edition with its checksums",
}


def add(parser: argparse.ArgumentParser) -> None:
    """Add the steps."""
    steps = parser.add_subparsers(title="steps", required=True, metavar="STEP", dest="step")
    parsers = {name: steps.add_parser(name, help=text) for name, text in STEPS.items()}
    parsers["close"].add_argument(
        "name", metavar="YYYY-MM", help="the last month of its twelve months, or CYyy-Qn for a quarter"
    )
    parsers["close"].add_argument("--reason", default="", metavar="TEXT", help="why a closed edition is revised")
    parsers["show"].add_argument(
        "name",
        metavar="YYYY-MM[@REVISION]",
        help="or CYyy-Qn; @1 is the first revision, @pop-1.0 a method, @now today's",
    )


def run(arguments: argparse.Namespace) -> int:
    """Do the step; nothing of a closed edition is ever written again."""
    from pipelines.editions.contents import NoEditionError
    from pipelines.editions.store import DamagedLedgerError
    from pipelines.warehouse.query import NoDatabaseError

    steps = {"close": _close, "list": _list, "show": _show, "verify": _verify}
    try:
        return steps[arguments.step](folders(), arguments)
    except (NoEditionError, DamagedLedgerError, NoDatabaseError) as error:
        raise UsageError(error) from None


def _close(where: Folders, arguments: argparse.Namespace) -> int:
    from flows import storing
    from pipelines.editions.closing import close_by_hand

    with locks.single_run(where, "stackrank edition close"):
        storing.bring(where, storing.OF_ALL)
        closed = close_by_hand(where.database, where.editions, arguments.name, arguments.reason, datetime.now(UTC))
        status = storing.finish_command(where, storing.OF_ALL)
    print(_line(closed))
    return status


def _list(where: Folders, _: argparse.Namespace) -> int:
    from pipelines.editions.store import first_night, list_revisions

    closed = list_revisions(where.editions)
    for one in sorted(closed, key=lambda one: (one.period, one.method, one.revision)):
        print(_line(one))
    if not closed:
        print(f"No edition is closed yet. {NOT_YET if first_night(where.editions) is None else NO_RANKING}")
    return ALL_WELL


def _show(where: Folders, arguments: argparse.Namespace) -> int:
    from pipelines.editions.names import find_edition

    edition = find_edition(where.database, where.editions, arguments.name)
    state = f"revision {edition.revision}" if edition.revision else "not closed: by the present database"
    print(f"{edition.name}, {edition.method}, {state}")
    if edition.period.is_quarter:
        print("shown beside the monthly editions, never the official order")
    for line in _quarter_lines(edition) if edition.period.is_quarter else _ranking_lines(edition):
        print(line)
    return ALL_WELL


def _quarter_lines(edition: "Edition") -> list[str]:
    """Return a line for each row: family, community, index, and the growth since the same quarter a year earlier."""
    rows = edition.tables["rankings"].to_pylist()
    return [
        f"{row['family']:8} {row['community']:24} {row['index']:8.3g} {_growth(row['growth']):>8} in a year"
        for row in rows
    ]


def _growth(growth: float | None) -> str:
    return "-" if growth is None else f"{100 * growth:+.0f} %"


def _verify(where: Folders, _: argparse.Namespace) -> int:
    from pipelines.editions.store import list_revisions, verify

    wrong = verify(where.editions)
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"{len(list_revisions(where.editions))} closed revisions, {len(wrong)} problems")
    return SOMETHING_FAILED if wrong else ALL_WELL


def _line(closed: "Revision") -> str:
    stated = f"{closed.period.name}@{closed.revision}  {closed.method}  {closed.kind}  {closed.closed_at:%Y-%m-%d}"
    return f"{stated}  {closed.reason}".rstrip()


def _ranking_lines(edition: "Edition") -> list[str]:
    """Return a line for each row of the rankings: family, place, places that are possible, community, index."""
    rows = edition.tables["rankings"].to_pylist()
    return [f"{row['family']:8} {_places(row):12} {row['community']:24} {_index(row)}" for row in rows]


def _places(row: dict[str, object]) -> str:
    if row["rank"] is None:
        return "-"
    low, high = row["rank_low"], row["rank_high"]
    return f"{row['rank']}" if low is None or low == high else f"{row['rank']} ({low} to {high})"


def _index(row: dict[str, object]) -> str:
    return str(row["state"]) if row["index"] is None else f"{row['index']:.3g}"
