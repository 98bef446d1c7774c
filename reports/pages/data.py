"""The page about the data: when each source was seen, month by month, and what went wrong."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from reports import render
from reports.answers import Answers, Row
from reports.charts import bots

UNSEEN = ("partial", "pending", "gap")


def page(known: Answers) -> str:
    """Return data.html."""
    coverage = {key: list(rows) for key, rows in groupby(known.coverage, key=_source)}
    return render.page(
        "data.html", known, "the data", "",
        charts=[],
        calendars=[calendar(rows) for rows in coverage.values()],
        differing=[row for row in known.reconciliation if row["state"] == "differs"],
        commits_in=bots.commits_in(known),
        unseen=[run for run in runs(known.coverage) if run["state"] in UNSEEN],
    )  # fmt: skip


def calendar(rows: Sequence[Row]) -> dict[str, Any]:
    """The months of one source, a line per year, the oldest first; None where the source has no month."""
    by_year = {year: {row["month"].month: row["state"] for row in of} for year, of in groupby(rows, key=_year)}
    return {
        "community": rows[0]["community"],
        "name": rows[0]["name"] or rows[0]["community"],
        "source": rows[0]["source"],
        "years": [(year, [months.get(n) for n in range(1, 13)]) for year, months in by_year.items()],
    }


def runs(coverage: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Months of one source that follow each other in one state, as one row each."""
    for (community, source, state), of in groupby(coverage, key=lambda row: (*_source(row), row["state"])):
        rows = list(of)
        yield {
            "community": community, "name": rows[0]["name"], "source": source, "state": state,
            "first": rows[0]["month"], "last": rows[-1]["month"], "months": len(rows),
            "covered": sum(row["covered"] for row in rows) / len(rows),
        }  # fmt: skip


def _source(row: Row) -> tuple[str, str]:
    return row["community"], row["source"]


def _year(row: Row) -> int:
    year: int = row["month"].year
    return year
