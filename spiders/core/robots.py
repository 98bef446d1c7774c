"""Obey robots.txt: its rules, and its Crawl-delay up to MAX_CRAWL_DELAY.

A host that does not answer for its robots.txt is asked for nothing else.
"""

import logging
from typing import Any

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from spiders.core.responses import UNANSWERED

# Its errors have tracebacks in them. Ours end in visits.
logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's own, with the Crawl-delay, and without questions to a host that does not answer."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._unanswered: dict[str, Exception] = {}

    async def process_request(self, request: Request, spider: Any = None) -> None:  # noqa: ARG002
        """Raise IgnoreRequest where the rules forbid it, or what kept the robots.txt from coming."""
        await super().process_request(request)
        if not request.meta.get("dont_obey_robotstxt") and (
            error := self._unanswered.get(urlparse_cached(request).netloc)
        ):
            raise error

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if isinstance(exc, UNANSWERED):
            self._unanswered[netloc] = exc
        super()._robots_error(exc, netloc)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        await super()._parse_robots(response, netloc, request)
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
