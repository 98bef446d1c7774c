"""The section about the people of a community: how work is spread, who stays, who is seen where, whose mail it is."""

from itertools import groupby
from typing import Any

from reports.answers import Answers, Row

YEARS = 8
ORGANISATIONS = 10


def section(known: Answers, community: str) -> dict[str, Any]:
    """What the template shows: the newest window of each kind, cohorts by year, the largest organisations."""
    overlap = known.of("overlap", community)
    return {
        "layers": [row for row in known.of("layers", community) if row["month"] == known.month],
        "overlap": next((row for row in overlap if row["month"] == known.month), None),
        **_cohorts(known.of("retention", community)),
        "organisations": [
            row
            for _, rows in groupby(known.of("organisations", community), key=lambda row: row["channel"])
            for row in list(rows)[:ORGANISATIONS]
        ],
    }


def _cohorts(rows: list[Row]) -> dict[str, Any]:
    """The newest cohorts, each with the share of it that was seen in each year; None where the year is before it."""
    years = sorted({row["year"] for row in rows})[-YEARS:]
    seen = {(row["cohort"], row["year"]): row["active"] / row["people"] for row in rows}
    people = {row["cohort"]: row["people"] for row in rows}
    cohorts = [
        (cohort, people[cohort], [seen.get((cohort, year), 0.0) if year >= cohort else None for year in years])
        for cohort in sorted(people)[-YEARS:]
    ]
    return {"years": years, "cohorts": cohorts}
