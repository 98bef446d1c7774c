"""Turn what came of a list into harvests: its months as MESSAGES, its index as TOTALS."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from pipelines.catalogue.urls import INDEX
from pipelines.landing.harvest import Harvest
from pipelines.landing.pages import keep_page
from pipelines.landing.schemas import MESSAGES, TOTALS
from pipelines.model import ReasonCode, Source, Verdict, Visit
from spiders.core.batches import check_batches
from spiders.core.days import midnight
from spiders.core.pages import carry_over
from spiders.core.streams import ReadFunction
from spiders.core.verdicts import verdict_of
from spiders.mail.due import ListedMonth
from spiders.mail.months import believed_times, first_day, is_settled
from spiders.mail.reader import Archive
from spiders.mail.side_readers import Page
from spiders.mail.stored_list import Row, StoredList


@dataclass(frozen=True)
class Index:
    """What the index of an archive says: the visit so far, the months it lists, and rows of TOTALS that are no unit.

    `page` is the page as served, None where the server said that it did not change. `impossible` names
    what it lists as months and what cannot be any.
    """

    visit: Visit
    listed: list[ListedMonth]
    page: bytes | None = None
    other_rows: list[Row] = field(default_factory=list)
    impossible: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ListLanding:
    """Makes the harvests of one list, by the rules of its kind of archive.

    `normalise` gives the stream of a month in the form in which equal months are equal, `read` its rows. Where an
    archive `may_grow`, a settled month with more messages than before is nothing to note.
    """

    stored: StoredList
    list_addresses: frozenset[str]
    today: date
    pipermail: bool
    may_grow: bool
    normalise: Callable[[ReadFunction], ReadFunction]
    read: Callable[[Page], Iterator[pa.RecordBatch]]

    def harvest_month(self, visit: Visit, page: Path, seconds: float, total: int | None) -> Harvest:
        """Return the harvest of a month out of its kept page; `total` is what the archive says of it."""
        notes: list[str] = []
        rows = self.read(Page(page, self.rules(visit.unit, visit.seen_at), self.normalise))
        batches = check_batches(rows, total, notes, self._settled_before(visit.unit))
        return Harvest(visit=visit, fetched_in=seconds, schema=MESSAGES, batches=batches, tags=[], notes=notes)

    def rules(self, unit: str, seen_at: datetime) -> Archive:
        """Return what the reader must know of a unit: its month, which times are believed, the addresses of lists."""
        source, month = self.stored.source, first_day(unit)
        first, last = believed_times(month) if month else (midnight(source.since), seen_at + timedelta(days=1))
        return Archive(first, last, month, self.pipermail, self.list_addresses)

    def _settled_before(self, unit: str) -> int | None:
        """Return how many messages are stored of a settled month: it should not have got more."""
        stored, month = self.stored.visits.get(unit), first_day(unit)
        if self.may_grow or stored is None or month is None or not is_settled(month, self.today):
            return None
        return stored.observations

    def harvest_index(self, index: Index, totals: dict[str, int | None]) -> Harvest | Visit:
        """Return the harvest of the index, or only its visit where it says what it said before."""
        visit = index.visit
        if visit.verdict != Verdict.OK:
            return visit
        rows = [{"month": one.month, "messages": totals.get(one.url), "url": one.url} for one in index.listed]
        rows += index.other_rows
        if not rows:
            return self._empty_index(index)
        stored = self.stored.visits.get(INDEX)
        if stored and self.stored.is_current(stored) and rows == self.stored.index_rows:
            return replace(visit, verdict=Verdict.UNCHANGED, **carry_over(stored))
        if index.page is not None:
            keep_page(self.stored.folders.data, visit, index.page)
        batch = pa.RecordBatch.from_pylist(rows, schema=TOTALS)
        return Harvest(visit=visit, fetched_in=visit.seconds or 0.0, schema=TOTALS, batches=[batch], tags=[])

    def _empty_index(self, index: Index) -> Visit:
        """Return the visit of an index without months: empty only where it lists nothing and never did."""
        if self.stored.index_rows:
            code, reason = ReasonCode.VANISHED, "it lists no month any more: what it listed before is kept"
        elif index.impossible:
            code, reason = ReasonCode.IMPOSSIBLE_MONTH, "it lists no month that can be"
        else:
            return replace(index.visit, verdict=Verdict.EMPTY, observations=0)
        return replace(index.visit, verdict=verdict_of(code), reason=reason, reason_code=code)


@dataclass(frozen=True)
class ListRun:
    """One run over one list: what is stored, what its index says, the totals known so far, and how it lands."""

    stored: StoredList
    index: Index
    totals: dict[str, int | None]
    landing: ListLanding

    @property
    def source(self) -> Source:
        """The list."""
        return self.stored.source
