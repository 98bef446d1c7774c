"""What an edition holds: the rows of a ranking month or a quarter, and the counts that they were computed from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.editions.periods import Period

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.warehouse.query import Database

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
"""The tables of a monthly edition, each with its question. Of counts it holds all that error and level need."""
QUARTER_TABLES = {
    "rankings": 'from rankings.quarters where last_month = $as_of order by family, "index" desc, community',
    "components": "from rankings.quarter_components where last_month = $as_of order by family, community, metric",
    "months": """
select community, metric, month, value, state, covered, m.published, number
from rankings.numbers join metrics.monthly as m using (community, metric, month)
where month between $as_of - interval 2 months and $as_of
    or month between $as_of - interval 14 months and $as_of - interval 12 months order by community, metric, month""",
    "method": TABLES["method"],
    "rules": "select * replace (3 as window_months, 3 as fewest_months) from rankings.rules",
    "coverage": """
from core.coverage where month between $as_of - interval 2 months and $as_of order by all""",
}
"""The tables of a quarter edition, with the months of the quarter and of the same one a year earlier."""
BUILT = "select * from raw.build"
CORRECTIONS = """
select name, community, error, since, date_trunc('month', first)::date as first_month, last
from raw.corrections join core.corrections using (community, name) where state = 'applied' order by name"""
PERIODS = """
select as_of as month, false as is_quarter from rankings.as_ofs
union all select distinct last_month, true from rankings.quarters order by is_quarter, month"""


@dataclass(frozen=True)
class Edition:
    """The ranking of a period, with its tables by name; `revision` is 0 where the present database computed it.

    `counting` is the checksum of the rules by which was counted, `method` the version of the ranking method and
    `method_sha256` the checksum of its constants. `inputs_sha256` is that of all that the database was built from.
    """

    period: Period
    method: str
    revision: int
    counting: str
    method_sha256: str
    inputs_sha256: str
    tables: "dict[str, pa.Table]"

    @property
    def month(self) -> date:
        """The first day of the last month of its window."""
        return self.period.month

    @property
    def name(self) -> str:
        """The name by which the edition is cited, such as 2026-09 or CY26-Q3."""
        return self.period.name


class NoEditionError(ValueError):
    """There is no such edition: no ranking of that period, or no closed one under that name."""


def compute_edition(database: "Database", period: Period, counting: str) -> Edition:
    """Return the edition of a period as the database has it now; raises NoEditionError where it has no such ranking."""
    (built,) = database.ask(BUILT).to_pylist()
    asked = tables_of(period).items()
    tables = {name: database.ask(question, _named(question, period.month)) for name, question in asked}
    if not len(tables["rankings"]):
        raise NoEditionError(f"the database has no ranking of {period.name}")
    return Edition(period, built["method_version"], 0, counting, built["method_sha256"], built["inputs_sha256"], tables)


def tables_of(period: Period) -> Mapping[str, str]:
    """Return the tables of an edition of this period, each with its question."""
    return QUARTER_TABLES if period.is_quarter else TABLES


def present_method(database: "Database") -> str:
    """Return the version of the method of the rankings that the database has."""
    return database.ask(BUILT)["method_version"].to_pylist()[0]


def _named(question: str, month: date) -> dict[str, Any]:
    return {"as_of": month} if "$as_of" in question else {}


def ranking_periods(database: "Database") -> list[Period]:
    """Return the months and the quarters that have a ranking: the months first, the oldest of each first."""
    return [Period(row["month"], row["is_quarter"]) for row in database.ask(PERIODS).to_pylist()]


def applied_corrections(database: "Database") -> list[dict[str, Any]]:
    """Return the known errors of sources that the database corrects, by name."""
    return database.ask(CORRECTIONS).to_pylist()


def months_of(edition: Edition) -> Mapping[tuple[str, str, date], dict[str, Any]]:
    """Return the counts that an edition holds, by community, metric and month."""
    return {(r["community"], r["metric"], r["month"]): r for r in edition.tables["months"].to_pylist()}
