"""Walk spiders in this process: no Scrapy engine, a plain HTTP client, and a clock that stands at TODAY.

The spider, its plans, its requests with their headers, and the landing are the real ones. What Scrapy itself
does (robots.txt, delays, retries of connections) has its tests with `crawl_process`.
"""

import asyncio
import importlib
import logging
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection, IncompleteRead
from types import SimpleNamespace
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, ResponseDataLossError
from scrapy.http import HtmlResponse, TextResponse
from scrapy.settings import Settings

import spiders.settings
from pipelines.landing.item_pipeline import Landing
from spiders.__main__ import module_of
from spiders.core.responses import conditions, download_error

KEY = "5e" * 32
TODAY = date(2026, 3, 20)
START = datetime(2026, 3, 20, 3, tzinfo=UTC)
CLOCK = SimpleNamespace(now=START)
CLOCKED = ("core.base", "core.responses", "mail.archive", "forums.discourse", "forums.discourse_counts",
           "counts.count_page")  # fmt: skip


class StandingClock(datetime):
    """A datetime whose `now` is that of CLOCK."""

    @classmethod
    def now(cls, tz=None):
        return CLOCK.now.astimezone(tz)


def reset_clock():
    """Let CLOCK stand where it began."""
    CLOCK.now = START


def next_night(hours=0):
    """Let a second pass, and so many hours; return the moment: visits are logged to the second."""
    CLOCK.now += timedelta(hours=hours, seconds=1)
    return CLOCK.now


@contextmanager
def standing_clock():
    """Let every module of the spiders that asks for the time see CLOCK."""
    with pytest.MonkeyPatch.context() as patched:
        for name in CLOCKED:
            patched.setattr(importlib.import_module(f"spiders.{name}"), "datetime", StandingClock)
        yield


@contextmanager
def spider_of(where, kind, **arguments):
    """Give the spider of a kind on the folders of a test; `settings` are those of Scrapy that differ."""
    changed = arguments.pop("settings", {})
    own = {"STACKRANK_DATA": where.data, "STACKRANK_COMMUNITIES": where.communities, "STACKRANK_KEY": KEY}
    module = importlib.import_module(module_of(kind))
    found = next(c for c in vars(module).values() if getattr(c, "kind", "") == kind and c.__module__ == module.__name__)
    known = {name: value for name, value in vars(spiders.settings).items() if name.isupper()}
    with patch.dict("os.environ", {name: str(value) for name, value in own.items()}), standing_clock():
        spider = found(**arguments)
        spider.settings = Settings(known | changed)
        try:
            yield spider
        finally:
            for lock in spider._locks:
                lock.close()


def crawl(where, kinds, *arguments, **settings):
    """Walk all sources of these kinds over HTTP, host by host; return what the spiders complained of."""
    next_night()
    complaints = []
    listener = logging.Handler(logging.WARNING)
    listener.emit = lambda record: complaints.append(record.getMessage())
    logging.getLogger().addHandler(listener)
    try:
        for kind in kinds:
            given = dict(argument.split("=", 1) for argument in arguments)
            with spider_of(where, kind, settings=settings, **given) as spider:
                asyncio.run(walk(spider, where, over_http(spider)))
    finally:
        logging.getLogger().removeHandler(listener)
    return "\n".join(complaints)


async def walk(spider, where, download):
    """Walk a spider with these answers and land what it yields; return the visits in their order."""
    spider._download = download
    landing = Landing(where)
    try:
        return [await landing.process_item(found) async for found in spider.on_host(None, spider.sources)]
    finally:
        landing.close_spider()


def over_http(spider):
    """Return a download that asks over HTTP, as Scrapy would with our settings."""

    async def download(url, max_size, stored, body):
        spider.check_paused(url)
        headers = {"Accept-Encoding": "identity"} | spider.headers(url) | conditions(stored)
        return await asyncio.to_thread(_ask, url, headers, body, max_size)

    return download


def _ask(url, headers, body, max_size):
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname, parts.port, timeout=60)
    try:
        connection.request("POST" if body else "GET", url.partition(parts.netloc)[2], body or None, headers)
        answer = connection.getresponse()
        return response_of(url, answer.status, answer.getheaders(), answer.read(), max_size)
    except IncompleteRead as error:
        raise download_error(ResponseDataLossError("")) from error
    finally:
        connection.close()


def response_of(url, status, headers, body, max_size):
    """Return Scrapy's answer; raises NoPageError for one that is larger than allowed."""
    if len(body) > max_size:
        raise download_error(DownloadCancelledError(f"larger than {max_size}"))
    kind = HtmlResponse if body[:1] == b"<" else TextResponse
    return kind(url, status=status, headers=dict(headers), body=body, encoding="utf-8", request=Request(url))
