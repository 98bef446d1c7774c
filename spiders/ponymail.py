"""The spider of kind `ponymail`: lists of Pony Mail, as lists.apache.org has them.

One request says how many messages each month of a list has; only months whose total is another one
than before are asked for. The reading half below the spider knows no network and no clock.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from pipelines.communities import INDEX
from pipelines.nouns import Source, Verdict
from spiders import mail
from spiders.months import LARGEST_INDEX, ArchiveSpider, Index, Listed, json_of, page_facts, settled, unit_of
from spiders.pages import NoPageError

HISTORY = "the months of a list"


class PonymailSpider(ArchiveSpider):
    """Asks for the totals of all months of a list, then for the months that they say have changed."""

    name = "ponymail"
    kind = "ponymail"
    reader = f"ponymail/1+{mail.READER}"

    async def index(self, source: Source) -> Index:
        """Ask for the totals of the whole history, which come beside the counts of the last day."""
        url = _url(source, "stats", d="lte=1d", quick="true")
        response = await self.ask(url, LARGEST_INDEX)
        found = totals(json_of(response, HISTORY))
        if not found:
            await self._check_known(source)
        visit = self.nameless(self.visit(source, INDEX, url, Verdict.OK, **page_facts(response)))
        return Index(visit, [self._listed(source, month, found[month]) for month in sorted(found)], response.body)

    def _listed(self, source: Source, month: date, messages: int) -> Listed:
        url = _url(source, "mbox", d=unit_of(month))
        return Listed(unit_of(month), month, url, messages, settled(month, self.today))

    async def _check_known(self, source: Source) -> None:
        """Raise NoPageError unless the archive names a list of which it says no month: it may not exist."""
        response = await self.ask(f"{source.urls[0]}preferences.lua", LARGEST_INDEX)
        if not names(json_of(response, "the names of the lists"), source.address or ""):
            raise NoPageError(Verdict.GONE, "the archive has no list of this address")


def _url(source: Source, call: str, **parameters: str) -> str:
    name, _, domain = (source.address or "").partition("@")
    return f"{source.urls[0]}{call}.lua?{urlencode({'list': name, 'domain': domain, **parameters})}"


def totals(answer: dict[str, Any]) -> dict[date, int]:
    """Return the messages of each month out of an answer of `stats`, which gives them in one of two shapes.

    Raises NoPageError for an answer without them.
    """
    months = answer.get("active_months")
    if isinstance(months, list):
        months = {key: value for one in months if isinstance(one, dict) for key, value in one.items()}
    # An empty table of the old server's language is an empty list; an unknown list may be answered by {}.
    if not isinstance(months, dict):
        raise NoPageError(Verdict.FAILED, f"what came is not {HISTORY}")
    return dict(_month(key, value) for key, value in months.items())


def _month(key: object, value: object) -> tuple[date, int]:
    year, _, month = str(key).partition("-")
    try:
        first = date(int(year), int(month), 1)
    except ValueError:
        raise NoPageError(Verdict.FAILED, f"one of the months of a list is none: {key!r:.40}") from None
    if type(value) is not int or value < 0:
        raise NoPageError(Verdict.FAILED, f"the total of {unit_of(first)} is no number: {value!r:.40}")
    return first, value


def names(answer: dict[str, Any], address: str) -> bool:
    """Tell whether an answer of `preferences` names a list."""
    return any(f"{name}@{domain}".lower() == address for domain, name in _names(answer))


def _names(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    lists = answer.get("lists")
    for domain, found in lists.items() if isinstance(lists, dict) else ():
        for name in found if isinstance(found, dict) else ():
            yield str(domain), str(name)
