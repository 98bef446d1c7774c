"""Ask each page of counts once a day; the counts land as those of the day.

A unit is a page and a day, `members-2026-11-24`, and lands as COUNTS. The counts of a day are never
written again. Only totals are read: the bytes of a page can name people, so they are neither kept nor
repeated in a reason.
"""

import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from scrapy.http import Response

from pipelines.catalogue import count_pages
from pipelines.catalogue.urls import units
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import COUNTS
from pipelines.landing.stored import latest_count_file, unit_file
from pipelines.model import ReasonCode, Source, Verdict, Visit
from spiders.core.bodies import is_html
from spiders.core.budget import HostPausedError
from spiders.core.pages import PageSpider, carry_over
from spiders.core.responses import NOT_MODIFIED, download_seconds, header, refusal
from spiders.core.verdicts import NoPageError, NothingThereError

MAX_ANSWER = 1 << 20
MAX_COUNT = 10**12
STATED, RESTATED = "stated", "restated"
UNCHANGED_NOTE = "the page is what it was, so its counts are those of this day too"
Identity = tuple[str, str, str]


class Count(NamedTuple):
    """One dated number: its measure, day and subject; `basis` is STATED on the day itself or RESTATED later."""

    measure: str
    value: int
    day: date
    subject: str = ""
    basis: str = STATED
    version: str | None = None


class CountPage(NamedTuple):
    """What a page states: its counts, its url, its validators, the seconds it took, and a note."""

    counts: list[Count]
    url: str
    facts: dict[str, str | None]
    seconds: float = 0.0
    note: str = ""


class CountSpider(PageSpider):
    """Ask every page of a source once a day; a subclass says how a page is asked and read."""

    units_are = "pages"
    probes_every_unit = True

    def __init__(self, **arguments: Any) -> None:
        self.today = datetime.now(UTC).date()
        super().__init__(**arguments)

    async def ask_counts(self, source: Source, page: str, url: str) -> CountPage:
        """Ask a page and read its counts; raises NoPageError, or NothingThereError where there is nothing to count."""
        raise NotImplementedError

    def pages(self, source: Source) -> list[str]:
        """Return the names of all pages of a source."""
        return units(source)

    def load_stored(self) -> dict[Identity, Visit]:
        """Return the visit of the newest readable day of each page; files of earlier days are not opened."""
        newest = [
            latest_count_file(self.folders.observations, source, page)
            for source in self.sources
            for page in self.pages(source)
        ]
        return {
            (visit.community, visit.source, count_pages.unit_without_day(visit)): visit for visit in newest if visit
        }

    def is_wanted(self, unit: str) -> bool:
        """Tell whether this run was asked for a page, with or without its day."""
        return super().is_wanted(unit) or super().is_wanted(count_pages.unit(unit, self.today))

    async def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield the counts of each page, or only a visit where they are stored already or could not be had."""
        urls = dict(zip(units(source), source.urls, strict=True))
        done = {page: stored for page in urls if self.is_wanted(page) and (stored := self.todays_visit(source, page))}
        for stored in done.values():
            yield self.already_recorded(source, stored)
        asked = self.plan_requests(source, {page: url for page, url in urls.items() if page not in done})
        for page in asked:
            unit = count_pages.unit(page, self.today)
            if found := await self.attempt(source, unit, urls[page], self.fetch_page(source, page, urls[page])):
                yield found

    async def fetch_page(self, source: Source, page: str, url: str) -> Harvest | Visit | None:
        """Ask one page; None where its host is paused, and the plan names it as deferred."""
        unit = count_pages.unit(page, self.today)
        try:
            found = await self.ask_counts(source, page, url)
        except HostPausedError as paused:
            self.defer(source, page, str(paused))
            return None
        except NothingThereError as nothing:
            return self.visit(source, unit, url, Verdict.EMPTY, note=str(nothing), observations=0)
        except NoPageError as error:
            return self.error_visit(source, unit, url, error)
        return self.harvest(source, unit, found)

    def harvest(self, source: Source, unit: str, found: CountPage) -> Harvest:
        """Return the harvest of a page and a day."""
        rows = [count._asdict() | {"url": found.url} for count in found.counts]
        batch = pa.RecordBatch.from_pylist(rows, schema=COUNTS)
        visit = self.visit(source, unit, found.url, Verdict.OK, **found.facts, note=found.note)
        return Harvest(visit=visit, fetched_in=found.seconds, schema=COUNTS, batches=[batch], tags=[])

    def visit(self, source: Source, unit: str, url: str, verdict: Verdict, **facts: Any) -> Visit:
        """Return the visit that ends now; nobody is named in it, so it depends on no key."""
        return self.without_key_id(super().visit(source, unit, url, verdict, **facts))

    def todays_visit(self, source: Source, page: str) -> Visit | None:
        """Return the visit that brought today's counts of a page, if they are stored."""
        stored = self.stored_visit(source, page)
        return stored if stored and stored.unit == count_pages.unit(page, self.today) else None

    def already_recorded(self, source: Source, stored: Visit) -> Visit:
        """Return the visit of a page whose counts of today are stored."""
        note = "not asked again: the counts of this day are held"
        return self.visit(source, stored.unit, stored.url, Verdict.UNCHANGED, note=note, **carry_over(stored))

    async def ask_json(
        self, source: Source, page: str, url: str, max_size: int = MAX_ANSWER
    ) -> tuple[Any, Response] | CountPage:
        """Return an answer as JSON and as served, or the stored counts where the host says that nothing changed."""
        stored = self.current_visit(source, page)
        response = await self.ask(url, max_size, stored if stored and stored.url == url else None)
        if response.status == NOT_MODIFIED and stored:
            return self._restate(stored, response)
        return parse_json(response), response

    def _restate(self, stored: Visit, response: Response) -> CountPage:
        """Return the stored counts of an unchanged page as those of today."""
        rows = pq.read_table(unit_file(self.folders.observations, stored)).to_pylist()
        columns = ("measure", "value", "subject", "version")
        counts = [Count(**{key: row[key] for key in columns}, day=self.today) for row in rows if row["basis"] == STATED]
        facts: dict[str, str | None] = {key: getattr(stored, key) for key in ("checksum", "etag", "last_modified")}
        return CountPage(counts, stored.url, facts, download_seconds(response), UNCHANGED_NOTE)

    def count_page(
        self, url: str, counts: list[Count], response: Response, note: str = "", *, is_whole: bool = True
    ) -> CountPage:
        """Return the counts of an answer; its validators are kept where the body has all of them (`is_whole`)."""
        facts: dict[str, str | None] = {"checksum": checksum(counts)}
        if is_whole:
            facts |= {"etag": header(response, "ETag"), "last_modified": header(response, "Last-Modified")}
        return CountPage(counts, url, facts, round(download_seconds(response), 3), note)

    def refusal(self, response: Response) -> NoPageError | NothingThereError:
        """Return what an answer without success means, without a word of its own text."""
        return refusal(response.replace(body=b"<" if is_html(response.body) else b""))


def parse_json(response: Response) -> Any:
    """Return an answer that is JSON; raises NoPageError for any other, without repeating it."""
    if is_html(response.body):
        reason = "a web page came instead of counts: a login, an error, or a wall against robots"
        raise NoPageError(ReasonCode.WEB_PAGE, reason)
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, "what came is not JSON, or not all of it") from None


def check_mapping(answer: Any, what: str) -> dict[str, Any]:
    """Return an answer that is a JSON object; raises NoPageError for any other."""
    if not isinstance(answer, dict):
        raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, f"{what} is no JSON object")
    return answer


def check_count(value: Any, what: str) -> int:
    """Return a stated count; raises NoPageError for one that is missing, text, negative or too large."""
    if type(value) is int and 0 <= value <= MAX_COUNT:
        return value
    if value is None:
        raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, f"{what} is missing")
    problem = "is negative" if type(value) is int and value < 0 else "is no count"
    raise NoPageError(ReasonCode.IMPOSSIBLE_TOTAL, f"{what} {problem}")


def check_positive(value: int, what: str) -> int:
    """Return a count that cannot be 0; raises NoPageError for 0, which is no evidence of nobody."""
    if not value:
        raise NoPageError(ReasonCode.IMPOSSIBLE_TOTAL, f"{what} is 0, which is not believed")
    return value


def checksum(counts: Iterable[Count]) -> str:
    """Return a checksum over the counts: the checksum of a page with people on it is not kept."""
    return sha256(repr([(count.measure, count.subject, count.value) for count in counts]).encode()).hexdigest()
