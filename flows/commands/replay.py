"""The command `replay`: print the figures that others published of a quarter beside ours."""

import argparse
import csv
import re
import sys
from typing import TYPE_CHECKING, Any

from flows.commands.checks import UsageError
from flows.exit_status import ALL_WELL
from pipelines.folders import folders

if TYPE_CHECKING:
    from collections.abc import Sequence

HELP = "print what others published of a quarter of 2011 to 2015 beside our counts under their definition"
QUARTER = re.compile(r"CY\d\d-Q[1-4]")
COLUMNS = ("community", "metric", "definition", "period", "published", "ours", "difference", "cause_code",
           "reason_code", "quality", "source")  # fmt: skip
Row = dict[str, Any]


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("quarter", metavar="CYyy-Qn", help="the quarter as the series names it, such as CY13-Q2")
    parser.add_argument("--csv", action="store_true", help="print CSV instead of lines")


def run(arguments: argparse.Namespace) -> int:
    """Print each figure with ours, the difference and its likely cause, or why we have none."""
    if not QUARTER.fullmatch(arguments.quarter):
        raise UsageError(f"{arguments.quarter!r:.80} is no quarter; write it as CY13-Q2")
    rows, units = _ask(arguments.quarter)
    if arguments.csv:
        _print_csv(rows)
    else:
        _print_lines(rows, units)
    return ALL_WELL


def _ask(quarter: str) -> tuple[list[Row], list[Row]]:
    """Return the figures of a quarter, and the repositories that only the replay counts."""
    from pipelines.warehouse.query import NoDatabaseError, open_database
    from reports.answers import ask_rows
    from reports.text.replay import NO_FIGURES

    where = folders()
    try:
        with open_database(where.database) as database:
            found, units = (ask_rows(database, "replay", name) for name in ("figures", "units"))
    except NoDatabaseError as error:
        raise UsageError(error) from None
    known = sorted({row["quarter"] for row in found})
    if not known:
        raise UsageError(f"{NO_FIGURES} They lie in {where.history}, and `stackrank build` loads them")
    if quarter not in known:
        raise UsageError(f"nobody published figures of {quarter} that we hold; there are {', '.join(known)}")
    return [row for row in found if row["quarter"] == quarter], units


def _print_csv(rows: "Sequence[Row]") -> None:
    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow((*COLUMNS, "missing"))
    lines.writerows((*(row[column] for column in COLUMNS), " ".join(row["missing"])) for row in rows)


def _print_lines(rows: "Sequence[Row]", units: "Sequence[Row]") -> None:
    from reports.text.replay import counted_text, summary_text, waiting_texts

    width = max(len(counted_text(row["metric"])) for row in rows)
    beside = [row for row in rows if row["difference"] is not None]
    print(summary_text(rows))
    for row in beside:
        print(_line(row, width))
    for row in rows:
        if row["difference"] is None:
            print(_line(row, width))
    for name in dict.fromkeys(row["name"] for row in rows):
        if missing := sorted({each for row in rows if row["name"] == name for each in row["missing"]}):
            print(f"missing of {name}: {', '.join(missing)}")
    for text in waiting_texts(rows, units):
        print(text)


def _line(row: Row, width: int) -> str:
    """Return community, what is counted, when, theirs, ours, the difference and why."""
    from reports.text.replay import CAUSES, WITHOUT, counted_text, difference_text, value_text

    theirs, ours = (value_text(row["metric"], row[name]) or "-" for name in ("published", "ours"))
    why = CAUSES.get(row["cause_code"]) or WITHOUT.get(row["reason_code"]) or "they show a chart only"
    start = f"{row['name']:11} {counted_text(row['metric']):{width}} {row['period']:8}"
    return f"{start} {theirs:>8} {ours:>8} {difference_text(row):>8}  {why}"
