"""Read what Apache's archive before Pony Mail had: the page of a list, and the names of its mailboxes."""

import re
from datetime import date
from pathlib import Path

from parsel import Selector

from pipelines.model import ReasonCode
from spiders.core.bodies import is_html, web_page_reason
from spiders.core.streams import DamagedError, Stream
from spiders.core.verdicts import UnreadableError
from spiders.mail.months import YEARS, unit_of
from spiders.mail.pipermail_pages import MONTHS

MONTH_IN_NAME = re.compile(r"(?<!\d)(\d{4})-?(0[1-9]|1[0-2])(?!\d)", re.A)
DATE = re.compile(r"([A-Z][a-z]{2})[a-z]* (\d{4})", re.A)
NUMBER = re.compile(r"\d{1,9}", re.A)
ADDRESS = re.compile(r"(?<![a-z0-9._+-])[a-z0-9._+-]++@[a-z0-9.-]+\.apache\.org", re.I)
START = 1000


def is_page(file: Path) -> bool:
    """Tell whether a file, unpacked, begins like a web page."""
    with file.open("rb") as raw:
        try:
            return is_html(Stream(raw).read(START))
        except DamagedError:
            return False


def month_totals(page: bytes, address: str | None) -> dict[date, int]:
    """Return how many messages the page of a list states of each month.

    Raises ValueError for a page without months, the page of another list than `address`, a month without
    a number, and a month that is listed twice.
    """
    tree = Selector(text=page.decode("utf-8", "replace"), type="html")
    named = {found.lower() for text in tree.css("title::text, h1::text").getall() for found in ADDRESS.findall(text)}
    if address and named and address not in named:
        raise ValueError("the page is of another list")
    months: dict[date, int] = {}
    for row in tree.xpath("//tr[td[contains(concat(' ', @class, ' '), ' date ')]]"):
        month, count = _text(row, "date"), _text(row, "msgcount")
        first = _first_day(month)
        if first is None or not NUMBER.fullmatch(count):
            raise ValueError(f"a row of the page states no number of a month: {month!r:.40} {count!r:.40}")
        if first in months:
            raise ValueError(f"the page states {unit_of(first)} twice")
        months[first] = int(count)
    if not months:
        raise UnreadableError(
            ReasonCode.WEB_PAGE, web_page_reason(page, "a list's page with the messages of each month")
        )
    return months


def _text(row: Selector, name: str) -> str:
    texts = row.xpath(f"td[contains(concat(' ', @class, ' '), ' {name} ')]//text()").getall()
    return " ".join(" ".join(texts).split())


def _first_day(text: str) -> date | None:
    found = DATE.fullmatch(text)
    number = next((n for n, name in enumerate(MONTHS, 1) if found and name.startswith(found[1])), None)
    return date(int(found[2]), number, 1) if found and number and int(found[2]) in YEARS else None


def month_of(name: str) -> date | None:
    """Return the first day of the month in the name of a mailbox; None unless it names one possible month."""
    found = set(MONTH_IN_NAME.findall(name))
    years = [(int(year), int(month)) for year, month in found]
    return date(*years[0], 1) if len(years) == 1 and years[0][0] in YEARS else None
