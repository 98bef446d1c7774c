"""robots.txt: its Crawl-delay is kept, up to a bound, and a host that does not send it is asked for nothing else."""

import asyncio
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.exceptions import DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response
from scrapy.settings import Settings

from spiders.core.robots import RobotsMiddleware

PAGE = Request("https://lists.example.org/pipermail/dev/")
KNOWN = {"ROBOTSTXT_OBEY": True, "USER_AGENT": "stackrank/1", "MAX_CRAWL_DELAY": 30}


def asked(body):
    """Return the seconds between two requests to a host after its robots.txt came; an error comes instead of a body."""
    slot = SimpleNamespace(delay=2.0)

    async def download_async(_request):
        if isinstance(body, Exception):
            raise body
        return Response("https://lists.example.org/robots.txt", body=body)

    async def send_catch_log_async(**_):
        return []

    downloader = SimpleNamespace(_get_slot=lambda _: ("lists.example.org", slot), per_slot_settings={})
    crawler = SimpleNamespace(
        settings=Settings(KNOWN), stats=SimpleNamespace(inc_value=lambda *_: None), spider=None,
        engine=SimpleNamespace(download_async=download_async, downloader=downloader),
        signals=SimpleNamespace(send_catch_log_async=send_catch_log_async),
    )  # fmt: skip
    asyncio.run(RobotsMiddleware(crawler).process_request(PAGE))
    assert downloader.per_slot_settings.get("lists.example.org", {"delay": slot.delay}) == {"delay": slot.delay}
    return slot.delay


@pytest.mark.parametrize(
    ("rules", "delay"),
    [
        (b"User-agent: *\nCrawl-delay: 5\nAllow: /\n", 5),
        (b"User-agent: *\nCrawl-delay: 99999\n", 30),
        (b"User-agent: *\nCrawl-delay: 0.5\n", 2),
        (b"User-agent: *\nCrawl-delay: soon\n", 2),
        (b"User-agent: another\nCrawl-delay: 9\n", 2),
        (b"", 2),
    ],
)
def test_the_delay_of_a_host_is_kept_up_to_a_bound(rules, delay):
    assert asked(rules) == delay


def test_what_the_rules_forbid_is_not_asked():
    with pytest.raises(IgnoreRequest):
        asked(b"User-agent: *\nDisallow: /\n")


def test_a_host_that_sends_no_robots_txt_is_asked_for_nothing_else():
    with pytest.raises(DownloadTimeoutError):
        asked(DownloadTimeoutError("no answer"))
