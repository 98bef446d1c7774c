"""Count stars, forks, watchers and contributors of repositories, and members of organisations on GitHub.

A page is a repository, the list of its contributors, or that of an organisation's public members. Of a
list one entry is asked for, the least that is possible, and dropped: the number of its last page is the
total. With a token in the environment (GITHUB_TOKENS) one GraphQL query has the totals of all
repositories. The token goes to GitHub's own host only.
"""

import json
import os
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy.http import Response

from pipelines.catalogue.count_pages import github_token
from pipelines.landing.harvest import Harvest
from pipelines.model import ReasonCode, Source, Verdict, Visit
from spiders.core.bodies import is_html
from spiders.core.responses import header
from spiders.core.verdicts import NoPageError, NothingThereError
from spiders.counts.assertions import GITHUB
from spiders.counts.count_page import (
    Count,
    CountPage,
    CountSpider,
    check_count,
    check_mapping,
    check_positive,
    parse_json,
)
from spiders.counts.github_pages import (
    LISTS,
    OF_REPOSITORY,
    Place,
    check_name,
    graphql_query,
    graphql_totals,
    is_secondary_limit,
    limit_reset,
    list_length,
    place_of,
    renamed_reason,
)
from spiders.readers import VERSIONS

MOVED_TO = re.compile(r"/repositories/\d{1,12}", re.A)
MOVED = frozenset({301, 307, 308})
ACCEPTED = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
MAX_PAGE = 1 << 20
GRAPHQL_NOTE = "stated by GraphQL, together with the other repositories"


class GithubSpider(CountSpider):
    """Ask for the pages of repositories and organisations; for all repositories at once where there is a token."""

    name = "github"
    kind = "github"
    reader = VERSIONS["github"]
    assertions = GITHUB

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._found: dict[str, CountPage] = {}
        self._moved_to = ""

    @cached_property
    def token(self) -> str | None:
        """The token, if the environment has one."""
        found = github_token(os.environ)
        return found[1] if found else None

    def headers(self, url: str) -> dict[str, str]:
        """Return what GitHub wants to be sent; the token only to its own host."""
        return ACCEPTED | ({"Authorization": f"Bearer {self.token}"} if self.token and self._is_api(url) else {})

    def _is_api(self, url: str) -> bool:
        return _origin(url) == self.settings["GITHUB_API"]

    async def ask(self, url: str, max_size: int, stored: Visit | None = None, body: bytes = b"") -> Response:
        """Return the answer to a request; raises NoPageError for one that is still to be computed too."""
        response = await self._ask_moved(url, max_size, stored, body)
        if response.status == 202:
            raise NoPageError(ReasonCode.NOT_READY, "GitHub is still computing this (202): it is asked again")
        return response

    async def _ask_moved(self, url: str, max_size: int, stored: Visit | None, body: bytes) -> Response:
        """Return the answer to a request; raises NoPageError with the new name of a repository that was renamed."""
        try:
            return await super().ask(url, max_size, stored, body)
        except NoPageError as error:
            if error.code is not ReasonCode.REDIRECTED or not self._moved_to or body:
                raise
            moved, self._moved_to = self._moved_to, ""
            named = await self._ask_name(moved)
            raise NoPageError(ReasonCode.REDIRECTED, renamed_reason(named)) if named else error from None

    async def _ask_name(self, url: str) -> str:
        """Return the name of a repository that has moved; "" where GitHub does not say it."""
        try:
            answer = parse_json(await super().ask(url, MAX_PAGE))
        except (NoPageError, NothingThereError):
            return ""
        return str(answer.get("full_name") or "") if isinstance(answer, dict) else ""

    async def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield the counts of each page, those of repositories by one question where there is a token."""
        pages = dict(zip(self.pages(source), source.urls, strict=True))
        urls = [url for page, url in pages.items() if self.is_wanted(page) and not self.todays_visit(source, page)]
        repositories = [url for url in urls if not place_of(url).list]
        if self.token and repositories and self._is_api(repositories[0]):
            self._found |= await self._ask_at_once(repositories)
        async for found in super().walk(source):
            yield found

    async def ask_counts(self, source: Source, page: str, url: str) -> CountPage:
        """Return what a page states."""
        if url in self._found:
            return self._found[url]
        here = place_of(url)
        if here.list:
            return await self._ask_list(url, here, here.list)
        asked = await self.ask_json(source, page, url)
        if isinstance(asked, CountPage):
            return asked
        answer, response = check_mapping(asked[0], "the answer about the repository"), asked[1]
        check_name(answer, here.subject)
        counts = [
            Count(measure, check_count(answer.get(key), key), self.today, here.subject)
            for measure, key in OF_REPOSITORY.items()
        ]
        return self.count_page(url, counts, response)

    async def _ask_list(self, url: str, here: Place, name: str) -> CountPage:
        """Ask for one entry of a list; without condition, for the page of one entry is equal when its total is not."""
        measure, query = LISTS[name]
        response = await self.ask(f"{url}?{query}", MAX_PAGE)
        length = list_length(response)
        if name == "contributors":
            check_positive(length, "the number of contributors")
        count = Count(measure, length, self.today, here.subject)
        return self.count_page(response.url, [count], response, is_whole=False)

    async def _ask_at_once(self, urls: list[str]) -> dict[str, CountPage]:
        """Ask GraphQL for all repositories; a repository that is missing there is asked by its own page."""
        question = json.dumps({"query": graphql_query([place_of(url).subject for url in urls])}).encode()
        try:
            response = await self.ask(f"{place_of(urls[0]).root}/graphql", MAX_PAGE, body=question)
            data = check_mapping(check_mapping(parse_json(response), "the answer").get("data"), "data")
            return dict(self._counts_of_each(urls, data, response))
        except (NoPageError, NothingThereError) as error:
            self.logger.warning(
                "GraphQL answered nothing, so each repository is asked by itself: %s", self.without_token(str(error))
            )
            return {}

    def _counts_of_each(
        self, urls: Iterable[str], data: Mapping[str, Any], response: Response
    ) -> Iterator[tuple[str, CountPage]]:
        """Yield the counts of each repository that still has its name, all of them or none."""
        for at, url in enumerate(urls):
            subject = place_of(url).subject
            found = data.get(f"r{at}")
            if isinstance(found, dict) and str(found.get("nameWithOwner")).lower() == subject.lower():
                counts = [Count(name, value, self.today, subject) for name, value in graphql_totals(found)]
                yield url, self.count_page(url, counts, response, GRAPHQL_NOTE, is_whole=False)

    def refusal(self, response: Response) -> NoPageError | NothingThereError:
        """Return what an answer without a count means, in words for each of GitHub's own."""
        status, token = response.status, "does not take the token in the environment" if self.token else "wants a token"
        known = {
            401: f"GitHub {token} (401)",
            403: "GitHub refuses this page and no other (403), as it does of very large repositories",
            404: "GitHub has no such page (404): renamed, deleted or closed",
            451: "GitHub has taken the page down for legal reasons (451)",
        }
        if status == 409:
            return NothingThereError("GitHub says that the repository is empty (409)")
        if self.is_rate_limited(response):
            return NoPageError(ReasonCode.RATE_LIMITED, f"{self._limit()} ({status}){limit_reset(response)}")
        self._moved_to = _moved_to(response)
        plain = super().refusal(response)
        if isinstance(plain, NoPageError) and status in known and not is_html(response.body):
            return NoPageError(plain.code, known[status])
        return plain

    def _limit(self) -> str:
        return "GitHub's limit of questions is reached" + ("" if self.token else ", which is low without a token")

    def is_rate_limited(self, response: Response) -> bool:
        """Tell whether an answer says that the rate limit is reached."""
        limited = header(response, "X-RateLimit-Remaining") == "0" or header(response, "Retry-After") is not None
        limited = limited or is_secondary_limit(response)
        return response.status == 429 or (response.status == 403 and limited)

    def retry_delay(self, response: Response, pause: int | None) -> float | None:
        """Return how long to wait before the same request; None at the rate limit, which outlasts this run."""
        return None if response.status in (403, 429) else super().retry_delay(response, pause)

    def visit(self, source: Source, unit: str, url: str, verdict: Verdict, **facts: Any) -> Visit:
        """Return the visit that ends now; the token is not in it, even if a server has sent it back."""
        clean = {key: self.without_token(value) if isinstance(value, str) else value for key, value in facts.items()}
        return super().visit(source, unit, url, verdict, **clean)

    def without_token(self, text: str) -> str:
        """Return a text without the token."""
        return text.replace(self.token, "[token]") if self.token else text


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _moved_to(response: Response) -> str:
    """Return where GitHub has a renamed repository, by its number; "" for any other answer."""
    to = urljoin(response.url, header(response, "Location") or "")
    is_number = MOVED_TO.fullmatch(to.removeprefix(_origin(response.url)))
    return to if response.status in MOVED and is_number and _origin(to) == _origin(response.url) else ""
