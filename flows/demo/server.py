"""The rehearsal server: git's own HTTP back end behind loopback, read only, with faults where they are asked for.

`http://127.0.0.1:PORT/<host>/<owner>/<name>` is the repository `root/<host>/<owner>/<name>.git`;
`http://127.0.0.1:PORT/<host>/<path>.yaml` is that file below `root`.
"""

import http.client
import re
import subprocess
import sys
import traceback
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from tempfile import TemporaryFile
from threading import Thread
from time import sleep
from typing import IO, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from flows.demo.archives import Answer, Archives
from flows.demo.counts import Counts
from flows.demo.places import environment, page, served, unit

CHUNK = 1 << 16
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
    "slow": "answers every question a second late",
    "cut": "closes the connection in the middle of the history",
    "refuse": "forbids the access (403)",
    "rename": "has moved to another path of the host (301)",
    "throttle": "is asked too often (429) and wants two minutes of peace",
    "error": "is in trouble (500)",
    "login": "shows a page to sign in instead of a repository (200)",
    "unfiltered": "ignores the filter and sends files too",
    "endless": "begins a history of sixteen million objects and never ends it",
}
"""What a repository can be made to do wrong, each with its description."""
RENAMED = "-renamed"
SLOW_SECONDS = 1
THROTTLED_SECONDS = "120"
LOGIN = b"<!DOCTYPE html>\n<html><body><h1>Sign in</h1></body></html>\n"
PACK_FOLLOWS = b"000dpackfile\n"
ENDLESS = b"PACK" + (2).to_bytes(4, "big") + (1 << 24).to_bytes(4, "big")
EMPTY_FILES = (b"\x30" + zlib.compress(b"")) * 1000


class Request(NamedTuple):
    """What somebody asked of the server and how it was answered."""

    method: str
    path: str
    status: int


class RehearsalServer(ThreadingTCPServer):
    """Serves the repositories that were below `root` when it was made, on a port of its own.

    `faults` gives the name of a fault to repositories by their `owner/name`; `archives` are the mail
    archives that are there too, `counts` the pages that state counts, both with faults of their
    own. `requests` is everything it was asked, in order; `complaints` is what went wrong on its side.
    """

    # Not http.server's ThreadingHTTPServer: that one asks for the name of 127.0.0.1 first, which
    # can wait for a name server that is not there.
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, root: Path, faults: Mapping[str, str] | None = None) -> None:
        """Raise FileNotFoundError if git's HTTP back end is not installed, ValueError for an unknown fault or unit."""
        self.root = root
        self.repositories = served(root)
        self.faults = dict(faults or {})
        _check(self.faults, {unit(place) for place in self.repositories})
        self.back_end = _back_end()
        self.archives: Archives | None = None
        self.counts: Counts | None = None
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT`, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002  (socketserver names them)
        """Keep what went wrong instead of printing it; a client that leaves is nothing wrong."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            self.complaints.append(traceback.format_exc())


@contextmanager
def serve(root: Path, faults: Mapping[str, str] | None = None) -> Iterator[RehearsalServer]:
    """Serve what is below `root` until the block ends.

    `faults` maps the `owner/name` of a served repository to a name in FAULTS; all others are
    healthy. Raises ValueError for any other name.
    """
    with RehearsalServer(root, faults) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def _check(faults: Mapping[str, str], units: Collection[str]) -> None:
    if unknown := sorted(set(faults.values()) - FAULTS.keys()):
        raise ValueError(f"no such fault: {', '.join(unknown)} (there are {', '.join(FAULTS)})")
    if unserved := sorted(set(faults) - set(units)):
        raise ValueError(f"no such repository is served: {', '.join(unserved)}")


def _back_end() -> str:
    finished = subprocess.run(["git", "--exec-path"], env=environment(), capture_output=True, text=True, check=True)
    program = Path(finished.stdout.strip()) / "git-http-backend"
    if not program.exists():
        raise FileNotFoundError(f"git's HTTP back end is not installed: {program}")
    return str(program)


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    # Head and body are sent apart: without this each answer would wait 40 ms for an acknowledgement.
    disable_nagle_algorithm = True
    server: RehearsalServer
    path = ""
    fault: str | None = None

    def do_GET(self) -> None:
        """Answer with the references of a repository, or with a page of a mail archive, or one that states counts."""
        if not self._give_mail() and not self._give_counts():
            self._answer()

    def do_POST(self) -> None:
        """Answer with references, a pack, or counts."""
        if self.path.endswith("/graphql"):
            self._give_counts(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        else:
            self._answer()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002  (http.server names it)
        """Remember the request; called when its answer begins."""
        status = code.value if isinstance(code, HTTPStatus) else int(code)
        self.server.requests.append(Request(self.command or "", self.path, status))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (http.server names them)
        """Print nothing: the demo has its own voice."""

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
            self._give(file.read_bytes())
        elif route and self._misbehave(place, route[2], url.query):
            pass
        elif route is None or repository is None:
            self.send_error(HTTPStatus.NOT_FOUND)
        elif (self.command, route[2], url.query) in READ:
            self._run(repository, route[2], url.query)
        elif (self.command, route[2], url.query) in WRITE:
            self.send_error(HTTPStatus.FORBIDDEN, "this server is read only")
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _give_mail(self) -> bool:
        """Send a page of a mail archive; False where there is none at this address."""
        archives = self.server.archives
        found = archives.answer(self.path, dict(self.headers)) if archives else None
        return found is not None and self._send_whole(found)

    def _give_counts(self, body: bytes = b"") -> bool:
        """Send a page that states counts; False where there is none at this address."""
        counts = self.server.counts
        found = counts.answer(self.path, dict(self.headers), body) if counts else None
        return found is not None and self._send_whole(found)

    def _send_whole(self, found: Answer) -> bool:
        length = len(found.body) if found.length is None else found.length
        self.close_connection = length != len(found.body)
        self._say(HTTPStatus(found.status), found.headers, found.body, length)
        return True

    def _misbehave(self, place: str, service: str, query: str) -> bool:
        """Answer as the fault of the repository wants it; False where git is to answer all the same."""
        match self.fault:
            case "slow":
                sleep(SLOW_SECONDS)
            case "refuse":
                self.send_error(HTTPStatus.FORBIDDEN)
            case "error":
                self.send_error(HTTPStatus.INTERNAL_SERVER_ERROR)
            case "throttle":
                self._say(HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": THROTTLED_SECONDS})
            case "login":
                self._say(HTTPStatus.OK, {"Content-Type": "text/html; charset=utf-8"}, LOGIN)
            case "rename" if place.endswith(RENAMED):
                self._say(HTTPStatus.MOVED_PERMANENTLY, {"Location": f"/{place}/{service}?{query}"})
            case _:
                return False
        return self.fault != "slow"

    def _say(
        self, status: HTTPStatus, headers: Mapping[str, str], content: bytes = b"", length: int | None = None
    ) -> None:
        """Send a whole answer, or one that announces another length than it has."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def _give(self, content: bytes) -> None:
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

    def _run(self, repository: Path, service: str, query: str) -> None:
        """Let git answer; the request waits in a file, the answer streams."""
        with TemporaryFile() as body, TemporaryFile() as errors:
            length = self._receive(body)
            body.seek(0)
            gateway = self._gateway(repository, service, query, length)
            with subprocess.Popen(
                [self.server.back_end], env=self._environment() | gateway,
                stdin=body, stdout=subprocess.PIPE, stderr=errors,
            ) as back_end:  # fmt: skip
                assert back_end.stdout
                self._send(back_end.stdout)
            errors.seek(0)
            if complaint := errors.read().decode(errors="replace"):
                self.server.complaints.append(f"{self.path}: {complaint}")

    def _environment(self) -> dict[str, str]:
        """Return git's environment, for a repository that ignores filters one that says so last."""
        known = environment()
        if self.fault != "unfiltered":
            return known
        count = int(known["GIT_CONFIG_COUNT"])
        last = {f"GIT_CONFIG_KEY_{count}": "uploadpack.allowFilter", f"GIT_CONFIG_VALUE_{count}": "false"}
        return known | last | {"GIT_CONFIG_COUNT": str(count + 1)}

    def _gateway(self, repository: Path, service: str, query: str, length: int) -> dict[str, str]:
        """Return the variables of the Common Gateway Interface (RFC 3875) that git reads."""
        return {
            "GIT_PROJECT_ROOT": str(repository.parent.absolute()),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REQUEST_METHOD": self.command,
            "PATH_INFO": f"/{repository.name}/{service}",
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(length),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "REMOTE_ADDR": self.client_address[0],
        }

    def _receive(self, body: IO[bytes]) -> int:
        """Write the request's body to a file and return its length in bytes."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            self._copy(int(self.headers.get("Content-Length", 0)), body)
        else:
            while size := int(self.rfile.readline().split(b";")[0], 16):
                self._copy(size, body)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
        return body.tell()

    def _copy(self, size: int, body: IO[bytes]) -> None:
        while size:
            piece = self.rfile.read(min(size, CHUNK))
            if not piece:
                raise ConnectionError("the request ends before its body does")
            body.write(piece)
            size -= len(piece)

    def _send(self, answer: IO[bytes]) -> None:
        """Pass git's answer on, piece by piece, as it comes."""
        headers = http.client.parse_headers(answer)
        if not headers:
            self.send_error(HTTPStatus.INTERNAL_SERVER_ERROR, "git gave no answer")
            return
        self.send_response(int(headers.get("Status", "200").split()[0]))
        del headers["Status"]
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if self.fault in {"cut", "endless"}:
            self._break_off(answer.read())
            return
        while piece := answer.read1(CHUNK):  # type: ignore[attr-defined]
            self._chunk(piece)
        self._chunk(b"")

    def _break_off(self, answer: bytes) -> None:
        """Send an answer without a history as it is; of a history the first half, or one that never ends."""
        start = answer.find(PACK_FOLLOWS) + len(PACK_FOLLOWS)
        if start < len(PACK_FOLLOWS):
            self._chunk(answer)
            self._chunk(b"")
        elif self.fault == "cut":
            self._chunk(answer[: (start + len(answer)) // 2])
        else:
            self._chunk(answer[:start] + _first_band(ENDLESS))
            while True:
                self._chunk(_first_band(EMPTY_FILES))
        self.close_connection = True

    def _chunk(self, piece: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))


def _first_band(content: bytes) -> bytes:
    """Return a packet that carries a piece of a pack."""
    return b"%04x\x01%b" % (len(content) + 5, content)
