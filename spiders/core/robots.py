"""Obey robots.txt as RFC 9309 says: its rules, and its Crawl-delay up to MAX_CRAWL_DELAY.

A robots.txt that is not there (4xx) forbids nothing. One that is kept from us (5xx, 429, a broken answer) forbids all
for now: the host is asked for nothing else in this run.
"""

import logging
from typing import Any

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from pipelines.model import ReasonCode
from spiders.core.http_download import READ_FIRST
from spiders.core.responses import DOWNLOAD_ERRORS, TOO_MANY_REQUESTS, UNANSWERED, download_error
from spiders.core.verdicts import NoPageError

# Its errors have tracebacks in them. Ours end in visits.
logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)

MAX_RULES = 512 << 10
"""How many bytes of a robots.txt are read: RFC 9309 asks for 500 KiB at least."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's own, with the Crawl-delay, and without questions to a host that keeps its rules from us."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._kept_back: dict[str, Exception] = {}

    async def process_request(self, request: Request, spider: Any = None) -> None:  # noqa: ARG002
        """Raise IgnoreRequest where the rules forbid it, or what kept the robots.txt from coming."""
        if urlparse_cached(request).path == "/robots.txt":
            request.meta[READ_FIRST] = MAX_RULES
        await super().process_request(request)
        if not request.meta.get("dont_obey_robotstxt") and (
            error := self._kept_back.get(urlparse_cached(request).netloc)
        ):
            raise error

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if error := _kept_back_by(exc):
            self._kept_back[netloc] = error
        super()._robots_error(exc, netloc)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        await super()._parse_robots(_rules_of(response), netloc, request)
        rules: Any = self._parsers[netloc]
        delay = rules.crawl_delay(self._robotstxt_useragent or self._default_useragent)
        if delay:
            self._slow_down(request, min(delay, self.crawler.settings.getfloat("MAX_CRAWL_DELAY")))

    def _slow_down(self, request: Request, delay: float) -> None:
        """Leave at least so many seconds between two requests to the host of a request."""
        assert self.crawler.engine
        downloader = self.crawler.engine.downloader
        name, slot = downloader._get_slot(request)
        slot.delay = max(slot.delay, delay)
        downloader.per_slot_settings[name] = downloader.per_slot_settings.get(name, {}) | {"delay": slot.delay}


def _rules_of(response: Response) -> Response:
    """Return a robots.txt with the rules that hold; raises NoPageError where the host cannot say them now."""
    if response.status >= 500 or response.status in TOO_MANY_REQUESTS:
        raise _kept_back(f"answered {response.status}")
    is_there = 200 <= response.status < 300
    return response.replace(body=response.body[:MAX_RULES] if is_there else b"")


def _kept_back_by(error: Exception) -> Exception | None:
    """Return why a host is asked for nothing else; None where an error is no word about its rules."""
    if isinstance(error, (*UNANSWERED, NoPageError)):
        return error
    return _kept_back(f"did not come: {download_error(error)}") if isinstance(error, tuple(DOWNLOAD_ERRORS)) else None


def _kept_back(words: str) -> NoPageError:
    return NoPageError(ReasonCode.ROBOTS_UNREACHABLE, f"robots.txt of the host {words}; so all is forbidden now")
