"""A server that lies, redirects, floods or drips has its verdict and its reason, and leaves little behind."""

import asyncio
import json
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.settings import Settings
from support.git import PATIENT, line, made
from support.git_liars import Liars

from spiders.code.git_answers import GitError
from spiders.code.git_download import GitDownloadHandler
from spiders.code.git_log import log


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
