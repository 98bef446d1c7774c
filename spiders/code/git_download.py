"""The download handler behind `git+https://`, `git+http://` and `git+file://localhost/`.

A download makes or refreshes a bare repository that holds the commits of the default branch and
of all tags, and nothing else: trees and files are never asked for. The response's body is what a
reader must know of it: `{"head": hash or null, "checksum": ..., "note": ..., "seconds": ...}`.
"""

import asyncio
import json
from collections import defaultdict
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse
from scrapy.settings import BaseSettings

from pipelines.model import UNANSWERED_CODES, ReasonCode, Verdict
from spiders import watchdog
from spiders.code.git_answers import GitError
from spiders.code.git_fetch import DamagedCloneError, Fetch
from spiders.code.git_process import Bounds


class GitDownloadHandler(BaseDownloadHandler):
    """Fetches `request.url` into the bare repository `request.meta["clone"]`."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # Scrapy 2.19 starts every queued request of a slot without delay at once, beyond its limit.
        at_once = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._answered: set[str] = set()
        self._hosts: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(at_once))

    async def download_request(self, request: Request) -> Response:
        """Return the state of the repository after the fetch; raises GitError, or HostPausedError."""
        async with self._hosts[urlsplit(request.url).netloc]:
            watchdog.check_time()
            self.crawler.spider.check_paused(request.url)  # type: ignore[union-attr]
            self.crawler.spider.begin(request.cb_kwargs["source"], request.cb_kwargs["unit"])  # type: ignore[union-attr]
            try:
                return await self._download(request)
            except GitError as error:
                self._rest(request.url, error)
                raise

    def _rest(self, url: str, error: GitError) -> None:
        """Pause a host that wants it, or that has never answered."""
        if error.code not in UNANSWERED_CODES:
            self._answered.add(urlsplit(url).netloc)
        if error.rest or urlsplit(url).netloc not in self._answered:
            self.crawler.spider.pause_host(url, str(error))  # type: ignore[union-attr]

    async def _download(self, request: Request) -> Response:
        settings = self.crawler.settings
        started = monotonic()
        fetch = Fetch(
            Path(request.meta["clone"]),
            request.url,
            user_agent=settings["USER_AGENT"],
            bounds=bounds_of(settings),
        )
        try:
            async with asyncio.timeout(settings.getint("GIT_TIMEOUT")):
                try:
                    state = await fetch.run()
                except DamagedCloneError as damaged:
                    self.crawler.spider.discard(fetch.clone, str(damaged))  # type: ignore[union-attr]
                    state = await fetch.run()
        except TimeoutError:
            reason = f"not finished after {settings.getint('GIT_TIMEOUT')} s"
            raise GitError(Verdict.FAILED, reason, ReasonCode.TIMED_OUT) from None
        self._answered.add(urlsplit(request.url).netloc)
        state["seconds"] = round(monotonic() - started, 3)
        return TextResponse(request.url, body=json.dumps(state).encode(), encoding="utf-8")


def bounds_of(settings: BaseSettings) -> Bounds:
    """Read the bounds of a repository from Scrapy's settings."""
    names = ("GIT_MAX_BYTES", "GIT_MAX_OBJECTS", "GIT_MAX_MEMORY", "GIT_IDLE_TIMEOUT")
    return Bounds(*(settings.getint(name) for name in names))
