"""git's own HTTP back end behind a request of the demo's server, with the faults of a history."""

import http.client
import subprocess
import zlib
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from flows.demo.places import environment

CHUNK = 1 << 16
PACK_FOLLOWS = b"000dpackfile\n"
ENDLESS = b"PACK" + (2).to_bytes(4, "big") + (1 << 24).to_bytes(4, "big")
EMPTY_FILES = (b"\x30" + zlib.compress(b"")) * 1000


def find_back_end() -> str:
    """Return the program of git's HTTP back end; raises FileNotFoundError if it is not installed."""
    finished = subprocess.run(["git", "--exec-path"], env=environment(), capture_output=True, text=True, check=True)
    program = Path(finished.stdout.strip()) / "git-http-backend"
    if not program.exists():
        raise FileNotFoundError(f"git's HTTP back end is not installed: {program}")
    return str(program)


class GitGateway(BaseHTTPRequestHandler):
    """Answer a request by git's HTTP back end; `fault` may cut, never end or not filter the answer."""

    fault: str | None = None

    def run_git(self, back_end: str, repository: Path, service: str, query: str) -> str:
        """Let git answer, and return its complaint; the request waits in a file, the answer streams."""
        with TemporaryFile() as body, TemporaryFile() as errors:
            length = self._receive(body)
            body.seek(0)
            gateway = self._gateway(repository, service, query, length)
            with subprocess.Popen(
                [back_end], env=self._environment() | gateway,
                stdin=body, stdout=subprocess.PIPE, stderr=errors,
            ) as process:  # fmt: skip
                assert process.stdout
                self._send(process.stdout)
            errors.seek(0)
            return errors.read().decode(errors="replace")

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
