"""Make tags of releases, and a forge that serves repositories; ask for the months of a community."""

import threading
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer

import pytest
from support.tables_on_demand import ask

from pipelines.folders import CHECKOUT

SHARED = CHECKOUT.parent / "shared"
BUNDLES = SHARED / "git"
NEEDS_BUNDLES = pytest.mark.skipif(not BUNDLES.is_dir(), reason=f"no copies of the real histories in {BUNDLES}")
DAY = 86_400


def tag(name, day=date(2025, 3, 14), dated_by="tag"):
    seconds = None if day is None else (day - date(1970, 1, 1)).days * DAY + 3600
    return {"tag": name, "hash": f"{7:040x}", "seconds": seconds, "dated_by": dated_by}


class Forge(BaseHTTPRequestHandler):
    """Answers as `answers` of its server says: path -> (status, headers, body); remembers what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        status, headers, body = self.server.answers.get(self.path, (404, {}, b""))
        conditions = (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))
        if any(name in headers and self.headers.get(asked) == headers[name] for name, asked in conditions):
            status, body = 304, b""
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class ForgeServer(ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


@contextmanager
def forge(answers):
    with ForgeServer(("127.0.0.1", 0), Forge) as server:
        server.answers, server.asked = answers, []
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def of(slug):
    return f"where community = '{slug}'"


def months(where, slug, metric, *wanted):
    sql = f"select value, state from metrics.monthly {of(slug)} and metric = '{metric}' and month = '{{}}-01'"
    return [row for month in wanted for row in ask(where, sql.format(month))]
