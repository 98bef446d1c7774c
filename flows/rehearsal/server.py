"""The rehearsal server: git's own HTTP back end behind loopback, read only.

`http://127.0.0.1:PORT/<host>/<owner>/<name>` is the repository `root/<host>/<owner>/<name>.git`;
`http://127.0.0.1:PORT/<host>/<path>.yaml` is that file below `root`.
"""

import http.client
import re
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from tempfile import TemporaryFile
from threading import Thread
from typing import IO, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from flows.rehearsal.places import environment, page, served

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


class Request(NamedTuple):
    """What somebody asked of the server and how it was answered."""

    method: str
    path: str
    status: int


class RehearsalServer(ThreadingTCPServer):
    """Serves the repositories that were below `root` when it was made, on a port of its own.

    `requests` is everything it was asked, in order; `complaints` is what went wrong on its side.
    """

    # Not http.server's ThreadingHTTPServer: that one asks for the name of 127.0.0.1 first, which
    # can wait for a name server that is not there.
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, root: Path) -> None:
        """Raise FileNotFoundError if git's HTTP back end is not installed."""
        self.root = root
        self.repositories = served(root)
        self.back_end = _back_end()
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT`, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: Any) -> None:
        """Keep what went wrong instead of printing it; a client that leaves is nothing wrong."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            self.complaints.append(traceback.format_exc())


@contextmanager
def serve(root: Path) -> Iterator[RehearsalServer]:
    """Serve what is below `root` until the block ends."""
    with RehearsalServer(root) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def _back_end() -> str:
    finished = subprocess.run(["git", "--exec-path"], env=environment(), capture_output=True, text=True, check=True)
    program = Path(finished.stdout.strip()) / "git-http-backend"
    if not program.exists():
        raise FileNotFoundError(f"git's HTTP back end is not installed: {program}")
    return str(program)


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    server: RehearsalServer
    path = ""

    def do_GET(self) -> None:
        """Answer with the references of a repository."""
        self._answer()

    def do_POST(self) -> None:
        """Answer with references or a pack."""
        self._answer()

    def log_request(self, code: int | str = "-", *_: Any) -> None:
        """Remember the request; called when its answer begins."""
        status = code.value if isinstance(code, HTTPStatus) else int(code)
        self.server.requests.append(Request(self.command or "", self.path, status))

    def log_message(self, *_: Any) -> None:
        """Print nothing: the demo has its own voice."""

    def _answer(self) -> None:
        url = urlsplit(self.path)
        route = ROUTE.fullmatch(unquote(url.path))
        repository = self.server.repositories.get(route[1]) if route else None
        file = page(self.server.root, unquote(url.path).removeprefix("/"))
        if file and self.command == "GET":
            self._give(file.read_bytes())
        elif route is None or repository is None:
            self.send_error(HTTPStatus.NOT_FOUND)
        elif (self.command, route[2], url.query) in READ:
            self._run(repository, route[2], url.query)
        elif (self.command, route[2], url.query) in WRITE:
            self.send_error(HTTPStatus.FORBIDDEN, "this server is read only")
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

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
                [self.server.back_end], env=environment() | gateway,
                stdin=body, stdout=subprocess.PIPE, stderr=errors,
            ) as back_end:  # fmt: skip
                assert back_end.stdout
                self._send(back_end.stdout)
            errors.seek(0)
            if complaint := errors.read().decode(errors="replace"):
                self.server.complaints.append(f"{self.path}: {complaint}")

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
        while piece := answer.read1(CHUNK):  # type: ignore[attr-defined]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")
