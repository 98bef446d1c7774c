"""How much of a host a night may ask, and which hosts want to be left alone."""

from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from pipelines.landing.visits import read_visits

NIGHT = timedelta(hours=12)


class HostPausedError(IgnoreRequest):
    """The host wants no more questions tonight; the text says how it said so."""


class Budget:
    """How many units of each host have been asked since NIGHT ago, by all runs, and how many may still be.

    Hosts of `unlimited` have no bound.
    """

    def __init__(self, visits: Path, most: int, unlimited: Collection[str]) -> None:
        self.most = most
        self.unlimited = frozenset(unlimited)
        recent = read_visits(visits, datetime.now(UTC) - NIGHT)
        self._asked = Counter(host_of(visit.url) for visit in recent if visit.unit)

    def fits(self, hosts: Collection[str]) -> bool:
        """Tell whether there is room for all these questions."""
        counts = Counter(host for host in hosts if host not in self.unlimited)
        return all(self._asked[host] + count <= self.most for host, count in counts.items())

    def take(self, host: str) -> bool:
        """Count one question to a host, if there is room for it."""
        if host in self.unlimited:
            return True
        self._asked[host] += 1
        return self._asked[host] <= self.most


class PausesHosts:
    """A downloader middleware that asks nothing of the hosts that the spider lets rest."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Serve this crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise HostRestsError where the host has asked for peace."""
        self.crawler.spider.check_rest(request.url)  # type: ignore[union-attr]


def host_of(url: str) -> str:
    """Return the host of a url, empty if it has none."""
    return urlsplit(url).hostname or ""
