"""A git server of which every repository does something else wrong."""

import os
import subprocess
import time
import zlib
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer

from flows.demo import places

SMART = {"Content-Type": "application/x-git-upload-pack-advertisement"}
ABILITIES = b"000eversion 2\n000cls-refs\n0011fetch=filter\n0000"
EMPTY_FILE = b"\x30" + zlib.compress(b"")


def packet(content: bytes) -> bytes:
    return b"%04x%b" % (len(content) + 4, content)


def pack_of(bare: Path, *orders: str, stdin: str) -> bytes:
    command = ["git", f"--git-dir={bare}", "pack-objects", "--stdout", "--quiet", *orders]
    return subprocess.run(
        command, input=stdin.encode(), env=places.environment(), check=True, capture_output=True
    ).stdout


def noise():
    """Yield a pack that declares a few objects, of which the first never ends."""
    yield b"PACK" + (2).to_bytes(4, "big") + (3).to_bytes(4, "big")
    size = 1 << 50
    head = bytearray([0x80 | 3 << 4 | size & 15])
    size >>= 4
    while size:
        head.append((size & 127) | (0x80 if size > 127 else 0))
        size >>= 7
    yield bytes(head)
    squeezed = zlib.compressobj(0)
    while True:
        yield squeezed.compress(os.urandom(1 << 15))


class Liar(BaseHTTPRequestHandler):
    """A git server of protocol version 2 whose every repository does something else wrong."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Authorization"), self.headers.get("X-Evil")))
        name = self.path.split("/")[2]
        status, headers, content = self.server.pages.get(name, (200, SMART, ABILITIES))
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.flow(content)

    def do_POST(self):
        question = self.rfile.read(int(self.headers["Content-Length"]))
        name = self.path.split("/")[2]
        self.send_response(200)
        self.send_header("Content-Type", "application/x-git-upload-pack-result")
        self.flow(self.server.references(name) if b"command=ls-refs" in question else self.server.answer(name))

    def flow(self, content):
        if isinstance(content, bytes):
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            return
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for piece in content:
            self.wfile.write(piece)

    def log_message(self, *_):
        """Print nothing."""


class Liars(ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, bare: Path) -> None:
        super().__init__(("127.0.0.1", 0), Liar)
        self.asked = []
        self.head = places.git(bare, "rev-parse", "main").strip()
        good = pack_of(bare, "--revs", stdin=f"{self.head}\n")
        self.packs = {
            "truncated": good[: len(good) // 2],
            "checksum": good[:-1] + bytes([good[-1] ^ 1]),
            "nothing": pack_of(bare, stdin=""),
            "orphan": pack_of(bare, stdin=f"{self.head}\n"),
            "good": good,
        }
        self.pages = {
            **{
                str(n): (n, {"Content-Type": "text/plain"}, b"no")
                for n in (401, 403, 404, 410, 429, 451, 500, 502, 503)
            },
            "401": (401, {"WWW-Authenticate": 'Basic realm="x"'}, b"no"),
            "later": (503, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, b""),
            "wall": (403, {"Content-Type": "text/html; charset=utf-8"}, b"<h1>Are you human?</h1>"),
            "page": (200, {"Content-Type": "text/html"}, b"<!DOCTYPE html>\n<p>Sign in\n"),
            "oneline": (200, {"Content-Type": "text/plain"}, b"sign in"),
            "void": (200, {"Content-Type": "text/plain"}, b""),
            "smartvoid": (200, SMART, b""),
            "smartpage": (200, SMART, b"<html>"),
            "flood": (200, SMART, self.forever(b"0" * (1 << 16))),
            "dumb": (200, {"Content-Type": "text/plain"}, f"{self.head}\trefs/heads/main\n".encode()),
            **{name: (302, {"Location": to}, b"") for name, to in self.moves().items()},
        }

    def moves(self) -> dict[str, str]:
        port = self.server_address[1]
        tail = "info/refs?service=git-upload-pack"
        return {
            "scheme": f"https://127.0.0.1:{port}/birds/good/{tail}",
            "host": f"http://localhost:{port}/birds/good/{tail}",
            "port": f"http://127.0.0.1:9/birds/good/{tail}",
            "file": f"file:///birds/good/{tail}",
            "ext": f"ext::sh -c evil/{tail}",
            "user": f"http://jane:secret@127.0.0.1:{port}/birds/good/{tail}",
            "login": "/login?next=/birds/login",
            "option": f"/birds/-option/{tail}",
            "round": f"/birds/round/{tail}",
            "nowhere": "",
            "near": f"../../near2/{tail}",
            "near2": f"/birds/good/{tail}",
            **{f"hop{n}": f"/birds/hop{n + 1}/{tail}" for n in range(10)},
        }

    @staticmethod
    def forever(piece: bytes):
        while True:
            yield piece

    def references(self, name: str):
        if name == "references":
            return (packet(b"%040x refs/tags/v%d\n" % (n, n)) for n in range(1, 10**9))
        return packet(f"{self.head} HEAD symref-target:refs/heads/main\n".encode()) + b"0000"

    def answer(self, name: str):
        yield packet(b"packfile\n")
        if name == "messages":
            yield from self.forever(packet(b"\x02" + b"hello\n" * 1000))
        elif name == "drip":
            for _ in range(200):
                time.sleep(0.1)
                yield packet(b"\x02.")
        elif name == "bytes":
            yield from (
                packet(b"\x01" + piece[i : i + 65000]) for piece in noise() for i in range(0, len(piece), 65000)
            )
        elif name == "objects":
            yield packet(b"\x01PACK" + (2).to_bytes(4, "big") + (2000).to_bytes(4, "big"))
            yield from self.forever(packet(b"\x01" + EMPTY_FILE * 1000))
        else:
            pack = self.packs.get(name, self.packs["good"])
            yield from (packet(b"\x01" + pack[i : i + 1000]) for i in range(0, len(pack), 1000))
            yield b"" if name == "truncated" else b"0000"

    def handle_error(self, *_):
        """Expect clients to leave."""
