"""What every page shows: the build, the communities and sources, and the month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd

from pipelines.warehouse.export import MANY
from pipelines.warehouse.query import Database
from reports.answers import Groups, ask, ask_rows, ask_table
from reports.text.formats import next_month

Row = Mapping[str, Any]
RECENT = 24
"""So many months a table of a large site has; its CSV has all."""
LONG = frozenset({"by_source", "contributors", "coverage", "including_bots", "layers", "monthly", "overlap", "places",
                  "retention"})  # fmt: skip
"""The CSV files with a row for each month or year of each community."""

NOT_OPEN: Any = None
"""The database of a context that another process takes, which opens its own."""


@dataclass(frozen=True)
class Context:
    """The open database and what several pages need of it, asked for once.

    `month` is the last month of the window that is shown. A page that `is_dated` shows nothing of a later month.
    Every page also exists in the other ones of `languages`.
    `address` is the public one of the site, where it has one, and `path` that of the page below it.
    `card_folder` is where its cards lie.
    """

    database: Database
    build: Row
    communities: Sequence[Row]
    sources: Sequence[Row]
    month: date
    is_dated: bool = False
    languages: Sequence[str] = ()
    address: str = ""
    path: str = ""
    card_folder: str = ""
    _groups: dict[tuple[str, str, str], Groups] = field(default_factory=dict, repr=False)

    def ask(self, page: str, name: str, **more: object) -> pd.DataFrame:
        """Return the answer to a question about the month; it may name `$as_of`, `$until` (not shown) and `more`."""
        return ask(self.database, page, name, **self._span, **more)

    def rows(self, page: str, name: str, **more: object) -> list[dict[str, Any]]:
        """Return the same answer as rows, in which NULL is None."""
        return ask_rows(self.database, page, name, **self._span, **more)

    def grouped(self, page: str, name: str, key: str) -> Mapping[Any, Sequence[Row]]:
        """Return the rows of a question by the value of a column; it is asked once for the pages of all keys.

        The question is about all months: of parameters it may name `$is_large`. A key without a row has an empty list.
        """
        asked = (page, name, key)
        if asked not in self._groups:
            self._groups[asked] = Groups(ask_table(self.database, page, name, is_large=self.is_large), key)
        return self._groups[asked]

    @property
    def _span(self) -> dict[str, date]:
        return {"as_of": self.month, "until": next_month(self.month if self.is_dated else self.build["today"])}

    def table(self, page: str, name: str) -> Any:
        """Return the answer of `ask` as an Arrow table."""
        return ask_table(self.database, page, name, **self._span)

    @property
    def is_large(self) -> bool:
        """Whether there are so many communities that each page says less, and long files are compressed."""
        return len(self.communities) > MANY

    def csv(self, name: str) -> str:
        """Return the file of a download: a long one of a large site, which no spreadsheet could hold, is compressed."""
        return f"{name}.csv.gz" if self.is_large and name in LONG else f"{name}.csv"

    def newest(self, months: Sequence[Any]) -> Sequence[Any]:
        """Return the months for which a table has rows, the oldest first: of a large site the newest ones alone."""
        return months[-RECENT:] if self.is_large else months

    def link(self, path: str) -> str:
        """Return the public address of a file, or its path where the site has no address."""
        return f"{self.address}{path}"

    @property
    def readings(self) -> dict[str, str]:
        """Return how Korean reads the names of which that is known."""
        return {row["name"]: row["reading"] for row in self.communities if row["reading"]}

    def of(self, community: str) -> Row:
        """Return what is known of one community."""
        return next(row for row in self.communities if row["community"] == community)

    def sources_of(self, community: str) -> Sequence[Row]:
        """Return the sources of one community."""
        return [row for row in self.sources if row["community"] == community]

    def dated(self, month: date) -> "Context":
        """Return the same for the page of an earlier month."""
        return replace(self, month=month, is_dated=True)


def read_context(database: Database, address: str = "") -> Context:
    """Ask for what every page shows, for the newest complete window; `address` is the public one of the site."""
    build, communities, sources = (ask_rows(database, "site", name) for name in ("build", "communities", "sources"))
    return Context(database, build[0], communities, sources, build[0]["last_complete_month"], address=address)
