"""What the spiders of mail archives share: which months of a list are asked for tonight, and how one lands.

A source is the archive of one list. Its unit `index` lands as TOTALS: the months that the archive
lists, with what it says of them. Every other unit is a month, `YYYY-MM`, and lands as MESSAGES;
what the archive does not list is no unit.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from zlib import crc32

import pyarrow as pa
import pyarrow.parquet as pq
from scrapy.http import Response

from pipelines.catalogue.urls import INDEX
from pipelines.landing.pages import keep_page, kept_page
from pipelines.landing.schemas import MESSAGES, TOTALS
from pipelines.landing.store import Harvest, unit_file
from pipelines.landing.visits import read_visits
from pipelines.model import Source, Verdict, Visit
from pipelines.privacy.pseudonyms import redact
from spiders.core.budget import HostPausedError
from spiders.core.pages import (
    NOT_MODIFIED,
    NoPageError,
    PageSpider,
    carry_over,
    counted,
    download_seconds,
    facts,
    is_html,
    midnight,
    web_page,
)
from spiders.core.streams import DamagedError, ReadFunction, Stream, inspect_stream
from spiders.mail.reader import Archive, messages

LARGEST_INDEX = 32 << 20


LARGEST_MONTH = 512 << 20


AROUND = timedelta(days=31)


ROTATION, SLOW_ROTATION = 180, 360
"""After how many nights a settled month is asked for again; slow: of a list that has ended, or whose archive states
totals, which tell of a change."""


ENDED = 7
"""After how many nights the index of a list that has ended is asked for again."""


YEARS = range(1970, datetime.now(UTC).year + 2)
"""The years of which an archive can have mail: from the first that a clock of a computer knows to the next one."""


LARGEST_TOTAL = 10**9
"""A month, or a list, with more messages than that is none."""


TOO_MANY = f"the archive says more than {LARGEST_TOTAL:,} messages, which cannot be"


IMPOSSIBLE = "no-month"
"""The unit of the visit that says which months an archive lists that cannot be."""


MOST_NAMES = 3


DIFFERING = 7
"""After how many nights a settled month is asked for again whose total is not what we read."""


UNIT = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.A)


BEGINS_LIKE_MAIL = re.compile(rb"(?:>?From |[!-9;-~]+[ \t]*:)")


Totals = dict[str, int | None]
"""What an archive says that it holds, by the url of a month; None: it does not say."""


class Listed(NamedTuple):
    """A month as an archive lists it: its unit, first day (None: no month), url, and total (None: it does not say).

    `settled` says that nothing is posted to it any more, `wrong` why it cannot be read ("": it can).
    """

    unit: str
    month: date | None
    url: str
    total: int | None
    settled: bool
    wrong: str = ""


@dataclass(frozen=True)
class Index:
    """What an archive's index says: the visit so far, the months it lists, and rows of TOTALS that are no unit.

    `page` is the page as served, None where the server said that it is the one we know. `impossible` names
    what it lists as months and what cannot be any.
    """

    visit: Visit
    listed: list[Listed]
    page: bytes | None = None
    whole: list[dict[str, Any]] = field(default_factory=list)
    impossible: list[str] = field(default_factory=list)


class Page(NamedTuple):
    """The mail of a month as it was served, how it begins (b"": no message), and what a visit keeps of it."""

    body: bytes
    start: bytes
    facts: dict[str, str | None]
    took: float


class ArchiveSpider(PageSpider):
    """Asks for the index of each list, then for the months of it that may have changed."""

    custom_settings: ClassVar[dict[Any, Any]] = PageSpider.custom_settings | {"CONCURRENT_ITEMS": 4}  # type: ignore[misc]
    units_are = "months"
    pipermail: ClassVar[bool] = False
    unsteady: ClassVar[bool] = False
    """Whether equal months are served as other bytes each time, so that only the content tells that they are equal."""

    def __init__(self, reread: str = "", **arguments: Any) -> None:
        super().__init__(**arguments)
        self.reread = bool(reread)
        self.today = datetime.now(UTC).date()

    # ---- what a kind of archive says of itself ----

    async def index(self, source: Source) -> Index:
        """Ask which months a list has; raises NoPageError."""
        raise NotImplementedError

    async def page(self, listed: Listed, known: Visit | None) -> Page | None:
        """Ask for the mail of a month; None where it is still what `known` brought. Raises NoPageError."""
        known = known if known and known.url == listed.url else None
        response = await self.ask(listed.url, LARGEST_MONTH, known)
        if response.status == NOT_MODIFIED and known:
            return None
        return await self.checked(response)

    async def total(self, listed: Listed) -> int | None:
        """Return how many messages the archive says a month has; asked only when its mail has changed."""
        return listed.total

    def content(self, read: ReadFunction) -> ReadFunction:
        """Return the stream of a month's mail in the form in which equal months are equal."""
        return read

    # ---- walking ----

    async def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield the months that are due tonight, then the index."""
        if self.reread:
            for again in self._reread(source):
                yield again
            return
        url = self.place(source)
        if asleep := self._asleep(source):
            yield asleep
            return
        if self.wanted(INDEX) and not self.tonight(source, {INDEX: url}):
            return
        try:
            index = await self.index(source)
        except HostPausedError as peace:
            self.leave(source, INDEX, str(peace))
            return
        except NoPageError as error:
            yield self.nameless(self.no_page(source, INDEX, url, error))
            return
        before = self._before(source)
        totals = before | {one.url: one.total for one in index.listed if one.total is not None}
        async for found in self._months(source, index, before, totals):
            yield found
        if index.impossible and self.wanted(IMPOSSIBLE):
            yield self.nameless(self._impossible(source, index))
        yield self._index(source, index, totals)

    def _impossible(self, source: Source, index: Index) -> Visit:
        """Return the visit that names the months of an index that cannot be."""
        names, others = ", ".join(index.impossible[:MOST_NAMES]), len(index.impossible) - MOST_NAMES
        reason = f"the archive lists months that cannot be: {names}" + (f" and {others:,} more" if others > 0 else "")
        return self.visit(source, IMPOSSIBLE, index.visit.url, Verdict.FAILED, reason=redact(reason))

    def _asleep(self, source: Source) -> Visit | None:
        """Return the visit that spares the archive of an ended list a question; None: it is to be asked tonight."""
        held = self.readable(source, INDEX)
        woken = (self.today.toordinal() + crc32(source.id.encode())) % ENDED == 0
        if held is None or woken or self.wanted_units or not over(source, self.today):
            return None
        known = [visit for visit in self._ours(source) if visit.key_id == self.pseudonyms.key_id]
        had = {visit.url for visit in [*known, *self._empty(source).values()]}
        if any(row["url"] not in had | {held.url} for row in self._held_rows(source)):
            return None
        note = f"not asked tonight: the list has ended, and its archive is asked one night in {ENDED}"
        return self.visit(source, INDEX, held.url, Verdict.UNCHANGED, note=note, **carry_over(held))

    def _ours(self, source: Source) -> list[Visit]:
        """Return the visits that brought what we hold of a source."""
        return [visit for (*owner, _), visit in self.held.items() if owner == [source.community, source.name]]

    async def _months(
        self, source: Source, index: Index, before: Totals, totals: Totals
    ) -> AsyncIterator[Harvest | Visit]:
        for one in index.listed:
            if one.wrong and self.wanted(one.unit):
                yield self.visit(source, one.unit, one.url, Verdict.FAILED, reason=one.wrong)
        index = replace(index, listed=[one for one in index.listed if not one.wrong])
        empty = self._empty(source)
        known = {one.unit: self.readable(source, one.unit) or empty.get(one.unit) for one in index.listed}
        due = {one.unit: one for one in index.listed if self.due(source, one, known[one.unit], before.get(one.url))}
        for one in list(due.values()):
            if again := self._from_kept(source, one, known[one.unit]):
                del due[one.unit]
                yield again
        for unit in self.tonight(source, {unit: one.url for unit, one in due.items()}):
            one = due[unit]
            if found := await self.attempt(source, unit, one.url, self._month(source, one, known[unit], totals)):
                yield found
        for one in index.listed:
            visit = known[one.unit]
            if visit and not one.settled and one.unit not in due and self.wanted(one.unit):
                note = "the archive's total is what it was"
                yield self.visit(source, one.unit, index.visit.url, Verdict.UNCHANGED, note=note, **carry_over(visit))

    def due(self, source: Source, listed: Listed, known: Visit | None, before: int | None) -> bool:
        """Tell whether a month is to be asked for tonight.

        Always where today's reader has not had it, and where the archive's total is another one
        than at the visit `before`; where the archive states no total, also while it is not settled.
        """
        if known is None and not self._rests(source, listed):
            return True
        if listed.total is None:
            if not listed.settled:
                return True
        elif listed.total != before:
            return True
        elif known and listed.total != known.observations:
            return not listed.settled or turns(listed, self.today, DIFFERING)
        slow = listed.total is not None or over(source, self.today)
        return turns(listed, self.today, SLOW_ROTATION if slow else ROTATION)

    def _rests(self, source: Source, listed: Listed) -> bool:
        """Tell whether a month that an older reader has read stays as it is: settled, and its page is gone."""
        held = self.held.get((source.community, source.name, listed.unit))
        if held is None or held.key_id != self.pseudonyms.key_id or not listed.settled:
            return False
        return kept_page(self.folders.data, held) is None

    async def _month(
        self, source: Source, listed: Listed, known: Visit | None, totals: Totals
    ) -> Harvest | Visit | None:
        """Ask for one month; None where its host wants to be left alone, and the plan says so."""
        try:
            page = await self.page(listed, known)
            unchanged = page is None or (known is not None and known.checksum == page.facts["checksum"])
            if not unchanged:
                totals[listed.url] = await self.total(listed)
        except HostPausedError as peace:
            self.leave(source, listed.unit, str(peace))
            return None
        except NoPageError as error:
            return self.no_page(source, listed.unit, listed.url, error)
        if page is None or unchanged:
            assert known
            verdict = Verdict.UNCHANGED if known.observations else Verdict.EMPTY
            return self.visit(source, listed.unit, listed.url, verdict, **carry_over(known), note=known.note)
        if not page.start:
            return self._nothing(source, listed, page, totals[listed.url])
        visit = self.visit(source, listed.unit, listed.url, Verdict.OK, **page.facts)
        kept = await asyncio.to_thread(keep_page, self.folders.data, visit, page.body)
        return self._harvest(source, visit, kept, page.took, totals[listed.url])

    def _nothing(self, source: Source, listed: Listed, page: Page, total: int | None) -> Visit:
        """Return the visit to a month without a message: empty only where the archive itself says so."""
        size = f"{len(page.body):,} bytes"
        whole = page.body.startswith(b"\x1f\x8b")
        known: dict[str, Any] = {"reason": f"nothing came ({size}), which is no evidence that nothing is there"}
        verdict = Verdict.FAILED
        if total:
            known = {"reason": f"nothing came ({size}), although the archive says {total:,} messages"}
        elif self.held.get((source.community, source.name, listed.unit)):
            verdict = Verdict.SHRUNK
            known = {"reason": f"nothing is there any more ({size}): the earlier harvest is kept"}
        elif total == 0 or whole:
            verdict = Verdict.EMPTY
            says = "the archive says 0 messages" if total == 0 else f"the file of the month is whole and empty, {size}"
            known = {"note": says, "observations": 0}
        return self.visit(source, listed.unit, listed.url, verdict, **known, **page.facts)

    async def checked(self, response: Response) -> Page:
        """Read an answer to its end, without keeping it; raises NoPageError unless it is mail, or nothing."""
        return await self.checked_body(response.body, facts(response), download_seconds(response))

    async def checked_body(self, body: bytes, known: dict[str, str | None], seconds: float) -> Page:
        """Read a body to its end, without keeping it; raises NoPageError unless it is mail, or nothing."""
        try:
            stream = Stream(BytesIO(body))
            looked = await asyncio.to_thread(inspect_stream, self.content(stream.read))
        except DamagedError as damage:
            raise NoPageError(Verdict.FAILED, str(damage), early=damage.early) from None
        if reason := no_mail(looked.start):
            raise NoPageError(Verdict.FAILED, reason)
        if self.unsteady:
            known = known | {"checksum": looked.checksum}
        return Page(body, looked.start, known, seconds)

    # ---- landing ----

    def _harvest(self, source: Source, visit: Visit, page: Path, seconds: float, total: int | None) -> Harvest:
        remarks: list[str] = []
        archive = self.archive(source, visit.unit, visit.seen_at)
        batches = counted(self._rows(page, archive), total, remarks, self._settled_before(source, visit.unit))
        return Harvest(visit=visit, fetched_in=seconds, schema=MESSAGES, batches=batches, tags=[], notes=remarks)

    def _settled_before(self, source: Source, unit: str) -> int | None:
        """Return how many messages we hold of a month, if it is settled: then it should not have got more."""
        held, month = self.held.get((source.community, source.name, unit)), first_day(unit)
        return held.observations if held and month and settled(month, self.today) else None

    def archive(self, source: Source, unit: str, seen_at: datetime) -> Archive:
        """Return what the reader must know of a unit: its month, which times are believed, the list's address."""
        month = first_day(unit)
        first, last = around(month) if month else (midnight(source.since), seen_at + timedelta(days=1))
        own = frozenset({source.address} if source.address else ())
        return Archive(first, last, month, self.pipermail, own)

    def _rows(self, page: Path, archive: Archive) -> Iterator[pa.RecordBatch]:
        with page.open("rb") as file:
            yield from messages(self.content(Stream(file).read), archive, self.pseudonyms)

    def _from_kept(self, source: Source, listed: Listed, known: Visit | None) -> Harvest | None:
        """Return the harvest of a settled month that an older reader has read, out of its page, if that is kept."""
        held = self.held.get((source.community, source.name, listed.unit))
        return self._again(source, held) if held and listed.settled and known is None else None

    def _reread(self, source: Source) -> Iterator[Harvest]:
        """Yield the months of a source whose pages are kept, read again."""
        for (community, name, unit), held in self.held.items():
            if (community, name) == (source.community, source.name) and self.wanted(unit):
                again = self._again(source, held)
                if again:
                    yield again

    def _again(self, source: Source, held: Visit) -> Harvest | None:
        page = kept_page(self.folders.data, held) if held.unit != INDEX else None
        if page is None:
            return None
        note = f"read again on {self.today} from the page of then"
        visit = replace(held, verdict=Verdict.OK, reader=self.reader, key_id=self.pseudonyms.key_id, note=note)
        return self._harvest(source, visit, page, 0.0, self._before(source).get(held.url))

    def _index(self, source: Source, index: Index, totals: Totals) -> Harvest | Visit:
        """Return the harvest of the index, or only its visit where it says what it said."""
        rows = [{"month": one.month, "messages": totals.get(one.url), "url": one.url} for one in index.listed]
        rows += index.whole
        visit = index.visit
        if visit.verdict != Verdict.OK:
            return visit
        before = self._held_rows(source)
        if not rows:
            none = (Verdict.FAILED, "it lists no month that can be") if index.impossible else (Verdict.EMPTY, "")
            told = (Verdict.SHRUNK, "it lists no month any more: what it listed before is kept")
            verdict, reason = told if before else none
            return replace(visit, verdict=verdict, reason=reason, observations=0 if verdict == Verdict.EMPTY else None)
        held = self.readable(source, INDEX)
        if held and rows == before:
            return replace(visit, verdict=Verdict.UNCHANGED, **carry_over(held))
        if index.page is not None:
            keep_page(self.folders.data, visit, index.page)
        batch = pa.RecordBatch.from_pylist(rows, schema=TOTALS)
        return Harvest(visit=visit, fetched_in=visit.seconds or 0.0, schema=TOTALS, batches=[batch], tags=[])

    # ---- what we know ----

    def _held_rows(self, source: Source) -> list[dict[str, Any]]:
        held = self.held.get((source.community, source.name, INDEX))
        if held is None:
            return []
        rows: list[dict[str, Any]] = pq.read_table(unit_file(self.folders.observations, held)).to_pylist()
        return rows

    def _before(self, source: Source) -> Totals:
        """Return what the archive said of its months at the visit before."""
        return {row["url"]: row["messages"] for row in self._held_rows(source)}

    def _empty(self, source: Source) -> dict[str, Visit]:
        """Return the latest visit to each unit that today's reader found empty."""
        visits = read_visits(self.folders.visits / source.community / source.name)
        latest = {visit.unit: visit for visit in visits if self.reads(visit)}
        return {unit: visit for unit, visit in latest.items() if visit.verdict == Verdict.EMPTY}


def no_mail(start: bytes) -> str | None:
    """Say why something that begins like this is no mail; None where it may be mail, or nothing at all."""
    if is_html(start):
        return web_page(start, "mail")
    if start[:1] in (b"{", b"["):
        return "JSON came instead of mail"
    if start and not BEGINS_LIKE_MAIL.match(start) and b"\nFrom " not in start:
        return "what came does not begin like mail"
    return None


def turns(listed: Listed, today: date, period: int) -> bool:
    """Tell whether tonight is the night, one in `period`, on which a unit is asked for although it is settled."""
    month = listed.month or date(1970, 1, 1)
    return (today.toordinal() + 12 * month.year + month.month) % period == 0


def over(source: Source, today: date) -> bool:
    """Tell whether a list has ended so long ago that its last month is settled."""
    return source.until is not None and settled(source.until.replace(day=1), today)


def settled(month: date, today: date) -> bool:
    """Tell whether a month is over for long enough: neither the running nor the previous one, nor one to come."""
    return later(later(month)) <= today


def later(month: date) -> date:
    """Return the first day of the month after."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def unit_of(month: date) -> str:
    """Return the unit of a month, `YYYY-MM`."""
    return f"{month:%Y-%m}"


def first_day(unit: str) -> date | None:
    """Return the first day of a unit that is a month, else None."""
    found = UNIT.fullmatch(unit)
    return date(int(found[1]), int(found[2]), 1) if found and int(found[1]) in YEARS else None


def around(month: date) -> tuple[datetime, datetime]:
    """Return the first and the last moment that a message of an archive's month may claim."""
    return midnight(month) - AROUND, midnight(later(month)) + AROUND
