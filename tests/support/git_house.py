"""Served repositories and a data folder: a house that the git spider visits for three nights."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from types import SimpleNamespace
from typing import ClassVar

from support.git import (
    FORGE,
    KEY,
    block,
    commit,
    declared,
    line,
    made,
)

from flows.collect import collect
from flows.demo import places
from pipelines.catalogue.load import load_catalogue
from pipelines.landing.stored import stored_files
from pipelines.model import Visit
from pipelines.privacy.pseudonyms import Pseudonyms

KEYED = Pseudonyms(bytes.fromhex(KEY))
CORE = ("files", "plain", "odd", "grows", "shrinks", "empties", "empty", "missing", "headless", "halfmade", "stale")
LISTS = ("projects", "login", "empty", "nowhere")
MAILMAP = commit(1, path=b".mailmap", text=b"Other Name <jane@example.org>\n") + commit(
    2, parents=(1,), author=b"Joe Invented <joe@example.net>", path=b"code/main.py", text=b"print()\n"
)
JOSE = b"Jos\xe9 Invented <jose@example.net>"
CO_AUTHORS = b"""Let them in

Written with caf\xe9.

Co-authored-by: Ann Invented <ann@example.org>
CO-AUTHORED-BY: Bob <bob at example.net>
co-Authored-By:Jos\xe9 Invented <jose@example.net>
Mentioned Co-authored-by: Nobody <nobody@example.org>
"""
BOT = b"dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>"
ODD = [
    commit(1, at=b"0 +0000"),
    commit(2, author=JOSE, at=b"1500000000 +0545", parents=(1,)),
    commit(3, author=JOSE, at=b"1500000001 -0330", parents=(2,), encoding=b"ISO-8859-1"),
    commit(4, author=b"<nameless@example.org>", parents=(3,)),
    commit(5, author=b"No Address <>", parents=(4,)),
    commit(6, author=b"jane@example.org <jane@example.org>", parents=(5,)),
    commit(7, CO_AUTHORS, parents=(6,)),
    commit(8, b'Revert "Let them in"\n', parents=(7,)),
    commit(9, b"Undo\n\nThis reverts commit " + b"0123456" + b".\n", parents=(8,)),
    commit(10, b"Explain\n\nSee: Revert \"Let them in\"; it says This reverts commit 0123456.\n", parents=(9,)),
    commit(11, author=BOT, committer=b"GitHub <noreply@github.com> 1600000000 +0000", parents=(10,)),
    commit(12, committer=b"Gerrit Code Review <review@example.org> 1600000001 -0700", parents=(11,)),
    commit(13, at=b"4102444800 +0000", parents=(12,)),
    commit(14, branch=b"second"),
    commit(15, branch=b"third"),
    commit(16, parents=(13, 14)),
    commit(17, parents=(16, 15, 14)),
    commit(18, b"", parents=(17,)),
    commit(19, branch=b"unmerged", parents=(18,)),
    b"tag v1\nfrom :17\ntagger Tess Invented <tess@example.org> 1700000000 +0100\ndata 2\nv1\n",
    b"reset refs/tags/v0\nfrom :3\n\n",
]  # fmt: skip


class Pages(BaseHTTPRequestHandler):
    """Answers with two invented pages; everything else, robots.txt too, is not there."""

    pages: ClassVar = {
        "/projects.yaml": b"""
birds:
  deliverables:
    wings: {repos: [birds/files, birds/listed, ../x/y, -c/evil]}
    beaks: {repos: [a/b/c, birds/listed, jane@example.org/x]}
fish:
  deliverables: {}
""",
        "/login.yaml": b"<!DOCTYPE html><html><body><h1>Sign in: please</h1>&nbsp;</body></html>",
        "/empty.yaml": b"{}",
    }

    def do_GET(self):
        page = self.pages.get(self.path)
        self.send_response(200 if page else 404)
        self.send_header("Content-Length", str(len(page or b"")))
        self.end_headers()
        self.wfile.write(page or b"")

    def log_message(self, *_):
        """Print nothing."""


@contextlib.contextmanager
def pages():
    with ThreadingTCPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class House:
    """Served repositories and a data folder; `night` visits them all and keeps what came of it."""

    def __init__(self, top: Path) -> None:
        self.top, self.root = top, top / "served"
        self.nights = []
        self.files = []

    def declare(self, git_url: str, page_url: str) -> None:
        listed = {"url_template": f"git+{git_url}/forge.example.org/{{repository}}"}
        self.where = declared(
            self.top,
            block("core", urls=[f"git+{git_url}/{FORGE}/{name}" for name in CORE]),
            *(block(name, urls_from=f"{page_url}/{name}.yaml", **listed)
              for name in LISTS),
        )  # fmt: skip

    def night(self, server) -> None:
        seen = len(server.requests)
        sources = [s for c in load_catalogue(self.where.communities) for s in c.sources]
        done = collect(self.where, sources)
        done = SimpleNamespace(
            visits={(v.source, v.unit): v for v in done.visits}, silent=done.unvisited, requests=server.requests[seen:]
        )
        self.nights.append(done)
        parquet = stored_files(self.where.observations)
        self.files.append({p.stem: (p.read_bytes(), p.stat().st_mtime_ns) for p in parquet})

    def visit(self, night: int, unit: str, source: str = "core") -> Visit:
        return self.nights[night].visits[source, unit]

    def clone(self, name: str) -> Path:
        return self.where.clones / f"birds/core/birds/{name}.git"

    def bare(self, name: str) -> Path:
        return self.root / FORGE / f"{name}.git"

    def landed(self, name: str) -> Path:
        return self.where.observations / f"birds/core/birds/{name}.parquet"


def furnish(root: Path) -> None:
    made(root, "files", MAILMAP)
    made(root, "plain", MAILMAP, filters=False)
    odd = made(root, "odd", b"".join(ODD))
    note = places.git(odd, "hash-object", "-w", odd / "config").strip()
    places.git(odd, "update-ref", "refs/tags/note", note)
    for name in ("grows", "shrinks", "empties", "halfmade", "stale", "listed"):
        made(root, name, line(10))
    made(root, "empty")
    made(root, "headless", line(2), head="trunk")


def half_made(house: House) -> None:
    """Leave what a killed git leaves behind."""
    (house.clone("halfmade") / "objects").mkdir(parents=True)
    (house.clone("halfmade") / "HEAD").write_text("ref: refs/heads/main\n")
    stale = house.clone("stale")
    stale.mkdir()
    places.git(stale, "init", "--quiet", "--bare", "--template=")
    (stale / "refs/stackrank").mkdir()
    (stale / "objects/pack").mkdir(exist_ok=True)
    (stale / "objects/ab").mkdir()
    left = ("config.lock", "refs/stackrank/head.lock", "objects/pack/tmp_pack_x", "objects/ab/tmp_obj_x")
    for name in (*left, "packed-refs.lock"):
        (stale / name).touch()
