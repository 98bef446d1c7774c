"""Hosts that attack: every list of them ends in a verdict of its own, and a healthy neighbour is read."""

import gzip
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support.crawl import HEAD, crawl_process

from pipelines.folders import Folders
from pipelines.landing.visits import read_visits

MAIL = b"""From wren@example.org Mon Jan  5 10:00:00 2026
From: wren at example.org (Jenny Wren)
Date: Mon, 5 Jan 2026 10:00:00 +0000
Subject: Song
Message-ID: <1@example.org>

Tik.

"""
MAX_MEMORY = 400
LIMITS = {"IDLE_TIMEOUT": 2, "MAX_HEAD": 1 << 16, "UNIT_TIMEOUT": 20}
"""Smaller than in production, where `spiders/settings.py` states them."""
WATCHED = {
    "EXTENSIONS": {"scrapy.extensions.memusage.MemoryUsage": 0},
    "MEMUSAGE_ENABLED": True,
    "MEMUSAGE_LIMIT_MB": MAX_MEMORY,
    "MEMUSAGE_CHECK_INTERVAL_SECONDS": 0.2,
}
"""Scrapy ends the spider that takes more memory, and says so."""


def table(*names):
    links = b"".join(b'<a href="%b">x</a>' % name.encode() for name in names)
    return b"<html><title>The Birds Archives</title>" + links


WELL = table("2026-January.txt")
TABLES = {
    "year-0": table("0000-January.txt", "2026-January.txt"),
    "year-9999": table("9999-December.txt", "2026-January.txt"),
    "elsewhere": table("../../etc/2026-January.txt", "http://169.254.169.254/2026-January.txt", "javascript:x.txt",
                       "index.txt", "2026-January.txt"),
    "many": table(*(f"m{number:06}.txt" for number in range(3_000))),
    "tags": b"<html>" + b"<a>" * (1 << 18),
    "blanks": b"<title" + b" " * (2 << 20),
}  # fmt: skip
MONTHS = {
    "bomb": lambda: gzip.compress(b"From x\n" + bytes(64 << 20)),
    "long-header": lambda: b"From x\nX: " + b"a" * (2 << 20) + b"\n\nx\n",
    "references": lambda: MAIL.replace(b"Subject", b"References: " + b"<1@x> " * 50_000 + b"\nSubject"),
}
ENDS = {
    "well": ("2026-01", "ok", ""), "year-0": ("no-month", "failed", "impossible_month"),
    "year-9999": ("no-month", "failed", "impossible_month"), "elsewhere": ("2026-01", "ok", ""),
    "many": ("index", "failed", "unexpected_answer"), "tags": ("index", "failed", "web_page"),
    "blanks": ("index", "failed", "web_page"), "bomb": ("2026-01", "failed", "too_large"),
    "long-header": ("2026-01", "failed", "not_mail"), "references": ("2026-01", "ok", ""),
    "drip": ("index", "failed", "timed_out"), "hang": ("index", "failed", "timed_out"),
    "head": ("index", "failed", "too_large"), "endless": ("index", "failed", "too_large"),
    "wait": ("index", "failed", "busy"), "wait-long": ("index", "refused", "rate_limited"),
    "away": ("index", "failed", "redirected"), "brotli": ("index", "failed", "unexpected_answer"),
}  # fmt: skip
"""The unit of each list that tells, its verdict, and its code."""
HEADS = {
    "wait": (503, {"Retry-After": "Mon, 01 Jan 99999999999 00:00:00 GMT"}),
    "wait-long": (429, {"Retry-After": "9" * 190}),
    "away": (302, {"Location": "http://169.254.169.254/latest/"}), "brotli": (200, {"Content-Encoding": "br"}),
}  # fmt: skip


class Attacker(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        name, _, file = self.path.removeprefix("/").partition("/")
        if name == "robots.txt":
            self.answer(b"", 404)
        elif file.endswith(".txt"):
            self.answer(MONTHS[name]() if name in MONTHS else MAIL)
        elif file or name not in ("drip", "hang", "head", "endless"):
            status, heads = HEADS.get(name, (200, {}))
            self.answer(TABLES.get(name, WELL), status if not file else 404, heads)
        else:
            getattr(self, name)()

    def answer(self, body, status=200, heads=()):
        self.send_response(status)
        for key, value in {**dict(heads), "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def begin(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")

    def pour(self, piece, pause=0.0):
        self.close_connection = True
        end = time.monotonic() + 30
        try:
            while time.monotonic() < end:
                self.wfile.write(piece)
                time.sleep(pause)
        except OSError:
            return

    def drip(self):
        self.begin()
        self.pour(b"a", 0.2)

    def hang(self):
        time.sleep(10)
        self.close_connection = True

    def head(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        self.pour(b"X-%d: " % 1 + b"a" * 8000 + b"\r\n")

    def endless(self):
        self.begin()
        self.pour(b"<html>" + b"a" * 65536)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """Return the latest visits to all lists of the attacker by list and unit, after one crawl."""
    top = tmp_path_factory.mktemp("attacked")
    where = Folders(top / "data", top / "communities", top / "site")
    where.communities.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), Attacker) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        lists = "".join(
            f'\n[[sources]]\nname = "{name}"\nkind = "pipermail"\nsince = 2025-12-01\nwhy = "Invented."\n'
            f'address = "{name}@lists.example.org"\nurls = ["{base}/{name}/"]\n'
            for name in ENDS
        )
        (where.communities / "birds.toml").write_text(HEAD + lists)
        said = crawl_process(where, ["pipermail"], settings=LIMITS | WATCHED)
        server.shutdown()
    assert "Memory usage exceeded" not in said
    return {(visit.source, visit.unit): visit for visit in read_visits(where.visits)}


@pytest.mark.long
@pytest.mark.parametrize("name", ENDS)
def test_every_list_of_a_hostile_host_ends_in_a_verdict_of_its_own(attacked, name):
    unit, verdict, code = ENDS[name]
    visit = attacked[name, unit]
    assert (visit.verdict, visit.reason_code) == (verdict, code), visit.reason
    assert visit.reason.isprintable()
    assert len(visit.reason) <= 300


@pytest.mark.long
def test_nothing_elsewhere_is_taken_for_a_month(attacked):
    assert {unit for source, unit in attacked if source == "elsewhere"} == {"index", "2026-01"}
