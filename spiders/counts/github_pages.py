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
LINK = re.compile(r'<([^<>]*+)>((?:\s*+;\s*+\w++=(?:"[^"<>]*+"|\w*+))*+)')
LAST = re.compile(r'\brel="?last\b')
COUNT, SECONDS = re.compile(r"\d{1,12}"), re.compile(r"\d{1,11}")
NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,99}/[\w.-]{1,100}", re.A)
SECONDARY = (b"secondary rate limit", b"abuse detection")
"""By which words GitHub says that it wants fewer questions, though the limit is not reached."""
MAX_WORDS = 10_000
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
    return check_count(_last_page(linked), "the number of the last page")


def _last_page(linked: str) -> int | None:
    """Return the number of the last page of one entry; None where no link says it."""
    last = next((link for link, facts in LINK.findall(linked) if LAST.search(facts)), "")
    try:
        query = parse_qs(urlsplit(last).query)
    except ValueError:
        return None
    page, size = (query.get(key, [""])[0] for key in ("page", "per_page"))
    return int(page) if size == "1" and COUNT.fullmatch(page) else None


def check_name(answer: dict[str, Any], asked: str) -> None:
    """Raise NoPageError, with the new name, where an answer is about another repository than was asked for."""
    named = answer.get("full_name")
    if not isinstance(named, str) or named.lower() == asked.lower():
        return
    raise NoPageError(ReasonCode.REDIRECTED, renamed_reason(named))


def renamed_reason(named: str) -> str:
    """Return the sentence for a repository that has another name now."""
    shown = named if NAME.fullmatch(named) else "another name"
    return f"the repository is {shown} now; the catalogue must name it so"


def is_secondary_limit(response: Response) -> bool:
    """Tell whether an answer says that GitHub's secondary limit is reached: it has no header of its own."""
    return response.status == 403 and any(words in response.body[:MAX_WORDS].lower() for words in SECONDARY)


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
    if not SECONDS.fullmatch(reset):
        return ""
    return f", until {datetime.fromtimestamp(int(reset), UTC):%Y-%m-%d %H:%M} UTC"
