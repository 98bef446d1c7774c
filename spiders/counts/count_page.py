"""What the spiders of dated counts share: each page is asked once a day, and what it states lands as that day's.

A unit is a page and a day, `members-2026-11-24`, and lands as COUNTS; what was landed on a day is
never written again. Only totals are read: the bytes of a page, which can name people, are neither
kept nor repeated in any word of ours.
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
from pipelines.landing.schemas import COUNTS
from pipelines.landing.store import Harvest, latest_count_file, unit_file
from pipelines.model import Source, Verdict, Visit
from spiders.core.budget import HostPausedError
from spiders.core.pages import (
    NOT_MODIFIED,
    NoPageError,
    PageSpider,
    carry_over,
    download_seconds,
    header,
    is_html,
    refusal,
)
from spiders.core.verdicts import VERDICTS

LARGEST_ANSWER = 1 << 20
LARGEST_COUNT = 10**12
STATED, RESTATED = "stated", "restated"
AGAIN = "the page is what it was, so its counts are those of this day too"
Identity = tuple[str, str, str]


class Count(NamedTuple):
    """One dated number: of which measure and subject, for which day, stated of the day itself or restated later."""

    measure: str
    value: int
    day: date
    subject: str = ""
    basis: str = STATED
    version: str | None = None


class CountPage(NamedTuple):
    """What a page states, where it was asked, its validators, the seconds it took, and what else was noticed."""

    counts: list[Count]
    url: str
    facts: dict[str, str | None]
    seconds: float = 0.0
    note: str = ""


class CountSpider(PageSpider):
    """Asks every page of a source once a day; a subclass says how a page is asked and read."""

    units_are = "pages"

    def __init__(self, **arguments: Any) -> None:
        self.today = datetime.now(UTC).date()
        super().__init__(**arguments)

    async def counts(self, source: Source, page: str, url: str) -> CountPage:
        """Ask a page and read its counts; raises NoPageError."""
        raise NotImplementedError

    def pages(self, source: Source) -> list[str]:
        """Return the names of all pages of a source."""
        return units(source)

    def holds(self) -> dict[Identity, Visit]:
        """Return the visit of the newest readable day of each page; files of earlier days are not opened."""
        newest = [
            latest_count_file(self.folders.observations, source, page)
            for source in self.sources
            for page in self.pages(source)
        ]
        return {
            (visit.community, visit.source, count_pages.unit_without_day(visit)): visit for visit in newest if visit
        }

    def wanted(self, unit: str) -> bool:
        """Tell whether this run was asked for a page, with or without its day."""
        return super().wanted(unit) or super().wanted(count_pages.unit(unit, self.today))

    async def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield the counts of each page, or only a visit where it has been asked today or gave none."""
        urls = dict(zip(units(source), source.urls, strict=True))
        done = {page: held for page in urls if self.wanted(page) and (held := self.today_of(source, page))}
        for held in done.values():
            yield self.told_already(source, held)
        asked = self.tonight(source, {page: url for page, url in urls.items() if page not in done})
        for page in asked:
            unit = count_pages.unit(page, self.today)
            if found := await self.attempt(source, unit, urls[page], self.page(source, page, urls[page])):
                yield found

    async def page(self, source: Source, page: str, url: str) -> Harvest | Visit | None:
        """Ask one page; None where its host wants to be left alone, and the plan says so."""
        unit = count_pages.unit(page, self.today)
        try:
            told = await self.counts(source, page, url)
        except HostPausedError as peace:
            self.leave(source, page, str(peace))
            return None
        except NoPageError as error:
            if error.verdict == Verdict.EMPTY:
                return self.visit(source, unit, url, Verdict.EMPTY, note=str(error), observations=0)
            return self.no_page(source, unit, url, error)
        return self.harvest(source, unit, told)

    def harvest(self, source: Source, unit: str, told: CountPage) -> Harvest:
        """Return the harvest of a page and a day."""
        rows = [count._asdict() | {"url": told.url} for count in told.counts]
        batch = pa.RecordBatch.from_pylist(rows, schema=COUNTS)
        visit = self.visit(source, unit, told.url, Verdict.OK, **told.facts, note=told.note)
        return Harvest(visit=visit, fetched_in=told.seconds, schema=COUNTS, batches=[batch], tags=[])

    def visit(self, source: Source, unit: str, url: str, verdict: Verdict, **facts: Any) -> Visit:
        """Return the visit that ends now; nobody is named in it, so no key is."""
        return self.nameless(super().visit(source, unit, url, verdict, **facts))

    def today_of(self, source: Source, page: str) -> Visit | None:
        """Return the visit that brought today's counts of a page, if they are held."""
        held = self.held.get((source.community, source.name, page))
        return held if held and held.unit == count_pages.unit(page, self.today) else None

    def told_already(self, source: Source, held: Visit) -> Visit:
        """Return the visit to a page that has been asked today."""
        note = "not asked again: the counts of this day are held"
        return self.visit(source, held.unit, held.url, Verdict.UNCHANGED, note=note, **carry_over(held))

    async def question(
        self, source: Source, page: str, url: str, largest: int = LARGEST_ANSWER
    ) -> tuple[Any, Response] | CountPage:
        """Return an answer as JSON and as served, or what was told before where the host says that this holds."""
        held = self.readable(source, page)
        response = await self.ask(url, largest, held if held and held.url == url else None)
        if response.status == NOT_MODIFIED and held:
            return self._again(held, response)
        return parsed(response), response

    def _again(self, held: Visit, response: Response) -> CountPage:
        """Return what was stated of the day of `held` as stated of today."""
        rows = pq.read_table(unit_file(self.folders.observations, held)).to_pylist()
        columns = ("measure", "value", "subject", "version")
        counts = [Count(**{key: row[key] for key in columns}, day=self.today) for row in rows if row["basis"] == STATED]
        facts: dict[str, str | None] = {key: getattr(held, key) for key in ("checksum", "etag", "last_modified")}
        return CountPage(counts, held.url, facts, download_seconds(response), AGAIN)

    def told(
        self, url: str, counts: list[Count], response: Response, note: str = "", *, whole: bool = True
    ) -> CountPage:
        """Return what an answer states; where the `whole` of it stands in the body, the validators prove it."""
        facts: dict[str, str | None] = {"checksum": checksum(counts)}
        if whole:
            facts |= {"etag": header(response, "ETag"), "last_modified": header(response, "Last-Modified")}
        return CountPage(counts, url, facts, round(download_seconds(response), 3), note)

    def refused(self, response: Response) -> tuple[Verdict, str]:
        """Return the verdict on an answer that gave no page, and why, without a word of its own text."""
        blank = response.replace(body=b"<" if is_html(response.body) else b"")
        return VERDICTS.get(response.status, Verdict.FAILED), refusal(blank)


def parsed(response: Response) -> Any:
    """Return an answer that is JSON; raises NoPageError for any other, without repeating it."""
    if is_html(response.body):
        raise NoPageError(
            Verdict.FAILED, "a web page came instead of counts: a login, an error, or a wall against robots"
        )
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        raise NoPageError(Verdict.FAILED, "what came is not JSON, or not all of it") from None


def mapping(answer: Any, what: str) -> dict[str, Any]:
    """Return an answer that is a JSON object; raises NoPageError for any other."""
    if not isinstance(answer, dict):
        raise NoPageError(Verdict.FAILED, f"{what} is no JSON object")
    return answer


def number(value: Any, what: str) -> int:
    """Return a count that somebody stated; raises NoPageError for what is none: missing, text, negative, too large."""
    if type(value) is int and 0 <= value <= LARGEST_COUNT:
        return value
    said = "is missing" if value is None else "is negative" if type(value) is int and value < 0 else "is no count"
    raise NoPageError(Verdict.FAILED, f"{what} {said}")


def some(value: int, what: str) -> int:
    """Return a count of which there must be one; raises NoPageError for 0, which is no evidence of nobody."""
    if not value:
        raise NoPageError(Verdict.FAILED, f"{what} is 0, which is not believed")
    return value


def checksum(counts: Iterable[Count]) -> str:
    """Return a checksum over what was stated: that of a page with people on it is not kept."""
    return sha256(repr([(count.measure, count.subject, count.value) for count in counts]).encode()).hexdigest()
