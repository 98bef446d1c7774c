"""What the pages know: the answers to the questions in `reports/queries`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.ranking import method
from pipelines.warehouse.query import ask

QUESTIONS = Path(__file__).parent / "queries"
FAMILIES = ("overall", "code", "talk", "people")
# Those whose answers depend on the month that is shown.
DATED = ("ranking", "components", "bounds", "places", "monthly", "by_source", "moves", "releases", "imports",
         "everything_in", "order_with_machines")  # fmt: skip
# A server's reason may carry terminal colours or turn the reading direction of the page around.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

Row = dict[str, Any]


@dataclass(frozen=True)
class Answers:
    """The answers, one list of rows per question, None where the database says NULL.

    `month` is the last month of the window that is shown; `dated` tells that it was asked for, so
    that nothing of a later month is among the answers.
    """

    month: date
    dated: bool
    build: Row
    visited: Row
    communities: list[Row]
    ranking: list[Row]
    components: list[Row]
    bounds: list[Row]
    method: list[Row]
    metrics: list[Row]
    places: list[Row]
    monthly: list[Row]
    by_source: list[Row]
    moves: list[Row]
    releases: list[Row]
    imports: list[Row]
    freshness: list[Row]
    coverage: list[Row]
    failures: list[Row]
    visits: list[Row]
    notes: list[Row]
    reconciled: list[Row]
    reconciliation: list[Row]
    machine_rules: list[Row]
    machine_measured: list[Row]
    everything_in: list[Row]
    order_with_machines: list[Row]
    commit_rules: list[Row]
    order_with_automated: list[Row]
    new_at_the_top: list[Row]
    layers: list[Row]
    overlap: list[Row]
    retention: list[Row]
    organisations: list[Row]
    collections: list[Row]
    published: list[Row]
    profile: list[Row]
    image_formats: list[Row]
    counts: list[Row]
    measures: list[Row]
    measure_breaks: list[Row]

    @property
    def families(self) -> list[str]:
        """The rankings of which a source had begun: those that rank anybody first, overall before the others."""
        known = {row["family"] for row in self.ranking if row["state"] != "no source"}
        ranked = {row["family"] for row in self.ranking if row["rank"] is not None}
        return sorted(known, key=lambda family: (family not in ranked, FAMILIES.index(family)))

    @property
    def names(self) -> dict[str, str]:
        """The name of every community by its slug."""
        return {row["community"]: row["name"] for row in self.communities}

    def of(self, question: str, community: str) -> list[Row]:
        """The rows of one answer that are about one community."""
        rows: list[Row] = getattr(self, question)
        return [row for row in rows if row["community"] == community]


def read_answers(database: Path) -> Answers:
    """Ask every question for the newest complete window; raises where one has no answer, or not one build is there."""
    (build,) = answered(database, "build", {})
    (visited,) = answered(database, "visited", {})
    month = build["last_complete_month"]
    span = _span(month, month_after(build["today"]))
    lists = [field.name for field in fields(Answers)][4:]
    return Answers(month, False, build, visited, *(answered(database, question, span) for question in lists))


def as_of(known: Answers, database: Path, month: date) -> Answers:
    """The same facts with every answer that is dated ending with `month`, the first day of a complete month."""
    span = _span(month, month_after(month))
    answers: dict[str, Any] = {question: answered(database, question, span) for question in DATED}
    return replace(known, month=month, dated=True, **answers)


def _span(month: date, until: date) -> dict[str, object]:
    """What a question may name: the window's last month, the first day that is not shown, and the method's rules."""
    return {**method.load().rules, "as_of": month, "until": until}


def month_after(day: date) -> date:
    """The first day of the month after the one that `day` lies in."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def answered(database: Path, question: str, span: Mapping[str, object]) -> list[Row]:
    """The rows that answer `questions/<question>.sql`, unseen characters in text made visible."""
    sql = (QUESTIONS / f"{question}.sql").read_text(encoding="utf-8")
    asked = " ".join(line for line in sql.splitlines() if not line.startswith("--"))
    named = {name: value for name, value in span.items() if re.search(rf"\${name}\b", asked)}
    rows = ask(database, sql, named).to_pylist()
    return [{column: visible(value) for column, value in row.items()} for row in rows]


def visible(value: Any) -> Any:
    """The value; in a text every control or direction character becomes the replacement sign."""
    if isinstance(value, list):
        return [visible(part) for part in value]
    return UNSEEN.sub("\ufffd", value) if isinstance(value, str) else value
