"""The demo's server: real git against it, read only, and nothing that its clients do stops it."""

import gzip
import http.client
import os
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from support.served import ONE, git, history

from flows.demo import places
from flows.demo.server import DemoServer, Request, serve


@pytest.fixture
def server(root: Path) -> Iterator[DemoServer]:
    with serve(root) as server:
        yield server
        assert server.complaints == []


Ask = Callable[..., http.client.HTTPResponse]


@pytest.fixture
def ask(server: DemoServer) -> Iterator[Ask]:
    connections = []

    def ask(method: str, path: str, **more: Any) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc)
        connections.append(connection)
        connection.request(method, path, **more)
        return connection.getresponse()

    yield ask
    for connection in connections:
        connection.close()


def test_a_treeless_clone_brings_the_commits_and_no_file(server: DemoServer, root: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone.git"
    git("clone", "--quiet", "--bare", "--filter=tree:0", f"{server.base_url}/{ONE}", clone)
    listing = git("-C", clone, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)")
    kinds = Counter(listing.split())
    assert set(kinds) == {"commit"} or set(kinds) == {"commit", "tag"}
    assert history(clone) == history(root / f"{ONE}.git")
    assert kinds["commit"] == len(history(clone))


def test_what_the_filter_leaves_out_is_there_and_its_fetch_is_seen(server: DemoServer, tmp_path: Path) -> None:
    clone = tmp_path / "clone.git"
    git("clone", "--quiet", "--bare", "--filter=tree:0", f"{server.base_url}/{ONE}", clone)
    before = len(server.requests)
    lazy = {**places.environment(), "GIT_NO_LAZY_FETCH": "0"}
    subprocess.run(["git", "-C", clone, "ls-tree", "HEAD"], env=lazy, check=True, capture_output=True)
    assert len(server.requests) > before


@pytest.mark.parametrize("version", ["0", "2"])
def test_references_are_the_same_under_both_protocols(server: DemoServer, root: Path, version: str) -> None:
    url = f"{server.base_url}/{ONE}"
    trace = git("-c", f"protocol.version={version}", "ls-remote", "--symref", url)
    tip = history(root / f"{ONE}.git")[0]
    assert trace.splitlines()[:2] == ["ref: refs/heads/main\tHEAD", f"{tip}\tHEAD"]
    methods = [request.method for request in server.requests]
    assert methods == (["GET"] if version == "0" else ["GET", "POST"])


def test_a_later_fetch_brings_only_what_is_new(server: DemoServer, root: Path, tmp_path: Path) -> None:
    clone, url = tmp_path / "clone.git", f"{server.base_url}/{ONE}"
    older = history(root / f"{ONE}.git")[5]
    git("init", "--quiet", "--bare", clone)
    git("-C", clone, "fetch", "--quiet", "--filter=tree:0", "--no-tags", url, f"{older}:refs/x")
    git("-C", clone, "fetch", "--quiet", "--filter=tree:0", "--no-tags", url, "+HEAD:refs/x")
    assert git("-C", clone, "rev-parse", "refs/x").strip() == history(root / f"{ONE}.git")[0]


def test_a_push_is_refused(server: DemoServer, root: Path) -> None:
    before = history(root / f"{ONE}.git")
    said = git(
        "-C",
        root / f"{ONE}.git",
        "push",
        f"{server.base_url}/{ONE}",
        "HEAD:refs/heads/x",
        check=False,
    )
    assert "403" in said
    assert server.requests == [
        Request("GET", f"/{ONE}/info/refs?service=git-receive-pack", 403),
    ]
    assert history(root / f"{ONE}.git") == before


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/{ONE}/info/refs?service=git-upload-pack", 200),
        ("GET", f"/{ONE}.git/info/refs?service=git-upload-pack", 200),
        ("POST", f"/{ONE}/git-receive-pack", 403),
        ("GET", f"/{ONE}/info/refs", 404),
        ("GET", f"/{ONE}/HEAD", 404),
        ("GET", f"/{ONE}/objects/info/packs", 404),
        ("GET", f"/{ONE}/git-upload-pack", 404),
        ("GET", "/", 404),
        ("GET", "/forge.example.org/birds/two/info/refs?service=git-upload-pack", 404),
        ("GET", f"/../served/{ONE}/info/refs?service=git-upload-pack", 404),
        ("GET", f"/%2e%2e/{ONE}/info/refs?service=git-upload-pack", 404),
        ("GET", "/forge.example.org/birds/../birds/one/info/refs?service=git-upload-pack", 404),
        ("PUT", f"/{ONE}/git-upload-pack", 501),
    ],
)
def test_only_reading_a_served_repository_is_answered(
    server: DemoServer, ask: Ask, method: str, path: str, status: int
) -> None:
    assert ask(method, path).status == status
    assert server.requests == [Request(method, path, status)]


def test_a_chunked_and_zipped_request_is_read(ask: Ask) -> None:
    question = gzip.compress(b"0014command=ls-refs\n0001001bref-prefix refs/heads/\n0000")
    answer = ask(
        "POST",
        f"/{ONE}/git-upload-pack",
        body=iter([question[:10], question[10:]]),
        encode_chunked=True,
        headers={
            "Transfer-Encoding": "chunked",
            "Content-Encoding": "gzip",
            "Content-Type": "application/x-git-upload-pack-request",
            "Git-Protocol": "version=2",
        },
    )
    assert answer.status == 200
    assert answer.read().endswith(b" refs/heads/main\n0000")


def test_nothing_is_printed(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with serve(root) as server:
        git("ls-remote", f"{server.base_url}/nothing/here", check=False)
        git("ls-remote", f"{server.base_url}/{ONE}")
    assert capfd.readouterr() == ("", "")


def test_a_client_that_leaves_in_the_middle_leaves_nothing_running(tmp_path: Path) -> None:
    bare = tmp_path / "forge.example.org/birds/large.git"
    git("init", "--quiet", "--bare", bare)
    (tmp_path / "noise").write_bytes(os.urandom(16 << 20))
    store = ("-c", "core.compression=0", "hash-object", "-w")
    blob = git("-C", bare, *store, tmp_path / "noise").strip()
    git("-C", bare, "update-ref", "refs/tags/noise", blob)
    with serve(tmp_path) as server:
        before = set(threading.enumerate())
        connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc)
        question = f"0032want {blob}\n00000009done\n"
        connection.request("POST", "/forge.example.org/birds/large/git-upload-pack", question, {
            "Content-Type": "application/x-git-upload-pack-request",
        })  # fmt: skip
        answer = connection.getresponse()
        assert answer.read(1 << 16).startswith(b"0008NAK\nPACK")
        handlers = set(threading.enumerate()) - before
        answer.close()
        connection.close()
        for thread in handlers:
            thread.join(timeout=20)
        assert handlers
        assert not any(thread.is_alive() for thread in handlers)
        assert server.complaints == []
