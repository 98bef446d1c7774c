"""Bound the head of an answer over HTTP: Twisted bounds each line of it, and not their number.

Scrapy offers no place for this, so the names of its own protocol are used.
"""

from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from twisted.python.failure import Failure
from twisted.web._newclient import BODY


class EndlessHeadError(Exception):
    """The head of an answer is larger than we take."""


class BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Ends the connection where the head of an answer has more than `most` bytes."""

    most = 0
    head = 0

    def request(self, request: Any) -> Any:
        """Send a request; nothing of its answer has come yet."""
        self.head = 0
        return super().request(request)

    def dataReceived(self, bytes: bytes) -> None:  # noqa: A002, N802, D102  (Twisted's names and promise)
        parser = self._parser
        if parser is None:
            return
        self.head += len(bytes) if parser.state != BODY else 0
        if self.head > self.most and parser.state != BODY:
            self._giveUp(Failure(EndlessHeadError()))
            self.transport.abortConnection()  # type: ignore[missing-attribute]
            return
        super().dataReceived(bytes)


class _BoundedFactory(_LenientHTTP11ClientFactory):
    most = 0

    def buildProtocol(self, addr: Any) -> BoundedProtocol:  # noqa: ARG002, N802  (Twisted's names)
        protocol = BoundedProtocol(self._quiescentCallback)
        protocol.most = self.most
        return protocol


def bound_heads(handler: HTTP11DownloadHandler, most: int) -> None:
    """Let a handler of Scrapy take at most so many bytes of an answer before its body."""
    handler._pool._factory = type("Factory", (_BoundedFactory,), {"most": most})


def is_endless_head(error: BaseException | None) -> bool:
    """Tell whether a request failed because the head of its answer was too large."""
    return any(reason.check(EndlessHeadError) for reason in getattr(error, "reasons", ()))
