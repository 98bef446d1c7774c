"""Ask for single web pages: politely, on condition that they changed, and with a visit for every failure."""

import asyncio
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import scrapy
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from pipelines.catalogue import count_pages
from pipelines.catalogue.urls import units
from pipelines.landing.asked import host_of
from pipelines.landing.harvest import Harvest
from pipelines.model import UNANSWERED_CODES, ReasonCode, Source, Verdict, Visit
from spiders import settings
from spiders.core.base import SourceSpider
from spiders.core.budget import HostPausedError
from spiders.core.recording import EXTRA
from spiders.core.responses import (
    DOWNLOAD_ERRORS,
    NOT_MODIFIED,
    SERVER_ERRORS,
    TOO_MANY_REQUESTS,
    conditions,
    download_error,
    refusal,
    retry_after,
    without_encoding,
)
from spiders.core.verdicts import NoPageError, NothingThereError

MAX_FAILURES = 3
"""After so many failures in a row a host is paused for the rest of the run; after one, where it has never answered."""
SLOTS = settings.DOWNLOAD_SLOTS | {
    "": settings.DOWNLOAD_SLOTS["localhost"],
    "lists.apache.org": {"delay": 1.0},
    "web.archive.org": {"delay": 4.0},
}
"""The seconds between two requests to a host, where they are not those of settings.py; "" is no host at all."""
RETRY_DELAYS = (5, 25)
MAX_WAIT = 120


class PageSpider(SourceSpider):
    """Ask for single pages, on condition that they changed; a subclass says how a source is walked."""

    custom_settings: ClassVar[dict[Any, Any]] = {  # type: ignore[misc]
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_SLOTS": SLOTS,
        "DOWNLOAD_WARNSIZE": 0,
        # What is packed we unpack ourselves: Scrapy takes a stream that ends early for a whole one.
        "COMPRESSION_ENABLED": False,
        # `ask` retries itself, with pauses.
        "RETRY_HTTP_CODES": [],
    }

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.failures: Counter[str] = Counter()
        self.answered: set[str] = set()

    async def start(self) -> AsyncIterator[Any]:
        """Walk the sources of all hosts at the same time, those of one host one after another."""
        hosts: dict[str, list[Source]] = {}
        for source in self.sources:
            # A recorder knows by its turn for which source an answer is.
            host = "" if self.probes else host_of(self.first_url(source))
            hosts.setdefault(host, []).append(source)
        for sources in hosts.values():
            # Scrapy notices that it has nothing left to do when a request ends, otherwise up to five seconds later.
            # Side by side, the third request that waits for the robots.txt of a host would be sent without its rules.
            yield scrapy.Request("data:,", callback=self.on_host, cb_kwargs={"sources": sources}, dont_filter=True)

    async def on_host(self, _: Response, sources: list[Source]) -> AsyncIterator[Harvest | Visit]:
        """Yield what the sources of one host bring; an error in one source leaves the others."""
        for source in sources:
            visited: set[str] = set()
            self.walking, self.asking = source, ""
            try:
                async for found in self.walk(source):
                    visited.add(count_pages.unit_without_day(found.visit if isinstance(found, Harvest) else found))
                    yield found
            except Exception as error:
                for unit, url in zip(units(source), source.urls, strict=False):
                    if unit not in visited and self.is_wanted(unit):
                        yield self.reader_error_visit(source, unit, url, error)
            if self.probes:
                await self._ask_extras(source)

    async def _ask_extras(self, source: Source) -> None:
        """Ask what only the assertions of a probe want to know; the recorder has the answers."""
        self.asking = EXTRA
        for url in (url for assertion in self.assertions for url in assertion.asks(source)):
            with suppress(NoPageError, NothingThereError, HostPausedError):
                await self.ask(url, settings.MAX_PAGE)

    async def attempt(
        self, source: Source, unit: str, url: str, reading: Awaitable[Harvest | Visit | None]
    ) -> Harvest | Visit | None:
        """Return what the reading of one unit brings, or its failed visit where our reading stops or takes too long."""
        self.begin(source, unit)
        try:
            async with asyncio.timeout(self.settings.getint("UNIT_TIMEOUT")):
                return await reading
        except TimeoutError:
            return self.failed_visit(source, unit, url, ReasonCode.TIMED_OUT, self.overrun())
        except Exception as error:
            return self.reader_error_visit(source, unit, url, error)

    def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield what a source brings: one harvest or visit for each unit that is asked for."""
        raise NotImplementedError

    def first_url(self, source: Source) -> str:
        """Return the url that a source is asked first; empty where it has none."""
        return source.urls[0] if source.urls else ""

    # ---- what is stored ----

    def current_visit(self, source: Source, unit: str) -> Visit | None:
        """Return the visit that brought a stored unit, if the current reader and key have read it."""
        stored = self.stored_visit(source, unit)
        return stored if stored and self.is_current(stored) else None

    def is_current(self, visit: Visit) -> bool:
        """Tell whether a visit was made by the current reader under the current key."""
        return visit.reader == self.reader and visit.key_id in (None, self.pseudonyms.key_id)

    # ---- asking ----

    def headers(self, url: str) -> dict[str, str]:  # noqa: ARG002  (GitHub looks at it)
        """Return what else is sent with every request to a url."""
        return {}

    async def ask(self, url: str, max_size: int, stored: Visit | None = None, body: bytes = b"") -> Response:
        """Return the answer to a request: 2xx, or 304 where nothing changed since `stored`; a `body` is sent by POST.

        A busy host gets the time it asks for, and one with server errors a pause, both within bounds. A
        redirect is not followed: the catalogue must name the new address. Raises NoPageError, and
        HostPausedError where the host is paused for this run.
        """
        return without_encoding(await self.ask_as_served(url, max_size, stored, body), max_size)

    async def ask_as_served(self, url: str, max_size: int, stored: Visit | None = None, body: bytes = b"") -> Response:
        """Return the answer to a request as `ask` does, its body as it was served."""
        try:
            response = await self._ask_until_answered(url, max_size, stored, body)
        except NoPageError as error:
            self._count_failure(url, error)
            raise
        self.failures.pop(host_of(url), None)
        return response

    def _count_failure(self, url: str, error: NoPageError) -> None:
        if error.code in UNANSWERED_CODES and host_of(url) not in self.answered:
            self.pause_host(url, f"it does not answer: {error}")
        if error.code == ReasonCode.ROBOTS_UNREACHABLE:
            self.pause_host(url, str(error))
        self.failures[host_of(url)] += error.verdict == Verdict.FAILED
        if self.failures[host_of(url)] >= MAX_FAILURES:
            self.pause_host(url, f"{MAX_FAILURES} questions in a row failed, the last one: {error}")

    async def _ask_until_answered(self, url: str, max_size: int, stored: Visit | None, body: bytes) -> Response:
        for pause in (*RETRY_DELAYS, None):
            response = await self._download(url, max_size, stored, body)
            self.answered.add(host_of(url))
            wait = self.retry_delay(response, pause)
            if wait is None:
                break
            await asyncio.sleep(wait)
        if response.status == NOT_MODIFIED or 200 <= response.status < 300:
            return response
        refused = self.refusal(response)
        if self.is_rate_limited(response):
            self.pause_host(url, str(refused))
        raise refused

    def refusal(self, response: Response) -> NoPageError | NothingThereError:
        """Return what an answer without success means."""
        return refusal(response)

    def is_rate_limited(self, response: Response) -> bool:
        """Tell whether an answer says that its host wants no more requests in this run."""
        return response.status == 403 or response.status in TOO_MANY_REQUESTS

    async def _download(self, url: str, max_size: int, stored: Visit | None, body: bytes) -> Response:
        request = scrapy.Request(
            url,
            method="POST" if body else "GET",
            body=body,
            headers={"Accept-Encoding": "identity"} | self.headers(url) | conditions(stored),
            meta={"dont_redirect": True, "download_maxsize": max_size},
        )
        try:
            assert self.crawler.engine
            return await self.crawler.engine.download_async(request)
        except HostPausedError:
            raise
        except IgnoreRequest as error:
            raise NoPageError(ReasonCode.ROBOTS_TXT, f"robots.txt of the host forbids it: {error}") from error
        except tuple(DOWNLOAD_ERRORS) as error:
            raise download_error(error) from error

    def retry_delay(self, response: Response, pause: int | None) -> float | None:
        """Return how many seconds to wait before the same request; None: do not ask again in this run."""
        if response.status not in TOO_MANY_REQUESTS | SERVER_ERRORS or pause is None:
            return None
        seconds = retry_after(response)
        if seconds is not None:
            return seconds if seconds <= MAX_WAIT else None
        return 0 if host_of(response.url) in self.budget.unlimited else pause

    # ---- visits ----

    def error_visit(self, source: Source, unit: str, url: str, error: NoPageError) -> Visit:
        """Return the visit that ended in an error."""
        return self.failed_visit(source, unit, url, error.code, str(error))

    def reader_error_visit(self, source: Source, unit: str, url: str, error: Exception) -> Visit:
        """Return the visit on which our reading stopped, without the words of what was read."""
        return self.failed_visit(source, unit, url, ReasonCode.READER_ERROR, reader_error(error))

    def without_key_id(self, visit: Visit) -> Visit:
        """Return the visit of a page on which nobody is named: it depends on no key."""
        return replace(visit, key_id=None)


def reader_error(error: BaseException | None) -> str:
    """Return where our reading stopped, without a word of what was read."""
    last = traceback.extract_tb(error.__traceback__ if error else None)[-1:]
    place = f" at line {last[0].lineno} of {Path(last[0].filename).name}" if last else ""
    return f"our reading stopped{place}: {type(error).__name__}"


def carry_over(stored: Visit) -> dict[str, Any]:
    """Return what the visit of an unchanged page takes over from the one that brought it."""
    return {key: getattr(stored, key) for key in ("observations", "checksum", "etag", "last_modified")}
