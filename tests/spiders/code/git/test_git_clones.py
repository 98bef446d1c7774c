"""Fetches take their turn, clones that are damaged are made anew, and no name leaves a clone."""

import asyncio
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
from scrapy import Request
from scrapy.settings import Settings
from support.git import (
    CANARIES,
    FORGE,
    KEY,
    PATIENT,
    SINGING,
    block,
    declared,
    line,
    made,
    texts,
)

from flows.collect import collect
from flows.demo import places
from flows.demo.server import serve
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CHECKOUT
from pipelines.landing import set_aside
from pipelines.landing.stored import stored_files
from spiders.code import git_download


class FakeFetch:
    """Counts how many run at once, per host."""

    running: ClassVar[Counter[str]] = Counter()
    most: ClassVar[Counter[str]] = Counter()

    def __init__(self, clone, url, **_):
        self.host = url.split("/")[2]

    async def run(self):
        FakeFetch.running[self.host] += 1
        FakeFetch.most[self.host] = max(FakeFetch.most[self.host], FakeFetch.running[self.host])
        for _ in range(20):
            await asyncio.sleep(0)
        FakeFetch.running[self.host] -= 1
        return {"head": None}


def handler(**settings) -> git_download.GitDownloadHandler:
    known = {"USER_AGENT": "test", "GIT_TIMEOUT": 60, "GIT_MAX_BYTES": 1 << 20, "CONCURRENT_REQUESTS_PER_DOMAIN": 2}
    return git_download.GitDownloadHandler(SimpleNamespace(settings=Settings(known | settings), spider=PATIENT))


def fetch(url: str, tmp_path: Path) -> Request:
    return Request(url, meta={"clone": str(tmp_path / "clone.git")}, cb_kwargs={"source": None, "unit": ""})


def test_a_host_has_at_most_two_fetches_at_a_time_and_hosts_do_not_wait_for_each_other(monkeypatch, tmp_path):
    monkeypatch.setattr(git_download, "Fetch", FakeFetch)

    async def all_at_once():
        shared = handler()
        urls = [f"git+https://{host}.example.org/birds/{n}" for host in ("one", "two") for n in range(6)]
        return await asyncio.gather(*(shared.download_request(fetch(url, tmp_path)) for url in urls))

    answers = asyncio.run(all_at_once())
    assert len(answers) == 12
    assert FakeFetch.most == {"one.example.org": 2, "two.example.org": 2}


def test_a_fetch_that_takes_too_long_fails_with_a_reason(monkeypatch, tmp_path):
    monkeypatch.setattr(git_download, "Fetch", FakeFetch)
    with pytest.raises(git_download.GitError, match="not finished after 0 s") as failure:
        asyncio.run(handler(GIT_TIMEOUT=0).download_request(fetch("git+https://slow.example.org/birds/x", tmp_path)))
    assert failure.value.verdict == "failed"


@pytest.mark.long
def test_a_second_collector_of_a_source_is_refused_and_its_unit_is_silent(tmp_path, capfd):
    where = declared(tmp_path, block("core", urls=["git+http://127.0.0.1:9/birds/one"]))
    (where.data / "locks").mkdir(parents=True)
    with (where.data / "locks/birds.core").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(json.dumps({"process": os.getpid()}))
        lock.flush()
        done = collect(where, load_catalogue(where.communities)[0].sources)
    assert done.visits == ()
    assert done.unvisited == ("birds/core birds/one",)
    said = capfd.readouterr().err
    assert "birds/core is being collected already" in said
    assert f'"process": {os.getpid()}' in said
    assert not where.clones.exists()


def cut_pack(clone):
    (pack,) = clone.glob("objects/pack/*.pack")
    pack.chmod(0o644)
    pack.write_bytes(pack.read_bytes()[:100])


def put_a_file_in_its_place(clone):
    shutil.rmtree(clone)
    clone.write_text("x")


CLONE_DAMAGES = {
    "pack": cut_pack,
    "file": put_a_file_in_its_place,
    "head": lambda clone: (clone / "HEAD").write_bytes(b"\0\0"),
    "config": lambda clone: (clone / "config").write_bytes(b"[\xff"),
    "objects": lambda clone: shutil.rmtree(clone / "objects"),
}


@pytest.mark.long
def test_a_damaged_clone_is_set_aside_and_made_anew_in_the_same_visit(tmp_path):
    for name in CLONE_DAMAGES:
        made(tmp_path / "served", name, line(2))
    with serve(tmp_path / "served") as server:
        where = declared(tmp_path, block("core", urls=[f"git+{server.base_url}/{FORGE}/{n}" for n in CLONE_DAMAGES]))
        sources = load_catalogue(where.communities)[0].sources
        assert {v.verdict for v in collect(where, sources).visits} == {"ok"}
        clones = {name: next(where.clones.rglob(f"{name}.git")) for name in CLONE_DAMAGES}
        for name, damage in CLONE_DAMAGES.items():
            damage(clones[name])
        assert {v.unit: (v.verdict, v.reason) for v in collect(where, sources).visits} == {
            f"birds/{name}": ("unchanged", "") for name in CLONE_DAMAGES
        }
    kept = {entry.file: entry.moved_to for entry in set_aside.entries(where)}
    assert kept.keys() == {str(clone.relative_to(where.data)) for clone in clones.values()}
    assert all((where.data / place).exists() for place in kept.values())


def sung(content: bytes) -> list[str]:
    """Return the canaries in some bytes: as they are, without case, as UTF-16."""
    without_case = content.lower()
    forms = {c: {c.lower().encode(), c.lower().encode("utf-16-le"), c.lower().encode("utf-16-be")} for c in CANARIES}
    return [canary for canary, written in forms.items() if any(form in without_case for form in written)]


@pytest.mark.long
def test_no_name_no_address_and_no_subject_gets_out(tmp_path, capfd):
    made(tmp_path / "served", "singing", SINGING)
    with serve(tmp_path / "served") as server:
        where = declared(tmp_path, block("core", urls=[f"git+{server.base_url}/{FORGE}/singing"]))
        done = collect(where, load_catalogue(where.communities)[0].sources)
    assert [(v.verdict, v.observations) for v in done.visits] == [("ok", 2)]
    (clone,) = where.clones.rglob("*.git")
    (parquet,) = stored_files(where.observations)
    in_clone = places.git(clone, "cat-file", "--batch-all-objects", "--batch").encode(errors="surrogateescape")
    assert set(sung(in_clone)) == set(CANARIES), "the canaries must be there to be heard"
    outside = [p for p in where.data.rglob("*") if p.is_file() and not p.is_relative_to(where.clones)]
    assert len(outside) >= 3
    assert {str(path): sung(path.read_bytes()) for path in outside if sung(path.read_bytes())} == {}
    assert len(texts(parquet)) > 1000
    assert sung(texts(parquet)) == []
    assert sung("".join(capfd.readouterr()).encode()) == []


@pytest.mark.parametrize("coding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_canary_that_got_out_would_be_heard(coding):
    assert sung(f"xx {CANARIES[0].upper()} xx".encode(coding)) == [CANARIES[0]]


@pytest.mark.long
def test_a_crawl_of_repositories_imports_nothing_that_takes_longer_than_a_visit_without_news(tmp_path):
    finished = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "spiders", "git", "sources=nobody/nothing"],
        env=os.environ | {"STACKRANK_DATA": str(tmp_path), "STACKRANK_KEY": KEY}, cwd=CHECKOUT,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    imported = {line.rsplit("|", 1)[1].strip() for line in finished.stderr.splitlines() if line.count("|") == 2}
    assert {"spiders.code.git_tags", "pyarrow", "scrapy.crawler"} <= imported
    assert imported.isdisjoint(
        {
            "pandas",
            "numpy.lib",
            "pyarrow.compute",
            "spiders.code.git_log",
            "h2",
            "aiohttp",
            "scrapy.core.downloader.tls",
            "tldextract",
            "spiders.mail.pipermail",
            "twisted.conch",
        }
    )
