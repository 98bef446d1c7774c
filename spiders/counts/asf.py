"""Count committers and committee members of a project of the Apache Software Foundation.

The project has the name of the community's file. The files name accounts; only their number is kept.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from pipelines.model import ReasonCode, Source
from spiders import settings
from spiders.core.verdicts import NoPageError
from spiders.counts.assertions import ASF
from spiders.counts.count_page import (
    RESTATED,
    Count,
    CountPage,
    CountSpider,
    check_count,
    check_mapping,
    check_positive,
)
from spiders.readers import VERSIONS

MAX_FILE = settings.MAX_PAGE
COMMITTERS, COMMITTEE = "committers", "pmc_members"


class AsfSpider(CountSpider):
    """Ask for each file, on condition that it changed."""

    name = "asf"
    kind = "asf"
    reader = VERSIONS["asf"]
    assertions = ASF

    async def ask_counts(self, source: Source, page: str, url: str) -> CountPage:
        """Return the counts of the project; the first time, of a file with join dates, those of each month too."""
        asked = await self.ask_json(source, page, url, MAX_FILE)
        if isinstance(asked, CountPage):
            return asked
        answer, response = check_mapping(asked[0], "the file"), asked[1]
        counts = READERS[page](answer, source.community, self.today)
        if page == "committee-info" and not self.stored_visit(source, page):
            joined, unread = join_dates(answer, source.community)
            note = f"{unread} of {unread + len(joined)} join dates could not be read" if unread else ""
            return self.count_page(url, [*counts, *survivors(joined, self.today)], response, note)
        return self.count_page(url, counts, response)


def groups(answer: dict[str, Any], project: str, day: date) -> list[Count]:
    """Read a file that lists the accounts of each group."""
    members, owners = (_accounts(answer, group) for group in (project, f"{project}-pmc"))
    return [Count(COMMITTERS, members, day), Count(COMMITTEE, owners, day)]


def _accounts(answer: dict[str, Any], group: str) -> int:
    listed = answer.get(group)
    if not isinstance(listed, list) or not all(isinstance(account, str) for account in listed):
        raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, f"the file has no list of accounts for {group}")
    return check_positive(len(set(listed)), f"the number of accounts of {group}")


def rosters(answer: dict[str, Any], project: str, day: date) -> list[Count]:
    """Read a file that states the sizes of each project's rosters."""
    sizes = check_mapping(answer.get("roster_counts"), "roster_counts")
    own = check_mapping(sizes.get(project), f"the roster count of {project}")
    members, owners = (check_positive(check_count(own.get(key), key), key) for key in ("members", "owners"))
    return [Count(COMMITTERS, members, day), Count(COMMITTEE, owners, day)]


def committee(answer: dict[str, Any], project: str, day: date) -> list[Count]:
    """Read a file that lists the members of each committee with the day on which they joined."""
    return [Count(COMMITTEE, check_positive(len(_roster(answer, project)), "the size of the committee"), day)]


def join_dates(answer: dict[str, Any], project: str) -> tuple[list[date], int]:
    """Return the days on which today's members of a committee joined, and the number of unreadable ones."""
    joined: list[date] = []
    unread = 0
    for member in _roster(answer, project).values():
        try:
            joined.append(date.fromisoformat(str(check_mapping(member, "a member of the committee").get("date"))))
        except ValueError:
            unread += 1
    return joined, unread


def _roster(answer: dict[str, Any], project: str) -> dict[str, Any]:
    own = check_mapping(
        check_mapping(answer.get("committees"), "committees").get(project), f"the committee of {project}"
    )
    return check_mapping(own.get("roster"), f"the roster of {project}")


def survivors(joined: list[date], today: date) -> Iterator[Count]:
    """Yield, for the end of each past month, how many of today's members had joined by then."""
    month = min(joined, default=today).replace(day=1)
    while (later := (month + timedelta(days=32)).replace(day=1)) <= today:
        end = later - timedelta(days=1)
        yield Count(COMMITTEE, sum(day <= end for day in joined), end, basis=RESTATED)
        month = later


READERS: Mapping[str, Callable[[dict[str, Any], str, date], list[Count]]] = {
    "groups": groups,
    "public_ldap_projects": rosters,
    "committee-info": committee,
}
