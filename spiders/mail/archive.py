"""Walk the archive of a mailing list: ask for its index, then for the months that are due, and land what came.

A source is the archive of one list. Its unit `index` lands as TOTALS: the months that the archive
lists, with the number of messages it states. Every other unit is a month, `YYYY-MM`, and lands as
MESSAGES. What the archive does not list is no unit.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

from pipelines.catalogue.urls import INDEX
from pipelines.landing.harvest import Harvest
from pipelines.landing.item_pipeline import READERS
from pipelines.landing.pages import keep_page, kept_page
from pipelines.model import ReasonCode, Source, Verdict, Visit
from pipelines.privacy.pseudonyms import redact
from spiders import settings
from spiders.core.budget import HostPausedError
from spiders.core.pages import PageSpider, carry_over
from spiders.core.responses import NOT_MODIFIED, download_seconds, facts, packing
from spiders.core.streams import ReadFunction
from spiders.core.verdicts import NoPageError
from spiders.mail.check import MonthPage, check_mail, explain_no_messages
from spiders.mail.due import DueMonth, DueReason, ListedMonth, due_months, is_index_due
from spiders.mail.land import Index, ListLanding, ListRun
from spiders.mail.months import IMPOSSIBLE, has_ended
from spiders.mail.side_readers import SideReaders, read_here, start_readers
from spiders.mail.stored_list import StoredList

MAX_INDEX, MAX_MONTH = settings.MAX_PAGE, settings.MAX_MONTH
MAX_NAMES = 3


class ArchiveSpider(PageSpider):
    """Ask for the index of each list, then for the months that may have changed."""

    custom_settings: ClassVar[dict[Any, Any]] = PageSpider.custom_settings | {"CONCURRENT_ITEMS": 2 * READERS}  # type: ignore[misc]
    units_are = "months"
    pipermail: ClassVar[bool] = False
    has_varying_bytes: ClassVar[bool] = False
    """Whether equal months are served as other bytes each time, so that only their content can be compared."""
    may_grow: ClassVar[bool] = False
    """Whether a settled month may get more messages later, as a later capture does."""
    readers: ClassVar[SideReaders | None] = None

    @classmethod
    def prepare(cls) -> None:
        """Start a process for each core to read months."""
        cls.readers = start_readers(READERS)

    def closed(self, _: str) -> None:
        """End the processes that read."""
        if self.readers:
            self.readers.end()

    def __init__(self, reread: str = "", **arguments: Any) -> None:
        super().__init__(**arguments)
        self.reread = bool(reread)
        self.today = datetime.now(UTC).date()

    # ---- what a kind of archive defines ----

    async def ask_index(self, stored: StoredList) -> Index:
        """Ask which months a list has; raises NoPageError."""
        raise NotImplementedError

    async def ask_month(self, listed: ListedMonth, known: Visit | None) -> MonthPage | None:
        """Ask for the mail of a month; None where it is still what `known` brought. Raises NoPageError."""
        known = known if known and known.url == listed.url else None
        response = await self.ask_as_served(listed.url, MAX_MONTH, known)
        packing(response)
        if response.status == NOT_MODIFIED and known:
            return None
        return await self.check(response.body, facts(response), download_seconds(response))

    async def ask_total(self, listed: ListedMonth) -> int | None:
        """Return how many messages the archive says a month has; asked only when its mail has changed."""
        return listed.total

    @staticmethod
    def normalise(read: ReadFunction) -> ReadFunction:
        """Return the stream of a month in the form in which equal months are equal."""
        return read

    def due(self, run: ListRun) -> list[DueMonth]:
        """Return the months of the index that are due; those with a problem are never due."""
        readable = [one for one in run.index.listed if not one.problem]
        ended = has_ended(run.source.until, self.today)
        stored = run.stored.months(readable)
        return due_months(readable, stored, run.stored.totals, self.today, list_has_ended=ended)

    def is_index_due(self, source: Source) -> bool:
        """Tell whether the index of a list is asked today; its stored months are all read."""
        return is_index_due(source.id, self.today, list_has_ended=has_ended(source.until, self.today))

    # ---- walking ----

    async def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield the months that are due, then the index."""
        stored = self.load_list(source)
        if self.reread:
            for harvest in self._reread_list(self._landing(stored)):
                yield harvest
            return
        if skipped := self._skip_inactive_list(stored):
            yield skipped
            return
        found = await self._fetch_index(stored)
        if isinstance(found, Visit):
            yield found
        elif found:
            async for landed in self._walk_months(found):
                yield landed
            if found.index.impossible and self.is_wanted(IMPOSSIBLE):
                yield self._impossible_months_visit(found)
            yield found.landing.harvest_index(found.index, found.totals)

    def load_list(self, source: Source) -> StoredList:
        """Return what is stored of a list."""
        owner = (source.community, source.name)
        visits = {unit: visit for (*its, unit), visit in self.stored.items() if tuple(its) == owner}
        return StoredList(source, self.folders, visits, self.is_current, self.pseudonyms.key_id)

    def _landing(self, stored: StoredList) -> ListLanding:
        lists = self.list_addresses(stored.source.community)
        read = self.readers.read if self.readers else partial(read_here, pseudonyms=self.pseudonyms)
        return ListLanding(stored, lists, self.today, self.pipermail, self.may_grow, self.normalise, read)

    def _skip_inactive_list(self, stored: StoredList) -> Visit | None:
        """Return the visit of an ended list whose index is not asked today; None: it is asked."""
        index = self.current_visit(stored.source, INDEX)
        if index is None or self.wanted_units or self.is_index_due(stored.source) or not stored.is_complete():
            return None
        note = "not asked in this run: the list has ended, and its archive is asked one day in 7"
        return self.visit(stored.source, INDEX, index.url, Verdict.UNCHANGED, note=note, **carry_over(index))

    async def _fetch_index(self, stored: StoredList) -> ListRun | Visit | None:
        """Ask for the index; return its failed visit where it cannot be had, None where it is deferred."""
        source, url = stored.source, self.first_url(stored.source)
        if self.is_wanted(INDEX) and not self.plan_requests(source, {INDEX: url}):
            return None
        try:
            index = await self.ask_index(stored)
        except HostPausedError as paused:
            self.defer(source, INDEX, str(paused))
            return None
        except NoPageError as error:
            return self.without_key_id(self.error_visit(source, INDEX, url, error))
        totals = {**stored.totals, **{one.url: one.total for one in index.listed if one.total is not None}}
        return ListRun(stored, index, totals, self._landing(stored))

    async def _walk_months(self, run: ListRun) -> AsyncIterator[Harvest | Visit]:
        """Yield the months that cannot be read, those that are due, and those that the total says are unchanged."""
        for one in run.index.listed:
            if one.problem and self.is_wanted(one.unit):
                yield self.failed_visit(run.source, one.unit, one.url, ReasonCode.IMPOSSIBLE_TOTAL, one.problem)
        due = self.due(run)
        asked: dict[str, ListedMonth] = {}
        for listed, reason in due:
            harvest = self._reread_month(run.landing, listed.unit) if reason is DueReason.REREAD else None
            if harvest:
                yield harvest
            else:
                asked[listed.unit] = listed
        for unit in self.plan_requests(run.source, {unit: one.url for unit, one in asked.items()}):
            one = asked[unit]
            if found := await self.attempt(run.source, unit, one.url, self.fetch_month(run, one)):
                yield found
        for visit in self._unchanged_totals(run, {one.listed.unit for one in due}):
            yield visit

    def _unchanged_totals(self, run: ListRun, due: set[str]) -> Iterator[Visit]:
        """Yield a visit of each running month that was not asked because the archive's total is unchanged."""
        for one in run.index.listed:
            known = run.stored.current(one.unit)
            if known and not one.is_settled and not one.problem and one.unit not in due and self.is_wanted(one.unit):
                url, note = run.index.visit.url, "the archive's total is what it was"
                yield self.visit(run.source, one.unit, url, Verdict.UNCHANGED, note=note, **carry_over(known))

    def _impossible_months_visit(self, run: ListRun) -> Visit:
        """Return the visit that names the months of an index that cannot be."""
        impossible, url = run.index.impossible, run.index.visit.url
        names, others = ", ".join(impossible[:MAX_NAMES]), len(impossible) - MAX_NAMES
        reason = f"the archive lists months that cannot be: {names}" + (f" and {others:,} more" if others > 0 else "")
        code = ReasonCode.IMPOSSIBLE_MONTH
        return self.without_key_id(self.failed_visit(run.source, IMPOSSIBLE, url, code, redact(reason)))

    # ---- one month ----

    async def fetch_month(self, run: ListRun, listed: ListedMonth) -> Harvest | Visit | None:
        """Ask for one month and land it; None where its host is paused, and the plan names it as deferred."""
        known = run.stored.current(listed.unit)
        try:
            page = await self.ask_month(listed, known)
            if known and (page is None or known.checksum == page.facts["checksum"]):
                verdict = Verdict.UNCHANGED if known.observations else Verdict.EMPTY
                kept = carry_over(known) | {"note": known.note}
                return self.visit(run.source, listed.unit, listed.url, verdict, **kept)
            run.totals[listed.url] = await self.ask_total(listed)
        except HostPausedError as paused:
            self.defer(run.source, listed.unit, str(paused))
            return None
        except NoPageError as error:
            return self.error_visit(run.source, listed.unit, listed.url, error)
        assert page
        return await self._land_month(run, listed, page)

    async def _land_month(self, run: ListRun, listed: ListedMonth, page: MonthPage) -> Harvest | Visit:
        total = run.totals[listed.url]
        if not page.start:
            return self._empty_month_visit(run, listed, page, total)
        visit = self.visit(run.source, listed.unit, listed.url, Verdict.OK, **page.facts)
        kept = await asyncio.to_thread(keep_page, self.folders.data, visit, page.body)
        return run.landing.harvest_month(visit, kept, page.seconds, total)

    def _empty_month_visit(self, run: ListRun, listed: ListedMonth, page: MonthPage, total: int | None) -> Visit:
        """Return the visit of a month without a message: empty only where the archive itself says so."""
        code, text = explain_no_messages(page.body, total, is_stored=listed.unit in run.stored.visits)
        if code:
            return self.failed_visit(run.source, listed.unit, listed.url, code, text, **page.facts)
        known: dict[str, Any] = {"note": text, "observations": 0}
        return self.visit(run.source, listed.unit, listed.url, Verdict.EMPTY, **known, **page.facts)

    async def check(self, body: bytes, known: dict[str, str | None], seconds: float) -> MonthPage:
        """Read a body to its end, without keeping it; raises NoPageError unless it is mail, or nothing."""
        found = await asyncio.to_thread(check_mail, body, self.normalise)
        if self.has_varying_bytes:
            known = known | {"checksum": found.checksum}
        return MonthPage(body, found.start, known, seconds)

    # ---- reading kept pages again ----

    def _reread_list(self, landing: ListLanding) -> Iterator[Harvest]:
        """Yield the months of a list whose pages are kept, read again."""
        wanted = (unit for unit in landing.stored.visits if self.is_wanted(unit))
        return (harvest for unit in wanted if (harvest := self._reread_month(landing, unit)))

    def _reread_month(self, landing: ListLanding, unit: str) -> Harvest | None:
        """Return the harvest of a stored month out of its kept page; None where that is not kept."""
        stored = landing.stored.visits[unit]
        page = kept_page(self.folders.data, stored) if unit != INDEX else None
        if page is None:
            return None
        note = f"read again on {self.today} from the page of then"
        visit = replace(stored, verdict=Verdict.OK, reader=self.reader, key_id=self.pseudonyms.key_id, note=note)
        return landing.harvest_month(visit, page, 0.0, landing.stored.totals.get(stored.url))
