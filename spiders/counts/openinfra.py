"""The spider of kind `openinfra`: how many are in the foundation's register of members, and in its list of companies.

One member is asked for, because none cannot be, and dropped; only the total is read. The register
also tells how many of those who are in it today had joined by an earlier day: that is asked once
for each month, as the page `joined`.
"""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pyarrow.parquet as pq

from pipelines.catalogue import count_pages
from pipelines.landing.store import Harvest, read_visit
from pipelines.model import Source, Verdict, Visit
from spiders.core.budget import HostPausedError, host_of
from spiders.core.pages import NoPageError
from spiders.counts.count_page import (
    LARGEST_ANSWER,
    RESTATED,
    Count,
    CountPage,
    CountSpider,
    checksum,
    mapping,
    number,
    parsed,
    some,
)

MEMBERS, COMPANIES, JOINED = "members", "companies", "joined"
MEASURES = {MEMBERS: "individual_members", COMPANIES: "member_companies"}
INDIVIDUAL = (("filter[]", "active==1"), ("filter[]", "membership_type==Individual"))
DAY = 24 * 3600
ONE = (("per_page", "1"), ("page", "1"))


class OpeninfraSpider(CountSpider):
    """Asks for the totals of today, then for those of the months that have never been asked."""

    name = "openinfra"
    kind = "openinfra"
    reader = "openinfra/1"

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._today: dict[str, int] = {}

    def pages(self, source: Source) -> list[str]:
        """Return the pages that the catalogue names, and that of the earlier months."""
        return [*super().pages(source), JOINED]

    async def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield the counts of today, then those of earlier months."""
        async for found in super().walk(source):
            yield found
        urls = dict(zip(super().pages(source), source.urls, strict=True))
        if MEMBERS in urls and self.wanted(JOINED) and (back := await self._joined(source, urls[MEMBERS])):
            yield back

    async def counts(self, source: Source, page: str, url: str) -> CountPage:
        """Return a total of today."""
        filters = INDIVIDUAL if page == MEMBERS else ()
        asked = await self.question(source, page, f"{url}?{urlencode((*filters, *ONE))}")
        if isinstance(asked, CountPage):
            return asked
        total = some(_total(asked[0]), "total")
        if page == MEMBERS:
            self._today[source.id] = total
        return self.told(asked[1].url, [Count(MEASURES[page], total, self.today)], asked[1])

    async def _joined(self, source: Source, url: str) -> Harvest | Visit | None:
        """Ask for the months that were never asked; None where tonight has no room for any, and the plan says so."""
        if held := self.today_of(source, JOINED):
            return self.told_already(source, held)
        unit, known = count_pages.unit(JOINED, self.today), self._known(source)
        due = [end for end in month_ends(source.since, self.today) if end not in known]
        if not due:
            note = "not asked: every month that is over has been asked once"
            return self.visit(source, unit, url, Verdict.UNCHANGED, note=note)
        counts, stopped = await self._back(url, due, self._today.get(source.id))
        if counts:
            then = f"; then: {stopped}" if stopped else ""
            note = f"{len(counts)} of {len(due)} months that were never asked{then}"
            return self.harvest(source, unit, CountPage(counts, url, {"checksum": checksum(counts)}, note=note))
        if isinstance(stopped, NoPageError):
            return self.no_page(source, unit, url, stopped)
        self.leave(source, JOINED, str(stopped))
        return None

    async def _back(
        self, url: str, due: list[date], today: int | None
    ) -> tuple[list[Count], NoPageError | HostPausedError | None]:
        """Ask month by month, the newest first; return what was had, and what ended it before all were."""
        counts: list[Count] = []
        for end in due:
            try:
                self._take(url)
                counts.append(await self._joined_by(url, end, today))
            except (HostPausedError, NoPageError) as error:
                return counts, error
        return counts, None

    def _take(self, url: str) -> None:
        """Count one more question to the host; raises HostRestsError where tonight has no room for it."""
        if not self.budget.take(host_of(url)):
            raise HostPausedError(f"at most {self.budget.most} questions a night are asked of one host")

    async def _joined_by(self, url: str, end: date, today: int | None) -> Count:
        """Ask how many of today's members had joined by the end of a day."""
        before = int(datetime(end.year, end.month, end.day, tzinfo=UTC).timestamp()) + DAY - 1
        filters = (*INDIVIDUAL, ("filter[]", f"created<={before}"))
        response = await self.ask(f"{url}?{urlencode((*filters, *ONE))}", LARGEST_ANSWER)
        total = some(_total(parsed(response)), "total")
        if today is not None and total > today:
            raise NoPageError(Verdict.FAILED, f"more had joined by {end} than there are today: the filter is ignored")
        return Count(MEASURES[MEMBERS], total, end, basis=RESTATED)

    def _known(self, source: Source) -> set[date]:
        """Return the days that have been asked."""
        folder = self.folders.observations / source.community / source.name
        files = [path for path in folder.glob(f"{JOINED}-????-??-??.parquet") if read_visit(path)]
        tables = [pq.read_table(path, columns=["day"]) for path in files]
        return {day for table in tables for day in table["day"].to_pylist()}


def _total(answer: Any) -> int:
    return number(mapping(answer, "the page of the register").get("total"), "total")


def month_ends(since: date, today: date) -> list[date]:
    """Return the last days of the months that are over, from that of `since` on, the newest first."""
    ends: list[date] = []
    end = today.replace(day=1) - timedelta(days=1)
    while end >= since:
        ends.append(end)
        end = end.replace(day=1) - timedelta(days=1)
    return ends
