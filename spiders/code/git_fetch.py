"""Fetch a repository's commits and tags into a bare clone, by git, from a server that may be hostile.

What a fetch may take of time, disk and memory is bounded.
"""

import asyncio
import hashlib
import os
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pipelines.model import Verdict
from spiders import watchdog
from spiders.code.git_answers import GitError, answers, complaint, is_smart, moved_to, refusal
from spiders.code.git_output import read_output, stop
from spiders.code.git_process import HEAD, NOWHERE, Bounds, environment, within

MOST_MOVES = 5
LOOK_EVERY = 0.25
TRACE = "stackrank-trace"
SHA_256 = "mismatched algorithms: client sha1; server sha256"


class DamagedCloneError(Exception):
    """The repository on this machine cannot be read any more, whatever the server says."""


class Fetch:
    """One fetch of commits and tags from `url` into the bare repository `clone`."""

    def __init__(self, clone: Path, url: str, *, user_agent: str, bounds: Bounds) -> None:
        self.clone = clone
        self.scheme = urlsplit(url).scheme.removeprefix("git+")
        self.url = plain_url(url)
        self.user_agent = user_agent
        self.bounds = bounds
        self.notes: list[str] = []

    async def run(self) -> dict[str, Any]:
        """Fetch and tell head, checksum and note; raises GitError, and then leaves nothing half done.

        Raises DamagedCloneError where what we have is the cause.
        """
        if self.clone.resolve() != self.clone:
            raise GitError(Verdict.REFUSED, "the way to its clone has a symbolic link in it, which is not followed")
        if self.clone.exists() and not self.clone.is_dir():
            raise DamagedCloneError("it is no folder")
        self._sweep()
        if not (
            self.clone / HEAD
        ).exists():  # an unchanged repository is asked so quickly that each start of git counts
            await self._init()
            if self._is_bundle:
                await self._unbundle()
        try:
            return await self._fetched()
        except GitError:
            await self._check_clone()
            raise
        finally:
            self._sweep()

    async def _check_clone(self) -> None:
        """Raise DamagedCloneError where a commit that our references lead to cannot be read."""
        if self._excess():
            return
        try:
            await self._git("rev-list", "--all", "--count")
        except GitError as error:
            raise DamagedCloneError(str(error)) from None

    async def _init(self, *options: str) -> None:
        await self._git("init", "--quiet", "--bare", "--template=", *options, str(self.clone))

    async def _fetched(self) -> dict[str, Any]:
        code, errors = await self._fetch()
        if code and SHA_256 in errors and not (self.clone / HEAD).exists():
            shutil.rmtree(self.clone)
            await self._init("--object-format=sha256")
            code, errors = await self._fetch()
        for _ in range(MOST_MOVES):
            target = moved_to(self.url, answers(self.clone / TRACE)) if code else None
            if target is None:
                break
            self.url = target
            self.notes.append(f"moved to {target}")
            code, errors = await self._fetch()
        self._check_answers(code, errors)
        if "filtering not recognized by server" in errors:
            self.notes.append("the server ignored the filter: files came too")
        return await self._state(code)

    @property
    def _is_bundle(self) -> bool:
        return self.scheme == "file" and self.url.endswith(".bundle")

    async def _unbundle(self) -> None:
        """Take what is in a bundle at once; `git fetch`, which tells what is wrong, would walk all of it once more.

        Its tags go into one file: a file for each would take a tenth of the visit.
        """
        code, output, _ = await self._try("bundle", "unbundle", self.url)
        heads = {name: oid for oid, _, name in (line.partition(" ") for line in output.split("\n"))}
        if code or "HEAD" not in heads:
            return
        tags = (f"{oid} {name}\n" for name, oid in heads.items() if name.startswith("refs/tags/"))
        (self.clone / "packed-refs").write_text("".join(tags))
        await self._try("update-ref", HEAD, heads["HEAD"])

    async def _fetch(self) -> tuple[int, str]:
        """Run `git fetch`; return its exit status and its complaints."""
        (self.clone / TRACE).unlink(missing_ok=True)
        treeless = () if self._is_bundle else ("--filter=tree:0",)
        code, _, errors = await self._try(
            "fetch", "--quiet", "--prune", "--no-auto-maintenance", "--no-write-fetch-head",
            *treeless, "origin", f"+HEAD:{HEAD}", "+refs/tags/*:refs/tags/*",
        )  # fmt: skip
        return code, errors

    def _check_answers(self, code: int, errors: str) -> None:
        """Raise GitError unless git succeeded, or found everything but a HEAD, with a true git server."""
        given = answers(self.clone / TRACE)
        if self.scheme != "file" and (refused := refusal(given)):
            raise refused
        if excess := self._excess():
            raise GitError(Verdict.REFUSED, excess)
        without_head = "couldn't find remote ref HEAD" in errors
        if self.scheme != "file" and (not code or without_head) and not is_smart(given):
            raise GitError(Verdict.FAILED, "what answers there is not a git server that we can read from")
        if code and not without_head:
            raise complaint(code, errors)
        if "shallow roots" in errors:
            raise GitError(Verdict.FAILED, "the server has only the newest part of the history")

    def _sweep(self) -> None:
        """Remove what a killed git leaves, and what would lead git elsewhere; the source's lock keeps others out."""
        if (self.clone / "HEAD").exists() and not (self.clone / "config").exists():
            shutil.rmtree(self.clone)
        left = ("*.lock", "refs/**/*.lock", "objects/pack/tmp_*", "objects/??/tmp_obj_*", TRACE)
        for pattern in (*left, "objects/info/*alternates"):
            for stale in self.clone.glob(pattern):
                stale.unlink()

    async def _state(self, code: int) -> dict[str, Any]:
        """Tell an empty repository from one whose default branch is missing; raises GitError."""
        if code:
            if (await self._git("ls-remote", "origin")).strip():
                raise GitError(Verdict.FAILED, "the repository has branches or tags, but no HEAD")
            return {"head": None, "checksum": None, "note": "; ".join(self.notes)}
        refs = await self._git("for-each-ref", "--format=%(objectname) %(refname)")
        head = next((line.split()[0] for line in refs.split("\n") if line.endswith(f" {HEAD}")), None)
        if head is None:
            raise GitError(Verdict.FAILED, "its HEAD could not be fetched")
        checksum = hashlib.sha256(refs.encode()).hexdigest()
        requests = len(answers(self.clone / TRACE))
        return {"head": head, "checksum": checksum, "note": "; ".join(self.notes), "requests": requests}

    async def _git(self, *arguments: str) -> str:
        code, output, errors = await self._try(*arguments)
        if code:
            raise complaint(code, errors)
        return output

    async def _try(self, *arguments: str) -> tuple[int, str, str]:
        """Run git to its end or to the end of our patience; return exit status, output, complaints."""
        process = await self._start(*arguments)
        watchdog.guard(process.pid)
        ending = asyncio.ensure_future(read_output(process))
        try:
            while not (await asyncio.wait({ending}, timeout=LOOK_EVERY))[0]:
                if excess := await asyncio.to_thread(self._excess):
                    raise GitError(Verdict.REFUSED, excess)
            output, errors = ending.result()
        finally:
            await stop(process, ending)
            watchdog.release(process.pid)
        return process.returncode or 0, output.decode(errors="replace"), errors.decode(errors="replace")

    def _excess(self) -> str | None:
        """Say what there is too much of in the clone; None while it keeps within bounds."""
        size = number = 0
        for folder, _, names in os.walk(self.clone):
            for name in names:
                one_size, one_number = _weight(Path(folder, name))
                size, number = size + one_size, number + one_number
            if size > self.bounds.bytes:
                return f"stopped: it is larger than {self.bounds.bytes:,} bytes"
            if number > self.bounds.objects:
                return f"stopped: it has more than {self.bounds.objects:,} objects and references"
        return None

    async def _start(self, *arguments: str) -> asyncio.subprocess.Process:
        inside = () if arguments[0] == "init" else (f"--git-dir={self.clone}",)
        trace = {"GIT_TRACE_CURL": str(self.clone / TRACE), "GIT_TRACE_CURL_NO_DATA": "1"}
        return await asyncio.create_subprocess_exec(
            *within(self.bounds), "git", *inside, *self._configuration(), *arguments,
            env=environment() | {"GIT_ALLOW_PROTOCOL": self.scheme} | (trace if arguments[0] == "fetch" else {}),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            process_group=0,
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
            "http.followRedirects": "false",
            "http.lowSpeedLimit": "1000",
            "http.lowSpeedTime": str(self.bounds.idle),
            "credential.helper": "",
            "core.hooksPath": NOWHERE,
            "fetch.unpackLimit": "1",
            "pack.threads": "1",
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


def _weight(file: Path) -> tuple[int, int]:
    """Return the bytes of a file and the objects in it, by what the head of a pack promises."""
    try:
        size = file.stat().st_size
        if not file.name.startswith("tmp_pack") and file.suffix != ".pack":
            return size, 1
        with file.open("rb") as pack:
            head = pack.read(12)
    except FileNotFoundError:  # git has just renamed it
        return 0, 0
    return size, int.from_bytes(head[8:12]) if head.startswith(b"PACK") else 1
