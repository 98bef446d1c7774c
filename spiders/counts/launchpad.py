"""Count the members of a team on Launchpad, directly or through another team.

A page is the list of a team's members, or of its participants. One entry is asked for, the least that is
possible, and dropped. The total stands beside it, or behind a link as a bare number.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Response

from pipelines.model import ReasonCode, Source
from spiders.core.verdicts import NoPageError
from spiders.counts.assertions import LAUNCHPAD
from spiders.counts.count_page import Count, CountPage, CountSpider, check_count, check_mapping
from spiders.readers import VERSIONS

TEAM = re.compile(r".*/~([^/]+)/(members|participants)")
MEASURES = {"members": "team_members", "participants": "team_participants"}
BARE = re.compile(rb"\s*(\d{1,12})\s*")
MAX_NUMBER_SIZE = 1 << 10


class LaunchpadSpider(CountSpider):
    """Ask for the total of each list of a team."""

    name = "launchpad"
    kind = "launchpad"
    reader = VERSIONS["launchpad"]
    assertions = LAUNCHPAD

    async def ask_counts(self, source: Source, page: str, url: str) -> CountPage:
        """Return the total of one list."""
        asked = await self.ask_json(source, page, f"{url}?ws.size=1")
        if isinstance(asked, CountPage):
            return asked
        answer, response = check_mapping(asked[0], "the list of a team"), asked[1]
        linked = "total_size" not in answer
        total = await self._ask_linked(answer, response) if linked else check_count(answer["total_size"], "total_size")
        found = TEAM.fullmatch(urlsplit(url).path)
        assert found
        counts = [Count(MEASURES[found[2]], total, self.today, found[1])]
        return self.count_page(response.url, counts, response, is_whole=not linked)

    async def _ask_linked(self, answer: dict[str, Any], response: Response) -> int:
        """Ask for the total behind a link, on the same host only."""
        link = answer.get("total_size_link")
        if not isinstance(link, str):
            raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, "total_size is missing, and so is the link to it")
        here, there = urlsplit(response.url), urlsplit(link)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, "the link to total_size leads to another host")
        bare = BARE.fullmatch((await self.ask(link, MAX_NUMBER_SIZE)).body)
        if not bare:
            raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, "what the link to total_size leads to is no bare number")
        return check_count(int(bare[1]), "total_size")
