"""robots.txt: its Crawl-delay is kept, up to a bound, and a host that keeps it back is asked for nothing else."""

import asyncio
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.settings import Settings

from pipelines.model import ReasonCode, Verdict
from spiders.core.robots import MAX_RULES, RobotsMiddleware
from spiders.core.verdicts import NoPageError

PAGE = Request("https://lists.example.org/pipermail/dev/")
KNOWN = {"ROBOTSTXT_OBEY": True, "USER_AGENT": "stackrank/1", "MAX_CRAWL_DELAY": 30}


def asked(body, status=200):
    """Return the seconds between two requests to a host after its robots.txt came; an error comes instead of a body."""
    slot = SimpleNamespace(delay=2.0)

    async def download_async(_request):
        if isinstance(body, Exception):
            raise body
        return Response("https://lists.example.org/robots.txt", status, body=body)

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


ALL_FORBIDDEN = b"User-agent: *\nDisallow: /\nCrawl-delay: 9\n"


@pytest.mark.parametrize("status", [301, 401, 403, 404, 410, 451])
def test_a_robots_txt_that_is_not_there_forbids_nothing(status):
    assert asked(ALL_FORBIDDEN, status) == 2


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 520])
def test_a_robots_txt_that_the_host_cannot_give_forbids_all_for_now(status):
    with pytest.raises(NoPageError, match=f"robots.txt of the host answered {status}") as error:
        asked(b"User-agent: *\nAllow: /\n", status)
    assert (error.value.code, error.value.verdict) == (ReasonCode.ROBOTS_UNREACHABLE, Verdict.FAILED)


@pytest.mark.parametrize("kind", [DownloadFailedError, ResponseDataLossError, DownloadCancelledError])
def test_a_robots_txt_that_breaks_off_forbids_all_for_now(kind):
    with pytest.raises(NoPageError, match="of the host did not come") as error:
        asked(kind())
    assert error.value.code == ReasonCode.ROBOTS_UNREACHABLE


def test_of_a_robots_txt_without_end_its_beginning_is_read():
    rules = b"User-agent: *\nCrawl-delay: 5\n" + b"#" * MAX_RULES + b"\nDisallow: /\n"
    assert asked(rules) == 5
