"""Read the pages of Mailman 2: the table of months, and the number of messages on a month's page."""

import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple
from urllib.parse import urljoin

from lxml.etree import HTMLParser

from pipelines.catalogue.urls import INDEX
from pipelines.model import ReasonCode
from spiders.core.bodies import is_html, web_page_reason
from spiders.core.verdicts import NoPageError
from spiders.mail.check import MAX_TOTAL, TOO_MANY
from spiders.mail.months import IMPOSSIBLE, YEARS, unit_of

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
FILE = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,60})\.txt(\.gz)?")
MONTH = re.compile(rf"(\d{{4}})-({'|'.join(MONTHS)})")
TOTAL = re.compile(rb"</b>\s*+(\d++)\s*+<p>", re.I)
MAILMAN_MARK = re.compile(rb"listinfo|<title>[^<]*archiv", re.I)
MAX_DIGITS = 20
MAX_TABLE, MAX_VOLUMES = 4 << 20, 2_000
"""The bytes and the files of a table that is read: a list of 50 years has 600 months in 200 KB."""
RESERVED = frozenset({INDEX, IMPOSSIBLE})


class Volume(NamedTuple):
    """A file of the table: its url, its unit, and its month (None: it covers no single month)."""

    url: str
    unit: str
    month: date | None

    @property
    def is_impossible(self) -> bool:
        """Whether it has the name of a month that cannot be."""
        return self.month is None and MONTH.fullmatch(self.unit) is not None


def volumes(page: bytes, url: str) -> list[Volume]:
    """Return the files that the table at `url` lists, in its order.

    Raises NoPageError for a page that is no such table (a login with status 200, say).
    """
    if len(page) > MAX_TABLE:
        raise NoPageError(ReasonCode.TOO_LARGE, f"the table of months has over {MAX_TABLE >> 20} MB")
    if not is_html(page):
        raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, "what came is no web page with a table of months")
    found = {volume.unit: volume for link in links_of(page) if (volume := volume_of(_resolve(url, link), url))}
    if not (found or MAILMAN_MARK.search(page)):
        raise NoPageError(ReasonCode.WEB_PAGE, web_page_reason(page, "a table of months"))
    if len(found) > MAX_VOLUMES:
        raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, f"the table lists over {MAX_VOLUMES:,} files")
    return list(found.values())


def links_of(page: bytes) -> list[str]:
    """Return the links of a web page, in their order, each once."""
    parser = HTMLParser(target=_Links(), encoding="utf-8", huge_tree=True)
    parser.feed(page.decode("latin-1").replace("\0", "").encode() or b"<html/>")
    found: list[str] = parser.close()
    return found


class _Links:
    """Takes the events of a parser, which then makes no tree: that would take fifty times the page's bytes."""

    def __init__(self) -> None:
        self.found: dict[str, None] = {}

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "a" and (link := attributes.get("href")):
            self.found[link] = None

    def close(self) -> list[str]:
        return list(self.found)


def _resolve(url: str, link: str) -> str:
    """Return the url of a link of the page at `url`; "" for a link that is no url."""
    try:
        return urljoin(url, link.strip())
    except ValueError:
        return ""


def volume_of(url: str, table: str | None = None) -> Volume | None:
    """Return the volume at a url; None for another file, or one that does not lie beside its table.

    A reserved name, such as that of the index, is no volume.
    A volume with the name of an impossible month has no month.
    """
    folder, _, name = url.rpartition("/")
    file = FILE.fullmatch(name)
    if file is None or file[1] in RESERVED or (table is not None and folder != table.rstrip("/")):
        return None
    month = MONTH.fullmatch(file[1])
    first = date(int(month[1]), MONTHS.index(month[2]) + 1, 1) if month and int(month[1]) in YEARS else None
    return Volume(url, unit_of(first) if first else file[1], first)


def stated_total(page: bytes) -> int | None:
    """Return the number of messages that a month's page by date, thread, subject or author states; None if none.

    Raises NoPageError for one that cannot be.
    """
    found = TOTAL.search(page)
    if found and (len(found[1]) > MAX_DIGITS or int(found[1]) > MAX_TOTAL):
        raise NoPageError(ReasonCode.IMPOSSIBLE_TOTAL, TOO_MANY)
    return int(found[1]) if found else None
