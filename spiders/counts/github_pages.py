"""Read the answers of GitHub: what a url names, how long a list is, and the totals of many repositories."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from scrapy.http import Response

from pipelines.model import ReasonCode
from spiders.core.responses import header
from spiders.core.verdicts import NoPageError, NothingThereError
from spiders.counts.count_page import check_count, check_mapping, parse_json

PAGE = re.compile(r"(?P<root>.*)/(?:repos/(?P<repository>[^/]+/[^/]+)|orgs/(?P<organisation>[^/]+))(?:/(?P<list>\w+))?")
LISTS = {
    "contributors": ("contributors", "per_page=1&anon=1"),
    "public_members": ("organisation_members", "per_page=1"),
}
OF_REPOSITORY = {"stars": "stargazers_count", "forks": "forks_count", "watchers": "subscribers_count"}
LINK = re.compile(r'<([^<>]*)>\s*;\s*rel="last"')
FIELDS = "nameWithOwner stargazerCount forkCount watchers { totalCount }"


class Place(NamedTuple):
    """What a url names: the url above it, a repository or an organisation, and its list, if it is one."""

    root: str
    subject: str
    list: str | None


def place_of(url: str) -> Place:
    """Return what the url of a page names."""
    found = PAGE.fullmatch(url)
    assert found
    return Place(found["root"], found["repository"] or found["organisation"], found["list"])


def list_length(response: Response) -> int:
    """Return how long a list is, from the number of its last page of one entry.

    Raises NoPageError, or NothingThereError for an empty repository.
    """
    if response.status == 204:
        raise NothingThereError("GitHub says that the repository is empty (204)")
    listed = parse_json(response)
    if not isinstance(listed, list):
        raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, "what came is no list")
    linked = (response.headers.get("Link") or b"").decode("latin-1")
    if not linked:
        return check_count(len(listed), "the list")
    last = LINK.search(linked)
    pages = parse_qs(urlsplit(last[1]).query).get("page", [""]) if last else [""]
    number = int(pages[0]) if re.fullmatch(r"\d{1,12}", pages[0]) else None
    return check_count(number, "the number of the last page")


def graphql_query(names: Iterable[str]) -> str:
    """Return the query for the totals of repositories, the first one called r0."""
    parts = [
        f"r{number}: repository(owner: {json.dumps(owner)}, name: {json.dumps(name)}) {{ {FIELDS} }}"
        for number, (owner, _, name) in enumerate(full.partition("/") for full in names)
    ]
    return f"query {{ {' '.join(parts)} }}"


def graphql_totals(found: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield the measures of a repository with their totals; raises NoPageError."""
    watchers = check_mapping(found.get("watchers"), "watchers").get("totalCount")
    totals = (found.get("stargazerCount"), found.get("forkCount"), watchers)
    for measure, value in zip(OF_REPOSITORY, totals, strict=True):
        yield measure, check_count(value, measure)


def limit_reset(response: Response) -> str:
    """Return until when the rate limit lasts, in words; "" where the answer does not say."""
    reset = header(response, "X-RateLimit-Reset") or ""
    if not re.fullmatch(r"\d{1,11}", reset):
        return ""
    return f", until {datetime.fromtimestamp(int(reset), UTC):%Y-%m-%d %H:%M} UTC"
