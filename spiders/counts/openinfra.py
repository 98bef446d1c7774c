"""Count the members in the foundation's register, and the companies in its list.

One member is asked for, the least that is possible, and dropped; only the total is read. The register
also states how many of today's members had joined by an earlier day. That is asked once for each month,
as the page `joined`.
"""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pyarrow.parquet as pq

from pipelines.catalogue import count_pages
from pipelines.landing.asked import host_of
from pipelines.landing.harvest import Harvest
from pipelines.landing.stored import read_visit
from pipelines.model import ReasonCode, Source, Verdict, Visit
from spiders.core.budget import HostPausedError
from spiders.core.verdicts import NoPageError
from spiders.counts.assertions import OPENINFRA
from spiders.counts.count_page import (
    MAX_ANSWER,
    RESTATED,
    Count,
    CountPage,
    CountSpider,
    check_count,
    check_mapping,
    check_positive,
    checksum,
    parse_json,
)
from spiders.readers import VERSIONS

MEMBERS, COMPANIES, JOINED = "members", "companies", "joined"
MEASURES = {MEMBERS: "individual_members", COMPANIES: "member_companies"}
INDIVIDUAL = (("filter[]", "active==1"), ("filter[]", "membership_type==Individual"))
DAY = 24 * 3600
ONE = (("per_page", "1"), ("page", "1"))


class OpeninfraSpider(CountSpider):
    """Ask for the totals of today, then for those of the months that were never asked."""

    name = "openinfra"
    kind = "openinfra"
    reader = VERSIONS["openinfra"]
    assertions = OPENINFRA

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
        if MEMBERS in urls and self.is_wanted(JOINED) and (back := await self._ask_joined(source, urls[MEMBERS])):
            yield back

    async def ask_counts(self, source: Source, page: str, url: str) -> CountPage:
        """Return a total of today."""
        filters = INDIVIDUAL if page == MEMBERS else ()
        asked = await self.ask_json(source, page, f"{url}?{urlencode((*filters, *ONE))}")
        if isinstance(asked, CountPage):
            return asked
        total = check_positive(_total(asked[0]), "total")
        if page == MEMBERS:
            self._today[source.id] = total
        return self.count_page(asked[1].url, [Count(MEASURES[page], total, self.today)], asked[1])

    async def _ask_joined(self, source: Source, url: str) -> Harvest | Visit | None:
        """Ask for the months that were never asked; None where the budget has no room, and the plan defers them."""
        if stored := self.todays_visit(source, JOINED):
            return self.already_recorded(source, stored)
        unit, known = count_pages.unit(JOINED, self.today), self._asked_days(source)
        due = [end for end in month_ends(source.since, self.today) if end not in known]
        self.due_units[source.id] += len(due)
        self.asking = JOINED
        if not due:
            note = "not asked: every month that is over has been asked once"
            return self.visit(source, unit, url, Verdict.UNCHANGED, note=note)
        counts, stopped = await self._ask_months(url, self.sample(due), self._today.get(source.id))
        if counts:
            then = f"; then: {stopped}" if stopped else ""
            note = f"{len(counts)} of {len(due)} months that were never asked{then}"
            return self.harvest(source, unit, CountPage(counts, url, {"checksum": checksum(counts)}, note=note))
        if isinstance(stopped, NoPageError):
            return self.error_visit(source, unit, url, stopped)
        self.defer(source, JOINED, str(stopped))
        return None

    async def _ask_months(
        self, url: str, due: list[date], today: int | None
    ) -> tuple[list[Count], NoPageError | HostPausedError | None]:
        """Ask month by month, the newest first; return the counts, and the error that ended it early."""
        counts: list[Count] = []
        for end in due:
            try:
                self._count_question(url)
                counts.append(await self._ask_joined_by(url, end, today))
            except (HostPausedError, NoPageError) as error:
                return counts, error
        return counts, None

    def _count_question(self, url: str) -> None:
        """Count one more question to the host; raises HostPausedError where the budget has no room for it."""
        if not self.budget.take(host_of(url)):
            raise HostPausedError(f"at most {self.budget.limit} questions a run are asked of one host")

    async def _ask_joined_by(self, url: str, end: date, today: int | None) -> Count:
        """Ask how many of today's members had joined by the end of a day."""
        before = int(datetime(end.year, end.month, end.day, tzinfo=UTC).timestamp()) + DAY - 1
        filters = (*INDIVIDUAL, ("filter[]", f"created<={before}"))
        response = await self.ask(f"{url}?{urlencode((*filters, *ONE))}", MAX_ANSWER)
        total = check_positive(_total(parse_json(response)), "total")
        if today is not None and total > today:
            raise NoPageError(
                ReasonCode.UNEXPECTED_ANSWER, f"more had joined by {end} than there are today: the filter is ignored"
            )
        return Count(MEASURES[MEMBERS], total, end, basis=RESTATED)

    def _asked_days(self, source: Source) -> set[date]:
        """Return the days that have been asked."""
        folder = self.folders.observations / source.community / source.name
        files = [path for path in folder.glob(f"{JOINED}-????-??-??.parquet") if read_visit(path)]
        tables = [pq.read_table(path, columns=["day"]) for path in files]
        return {day for table in tables for day in table["day"].to_pylist()}


def _total(answer: Any) -> int:
    return check_count(check_mapping(answer, "the page of the register").get("total"), "total")


def month_ends(since: date, today: date) -> list[date]:
    """Return the last days of the months that are over, from that of `since` on, the newest first."""
    ends: list[date] = []
    end = today.replace(day=1) - timedelta(days=1)
    while end >= since:
        ends.append(end)
        end = end.replace(day=1) - timedelta(days=1)
    return ends
