"""The demo's server: git's own HTTP back end on loopback, read only, with faults on demand.

`http://127.0.0.1:PORT/<host>/<owner>/<name>` is the repository `root/<host>/<owner>/<name>.git`;
`http://127.0.0.1:PORT/<host>/<path>.yaml` is that file below `root`.
"""

import re
import sys
import traceback
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from threading import Thread
from time import sleep
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from flows.demo.archives import Answer, Archives
from flows.demo.counts import Counts
from flows.demo.git_gateway import GitGateway, find_back_end
from flows.demo.places import page, served, unit

ROUTE = re.compile(r"/(.+?)(?:\.git)?/(info/refs|git-upload-pack|git-receive-pack)")
READ = {
    ("GET", "info/refs", "service=git-upload-pack"),
    ("POST", "git-upload-pack", ""),
}
WRITE = {
    ("GET", "info/refs", "service=git-receive-pack"),
    ("POST", "git-receive-pack", ""),
}


FAULTS = {
    "slow": "answers each request a second late",
    "cut": "closes the connection in the middle of the history",
    "refuse": "forbids the access (403)",
    "rename": "has moved to another path of the host (301)",
    "throttle": "rate-limits (429) for two minutes",
    "error": "answers with a server error (500)",
    "login": "answers with a login page instead of a repository (200)",
    "unfiltered": "ignores the filter and sends files too",
    "endless": "sends a history of sixteen million objects that never ends",
}
"""Faults of a repository by name, each with what it does."""
RENAMED = "-renamed"
SLOW_SECONDS = 1
THROTTLED_SECONDS = "120"
LOGIN = b"<!DOCTYPE html>\n<html><body><h1>Sign in</h1></body></html>\n"


class Request(NamedTuple):
    """One request to the server and the status of its answer."""

    method: str
    path: str
    status: int


class DemoServer(ThreadingTCPServer):
    """Serves the repositories that were below `root` when it was made, on a port of its own.

    `faults` gives the name of a fault to repositories by their `owner/name`; `archives` are the mail
    archives that are there too, `counts` the pages that state counts, both with faults of their
    own. `requests` is everything request, in order; `complaints` are its own errors.
    """

    # Not http.server's ThreadingHTTPServer: that one asks for the name of 127.0.0.1 first, which
    # can wait for a name server that is not there.
    daemon_threads = True
    request_queue_size = 128
    listens_on = "127.0.0.1"

    def __init__(self, root: Path, faults: Mapping[str, str] | None = None) -> None:
        """Raise FileNotFoundError if git's HTTP back end is not installed, ValueError for an unknown fault or unit."""
        self.root = root
        self.repositories = served(root)
        self.faults = dict(faults or {})
        _check(self.faults, {unit(place) for place in self.repositories})
        self.back_end = find_back_end()
        self.archives: Archives | None = None
        self.counts: Counts | None = None
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        super().__init__((self.listens_on, 0), Handler)

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT`, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002  (socketserver names them)
        """Keep an error instead of printing it; a client that leaves is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            self.complaints.append(traceback.format_exc())


@contextmanager
def serve(root: Path, faults: Mapping[str, str] | None = None) -> Iterator[DemoServer]:
    """Serve what is below `root` until the block ends.

    `faults` maps the `owner/name` of a served repository to a name in FAULTS; all others are
    healthy. Raises ValueError for any other name.
    """
    with DemoServer(root, faults) as server, answering(server):
        yield server


@contextmanager
def answering(server: DemoServer) -> Iterator[None]:
    """Let a server answer, in a thread, until the block ends."""
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def _check(faults: Mapping[str, str], units: Collection[str]) -> None:
    if unknown := sorted(set(faults.values()) - FAULTS.keys()):
        raise ValueError(f"no such fault: {', '.join(unknown)} (there are {', '.join(FAULTS)})")
    if unserved := sorted(set(faults) - set(units)):
        raise ValueError(f"no such repository is served: {', '.join(unserved)}")


class Handler(GitGateway, BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    # Head and body are sent apart: without this each answer would wait 40 ms for an acknowledgement.
    disable_nagle_algorithm = True
    server: DemoServer
    path = ""

    def do_GET(self) -> None:
        """Answer with the references of a repository, or with a page of a mail archive, or one that states counts."""
        if not self._answer_mail() and not self._answer_counts():
            self._answer()

    def do_POST(self) -> None:
        """Answer with references, a pack, or counts."""
        if self.path.endswith("/graphql"):
            self._answer_counts(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        else:
            self._answer()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002  (http.server names it)
        """Remember the request; called when its answer begins."""
        status = code.value if isinstance(code, HTTPStatus) else int(code)
        self.server.requests.append(Request(self.command or "", self.path, status))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (http.server names them)
        """Print nothing."""

    def _answer(self) -> None:
        url = urlsplit(self.path)
        route = ROUTE.fullmatch(unquote(url.path))
        place = route[1] if route else ""
        self.fault = self.server.faults.get(unit(place.removesuffix(RENAMED)))
        if self.fault == "rename":
            place = place.removesuffix(RENAMED) if place.endswith(RENAMED) else f"{place}{RENAMED}"
        repository = self.server.repositories.get(place)
        file = page(self.server.root, unquote(url.path).removeprefix("/"))
        if file and self.command == "GET":
            self._send_file(file.read_bytes())
        elif route and self._answer_fault(place, route[2], url.query):
            pass
        elif route is None or repository is None:
            self.send_error(HTTPStatus.NOT_FOUND)
        elif (self.command, route[2], url.query) in READ:
            self._run_git(repository, route[2], url.query)
        elif (self.command, route[2], url.query) in WRITE:
            self.send_error(HTTPStatus.FORBIDDEN, "this server is read only")
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _answer_mail(self) -> bool:
        """Send a page of a mail archive; False where there is none at this address."""
        archives = self.server.archives
        found = archives.answer(self.path, dict(self.headers)) if archives else None
        return found is not None and self._send_whole(found)

    def _answer_counts(self, body: bytes = b"") -> bool:
        """Send a page that states counts; False where there is none at this address."""
        counts = self.server.counts
        found = counts.answer(self.path, dict(self.headers), body) if counts else None
        return found is not None and self._send_whole(found)

    def _send_whole(self, found: Answer) -> bool:
        length = len(found.body) if found.length is None else found.length
        self.close_connection = length != len(found.body)
        self._send_answer(HTTPStatus(found.status), found.headers, found.body, length)
        return True

    def _answer_fault(self, place: str, service: str, query: str) -> bool:
        """Answer as the fault of the repository wants it; False where git is to answer all the same."""
        match self.fault:
            case "slow":
                sleep(SLOW_SECONDS)
            case "refuse":
                self.send_error(HTTPStatus.FORBIDDEN)
            case "error":
                self.send_error(HTTPStatus.INTERNAL_SERVER_ERROR)
            case "throttle":
                self._send_answer(HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": THROTTLED_SECONDS})
            case "login":
                self._send_answer(HTTPStatus.OK, {"Content-Type": "text/html; charset=utf-8"}, LOGIN)
            case "rename" if place.endswith(RENAMED):
                self._send_answer(HTTPStatus.MOVED_PERMANENTLY, {"Location": f"/{place}/{service}?{query}"})
            case _:
                return False
        return self.fault != "slow"

    def _send_answer(
        self, status: HTTPStatus, headers: Mapping[str, str], content: bytes = b"", length: int | None = None
    ) -> None:
        """Send a whole answer, or one that announces another length than it has."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def _send_file(self, content: bytes) -> None:
        """Send a file, or only say that it is the one the client has already."""
        tag = f'"{sha256(content).hexdigest()[:16]}"'
        known = self.headers.get("If-None-Match") == tag
        self.send_response(HTTPStatus.NOT_MODIFIED if known else HTTPStatus.OK)
        self.send_header("ETag", tag)
        if not known:
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(b"" if known else content)

    def _run_git(self, repository: Path, service: str, query: str) -> None:
        if complaint := self.run_git(self.server.back_end, repository, service, query):
            self.server.complaints.append(f"{self.path}: {complaint}")
