"""The spider of kind `mod_mbox`: saved pages and mailboxes of the archive that Apache had before Pony Mail.

The page of a list states how many messages each month has; a month's mailbox is called by its year
and month (`201305.mbox`). The reading half below the spider knows no network and no clock.
"""

import re
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from scrapy.selector import Selector

from pipelines.catalogue.urls import INDEX
from pipelines.landing.schemas import MESSAGES
from pipelines.landing.store import Harvest, unit_file
from pipelines.model import Source, Verdict, Visit
from spiders.core.pages import carry_over, counted, fault, is_html, web_page
from spiders.core.saved_pages import SavedSpider, content_of, shown
from spiders.core.streams import DamagedError, Stream, inspect_stream, pieces
from spiders.mail.archive import YEARS, around, no_mail, unit_of
from spiders.mail.pipermail import MONTHS
from spiders.mail.reader import READER, Archive, messages

MONTH_IN_NAME = re.compile(r"(?<!\d)(\d{4})-?(0[1-9]|1[0-2])(?!\d)", re.A)
DATE = re.compile(r"([A-Z][a-z]{2})[a-z]* (\d{4})", re.A)
NUMBER = re.compile(r"\d{1,9}", re.A)
ADDRESS = re.compile(r"(?<![a-z0-9._+-])[a-z0-9._+-]++@[a-z0-9.-]+\.apache\.org", re.I)
START = 1000


class ModMboxSpider(SavedSpider):
    """Reads the list's page first, then the mailboxes of its months."""

    name = "mod_mbox"
    kind = "mod_mbox"
    reader = f"mod_mbox/1+{READER}"

    def saved(self, source: Source, files: list[Path]) -> Iterator[Harvest | Visit]:
        """Yield the months that the list's pages state, then each mailbox of a month."""
        pages = [file for file in files if begins_as_page(file)]
        stated = self._held(source)
        for file in pages:
            try:
                content = content_of(file)
                rows = [{"month": month, "messages": count} for month, count in totals(content, source.address).items()]
            except (OSError, ValueError) as error:
                yield self.useless(source, file, str(error))
                continue
            except Exception as error:
                yield self.useless(source, file, fault(error))
                continue
            stated |= {row["month"]: row["messages"] for row in rows}
            yield self.totals(source, file, content, [row | {"url": shown(file)} for row in rows])
        for file in files:
            if file not in set(pages):
                try:
                    yield self.mailbox(source, file, stated)
                except Exception as error:
                    yield self.useless(source, file, fault(error))

    def mailbox(self, source: Source, file: Path, stated: dict[date, int]) -> Harvest | Visit:
        """Return the harvest of the mailbox of a month."""
        month = month_of(file.name)
        if month is None:
            return self.useless(source, file, "its name does not say of which month it is, as in 201305.mbox")
        try:
            with file.open("rb") as raw:
                start = inspect_stream(Stream(raw).read).start
            if reason := no_mail(start) or ("" if start else "nothing is in it"):
                return self.useless(source, file, reason)
            checksum = _checksum(file)
        except (OSError, ValueError) as error:
            return self.useless(source, file, str(error))
        unit, held = unit_of(month), self.readable(source, unit_of(month))
        if held and held.checksum == checksum:
            return self.visit(source, unit, shown(file), Verdict.UNCHANGED, **carry_over(held), note=held.note)
        visit = self.visit(source, unit, shown(file), Verdict.OK, checksum=checksum)
        remarks: list[str] = []
        own = frozenset({source.address} if source.address else ())
        rows = self._rows(file, Archive(*around(month), month, own_addresses=own))
        batches = counted(rows, stated.get(month), remarks)
        return Harvest(visit=visit, fetched_in=0.0, schema=MESSAGES, batches=batches, tags=[], notes=remarks)

    def _rows(self, file: Path, archive: Archive) -> Iterator[pa.RecordBatch]:
        with file.open("rb") as raw:
            yield from messages(Stream(raw).read, archive, self.pseudonyms)

    def _held(self, source: Source) -> dict[date, int]:
        """Return what a page that was read before states."""
        held = self.held.get((source.community, source.name, INDEX))
        if held is None:
            return {}
        rows: list[dict[str, Any]] = pq.read_table(unit_file(self.folders.observations, held)).to_pylist()
        return {row["month"]: row["messages"] for row in rows}


def _checksum(file: Path) -> str:
    digest = sha256()
    with file.open("rb") as raw:
        for piece in pieces(raw.read):
            digest.update(piece)
    return digest.hexdigest()


def begins_as_page(file: Path) -> bool:
    """Tell whether a file begins like a web page, unpacked."""
    with file.open("rb") as raw:
        try:
            return is_html(Stream(raw).read(START))
        except DamagedError:
            return False


def totals(page: bytes, address: str | None) -> dict[date, int]:
    """Return the messages of each month that the page of a list states.

    Raises ValueError for a page without months, one of another list than that of `address`, a month
    without a number, and one that is there twice.
    """
    tree = Selector(text=page.decode("utf-8", "replace"), type="html")
    named = {found.lower() for text in tree.css("title::text, h1::text").getall() for found in ADDRESS.findall(text)}
    if address and named and address not in named:
        raise ValueError("the page is of another list")
    months: dict[date, int] = {}
    for row in tree.xpath("//tr[td[contains(concat(' ', @class, ' '), ' date ')]]"):
        month, count = _words(row, "date"), _words(row, "msgcount")
        first = _first_day(month)
        if first is None or not NUMBER.fullmatch(count):
            raise ValueError(f"a row of the page states no number of a month: {month!r:.40} {count!r:.40}")
        if first in months:
            raise ValueError(f"the page states {unit_of(first)} twice")
        months[first] = int(count)
    if not months:
        raise ValueError(web_page(page, "a list's page with the messages of each month"))
    return months


def _words(row: Selector, name: str) -> str:
    texts = row.xpath(f"td[contains(concat(' ', @class, ' '), ' {name} ')]//text()").getall()
    return " ".join(" ".join(texts).split())


def _first_day(text: str) -> date | None:
    found = DATE.fullmatch(text)
    number = next((n for n, name in enumerate(MONTHS, 1) if found and name.startswith(found[1])), None)
    return date(int(found[2]), number, 1) if found and number and int(found[2]) in YEARS else None


def month_of(name: str) -> date | None:
    """Return the first day of the month in the name of a mailbox; None where there is none that can be, or two."""
    found = set(MONTH_IN_NAME.findall(name))
    years = [(int(year), int(month)) for year, month in found]
    return date(*years[0], 1) if len(years) == 1 and years[0][0] in YEARS else None
