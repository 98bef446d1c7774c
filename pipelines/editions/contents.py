"""What an edition holds: the rows of one ranking month, and the counts that they were computed from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.warehouse.query import open_database

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

TABLES = {
    "rankings": "from rankings.monthly where as_of = $as_of order by family, rank nulls last, community",
    "components": "from rankings.components where as_of = $as_of order by family, community, metric",
    "levels": "from rankings.levels where as_of = $as_of order by community, metric",
    "pairs": "from rankings.pairs where as_of = $as_of order by family, rank",
    "months": """
select community, metric, month, value, state, covered, m.published, number
from rankings.numbers join metrics.monthly as m using (community, metric, month), rankings.rules
where month between $as_of - to_months(past_months) and $as_of order by community, metric, month""",
    "method": "from rankings.method order by metric",
    "rules": "from rankings.rules",
    "coverage": """
select seen.* from core.coverage as seen, rankings.rules
where month between $as_of - to_months(window_months - 1) and $as_of order by all""",
}
"""The tables of an edition, each with the question that makes it. Of counts it holds all that error and level need."""
BUILT = "select * from raw.build"
CORRECTIONS = """
select name, community, error, since, date_trunc('month', first)::date as first_month, last
from raw.corrections join core.corrections using (community, name) where state = 'applied' order by name"""
EDITIONS = "select as_of from rankings.as_ofs order by as_of"


@dataclass(frozen=True)
class Edition:
    """A ranking month with its tables by name. `revision` is 0 for one that is computed from the present database.

    `counting` is the checksum of the rules by which was counted, `method` the version of the ranking method and
    `method_sha256` the checksum of its constants. `inputs_sha256` is that of all that the database was built from.
    """

    month: date
    method: str
    revision: int
    counting: str
    method_sha256: str
    inputs_sha256: str
    tables: "dict[str, pa.Table]"

    @property
    def name(self) -> str:
        """The name by which the edition is cited, such as 2026-09."""
        return f"{self.month:%Y-%m}"


class NoEditionError(ValueError):
    """There is no such edition: no ranking of that month, or no closed one under that name."""


def compute_edition(database: "Path", month: date, counting: str) -> Edition:
    """Return the edition of a month as the database has it now; raises NoEditionError where it has no such ranking."""
    with open_database(database) as opened:
        (built,) = opened.ask(BUILT).to_pylist()
        tables = {name: opened.ask(question, _named(question, month)) for name, question in TABLES.items()}
    if not len(tables["rankings"]):
        raise NoEditionError(f"the database has no ranking of {month:%Y-%m}")
    return Edition(month, built["method_version"], 0, counting, built["method_sha256"], built["inputs_sha256"], tables)


def _named(question: str, month: date) -> dict[str, Any]:
    return {"as_of": month} if "$as_of" in question else {}


def ranking_months(database: "Path") -> list[date]:
    """Return the months that have a ranking, the oldest first."""
    with open_database(database) as opened:
        return opened.ask(EDITIONS)["as_of"].to_pylist()


def applied_corrections(database: "Path") -> list[dict[str, Any]]:
    """Return the known errors of sources that the database corrects, by name."""
    with open_database(database) as opened:
        return opened.ask(CORRECTIONS).to_pylist()


def months_of(edition: Edition) -> Mapping[tuple[str, str, date], dict[str, Any]]:
    """Return the counts that an edition holds, by community, metric and month."""
    return {(r["community"], r["metric"], r["month"]): r for r in edition.tables["months"].to_pylist()}
