"""Servers that lie, repositories that attack, hosts that want peace: each has its verdict, none is an empty history."""

import asyncio
import json
import logging
import os
import shutil
import subprocess
import threading
import time
import zlib
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from io import StringIO
from pathlib import Path
from socketserver import ThreadingTCPServer
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.settings import Settings
from support.git import FORGE, KEY, PATIENT, block, commit, declared, history, imported, line, made

import spiders.settings
from flows.demo import places
from flows.demo.server import FAULTS, serve
from flows.results import read_result
from pipelines.catalogue.load import load_catalogue
from pipelines.landing.runs import begin_run
from pipelines.landing.stored import read_unit, stored_files
from pipelines.landing.visits import log_visit, read_plans, read_visits
from pipelines.model import Verdict
from pipelines.warehouse.build import build_database
from pipelines.warehouse.query import ask
from spiders.code.git import GitSpider
from spiders.code.git_answers import Answer, GitError, complaint, moved_to, refusal
from spiders.code.git_download import GitDownloadHandler
from spiders.code.git_log import log, plausible_times
from spiders.code.git_process import environment
from spiders.code.project_list import repositories


@pytest.fixture(scope="module", autouse=True)
def keyed(tmp_path_factory):
    """Give this module its own key; let each repository say whether filters are allowed; plant a hostile home."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKRANK_KEY", KEY)
        patch.delitem(places.CONFIGURATION, "uploadpack.allowFilter")
        patch.setenv("HOME", str(home))
        plant(home, patch)
        yield home


def plant(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Leave a configuration that sends every fetch elsewhere, runs programs and gives passwords away."""
    evil = home / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {home}/pwned\n")
    evil.chmod(0o755)
    lines = (
        '[url "http://127.0.0.1:9/"]', "insteadOf = http://", "[core]", f"hooksPath = {home}/hooks",
        f"fsmonitor = {evil}", f"askPass = {evil}", f"gitProxy = {evil}",
        "[credential]", f"helper = {evil}", "[http]", "extraHeader = X-Evil: yes", "[log]", "showSignature = true",
        "[gpg]", f"program = {evil}", "[fetch]", "fsckObjects = true",
    )  # fmt: skip
    (home / ".gitconfig").write_text("\n".join(lines))
    (home / ".config/git").mkdir(parents=True)
    shutil.copy(home / ".gitconfig", home / ".config/git/config")
    (home / ".netrc").write_text("machine 127.0.0.1 login jane password invented\n")
    (home / ".netrc").chmod(0o600)
    (home / "hooks").mkdir()
    for name in ("reference-transaction", "post-merge", "pre-auto-gc"):
        shutil.copy(evil, home / "hooks" / name)
    evil_variables = {"GIT_ASKPASS": evil, "SSH_ASKPASS": evil, "GIT_PROXY_COMMAND": evil, "GIT_EXTERNAL_DIFF": evil,
                      "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.proxy",
                      "GIT_CONFIG_VALUE_0": "http://127.0.0.1:9", "GIT_DIR": home}  # fmt: skip
    for name, value in evil_variables.items():
        patch.setenv(name, str(value))


# ---- three nights: all is well, everything is broken, all is well again ------------------------------------------

BROKEN = {
    "cut": ("failed", "broke off"),
    "refuse": ("refused", "answered 403: it shows a page instead"),
    "rename": ("ok", ""),
    "throttle": ("refused", "answered 429: we have asked too often; it asks us to come back after 120 s"),
    "error": ("failed", "answered 500: the server is in trouble"),
    "login": ("failed", "a page instead of a repository"),
    "unfiltered": ("ok", ""),
    "endless": ("refused", "more than 10,000 objects"),
    "slow": ("ok", ""),
}
"""How the visit to a repository with each fault ends, and why."""
MEANT = ("rewritten", "replaced", "vanished", "damaged", "linked", "hooked")
"""What happens between the first two nights to the repository itself or to our copy of it."""
LAST = ("cut", "throttle", "endless", "vanished", "damaged", "replaced")
"""What is visited in the third night."""
STRANGE = ("named", "blob", "shallow", "submodule", "times")
"""What is strange from the first night on."""
ODD_TAG, SHOWN_TAG = "v1\u20281", "v1 1"
TIMES = [0, 1_000_000_000, 1_262_347_200, 1_500_000_000, 4_102_444_800, 253_402_300_800]


def crawl(where, **settings):
    """Run one night of the git spider in this process, under some settings; return what was noted and said."""
    run = begin_run()
    ours = Settings({k: v for k, v in vars(spiders.settings).items() if k.isupper()}, priority="project")
    ours.update({"TWISTED_REACTOR_ENABLED": False, "LOG_ENABLED": False} | settings)
    said = StringIO()
    listener = logging.StreamHandler(said)
    logging.getLogger("git").addHandler(listener)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKRANK_DATA", str(where.data))
        patch.setenv("STACKRANK_COMMUNITIES", str(where.communities))
        asyncio.run(night_of(ours))
    logging.getLogger("git").removeHandler(listener)
    done = read_result(where, sources(where), run)
    visits = {v.unit.removeprefix("birds/"): v for v in done.visits}
    return SimpleNamespace(visits=visits, silent=done.unvisited, left=done.deferred, said=said.getvalue())


async def night_of(settings: Settings) -> None:
    crawler = Crawler(GitSpider, settings)
    await crawler.crawl_async()
    for lock in crawler.spider._locks:
        lock.close()


def sources(where):
    return [source for community in load_catalogue(where.communities) for source in community.sources]


def furnish(root: Path) -> None:
    for name in (*BROKEN, *MEANT, "well"):
        made(root, name, line(60))
    named = made(root, "named", line(3).replace(b"refs/heads/main", b"refs/heads/-main"), head="-main")
    for tag in (ODD_TAG, "-d", "refs/stackrank/head"):
        places.git(named, "update-ref", f"refs/tags/{tag}", "refs/heads/-main~1")
    blob = made(root, "blob", line(3))
    (blob / "HEAD").write_text(places.git(blob, "hash-object", "-w", blob / "config"))
    shallow = made(root, "shallow", line(9))
    (shallow / "shallow").write_text(places.git(shallow, "rev-parse", "main~3"))
    module = b'[submodule "x"]\npath = x\nurl = ../well\n'
    made(root, "submodule", commit(1, path=b".gitmodules", text=module))
    dated = (commit(n, at=b"%d +0000" % at, parents=(n - 1,) if n > 1 else ()) for n, at in enumerate(TIMES, 1))
    made(root, "times", b"".join(dated) + commit(7, author=b"jane@secret.example.org <>", parents=(6,)))


def meddle(root: Path, where, home: Path) -> None:
    """Between two nights: everything has one commit more, and some things go wrong."""
    for name in (*BROKEN, *MEANT, "well"):
        imported(root / FORGE / f"{name}.git", commit(99, parents=(b"refs/heads/main^0",)))
    rewritten = root / FORGE / "rewritten.git"
    places.git(rewritten, "update-ref", "refs/heads/main", "main~2")
    imported(rewritten, commit(100, parents=(b"refs/heads/main^0",)))
    replaced = root / FORGE / "replaced.git"
    shutil.rmtree(replaced)
    made(root, "replaced", line(20).replace(b"Something", b"Otherwise"))
    places.git(root / FORGE / "vanished.git", "update-ref", "-d", "refs/heads/main")
    clones = where.clones / "birds/core/birds"
    shutil.rmtree(clones / "vanished.git")
    (pack,) = (clones / "damaged.git/objects/pack").glob("*.pack")
    pack.chmod(0o644)
    content = pack.read_bytes()
    pack.write_bytes(content[:2000] + bytes(500) + content[2500:])
    (clones / "linked.git").rename(home / "linked.git")
    (clones / "linked.git").symlink_to(home / "linked.git")
    shutil.copytree(home / "hooks", clones / "hooked.git/hooks")
    with (clones / "hooked.git/config").open("a") as config:
        config.write(f"[core]\n\tfsmonitor = {home}/evil\n")
    (clones / "hooked.git/objects/info").mkdir(exist_ok=True)
    (clones / "hooked.git/objects/info/alternates").write_text(f"{root / FORGE}/well.git/objects\n")


@pytest.fixture(scope="module")
def broken_nights(tmp_path_factory, keyed):
    """What the three nights brought, with the number of rows that were held after each."""
    top = tmp_path_factory.mktemp("nights")
    root = top / "served"
    furnish(root)
    visited = ((*BROKEN, *MEANT, "well", *STRANGE), (*BROKEN, *MEANT, "well"), LAST)
    where, done = None, []
    for number, names in enumerate(visited):
        if number == 1:
            meddle(root, where, keyed)
        faults = {f"birds/{name}": name for name in BROKEN} if number == 1 else {}
        with serve(root, faults) as server:
            where = declared(top, block("core", urls=[f"git+{server.base_url}/{FORGE}/{name}" for name in names]))
            night = crawl(where, GIT_MAX_OBJECTS=10_000, CONCURRENT_REQUESTS_PER_DOMAIN=4)
            night.requests = list(server.requests)
        night.rows = {file.stem: pq.read_metadata(file).num_rows for file in stored_files(where.observations)}
        night.left_behind = [p for p in where.clones.rglob("*") if p.name.startswith("tmp_") or p.suffix == ".lock"]
        done.append(night)
    done[0].where, done[0].root = where, root
    return done


def test_nothing_of_the_users_configuration_is_heard(broken_nights, keyed):
    assert {v.verdict for n, v in broken_nights[0].visits.items() if n in BROKEN} == {"ok"}
    assert not (keyed / "pwned").exists()


def test_every_unit_has_a_visit_and_nothing_is_left_lying_about(broken_nights):
    for night in broken_nights:
        assert night.silent == ()
        assert night.left_behind == []


@pytest.mark.parametrize("fault", FAULTS)
def test_r14_each_fault_has_its_own_verdict_and_keeps_what_was_landed(broken_nights, fault):
    verdict, reason = BROKEN[fault]
    visit = broken_nights[1].visits[fault]
    assert visit.verdict == verdict
    assert reason in visit.reason
    assert "\n" not in visit.reason
    assert broken_nights[1].rows[fault] == (61 if verdict == "ok" else 60)
    if fault in LAST:
        assert (broken_nights[2].visits[fault].verdict, broken_nights[2].rows[fault]) == ("ok", 61)


def test_r14_what_moved_on_its_host_is_followed_and_said(broken_nights):
    assert broken_nights[1].visits["rename"].note.startswith("moved to http://127.0.0.1:")
    assert broken_nights[1].visits["rename"].note.endswith("/birds/rename-renamed")
    assert broken_nights[1].visits["rename"].url.endswith("/birds/rename")


def test_a_server_that_ignores_the_filter_is_said(broken_nights):
    assert "ignored the filter" in broken_nights[1].visits["unfiltered"].note


def test_a_rewritten_history_is_read_anew_and_said(broken_nights):
    visit = broken_nights[1].visits["rewritten"]
    assert (visit.verdict, visit.observations) == ("ok", 60)
    assert visit.note == "history was rewritten: the newest commit of the harvest before is not in it any more"
    landed = broken_nights[0].where.observations / "birds/core/birds/rewritten.parquet"
    assert pq.read_table(landed)["hash"].to_pylist() == history(broken_nights[0].root / FORGE / "rewritten.git")
    assert broken_nights[1].visits["well"].note == ""


def test_another_history_at_the_same_place_does_not_take_it(broken_nights):
    visit = broken_nights[1].visits["replaced"]
    assert visit.verdict == "shrunk"
    assert visit.reason == "shrank from 60 to 20: the earlier harvest is kept"
    assert "history was rewritten" in visit.note
    assert broken_nights[2].rows["replaced"] == 60


def test_a_repository_that_is_empty_now_keeps_its_history_even_without_our_copy(broken_nights):
    for night in broken_nights[1:]:
        assert night.visits["vanished"].verdict == "shrunk"
        assert "empty now" in night.visits["vanished"].reason
        assert night.rows["vanished"] == 60


def test_a_damaged_copy_is_made_anew(broken_nights):
    assert (broken_nights[1].visits["damaged"].verdict, broken_nights[1].rows["damaged"]) == ("failed", 60)
    assert (broken_nights[2].visits["damaged"].verdict, broken_nights[2].rows["damaged"]) == ("ok", 61)


def test_a_symbolic_link_is_not_followed_out_of_the_data_folder(broken_nights, keyed):
    before = (keyed / "linked.git/config").read_bytes()
    assert broken_nights[1].visits["linked"].verdict == "refused"
    assert "symbolic link" in broken_nights[1].visits["linked"].reason
    assert (keyed / "linked.git/config").read_bytes() == before
    assert broken_nights[1].rows["linked"] == 60


def test_hooks_in_a_copy_do_not_run_and_borrowed_objects_are_not_used(broken_nights, keyed):
    assert broken_nights[1].visits["hooked"].verdict == "ok"
    assert not (keyed / "pwned").exists()
    clone = broken_nights[0].where.clones / "birds/core/birds/hooked.git"
    assert not (clone / "objects/info/alternates").exists()
    assert places.git(clone, "rev-list", "--count", "refs/stackrank/head") == "61\n"


def test_odd_names_of_branches_and_tags_are_names(broken_nights):
    assert (broken_nights[0].visits["named"].verdict, broken_nights[0].rows["named"]) == ("ok", 3)
    tags = read_unit(broken_nights[0].where.observations / "birds/core/birds/named.parquet").tags
    assert {tag["tag"] for tag in tags} == {"-d", SHOWN_TAG, "refs/stackrank/head"}


def test_a_default_branch_that_is_no_history_is_a_failure(broken_nights):
    assert broken_nights[0].visits["blob"].verdict == "failed"
    assert broken_nights[0].visits["blob"].reason == "its HEAD leads to no commit"
    assert "blob" not in broken_nights[2].rows


def test_a_server_that_has_only_half_of_a_history_is_a_failure(broken_nights):
    assert broken_nights[0].visits["shallow"].verdict == "failed"
    assert broken_nights[0].visits["shallow"].reason == "the server has only the newest part of the history"
    assert "shallow" not in broken_nights[2].rows


def test_submodules_are_not_asked_for(broken_nights):
    assert broken_nights[0].visits["submodule"].verdict == "ok"
    asked = Counter(request.path.split("/")[3] for request in broken_nights[0].requests)
    assert asked["well"] == asked["hooked"]


def test_implausible_dates_are_kept_counted_and_left_out_of_months(broken_nights):
    assert broken_nights[0].rows["times"] == 7
    assert broken_nights[0].visits["times"].note == "4 commits have an implausible date"
    where = broken_nights[0].where
    (birds,) = load_catalogue(where.communities)
    (core,) = birds.sources
    known = [replace(birds, sources=(replace(core, urls=(broken_nights[0].visits["times"].url,)),))]
    build_database(where, known, datetime.now(UTC).date())
    (answer,) = ask(
        where.database,
        "select count(*) n, count(month) m, count(author_domain) d from core.commits where repository = 'birds/times'",
    ).to_pylist()
    assert answer == {"n": 7, "m": 3, "d": 6}
    texts = b"".join(p.read_bytes() for p in where.data.rglob("*") if p.is_file() and "clones" not in p.parts)
    assert b"secret.example.org" not in texts


# ---- bundles -----------------------------------------------------------------------------------------------------


def bundled(bare: Path, folder: Path, *what: str) -> Path:
    """Write a bundle of some of a repository, `birds__NAME.bundle`."""
    folder.mkdir(exist_ok=True)
    bundle = folder / f"birds__{bare.stem}.bundle"
    places.git(bare, "bundle", "create", "--quiet", bundle, *what)
    return bundle


@pytest.fixture(scope="module")
def bundled_nights(tmp_path_factory, keyed):
    """What three nights brought from bundles; the first, a healthy one, has grown before the second."""
    top = tmp_path_factory.mktemp("bundles")
    bares = {name: made(top / "served", name, line(60)) for name in ("well", "torn", "headless", "thin", "blob")}
    for tag in (ODD_TAG, "-d", "refs/stackrank/head"):
        places.git(bares["well"], "update-ref", f"refs/tags/{tag}", "main~1")
    (bares["blob"] / "HEAD").write_text(places.git(bares["blob"], "hash-object", "-w", bares["blob"] / "config"))
    wanted = {"headless": ("main",), "thin": ("HEAD", "^main~9")}
    there = [bundled(bare, top / "files", *wanted.get(name, ("HEAD", "--all"))) for name, bare in bares.items()]
    torn = next(bundle for bundle in there if bundle.stem.endswith("torn"))
    torn.write_bytes(torn.read_bytes()[:-3000])
    where = declared(top, block("core", urls=[f"git+file://localhost{bundle}" for bundle in there]))
    broken_nights = [crawl(where)]
    loose = [p for p in (where.clones / "birds/core/birds/well.git/refs").rglob("*") if p.is_file()]
    imported(bares["well"], commit(99, parents=(b"refs/heads/main^0",)))
    bundled(bares["well"], top / "files", "HEAD", "--all")
    broken_nights += [crawl(where), crawl(where)]
    rows = {file.stem: pq.read_metadata(file).num_rows for file in stored_files(where.observations)}
    return SimpleNamespace(broken_nights=broken_nights, rows=rows, loose=loose, where=where, well=bares["well"])


def test_a_bundle_is_read_as_its_repository_is(bundled_nights):
    verdicts = [str(night.visits["well"].verdict) for night in bundled_nights.broken_nights]
    assert verdicts == ["ok", "ok", "unchanged"]
    assert [night.visits["well"].observations for night in bundled_nights.broken_nights] == [60, 61, 61]
    landed = bundled_nights.where.observations / "birds/core/birds/well.parquet"
    assert pq.read_table(landed)["hash"].to_pylist() == history(bundled_nights.well)
    assert {tag["tag"] for tag in read_unit(landed).tags} == {"-d", SHOWN_TAG, "refs/stackrank/head"}


def test_the_tags_of_a_bundle_are_one_file(bundled_nights):
    assert [file.name for file in bundled_nights.loose] == ["head"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("torn", "early EOF"),
        ("headless", "no HEAD"),
        ("thin", "prerequisite"),
        ("blob", "its HEAD leads to no commit"),
    ],
)
def test_a_bundle_that_is_not_whole_fails_and_lands_nothing(bundled_nights, name, reason):
    for night in bundled_nights.broken_nights:
        assert night.visits[name].verdict == "failed"
        assert reason in night.visits[name].reason
    assert name not in bundled_nights.rows


# ---- servers that lie --------------------------------------------------------------------------------------------

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


@pytest.fixture(scope="module")
def liars(tmp_path_factory):
    """A running server of liars."""
    with Liars(made(tmp_path_factory.mktemp("liars"), "true", line(50))) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


BOUNDS = {
    "USER_AGENT": "test", "GIT_TIMEOUT": 60, "GIT_IDLE_TIMEOUT": 30, "GIT_MAX_BYTES": 4 << 20, "GIT_MAX_OBJECTS": 1000,
    "GIT_MAX_MEMORY": 64 << 20, "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
}  # fmt: skip


def fetched(clones: Path, *urls: str, **bounds: int):
    """Fetch all urls at once; return what came of each: a state, or a GitError."""

    async def all_of_them():
        handler = GitDownloadHandler(SimpleNamespace(settings=Settings(BOUNDS | bounds), spider=PATIENT))
        known = {"source": None, "unit": ""}
        clone_of = [{"clone": str(clones / f"{n}.git")} for n, _ in enumerate(urls)]
        asked = (Request(url, meta=meta, cb_kwargs=known) for url, meta in zip(urls, clone_of, strict=True))
        return await asyncio.gather(*map(handler.download_request, asked), return_exceptions=True)

    answers = asyncio.run(all_of_them())
    return [answer if isinstance(answer, Exception) else json.loads(answer.body) for answer in answers]


LIES = {
    "401": ("refused", "answered 401: it asks for a login"),
    "403": ("refused", "answered 403: it forbids us the access"),
    "404": ("gone", "answered 404: there is no repository at this address"),
    "410": ("gone", "answered 410: the repository is gone for good"),
    "429": ("refused", "answered 429: we have asked too often"),
    "451": ("refused", "answered 451"),
    "500": ("failed", "answered 500: the server is in trouble"),
    "502": ("failed", "answered 502"),
    "503": ("failed", "answered 503: the server is in trouble"),
    "later": (
        "refused",
        "answered 503: it is too busy for us; it asks us to come back after Wed, 21 Oct 2026 07:28:00 GMT",
    ),
    "wall": ("refused", "as walls against robots do"),
    "page": ("failed", "a page instead of a repository"),
    "oneline": ("failed", "not a git server"),
    "void": ("failed", "not a git server"),
    "smartvoid": ("failed", "the connection broke off"),
    "smartpage": ("failed", "not answer as a git server does"),
    "dumb": ("failed", "not a git server"),
    "scheme": ("refused", "by another scheme, 'https'"),
    "host": ("refused", "to another host"),
    "port": ("refused", "to another host"),
    "file": ("refused", "by another scheme, 'file'"),
    "ext": ("refused", "by another scheme, 'ext'"),
    "user": ("refused", "to another host"),
    "login": ("refused", "to what is no repository"),
    "option": ("refused", "to what is no repository"),
    "round": ("refused", "to what is no repository"),
    "nowhere": ("refused", "to what is no repository"),
    "hop0": ("refused", "on and on"),
    "truncated": ("failed", "broke off"),
    "checksum": ("failed", "damaged"),
    "nothing": ("failed", "keeps a part of the history back"),
    "flood": ("refused", "too much memory"),
    "references": ("refused", "too much memory"),
    "messages": ("refused", "beside its history"),
    "objects": ("refused", "more than 1,000 objects and references"),
    "bytes": ("refused", "larger than 4,194,304 bytes"),
}


@pytest.fixture(scope="module")
def all_lies(liars, tmp_path_factory):
    """What came of each lie."""
    clones = tmp_path_factory.mktemp("clones").resolve()
    base = f"git+http://127.0.0.1:{liars.server_address[1]}/birds"
    told = dict(zip(LIES, fetched(clones, *(f"{base}/{name}" for name in LIES)), strict=True))
    return SimpleNamespace(told=told, clones=clones, asked=list(liars.asked))


@pytest.mark.parametrize("lie", LIES)
def test_each_lie_has_its_verdict_and_its_reason(all_lies, lie):
    verdict, reason = LIES[lie]
    error = all_lies.told[lie]
    assert isinstance(error, GitError)
    assert (error.verdict, reason in str(error)) == (verdict, True), str(error)
    assert str(error).isprintable()
    assert "secret" not in str(error)


def test_what_never_ends_leaves_little_behind(all_lies):
    sizes = [path.stat().st_size for path in all_lies.clones.rglob("*") if path.is_file()]
    assert sum(sizes) < 1 << 20


def test_a_server_that_keeps_the_parents_back_gives_no_shorter_history(liars, tmp_path):
    (state,) = fetched(tmp_path.resolve(), f"git+http://127.0.0.1:{liars.server_address[1]}/birds/orphan")
    assert state["head"] == liars.head
    with pytest.raises(OSError, match=r"git log: .*parents"):
        list(log(tmp_path / "0.git"))


def test_no_password_is_sent_even_if_one_is_asked_for(all_lies):
    assert {(password, evil) for _, password, evil in all_lies.asked} == {(None, None)}


def test_a_move_by_two_steps_on_one_host_is_followed(liars, tmp_path):
    (state,) = fetched(tmp_path.resolve(), f"git+http://127.0.0.1:{liars.server_address[1]}/birds/near")
    base = f"http://127.0.0.1:{liars.server_address[1]}/birds"
    assert state["head"] == liars.head
    assert state["note"] == f"moved to {base}/near2; moved to {base}/good"


def test_a_local_repositorys_own_configuration_runs_nothing(tmp_path):
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    evil.chmod(0o755)
    bare = made(tmp_path, "local", line(3))
    sections = {"core": ("fsmonitor", "sshCommand", "gitProxy", "alternateRefsCommand", "pager"),
                "uploadpack": ("packObjectsHook",), "gpg": ("program",), "credential": ("helper",),
                'remote "origin"': ("uploadpack", "receivepack")}  # fmt: skip
    lines = [f"[{name}]\n" + "".join(f"{key} = {evil}\n" for key in keys) for name, keys in sections.items()]
    with (bare / "config").open("a") as config:
        config.write("".join(lines) + f"[core]\nhooksPath = {bare}/hooks\n[log]\nshowSignature = true\n")
    (bare / "hooks").mkdir(exist_ok=True)
    for name in ("post-upload-pack", "reference-transaction", "pre-auto-gc"):
        shutil.copy(evil, bare / "hooks" / name)
    (state,) = fetched(tmp_path.resolve() / "clones", f"git+file://localhost{bare}")
    assert state["head"]
    assert not (tmp_path / "ran").exists()


def test_a_server_that_only_drips_is_left(liars, tmp_path):
    (error,) = fetched(tmp_path.resolve(), f"git+http://127.0.0.1:{liars.server_address[1]}/birds/drip", GIT_TIMEOUT=1)
    assert (error.verdict, str(error)) == ("failed", "not finished after 1 s")
    assert not list(tmp_path.rglob("tmp_*"))


def test_who_is_not_there_has_failed_and_is_not_gone(liars, tmp_path):
    port = liars.server_address[1]
    none, plain = fetched(tmp_path.resolve(), "git+http://127.0.0.1:9/birds/x", f"git+https://127.0.0.1:{port}/birds/x")
    assert (none.verdict, str(none).partition(":")[0]) == ("failed", "no connection")
    assert (plain.verdict, str(plain).partition(":")[0]) == ("failed", "no secure connection")


@pytest.mark.parametrize(
    ("said", "verdict", "reason"),
    [
        ("fatal: unable to access 'https://x.example/a/b/': Could not resolve host: x.example", "failed",
         "the name of the host is not known: fatal: Could not resolve host: x.example"),
        ("fatal: transport 'ext' not allowed", "refused", "git may not go there: fatal: transport 'ext' not allowed"),
        ("remote: write to jane@example.org\nfatal: early EOF", "failed",
         "the connection broke off: fatal: early EOF"),
        ("error: jane@example.org\x1b[2J\x9b\u202e | x\nfatal: early EOF", "failed",
         "the connection broke off: error: [address][2J | x | fatal: early EOF"),
        ("fatal: remote error: write to jane@example.org", "failed",
         "the server gave up, in words of its own: fatal:"),
        ("error: cannot lock ref 'refs/tags/a/b': 'refs/tags/a' exists", "failed",
         "it has a reference that cannot be stored: error: cannot lock ref 'refs/tags/a/b': 'refs/tags/a' exists"),
        ("", "failed", "git gave up: exit status 128, no words"),
    ],
)  # fmt: skip
def test_gits_complaints_in_plain_words(said, verdict, reason):
    error = complaint(128, said)
    assert (error.verdict, str(error)) == (verdict, reason)


@pytest.mark.parametrize(
    ("location", "followed"),
    [
        (
            "https://forge.example.org/birds/new/info/refs?service=git-upload-pack",
            "https://forge.example.org/birds/new",
        ),
        ("/new/birds.git/info/refs?service=git-upload-pack", "https://forge.example.org/new/birds.git"),
        ("https://127.0.0.1/birds/new/info/refs?service=git-upload-pack", None),
        ("https://[::1]/birds/new/info/refs?service=git-upload-pack", None),
        ("https://192.168.1.1/birds/new/info/refs?service=git-upload-pack", None),
        ("https://forge.example.org.evil.example/birds/new/info/refs?service=git-upload-pack", None),
        ("https://forge.example.org@evil.example/birds/new/info/refs?service=git-upload-pack", None),
        ("http://forge.example.org/birds/new/info/refs?service=git-upload-pack", None),
        ("https://forge.example.org/birds/../../x/info/refs?service=git-upload-pack", None),
        ("https://forge.example.org/birds/%2e%2e/info/refs?service=git-upload-pack", None),
        ("https://forge.example.org/birds/new/info/refs", None),
    ],
)
def test_only_a_repository_on_the_same_host_by_the_same_scheme_is_followed(location, followed):
    def where():
        return moved_to("https://forge.example.org/birds/old", [Answer(301, {"location": location})])

    if followed:
        assert where() == followed
    else:
        with pytest.raises(GitError, match="not followed") as refused:
            where()
        assert refused.value.verdict == "refused"


@pytest.mark.parametrize("value", ["<script>", "x" * 41, "1\x1b[2J"])
def test_what_a_server_says_of_waiting_is_only_repeated_if_it_is_plain(value):
    assert str(refusal([Answer(429, {"retry-after": value})])) == "answered 429: we have asked too often"


def test_gits_environment_has_nothing_of_the_callers(keyed):
    ours = environment()
    assert ours["HOME"] == os.devnull
    assert {name for name in ours if name.startswith("GIT_")} == {
        "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL", "GIT_TERMINAL_PROMPT", "GIT_NO_LAZY_FETCH",
        "GIT_NO_REPLACE_OBJECTS", "GIT_FLUSH", "GIT_ALLOW_PROTOCOL",
    }  # fmt: skip
    assert not [value for value in ours.values() if str(keyed) in value]


@pytest.mark.parametrize(
    "page",
    [
        b"a: &a [x, x]\nb: {deliverables: {c: {repos: *a}}}",
        b"a: " + b"[" * 100 + b"]" * 100,
        b"a: {deliverables: {b: {repos: [" + b",".join(b"a/b%d" % n for n in range(10_001)) + b"]}}}",
    ],
    ids=["references", "depth", "length"],
)
def test_a_list_that_would_choke_its_reader_is_refused(page):
    with pytest.raises(ValueError, match="list of repositories"):
        repositories(page)


def test_the_window_of_plausible_times_is_that_of_the_database():
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert plausible_times(date(2010, 7, 31), noon) == (datetime(2005, 7, 31), datetime(2026, 3, 2, 12))
    assert plausible_times(date(2008, 2, 29), noon)[0] == datetime(2003, 2, 28)


# ---- a budget for each host and night ----------------------------------------------------------------------------


def a_day_passes(where) -> None:
    """Make every visit so far a day older."""
    for file in where.visits.rglob("*.jsonl"):
        aged = []
        for noted in file.read_text().splitlines():
            facts = json.loads(noted)
            facts["seen_at"] = (datetime.fromisoformat(facts["seen_at"]) - timedelta(days=1)).isoformat()
            aged.append(json.dumps(facts) + "\n")
        file.write_text("".join(aged))


def planned(where, monkeypatch) -> list[str]:
    """Return the units that a spider would ask now, two being the most."""
    monkeypatch.setenv("STACKRANK_DATA", str(where.data))
    monkeypatch.setenv("STACKRANK_COMMUNITIES", str(where.communities))
    spider = GitSpider(sources="birds/core")
    spider.settings = Settings({"UNITS_PER_HOST": 2, "UNLIMITED_HOSTS": ""})

    async def requests():
        return [request.cb_kwargs["unit"] async for request in spider.start()]

    units = asyncio.run(requests())
    for lock in spider._locks:
        lock.close()
    return units


def test_a_first_load_goes_on_where_the_budget_of_the_night_ended(tmp_path, monkeypatch):
    for name in "abcde":
        made(tmp_path / "served", name, line(2))
    with serve(tmp_path / "served") as server:
        where = declared(tmp_path, block("core", urls=[f"git+{server.base_url}/{FORGE}/{name}" for name in "abcde"]))
        first = crawl(where, UNLIMITED_HOSTS="", UNITS_PER_HOST=2)
    assert {name: visit.verdict for name, visit in first.visits.items()} == {"a": "ok", "b": "ok"}
    assert first.silent == ()
    assert [plan.deferred for plan in first.left] == [("birds/c", "birds/d", "birds/e")]
    assert "birds/core: 3 of 5 deferred to the next run: at most 2 repositories a run" in first.said
    assert planned(where, monkeypatch) == [], "a second run in the same night asks no more"
    broken_nights = []
    for _ in range(3):
        a_day_passes(where)
        broken_nights.append(planned(where, monkeypatch))
        visit = next(read_visits(where.visits))
        for unit in broken_nights[-1]:
            log_visit(where.visits, replace(visit, unit=unit, seen_at=datetime.now(UTC), verdict=Verdict.UNCHANGED))
    older, newer = sorted("ab", key=lambda name: (first.visits[name].seen_at, name))
    assert broken_nights == [["birds/c", "birds/d"], ["birds/e", f"birds/{older}"], [f"birds/{newer}", "birds/c"]]
    assert next(read_plans(where.visits)).units == tuple(f"birds/{name}" for name in "abcde")


@pytest.mark.parametrize("at_a_time", ["CONCURRENT_REQUESTS", "CONCURRENT_REQUESTS_PER_DOMAIN"])
def test_a_host_that_wants_peace_is_asked_nothing_more_tonight(tmp_path, at_a_time):
    names = ("throttle", "a", "b")
    for name in names:
        made(tmp_path / "served", name, line(2))
    with serve(tmp_path / "served", {"birds/throttle": "throttle"}) as server:
        where = declared(tmp_path, block("core", urls=[f"git+{server.base_url}/{FORGE}/{name}" for name in names]))
        night = crawl(where, UNLIMITED_HOSTS="", **{at_a_time: 1})
        assert [request.status for request in server.requests] == [429]
    assert {name: visit.verdict for name, visit in night.visits.items()} == {"throttle": "refused"}
    assert night.silent == ()
    assert [plan.deferred for plan in night.left] == [("birds/a", "birds/b")]
    assert "is paused for this run" in night.left[0].reason
    assert "is paused for this run" in night.said


@pytest.mark.parametrize(("unit", "fault"), [("birds/a", "flood"), ("birds/z", "slow")])
def test_a_fault_that_is_not_known_or_nobodys_is_refused(tmp_path, unit, fault):
    made(tmp_path, "a")
    with pytest.raises(ValueError, match="no such"), serve(tmp_path, {unit: fault}):
        pass
