"""The spider of kind `ponymail`: lists of Pony Mail, as lists.apache.org has them.

One request says how many messages each month of a list has; only months whose total is another one
than before are asked for. The reading half below the spider knows no network and no clock.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from pipelines.catalogue.urls import INDEX
from pipelines.model import Source, Verdict
from spiders.core.pages import NoPageError, json_of, page_facts
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

HISTORY = "the months of a list"
MONTH = re.compile(r"(\d{4})-(0?[1-9]|1[0-2])", re.A)


class PonymailSpider(ArchiveSpider):
    """Asks for the totals of all months of a list, then for the months that they say have changed."""

    name = "ponymail"
    kind = "ponymail"
    reader = f"ponymail/1+{READER}"

    async def index(self, source: Source) -> Index:
        """Ask for the totals of the whole history, which come beside the counts of the last day."""
        url = _url(source, "stats", d="lte=1d", quick="true")
        response = await self.ask(url, LARGEST_INDEX)
        found, impossible = totals(json_of(response, HISTORY))
        if not found and not impossible:
            await self._check_known(source)
        visit = self.nameless(self.visit(source, INDEX, url, Verdict.OK, **page_facts(response)))
        listed = [self._listed(source, month, found[month]) for month in sorted(found)]
        return Index(visit, listed, response.body, impossible=impossible)

    def _listed(self, source: Source, month: date, stated: object) -> Listed:
        url = _url(source, "mbox", d=unit_of(month))
        total, wrong = messages(stated)
        return Listed(unit_of(month), month, url, total, settled(month, self.today), wrong)

    async def _check_known(self, source: Source) -> None:
        """Raise NoPageError unless the archive names a list of which it says no month: it may not exist."""
        response = await self.ask(f"{source.urls[0]}preferences.lua", LARGEST_INDEX)
        if not names(json_of(response, "the names of the lists"), source.address or ""):
            raise NoPageError(Verdict.GONE, "the archive has no list of this address")


def _url(source: Source, call: str, **parameters: str) -> str:
    name, _, domain = (source.address or "").partition("@")
    return f"{source.urls[0]}{call}.lua?{urlencode({'list': name, 'domain': domain, **parameters})}"


def totals(answer: dict[str, Any]) -> tuple[dict[date, object], list[str]]:
    """Return what an answer of `stats` states of each month, and what it lists that can be no month.

    It gives them in one of two shapes. Raises NoPageError for an answer without them.
    """
    months = answer.get("active_months")
    if isinstance(months, list):
        months = {key: value for one in months if isinstance(one, dict) for key, value in one.items()}
    # An empty table of the old server's language is an empty list; an unknown list may be answered by {}.
    if not isinstance(months, dict):
        raise NoPageError(Verdict.FAILED, f"what came is not {HISTORY}")
    found = {month: value for key, value in months.items() if (month := _month(key))}
    return found, [repr(key)[:40] for key in months if not _month(key)]


def _month(key: str) -> date | None:
    """Return the first day of a month; None where there can be no such month."""
    named = MONTH.fullmatch(key)
    return date(int(named[1]), int(named[2]), 1) if named and int(named[1]) in YEARS else None


def messages(stated: object) -> tuple[int | None, str]:
    """Return the total of a month, or None and why what is stated is none."""
    if type(stated) is not int or stated < 0:
        return None, "its total is no number of messages"
    return (stated, "") if stated <= LARGEST_TOTAL else (None, TOO_MANY)


def names(answer: dict[str, Any], address: str) -> bool:
    """Tell whether an answer of `preferences` names a list."""
    return any(f"{name}@{domain}".lower() == address for domain, name in _names(answer))


def _names(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    lists = answer.get("lists")
    for domain, found in lists.items() if isinstance(lists, dict) else ():
        for name in found if isinstance(found, dict) else ():
            yield str(domain), str(name)
