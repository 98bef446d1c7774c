"""The spider of kind `pipermail`: archives of Mailman 2, a table of months with a text file for each.

The page by date of a month says how many messages the archive holds of it. The reading half below
the spider knows no network and no clock.
"""

import re
from datetime import date
from typing import NamedTuple
from urllib.parse import urljoin

from parsel import Selector

from pipelines.catalogue.urls import INDEX
from pipelines.model import Source, Verdict
from spiders.core.budget import HostPausedError
from spiders.core.pages import NOT_MODIFIED, NoPageError, is_html, page_facts, web_page
from spiders.mail.archive import (
    LARGEST_INDEX,
    LARGEST_TOTAL,
    TOO_MANY,
    YEARS,
    ArchiveSpider,
    Index,
    Listed,
    settled,
    unit_of,
)
from spiders.mail.reader import READER

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
FILE = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,60})\.txt(\.gz)?")
MONTH = re.compile(rf"(\d{{4}})-({'|'.join(MONTHS)})")
TOTAL = re.compile(rb"</b>\s*+(\d++)\s*+<p>", re.I)
MARK = re.compile(rb"listinfo|<title>[^<]*archiv", re.I)
LONGEST_NUMBER = 20
RUNNING = 2
"""Of volumes that are no months, how many at the top of the table are asked for every night."""


class Volume(NamedTuple):
    """A file of the table: its url, its unit, and the month that it is of (None: it is of no month)."""

    url: str
    unit: str
    month: date | None

    @property
    def is_impossible(self) -> bool:
        """Whether it is called like a month that cannot be."""
        return self.month is None and MONTH.fullmatch(self.unit) is not None


class PipermailSpider(ArchiveSpider):
    """Asks for the table, then for the text files of the months."""

    name = "pipermail"
    kind = "pipermail"
    reader = f"pipermail/1+{READER}"
    pipermail = True

    async def index(self, source: Source) -> Index:
        """Ask for the table, on condition that it changed."""
        url = source.urls[0]
        held = self.readable(source, INDEX)
        response = await self.ask(url, LARGEST_INDEX, held)
        known = page_facts(response)
        if response.status == NOT_MODIFIED and held:
            known |= {"checksum": held.checksum, "etag": held.etag, "last_modified": held.last_modified}
            urls = [row["url"] for row in self._held_rows(source)]
            found = [volume for one in urls if (volume := volume_of(one))]
        else:
            found = volumes(response.body, url)
        visit = self.nameless(self.visit(source, INDEX, url, Verdict.OK, **known))
        page = response.body if response.status != NOT_MODIFIED else None
        listed = [self._listed(n, volume) for n, volume in enumerate(found) if not volume.is_impossible]
        return Index(visit, listed, page, impossible=[volume.unit for volume in found if volume.is_impossible])

    def _listed(self, place: int, volume: Volume) -> Listed:
        over = settled(volume.month, self.today) if volume.month else place >= RUNNING
        return Listed(volume.unit, volume.month, volume.url, None, over)

    async def total(self, listed: Listed) -> int | None:
        """Return what the page by date of a month says; None where it cannot be had or does not say.

        Raises NoPageError where it says what cannot be.
        """
        try:
            response = await self.ask(re.sub(r"\.txt(\.gz)?$", "/date.html", listed.url), LARGEST_INDEX)
        except (NoPageError, HostPausedError) as error:
            self.logger.info("%s: the archive's own total: %s", listed.url, error)
            return None
        return total(response.body)


def volumes(page: bytes, url: str) -> list[Volume]:
    """Return the files that the table at `url` lists, in its order.

    Raises NoPageError for a page that is no such table (a login with status 200, say).
    """
    if not is_html(page):
        raise NoPageError(Verdict.FAILED, "what came is no web page with a table of months")
    found = {volume.unit: volume for link in links(page) if (volume := volume_of(_joined(url, link), url))}
    if not (found or MARK.search(page)):
        raise NoPageError(Verdict.FAILED, web_page(page, "a table of months"))
    return list(found.values())


def links(page: bytes) -> list[str]:
    """Return the links of a web page, in their order, each once."""
    tree = Selector(body=page, encoding="latin-1", type="html").root
    return list(dict.fromkeys(link for anchor in tree.iter("a") if (link := anchor.get("href"))))


def _joined(url: str, link: str) -> str:
    """Return the address that a link of the page at `url` leads to, "" where it is none."""
    try:
        return urljoin(url, link.strip())
    except ValueError:
        return ""


def volume_of(url: str, table: str | None = None) -> Volume | None:
    """Return the volume at a url; None if it is none, or if it does not lie beside its table.

    What is called like a month that cannot be is of no month.
    """
    folder, _, name = url.rpartition("/")
    file = FILE.fullmatch(name)
    if file is None or (table is not None and folder != table.rstrip("/")):
        return None
    month = MONTH.fullmatch(file[1])
    first = date(int(month[1]), MONTHS.index(month[2]) + 1, 1) if month and int(month[1]) in YEARS else None
    return Volume(url, unit_of(first) if first else file[1], first)


def total(page: bytes) -> int | None:
    """Return the number of messages that a month's page by date, thread, subject or author states; None if none.

    Raises NoPageError for one that cannot be.
    """
    found = TOTAL.search(page)
    if found and (len(found[1]) > LONGEST_NUMBER or int(found[1]) > LARGEST_TOTAL):
        raise NoPageError(Verdict.FAILED, TOO_MANY)
    return int(found[1]) if found else None
