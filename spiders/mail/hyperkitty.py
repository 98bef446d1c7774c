"""The spider of kind `hyperkitty`: archives of Mailman 3, which export any span of days as a mailbox.

The archive names no months: all from `since` on are asked for once, and a month without mail is an
empty export. Its only total is that of the whole list. The reading half below the spider knows no
network and no clock.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from pipelines.catalogue.urls import INDEX
from pipelines.model import Source, Verdict, Visit
from spiders.core.pages import NoPageError, json_of, page_facts
from spiders.core.streams import Pieces, ReadFunction, pieces
from spiders.mail.archive import (
    LARGEST_INDEX,
    LARGEST_MONTH,
    LARGEST_TOTAL,
    TOO_MANY,
    ArchiveSpider,
    Index,
    Listed,
    Page,
    later,
    settled,
    unit_of,
)
from spiders.mail.reader import READER

LATE = timedelta(days=31)
LONGEST_LINE = 1 << 22
BOUNDARY = re.compile(rb"={15}\d{15,20}==")
STEADY = b"=" * 15 + b"0" * 19 + b"=="


class HyperkittySpider(ArchiveSpider):
    """Asks how many messages a list has, then for the exports of the months that are due."""

    name = "hyperkitty"
    kind = "hyperkitty"
    reader = f"hyperkitty/1+{READER}"
    unsteady = True

    async def index(self, source: Source) -> Index:
        """Ask for the total of the list; it becomes the row of TOTALS without a month."""
        url = source.urls[0].replace("/list/", "/api/list/") + "emails/?format=json&limit=1"
        response = await self.ask(url, LARGEST_INDEX)
        total = count(json_of(response, "a page of messages"))
        whole = {"month": None, "messages": total, "url": url}
        visit = self.nameless(self.visit(source, INDEX, url, Verdict.OK, **page_facts(response)))
        if total > LARGEST_TOTAL:
            visit = replace(visit, verdict=Verdict.FAILED, reason=TOO_MANY)
        listed = [
            Listed(unit_of(month), month, export(source.urls[0], month, later(month)), None, settled(month, self.today))
            for month in months(source.since, source.until, self.today)
        ]
        return Index(visit, listed, response.body, [whole])

    async def page(self, listed: Listed, known: Visit | None) -> Page | None:
        """Ask for a month at once, then in halves if the answer ends early: both must be whole."""
        try:
            return await super().page(listed, known)
        except NoPageError as error:
            if not error.early or listed.month is None:
                raise
            return await self._halves(listed.url, listed.month)

    async def _halves(self, url: str, month: date) -> Page:
        folder, middle = url.partition("export/")[0], month.replace(day=16)
        halves = []
        for first, end in ((month, middle), (middle, later(month))):
            response = await self.ask(export(folder, first, end), LARGEST_MONTH)
            halves.append((await self.checked(response)).body)
        # Two gzip streams, one after the other, are one.
        return await self.checked_body(b"".join(halves), {}, 0.0)

    def content(self, read: ReadFunction) -> ReadFunction:
        """Return the export with the borders between parts, which are drawn anew for each export, made equal."""
        return Pieces(steady(read)).read


def count(answer: dict[str, Any]) -> int:
    """Return how many messages a list has, out of any page of its messages; raises NoPageError."""
    found = answer.get("count")
    if type(found) is not int or found < 0:
        raise NoPageError(Verdict.FAILED, "the answer does not say how many messages the list has")
    return found


def export(url: str, first: date, end: date) -> str:
    """Return the url of the mail of a list from a day on until before another one, by the date of each message, UTC."""
    return f"{url}export/{first}.mbox.gz?start={first}&end={end}"


def months(since: date, until: date | None, today: date) -> Iterator[date]:
    """Yield the first days of the months that a list can have mail in, a month of late mail after its end with it."""
    last = min(today, until + LATE) if until else today
    month = since.replace(day=1)
    while month <= last:
        yield month
        month = later(month)


def steady(read: ReadFunction) -> Iterator[bytes]:
    """Yield an export with all borders between parts made equal; they never go over the end of a line."""
    rest = b""
    for piece in pieces(read):
        cut = piece.rfind(b"\n") + 1
        if cut or len(rest) > LONGEST_LINE:
            yield BOUNDARY.sub(STEADY, rest + piece[:cut])
            rest = b""
        rest += piece[cut:]
    if rest:
        yield BOUNDARY.sub(STEADY, rest)
