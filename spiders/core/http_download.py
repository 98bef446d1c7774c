"""The download handler behind `http://` and `https://`: Scrapy's own, imported at the first page, within bounds.

A host that sends too slowly is left, as git leaves it, and so is one whose headers never end.
"""

import asyncio
from collections import Counter
from functools import cached_property

from scrapy import Request, signals
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, DownloadTimeoutError, StopDownload
from scrapy.http import Response

from spiders import watchdog

READ_FIRST = "read_first"
"""In the meta of a request: of a longer answer so many bytes are read and taken for the whole."""


class HttpDownloadHandler(BaseDownloadHandler):
    """Passes requests on to Scrapy's handler, which a crawl of repositories alone need not wait for."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._received: Counter[Request] = Counter()
        self._read: Counter[Request] = Counter()
        crawler.signals.connect(self._count, signals.bytes_received)

    @cached_property
    def _handler(self) -> BaseDownloadHandler:
        from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

        from spiders.core.http_head import bound_heads

        handler = HTTP11DownloadHandler.from_crawler(self.crawler)
        bound_heads(handler, self.crawler.settings.getint("MAX_HEAD"))
        return handler

    async def download_request(self, request: Request) -> Response:
        """Return the page as Scrapy's handler does; raises DownloadTimeoutError where it comes too slowly."""
        watchdog.check_time()
        if READ_FIRST in request.meta:
            request.meta["download_maxsize"] = 0
        download = asyncio.ensure_future(self._handler.download_request(request))
        try:
            await self._watch(request, download)
            return await download
        except DownloadFailedError as error:
            raise _by_cause(error) from error
        finally:
            download.cancel()
            self._received.pop(request, None)
            self._read.pop(request, None)
            if READ_FIRST in request.meta:
                del request.meta["download_maxsize"]  # the bound of what a packed answer swells to

    async def _watch(self, request: Request, download: "asyncio.Future[Response]") -> None:
        """Return when a download has ended; raises DownloadTimeoutError where it is too slow."""
        seconds = self.crawler.settings.getint("IDLE_TIMEOUT")
        least = seconds * self.crawler.settings.getint("MIN_BYTES_PER_SECOND")
        while not (await asyncio.wait({download}, timeout=seconds))[0]:
            if self._received[request] < least:
                raise DownloadTimeoutError(f"under {least:,} bytes came in {seconds} seconds")
            self._received[request] = 0

    def _count(self, data: bytes, request: Request) -> None:
        self._received[request] += len(data)
        self._read[request] += len(data)
        if self._read[request] >= request.meta.get(READ_FIRST, float("inf")):
            raise StopDownload(fail=False)

    async def close(self) -> None:
        """Close the connections, if any were opened."""
        if "_handler" in vars(self):
            await self._handler.close()


def _by_cause(error: DownloadFailedError) -> DownloadFailedError | DownloadCancelledError:
    """Return the error of a download, as that of an answer that is too large where its head was."""
    from spiders.core.http_head import is_endless_head

    return DownloadCancelledError("its headers do not end") if is_endless_head(error.__cause__) else error
