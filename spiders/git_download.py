"""The download handler behind `git+https://`, `git+http://` and `git+file://localhost/`.

A download makes or refreshes a bare repository that holds the commits of the default branch and
of all tags, and nothing else: trees and files are never asked for. The response's body is what a
reader must know of it: `{"head": hash or null, "checksum": ..., "note": ..., "seconds": ...}`.
"""

import asyncio
import ctypes
import hashlib
import json
import os
import resource
import shutil
import signal
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse

from pipelines.nouns import Verdict
from pipelines.pseudonyms import redact
from spiders.base import GROUPS

HEAD = "refs/stackrank/head"
PASSED_ON = ("PATH", "HOME", "TMPDIR", "SSL_CERT_FILE", "https_proxy", "http_proxy", "no_proxy")
SIGNS = (
    ("not found", Verdict.GONE),
    ("The requested URL returned error: 410", Verdict.GONE),
    ("does not appear to be a git repository", Verdict.GONE),
    ("could not read Username", Verdict.REFUSED),
    ("Authentication failed", Verdict.REFUSED),
    ("The requested URL returned error: 401", Verdict.REFUSED),
    ("The requested URL returned error: 403", Verdict.REFUSED),
    ("The requested URL returned error: 429", Verdict.REFUSED),
    ("not allowed", Verdict.REFUSED),
    ("unable to update url base from redirection", Verdict.REFUSED),
)


class GitError(Exception):
    """A repository could not be had; carries the visit's verdict and a reason without addresses."""

    def __init__(self, verdict: Verdict, reason: str) -> None:
        super().__init__(reason)
        self.verdict = verdict


class GitDownloadHandler(BaseDownloadHandler):
    """Fetches `request.url` into the bare repository `request.meta["clone"]`."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # Scrapy 2.19 starts every queued request of a slot without delay at once, beyond its limit.
        at_once = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._hosts: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(at_once))

    async def download_request(self, request: Request) -> Response:
        """Return the state of the repository after the fetch; raises GitError."""
        async with self._hosts[urlsplit(request.url).netloc]:
            return await self._download(request)

    async def _download(self, request: Request) -> Response:
        settings = self.crawler.settings
        started = monotonic()
        fetch = Fetch(
            Path(request.meta["clone"]),
            request.url,
            user_agent=settings["USER_AGENT"],
            max_bytes=settings.getint("GIT_MAX_BYTES"),
        )
        try:
            async with asyncio.timeout(settings.getint("GIT_TIMEOUT")):
                state = await fetch.run()
        except TimeoutError:
            raise GitError(Verdict.FAILED, f"not finished after {settings.getint('GIT_TIMEOUT')} s") from None
        state["seconds"] = round(monotonic() - started, 3)
        return TextResponse(request.url, body=json.dumps(state).encode(), encoding="utf-8")


class Fetch:
    """One fetch of commits and tags from `url` into the bare repository `clone`."""

    def __init__(self, clone: Path, url: str, *, user_agent: str, max_bytes: int) -> None:
        self.clone = clone
        self.scheme = urlsplit(url).scheme.removeprefix("git+")
        self.url = plain_url(url)
        self.user_agent = user_agent
        self.max_bytes = max_bytes

    async def run(self) -> dict[str, Any]:
        """Fetch and tell head, checksum and note; raises GitError."""
        self._sweep()
        await self._git("init", "--quiet", "--bare", "--template=", str(self.clone))
        is_bundle = self.url.endswith(".bundle")
        treeless = () if is_bundle else ("--filter=tree:0",)
        code, errors = await self._try(
            "fetch", "--quiet", "--prune", "--no-auto-maintenance", "--no-write-fetch-head",
            *treeless, "origin", f"+HEAD:{HEAD}", "+refs/tags/*:refs/tags/*",
        )  # fmt: skip
        if code and "couldn't find remote ref HEAD" in errors:
            await self._without_head()
        elif code:
            raise GitError(_verdict(errors), _reason(errors))
        ignored = "filtering not recognized by server" in errors
        return await self._state("the server ignored the filter: files came too" if ignored else "")

    def _sweep(self) -> None:
        """Remove what a killed git leaves behind; the source's lock keeps others out."""
        if (self.clone / "HEAD").exists() and not (self.clone / "config").exists():
            shutil.rmtree(self.clone)
        for pattern in ("*.lock", "refs/**/*.lock", "objects/pack/tmp_*", "objects/??/tmp_obj_*"):
            for stale in self.clone.glob(pattern):
                stale.unlink()

    async def _without_head(self) -> None:
        """Tell an empty repository from one whose default branch is missing; raises GitError."""
        refs = await self._git("ls-remote", "origin")
        if refs.strip():
            raise GitError(Verdict.FAILED, "the repository has branches or tags, but no HEAD")
        if await self._git("for-each-ref", HEAD):
            raise GitError(Verdict.PARTIAL, "the repository is empty now: the earlier history is kept")

    async def _state(self, note: str) -> dict[str, Any]:
        refs = await self._git("for-each-ref", "--format=%(objectname) %(refname)")
        head = next((line.split()[0] for line in refs.splitlines() if line.endswith(HEAD)), None)
        checksum = hashlib.sha256(refs.encode()).hexdigest()
        return {"head": head, "checksum": checksum, "note": note}

    async def _git(self, *arguments: str) -> str:
        process = await self._start(*arguments)
        output, errors = await _finished(process)
        if process.returncode:
            raise GitError(_verdict(errors.decode(errors="replace")), _reason(errors.decode(errors="replace")))
        return output.decode(errors="replace")

    async def _try(self, *arguments: str) -> tuple[int, str]:
        process = await self._start(*arguments)
        _, errors = await _finished(process)
        return process.returncode or 0, errors.decode(errors="replace")

    async def _start(self, *arguments: str) -> asyncio.subprocess.Process:
        inside = () if arguments[0] == "init" else ("-C", str(self.clone))
        return await asyncio.create_subprocess_exec(
            "git", *inside, *self._configuration(), *arguments,
            env=environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            process_group=0,
            preexec_fn=dies_with_parent(self.max_bytes),
        )  # fmt: skip

    def _configuration(self) -> tuple[str, ...]:
        pairs = {
            "remote.origin.url": self.url,
            "remote.origin.promisor": "true",
            "remote.origin.partialclonefilter": "tree:0",
            "remote.origin.tagOpt": "--no-tags",
            "protocol.allow": "never",
            f"protocol.{self.scheme}.allow": "always",
            "http.userAgent": self.user_agent,
            "http.followRedirects": "initial",
            "http.lowSpeedLimit": "1000",
            "http.lowSpeedTime": "60",
            "credential.helper": "",
            "core.hooksPath": os.devnull,
            "fetch.unpackLimit": "1",
            "fetch.recurseSubmodules": "false",
            "transfer.credentialsInUrl": "die",
        }
        return tuple(part for name, value in pairs.items() for part in ("-c", f"{name}={value}"))


def plain_url(url: str) -> str:
    """Return what git itself is given: `git+https://h/p` -> `https://h/p`, a file URL -> its path."""
    parts = urlsplit(url)
    if parts.scheme == "git+file":
        return unquote(parts.path)
    return url.removeprefix("git+")


def environment() -> dict[str, str]:
    """Return git's environment: no system or user configuration, no prompts, no lazy fetch."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return kept | {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "LC_ALL": "C",
    }


def dies_with_parent(max_file_bytes: int = 0) -> Callable[[], None]:
    """Return what a child runs before git: die when the parent does, write no larger file."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def before_git() -> None:
        if libc is not None:
            libc.prctl(1, signal.SIGKILL)
        if max_file_bytes:
            resource.setrlimit(resource.RLIMIT_FSIZE, (max_file_bytes, max_file_bytes))

    return before_git


async def _finished(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    GROUPS.add(process.pid)
    try:
        return await process.communicate()
    except asyncio.CancelledError:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        raise
    finally:
        GROUPS.discard(process.pid)


def _verdict(errors: str) -> Verdict:
    return next((verdict for sign, verdict in SIGNS if sign in errors), Verdict.FAILED)


def _reason(errors: str) -> str:
    """Return git's last complaint in one line, addresses taken out."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:", "remote:"))] or lines
    return redact(" | ".join(telling[-2:]))[:300] or "git gave no reason"
