"""robots.txt: its Crawl-delay is kept, up to a bound, and a host that keeps it back is asked for nothing else."""

import asyncio
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
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
from support.crawl import HEAD, crawl_process

from pipelines.landing.visits import read_visits
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


def test_of_a_long_robots_txt_its_beginning_is_read():
    rules = b"User-agent: *\nCrawl-delay: 5\n" + b"#" * MAX_RULES + b"\nDisallow: /\n"
    assert asked(rules) == 5


RULES = b"User-agent: *\nDisallow: /x/2026-February\n"
TABLE = b'<html><title>The x Archives</title><a href="2026-January.txt">t</a><a href="2026-February.txt">t</a>'
MAIL = b"""From wren@example.org Mon Jan  5 10:00:00 2026
From: wren at example.org (Jenny Wren)
Date: Mon, 5 Jan 2026 10:00:00 +0000
Message-ID: <1@example.org>

Tik.

"""


class Long(BaseHTTPRequestHandler):
    """A host with a robots.txt of 64 MB that says so at port `stated`, and else one without end."""

    stated = 0

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        self.send_response(200)
        if self.path != "/robots.txt":
            body = MAIL if self.path.endswith(".txt") else TABLE
            self.send_header("Content-Length", str(len(body)))
        elif self.server.server_port == self.stated:
            self.send_header("Content-Length", str(64 << 20))
        self.end_headers()
        self.pour() if self.path == "/robots.txt" else self.wfile.write(body)

    def pour(self):
        self.wfile.write(RULES)
        end = time.monotonic() + 30
        with suppress(OSError):
            while time.monotonic() < end:
                self.wfile.write(b"# more\n" * 10_000)


@pytest.mark.long
def test_of_a_robots_txt_without_end_the_beginning_holds(where):
    where.communities.mkdir(exist_ok=True)
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Long) for _ in range(2)]
    Long.stated = servers[0].server_port
    for server in servers:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    lists = "".join(
        f'[[sources]]\nname = "x{n}"\nkind = "pipermail"\nsince = 2026-01-01\nwhy = "Invented."\n'
        f'address = "x{n}@lists.example.org"\nurls = ["http://127.0.0.1:{server.server_port}/x/"]\n'
        for n, server in enumerate(servers)
    )
    (where.communities / "birds.toml").write_text(HEAD + lists)
    crawl_process(where, ["pipermail"])
    for server in servers:
        server.shutdown()
        server.server_close()
    found = {(v.source, v.unit): (str(v.verdict), v.reason_code) for v in read_visits(where.visits)}
    for name in ("x0", "x1"):
        assert (found[name, "2026-01"], found[name, "2026-02"]) == (("ok", ""), ("refused", "robots_txt")), found
