"""Collect the archives of Mailman 3, which export any span of days as a mailbox.

The archive lists no months. Each month since `since` is asked for once, and a month without mail is an
empty export. Its only total is that of the whole list.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from pipelines.catalogue.urls import INDEX
from pipelines.model import ReasonCode, Verdict, Visit
from spiders.core.bodies import json_object
from spiders.core.responses import index_facts
from spiders.core.streams import PieceStream, ReadFunction, read_pieces
from spiders.core.verdicts import NoPageError
from spiders.mail.archive import MAX_INDEX, MAX_MONTH, ArchiveSpider
from spiders.mail.assertions import HYPERKITTY
from spiders.mail.check import MAX_TOTAL, TOO_MANY, MonthPage
from spiders.mail.due import ListedMonth
from spiders.mail.land import Index
from spiders.mail.months import is_settled, next_month, unit_of
from spiders.mail.stored_list import StoredList
from spiders.readers import VERSIONS

LATE = timedelta(days=31)
MAX_LINE = 1 << 22
BOUNDARY = re.compile(rb"={15}\d{15,20}==")
EQUAL_BORDER = b"=" * 15 + b"0" * 19 + b"=="


class HyperkittySpider(ArchiveSpider):
    """Ask how many messages a list has, then for the exports of the months that are due."""

    name = "hyperkitty"
    kind = "hyperkitty"
    reader = VERSIONS["hyperkitty"]
    assertions = HYPERKITTY
    has_varying_bytes = True

    async def ask_index(self, stored: StoredList) -> Index:
        """Ask for the total of the list; it becomes the row of TOTALS without a month."""
        source = stored.source
        url = source.urls[0].replace("/list/", "/api/list/") + "emails/?format=json&limit=1"
        response = await self.ask(url, MAX_INDEX)
        total = stated_total(json_object(response.body, "a page of messages"))
        visit = self.without_key_id(self.visit(source, INDEX, url, Verdict.OK, **index_facts(response)))
        if total > MAX_TOTAL:
            code = ReasonCode.IMPOSSIBLE_TOTAL
            visit = replace(visit, verdict=Verdict.FAILED, reason=TOO_MANY, reason_code=code)
        listed = [self._listed(source.urls[0], month) for month in months(source.since, source.until, self.today)]
        return Index(visit, listed, response.body, [{"month": None, "messages": total, "url": url}])

    def _listed(self, url: str, month: date) -> ListedMonth:
        export = export_url(url, month, next_month(month))
        return ListedMonth(unit_of(month), month, export, None, is_settled(month, self.today))

    async def ask_month(self, listed: ListedMonth, known: Visit | None) -> MonthPage | None:
        """Ask for a month at once, then in halves if the answer is cut off: both must be whole."""
        try:
            return await super().ask_month(listed, known)
        except NoPageError as error:
            if error.code is not ReasonCode.CUT_OFF or listed.month is None:
                raise
            return await self._ask_halves(listed.url, listed.month)

    async def _ask_halves(self, url: str, month: date) -> MonthPage:
        folder, middle = url.partition("export/")[0], month.replace(day=16)
        halves = []
        for first, end in ((month, middle), (middle, next_month(month))):
            response = await self.ask_as_served(export_url(folder, first, end), MAX_MONTH)
            halves.append((await self.check(response.body, {}, 0.0)).body)
        # Two gzip streams, one after the other, are one.
        body = b"".join(halves)
        return await self.check(body, {}, 0.0)

    @staticmethod
    def normalise(read: ReadFunction) -> ReadFunction:
        """Return the export with equal borders between parts; the archive makes new ones for each export."""
        return PieceStream(with_equal_borders(read)).read


def stated_total(answer: dict[str, Any]) -> int:
    """Return how many messages a list has, as any page of its messages states; raises NoPageError."""
    found = answer.get("count")
    if type(found) is not int or found < 0:
        raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, "the answer does not say how many messages the list has")
    return found


def export_url(url: str, first: date, end: date) -> str:
    """Return the url of the mail of a list from the day `first` to the day before `end`, UTC."""
    return f"{url}export/{first}.mbox.gz?start={first}&end={end}"


def months(since: date, until: date | None, today: date) -> Iterator[date]:
    """Yield the first days of the months in which a list can have mail: late mail comes up to a month after its end."""
    last = min(today, until + LATE) if until else today
    month = since.replace(day=1)
    while month <= last:
        yield month
        month = next_month(month)


def with_equal_borders(read: ReadFunction) -> Iterator[bytes]:
    """Yield an export with equal borders between parts; a border never crosses the end of a line."""
    pending = b""
    for piece in read_pieces(read):
        cut = piece.rfind(b"\n") + 1
        if cut or len(pending) > MAX_LINE:
            yield BOUNDARY.sub(EQUAL_BORDER, pending + piece[:cut])
            pending = b""
        pending += piece[cut:]
    if pending:
        yield BOUNDARY.sub(EQUAL_BORDER, pending)
