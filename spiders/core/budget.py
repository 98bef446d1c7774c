"""Bound how many units of a host are asked in one run's time, and ask paused hosts nothing."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from pipelines.landing.asked import count_units
from pipelines.model import Visit


class HostPausedError(IgnoreRequest):
    """The host is paused for the rest of the run; the text says why."""


class Budget:
    """Count the units of each host that were asked in one run's time, and how many may still be asked.

    `recent` are the visits of that time, `by_others` says how many units of a host were asked beside them. Hosts of
    `unlimited` have no limit.
    """

    def __init__(
        self, recent: Iterable[Visit], limit: int, unlimited: Collection[str], by_others: Counter[str] | None = None
    ) -> None:
        self.limit = limit
        self.unlimited = frozenset(unlimited)
        self._asked = count_units(recent) + (by_others or Counter())

    def has_room_for(self, hosts: Collection[str]) -> bool:
        """Tell whether all these hosts may be asked, each once for each time it is listed."""
        counts = Counter(host for host in hosts if host not in self.unlimited)
        return all(self._asked[host] + count <= self.limit for host, count in counts.items())

    def take(self, host: str) -> bool:
        """Count one more unit of a host; return False where there is no room for it."""
        if host in self.unlimited:
            return True
        self._asked[host] += 1
        return self._asked[host] <= self.limit


class PausesHosts:
    """A downloader middleware that sends no request to a paused host."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Serve this crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise HostPausedError where the host is paused."""
        self.crawler.spider.check_paused(request.url)  # type: ignore[union-attr]
