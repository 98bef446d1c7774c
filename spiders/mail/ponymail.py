"""Collect the lists of Pony Mail, as lists.apache.org has them.

One request states how many messages each month of a list has. Only the months with another total than
before are asked for.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from pipelines.catalogue.urls import INDEX
from pipelines.model import ReasonCode, Source, Verdict
from spiders.core.bodies import json_object
from spiders.core.responses import index_facts
from spiders.core.verdicts import NoPageError
from spiders.mail.archive import MAX_INDEX, ArchiveSpider
from spiders.mail.assertions import PONYMAIL
from spiders.mail.check import MAX_TOTAL, TOO_MANY
from spiders.mail.due import ListedMonth
from spiders.mail.land import Index
from spiders.mail.months import YEARS, is_settled, unit_of
from spiders.mail.stored_list import StoredList
from spiders.readers import VERSIONS

HISTORY = "the months of a list"
MONTH = re.compile(r"(\d{4})-(0?[1-9]|1[0-2])", re.A)


class PonymailSpider(ArchiveSpider):
    """Ask for the totals of all months of a list, then for the months whose total has changed."""

    name = "ponymail"
    kind = "ponymail"
    reader = VERSIONS["ponymail"]
    assertions = PONYMAIL

    async def ask_index(self, stored: StoredList) -> Index:
        """Ask for the totals of the whole history, which come beside the counts of the last day."""
        source = stored.source
        url = _url(source, "stats", d="lte=1d", quick="true")
        response = await self.ask(url, MAX_INDEX)
        found, impossible = month_totals(json_object(response.body, HISTORY))
        if not found and not impossible:
            await self._check_list_exists(source)
        visit = self.without_key_id(self.visit(source, INDEX, url, Verdict.OK, **index_facts(response)))
        listed = [self._listed(source, month, found[month]) for month in sorted(found)]
        return Index(visit, listed, response.body, impossible=impossible)

    def _listed(self, source: Source, month: date, stated: object) -> ListedMonth:
        url = _url(source, "mbox", d=unit_of(month))
        total, problem = check_total(stated)
        return ListedMonth(unit_of(month), month, url, total, is_settled(month, self.today), problem)

    async def _check_list_exists(self, source: Source) -> None:
        """Raise NoPageError unless the archive names the list: it answers without months for unknown lists too."""
        response = await self.ask(f"{source.urls[0]}preferences.lua", MAX_INDEX)
        if not has_list(json_object(response.body, "the names of the lists"), source.address or ""):
            raise NoPageError(ReasonCode.NO_SUCH_LIST, "the archive has no list of this address")


def _url(source: Source, call: str, **parameters: str) -> str:
    name, _, domain = (source.address or "").partition("@")
    return f"{source.urls[0]}{call}.lua?{urlencode({'list': name, 'domain': domain, **parameters})}"


def month_totals(answer: dict[str, Any]) -> tuple[dict[date, object], list[str]]:
    """Return the total that an answer of `stats` states of each month, and the names that can be no month.

    The months come in one of two shapes. Raises NoPageError for an answer without them.
    """
    months = answer.get("active_months")
    if isinstance(months, list):
        months = {key: value for one in months if isinstance(one, dict) for key, value in one.items()}
    # An empty table of the old server's language is an empty list; an unknown list may be answered by {}.
    if not isinstance(months, dict):
        raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, f"what came is not {HISTORY}")
    found = {month: value for key, value in months.items() if (month := _month(key))}
    return found, [repr(key)[:40] for key in months if not _month(key)]


def _month(key: str) -> date | None:
    """Return the first day of a named month; None for a month that cannot be."""
    named = MONTH.fullmatch(key)
    return date(int(named[1]), int(named[2]), 1) if named and int(named[1]) in YEARS else None


def check_total(stated: object) -> tuple[int | None, str]:
    """Return the total of a month, or None and why the stated one cannot be."""
    if type(stated) is not int or stated < 0:
        return None, "its total is no number of messages"
    return (stated, "") if stated <= MAX_TOTAL else (None, TOO_MANY)


def has_list(answer: dict[str, Any], address: str) -> bool:
    """Tell whether an answer of `preferences` names a list."""
    return any(f"{name}@{domain}".lower() == address for domain, name in _lists(answer))


def _lists(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    lists = answer.get("lists")
    for domain, found in lists.items() if isinstance(lists, dict) else ():
        for name in found if isinstance(found, dict) else ():
            yield str(domain), str(name)
