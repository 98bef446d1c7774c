"""The spider of kind `github`: stars, forks, watchers and contributors of repositories, members of organisations.

A page is a repository, the list of its contributors, or that of an organisation's public members.
Of a list one entry is asked for, because none cannot be, and dropped: the number of its last page
is the total. With a token in the environment (GITHUB_TOKENS) one question to GraphQL tells of all
repositories, and the token goes to GitHub's own host only.
"""

import json
import os
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from scrapy.http import Response

from pipelines.catalogue.count_pages import github_token
from pipelines.landing.store import Harvest
from pipelines.model import Source, Verdict, Visit
from spiders.core.pages import NoPageError, header, is_html
from spiders.counts.count_page import Count, CountPage, CountSpider, mapping, number, parsed

HOST = "api.github.com"
ACCEPTED = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
PAGE = re.compile(r"(?P<root>.*)/(?:repos/(?P<repository>[^/]+/[^/]+)|orgs/(?P<organisation>[^/]+))(?:/(?P<list>\w+))?")
LISTS = {
    "contributors": ("contributors", "per_page=1&anon=1"),
    "public_members": ("organisation_members", "per_page=1"),
}
OF_REPOSITORY = {"stars": "stargazers_count", "forks": "forks_count", "watchers": "subscribers_count"}
LINK = re.compile(r'<([^<>]*)>\s*;\s*rel="last"')
TOLD_AT_ONCE = "told by GraphQL, together with the other repositories"
FOUND = "nameWithOwner stargazerCount forkCount watchers { totalCount }"


class Place(NamedTuple):
    """What a url is of: the url above it, a repository or an organisation, and the list of it, if it is one."""

    root: str
    subject: str
    list: str | None


class GithubSpider(CountSpider):
    """Asks for the pages of repositories and organisations; of all repositories at once where there is a token."""

    name = "github"
    kind = "github"
    reader = "github/1"

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._found: dict[str, CountPage] = {}

    @cached_property
    def token(self) -> str | None:
        """The token, if the environment has one."""
        found = github_token(os.environ)
        return found[1] if found else None

    def headers(self, url: str) -> dict[str, str]:
        """Return what GitHub wants to be sent; the token only to its own host, or to the demo on this machine."""
        parts = urlsplit(url)
        own = (parts.scheme, parts.netloc) == ("https", HOST) or parts.hostname in self.budget.unlimited
        return ACCEPTED | ({"Authorization": f"Bearer {self.token}"} if self.token and own else {})

    async def ask(self, url: str, largest: int, held: Visit | None = None, body: bytes = b"") -> Response:
        """Return the answer to a request; raises NoPageError for one that is still to be computed too."""
        response = await super().ask(url, largest, held, body)
        if response.status == 202:
            raise NoPageError(Verdict.FAILED, "GitHub is still computing this (202): it is asked again")
        return response

    async def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield the counts of each page, those of repositories by one question where there is a token."""
        pages = dict(zip(self.pages(source), source.urls, strict=True))
        urls = [url for page, url in pages.items() if self.wanted(page) and not self.today_of(source, page)]
        repositories = [url for url in urls if not place(url).list]
        if self.token and repositories:
            self._found |= await self._at_once(repositories)
        async for found in super().walk(source):
            yield found

    async def counts(self, source: Source, page: str, url: str) -> CountPage:
        """Return what a page states."""
        if url in self._found:
            return self._found[url]
        here = place(url)
        if here.list:
            return await self._list(url, here, here.list)
        asked = await self.question(source, page, url)
        if isinstance(asked, CountPage):
            return asked
        answer, response = mapping(asked[0], "the answer about the repository"), asked[1]
        counts = [
            Count(measure, number(answer.get(key), key), self.today, here.subject)
            for measure, key in OF_REPOSITORY.items()
        ]
        return self.told(url, counts, response)

    async def _list(self, url: str, here: Place, name: str) -> CountPage:
        """Ask for one entry of a list; without condition, for the page of one entry is equal when its total is not."""
        measure, query = LISTS[name]
        response = await self.ask(f"{url}?{query}", 1 << 20)
        count = Count(measure, length(response), self.today, here.subject)
        return self.told(response.url, [count], response, whole=False)

    async def _at_once(self, urls: list[str]) -> dict[str, CountPage]:
        """Ask GraphQL for all repositories; what it does not tell is left to their own pages."""
        question = json.dumps({"query": query([place(url).subject for url in urls])}).encode()
        try:
            response = await self.ask(f"{place(urls[0]).root}/graphql", 1 << 20, body=question)
            data = mapping(mapping(parsed(response), "the answer").get("data"), "data")
            return dict(self._each(urls, data, response))
        except NoPageError as error:
            self.logger.warning(
                "GraphQL told nothing, so each repository is asked for itself: %s", self.inert(str(error))
            )
            return {}

    def _each(
        self, urls: Iterable[str], data: Mapping[str, Any], response: Response
    ) -> Iterator[tuple[str, CountPage]]:
        """Yield what was told of each repository that is still called so, all of its numbers or nothing."""
        for at, url in enumerate(urls):
            subject = place(url).subject
            found = data.get(f"r{at}")
            if isinstance(found, dict) and str(found.get("nameWithOwner")).lower() == subject.lower():
                counts = [Count(name, value, self.today, subject) for name, value in _totals(found)]
                yield url, self.told(url, counts, response, TOLD_AT_ONCE, whole=False)

    def refused(self, response: Response) -> tuple[Verdict, str]:
        """Return the verdict on an answer that gave no count, in words for each of GitHub's own."""
        status, token = response.status, "does not take the token in the environment" if self.token else "wants a token"
        known = {
            401: f"GitHub {token} (401)",
            403: "GitHub refuses this page and no other (403), as it does of very large repositories",
            404: "GitHub has no such page (404): renamed, deleted or closed",
            451: "GitHub has taken the page down for legal reasons (451)",
        }
        if status == 409:
            return Verdict.EMPTY, "GitHub says that the repository is empty (409)"
        if self.tired(response):
            return Verdict.REFUSED, f"{self._limit()} ({status}){_until(response)}"
        verdict, reason = super().refused(response)
        return verdict, known.get(status, reason) if not is_html(response.body) else reason

    def _limit(self) -> str:
        return "GitHub's limit of questions is reached" + ("" if self.token else ", which is low without a token")

    def tired(self, response: Response) -> bool:
        """Tell whether an answer says that the limit of questions is reached."""
        limited = header(response, "X-RateLimit-Remaining") == "0" or header(response, "Retry-After") is not None
        return response.status == 429 or (response.status == 403 and limited)

    def wait(self, response: Response, pause: int | None) -> float | None:
        """Return how long to wait before the same request; None at the limit, which only another night ends."""
        return None if response.status in (403, 429) else super().wait(response, pause)

    def visit(self, source: Source, unit: str, url: str, verdict: Verdict, **facts: Any) -> Visit:
        """Return the visit that ends now; the token is not in it, even if a server has sent it back."""
        clean = {key: self.inert(value) if isinstance(value, str) else value for key, value in facts.items()}
        return super().visit(source, unit, url, verdict, **clean)

    def inert(self, text: str) -> str:
        """Return a text without the token."""
        return text.replace(self.token, "[token]") if self.token else text


def place(url: str) -> Place:
    """Return what a url of a page is of."""
    found = PAGE.fullmatch(url)
    assert found
    return Place(found["root"], found["repository"] or found["organisation"], found["list"])


def length(response: Response) -> int:
    """Return how long a list is, from the number of its last page of one entry; raises NoPageError."""
    if response.status == 204:
        raise NoPageError(Verdict.EMPTY, "GitHub says that the repository is empty (204)")
    listed = parsed(response)
    if not isinstance(listed, list):
        raise NoPageError(Verdict.FAILED, "what came is no list")
    linked = (response.headers.get("Link") or b"").decode("latin-1")
    if not linked:
        return number(len(listed), "the list")
    last = LINK.search(linked)
    pages = parse_qs(urlsplit(last[1]).query).get("page", [""]) if last else [""]
    return number(int(pages[0]) if re.fullmatch(r"\d{1,12}", pages[0]) else None, "the number of the last page")


def query(names: Iterable[str]) -> str:
    """Return the question for the totals of repositories, the first one called r0."""
    parts = [
        f"r{number}: repository(owner: {json.dumps(owner)}, name: {json.dumps(name)}) {{ {FOUND} }}"
        for number, (owner, _, name) in enumerate(full.partition("/") for full in names)
    ]
    return f"query {{ {' '.join(parts)} }}"


def _totals(found: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield the measures of a repository with what GraphQL says of them; raises NoPageError."""
    watchers = mapping(found.get("watchers"), "watchers").get("totalCount")
    told = (found.get("stargazerCount"), found.get("forkCount"), watchers)
    for measure, value in zip(OF_REPOSITORY, told, strict=True):
        yield measure, number(value, measure)


def _until(response: Response) -> str:
    reset = header(response, "X-RateLimit-Reset") or ""
    if not re.fullmatch(r"\d{1,11}", reset):
        return ""
    return f", until {datetime.fromtimestamp(int(reset), UTC):%Y-%m-%d %H:%M} UTC"
