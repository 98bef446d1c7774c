"""What the page knows: the answers to the questions in `reports/questions`."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.warehouse import ask

QUESTIONS = Path(__file__).parent / "questions"
FAMILIES = ("overall", "talk", "code", "members")
# A server's reason may carry terminal colours or turn the reading direction of the page around.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

Row = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """The answers, one list of rows per question, None where the database says NULL."""

    build: Row
    visited: Row
    communities: list[Row]
    ranking: list[Row]
    components: list[Row]
    method: list[Row]
    places: list[Row]
    monthly: list[Row]
    freshness: list[Row]
    failures: list[Row]

    @property
    def month(self) -> date:
        """The last month of the window whose ranking is shown."""
        last: date = self.build["last_complete_month"]
        return last

    @property
    def families(self) -> list[str]:
        """The families that have a ranking for the month, the main one first."""
        ranked = {row["family"] for row in self.ranking}
        return [family for family in FAMILIES if family in ranked]

    @property
    def names(self) -> dict[str, str]:
        """The name of every community by its slug."""
        return {row["community"]: row["name"] for row in self.communities}


def read(database: Path) -> Facts:
    """Ask every question; raises when one cannot be answered or the database has not one build."""
    (build,) = answered(database, "build")
    (visited,) = answered(database, "visited")
    lists = ("communities", "ranking", "components", "method")
    more = ("places", "monthly", "freshness", "failures")
    return Facts(build, visited, *(answered(database, question) for question in lists + more))


def answered(database: Path, question: str) -> list[Row]:
    """The rows that answer `questions/<question>.sql`, unseen characters in text made visible."""
    sql = (QUESTIONS / f"{question}.sql").read_text(encoding="utf-8")
    rows = ask(database, sql).to_pylist()
    return [{column: visible(value) for column, value in row.items()} for row in rows]


def visible(value: Any) -> Any:
    """The value; in a text every control or direction character becomes the replacement sign."""
    return UNSEEN.sub("\ufffd", value) if isinstance(value, str) else value
