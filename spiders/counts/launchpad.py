"""The spider of kind `launchpad`: how many are in a team on Launchpad, directly or through another team.

A page is the list of a team's members, or of its participants. One entry is asked for, because
none cannot be, and dropped; the total stands beside it or behind a link, as a bare number.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Response

from pipelines.model import Source, Verdict
from spiders.core.pages import NoPageError
from spiders.counts.count_page import Count, CountPage, CountSpider, mapping, number

TEAM = re.compile(r".*/~([^/]+)/(members|participants)")
MEASURES = {"members": "team_members", "participants": "team_participants"}
BARE = re.compile(rb"\s*(\d{1,12})\s*")
LARGEST_NUMBER = 1 << 10


class LaunchpadSpider(CountSpider):
    """Asks for the total of each list of a team."""

    name = "launchpad"
    kind = "launchpad"
    reader = "launchpad/1"

    async def counts(self, source: Source, page: str, url: str) -> CountPage:
        """Return the total of one list."""
        asked = await self.question(source, page, f"{url}?ws.size=1")
        if isinstance(asked, CountPage):
            return asked
        answer, response = mapping(asked[0], "the list of a team"), asked[1]
        linked = "total_size" not in answer
        total = await self._linked(answer, response) if linked else number(answer["total_size"], "total_size")
        found = TEAM.fullmatch(urlsplit(url).path)
        assert found
        counts = [Count(MEASURES[found[2]], total, self.today, found[1])]
        return self.told(response.url, counts, response, whole=not linked)

    async def _linked(self, answer: dict[str, Any], response: Response) -> int:
        """Ask for the total where only a link to it is given, on the same host and nowhere else."""
        link = answer.get("total_size_link")
        if not isinstance(link, str):
            raise NoPageError(Verdict.FAILED, "total_size is missing, and so is the link to it")
        here, there = urlsplit(response.url), urlsplit(link)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise NoPageError(Verdict.FAILED, "the link to total_size leads to another host")
        bare = BARE.fullmatch((await self.ask(link, LARGEST_NUMBER)).body)
        if not bare:
            raise NoPageError(Verdict.FAILED, "what the link to total_size leads to is no bare number")
        return number(int(bare[1]), "total_size")
