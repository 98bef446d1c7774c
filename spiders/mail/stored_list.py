"""Load what is stored of one list: its index, its months, and the months that were found empty."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pyarrow.parquet as pq

from pipelines.catalogue.urls import CAPTURED, INDEX
from pipelines.folders import Folders
from pipelines.landing.pages import kept_page
from pipelines.landing.stored import unit_file
from pipelines.landing.visits import read_visits
from pipelines.model import GOOD_VERDICTS, Source, Verdict, Visit
from spiders.mail.due import ListedMonth, StoredMonth, Totals
from spiders.mail.months import is_settled

Row = dict[str, Any]


@dataclass(frozen=True)
class StoredList:
    """What is stored of a list: the visit that brought each unit, by unit.

    `is_current` tells whether the current reader and key made a visit, `key_id` names the key.
    """

    source: Source
    folders: Folders
    visits: dict[str, Visit]
    is_current: Callable[[Visit], bool]
    key_id: str | None

    @cached_property
    def index_rows(self) -> list[Row]:
        """The rows of TOTALS that the index brought, none where it never came."""
        stored = self.visits.get(INDEX)
        if stored is None:
            return []
        rows: list[Row] = pq.read_table(unit_file(self.folders.observations, stored)).to_pylist()
        return rows

    @cached_property
    def totals(self) -> Totals:
        """What the archive said of its months at the visit before, by url."""
        return {row["url"]: row["messages"] for row in self.index_rows}

    @cached_property
    def empty_months(self) -> dict[str, Visit]:
        """The latest visit of each unit that the current reader found empty."""
        logged = read_visits(self.folders.visits / self.source.community / self.source.name)
        latest = {visit.unit: visit for visit in logged if self.is_current(visit)}
        return {unit: visit for unit, visit in latest.items() if visit.verdict == Verdict.EMPTY}

    def current(self, unit: str) -> Visit | None:
        """Return the visit by which the current reader had a unit, or found it empty."""
        stored = self.visits.get(unit)
        return stored if stored and self.is_current(stored) else self.empty_months.get(unit)

    def months(self, listed: Iterable[ListedMonth]) -> dict[str, StoredMonth]:
        """Return what is stored of the listed months, by unit."""
        found = ((one.unit, self._month(one)) for one in listed)
        return {unit: month for unit, month in found if month}

    @cached_property
    def last_looks(self) -> dict[str, date]:
        """The day of the last good visit of each unit: what it says of a month is how that was on that day."""
        logged = read_visits(self.folders.visits / self.source.community / self.source.name)
        good = (visit for visit in [*self.visits.values(), *logged] if visit.verdict in GOOD_VERDICTS)
        days: dict[str, date] = {}
        for visit in good:
            days[visit.unit] = max(visit.seen_at.date(), days.get(visit.unit, date.min))
        return days

    def _was_settled(self, listed: ListedMonth) -> bool:
        """Tell whether a month was settled at its last good visit; of captures the newest one stays what it is."""
        if self.source.kind == CAPTURED:
            return True
        last = self.last_looks.get(listed.unit)
        return listed.month is None or last is None or is_settled(listed.month, last)

    def _month(self, listed: ListedMonth) -> StoredMonth | None:
        was_settled = self._was_settled(listed)
        if current := self.current(listed.unit):
            return StoredMonth(current.observations, was_settled=was_settled)
        visit = self.visits.get(listed.unit)
        if visit is None:
            return None
        has_page = listed.is_settled and kept_page(self.folders.data, visit) is not None
        return StoredMonth(visit.observations, False, visit.key_id == self.key_id, has_page, was_settled)

    def is_complete(self) -> bool:
        """Tell whether every month that the index lists was read under the current key, or found empty."""
        index = self.visits.get(INDEX)
        read = [visit.url for visit in self.visits.values() if visit.key_id == self.key_id]
        known = {*read, *(visit.url for visit in self.empty_months.values()), index.url if index else ""}
        return all(row["url"] in known for row in self.index_rows)
