"""The download handler behind `http://` and `https://`: Scrapy's own, imported at the first page."""

from functools import cached_property

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Response


class HttpDownloadHandler(BaseDownloadHandler):
    """Passes requests on to Scrapy's handler, which a crawl of repositories alone need not wait for."""

    lazy = True

    @cached_property
    def _handler(self) -> BaseDownloadHandler:
        from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

        return HTTP11DownloadHandler.from_crawler(self.crawler)

    async def download_request(self, request: Request) -> Response:
        """Return the page as Scrapy's handler does."""
        return await self._handler.download_request(request)

    async def close(self) -> None:
        """Close the connections, if any were opened."""
        if "_handler" in vars(self):
            await self._handler.close()
