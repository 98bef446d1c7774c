"""Ask the public database in a process that can be ended, a few questions at once."""

import asyncio
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flows.serving.limits import AT_ONCE, WAITING, Allowance

ANSWERING = (sys.executable, "-P", "-m", "flows.serving.answering")
KEPT = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")
"""Of our environment, which may hold the key, the process gets these alone."""
BUSY = {"problem": "too many questions are waiting; ask again in a moment"}
NO_ROOM = {"problem": "the answer needs too much memory, and was stopped; ask for less"}


class Asker:
    """Answers questions about one database file, which a new run may replace at any time."""

    def __init__(self, database: Path, allowed: Allowance) -> None:
        self._database, self._allowed = database, allowed
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def ask(self, sql: str, form: str) -> dict[str, Any]:
        """Return `{"answer": ...}` or `{"problem": ...}`."""
        if self._waiting >= AT_ONCE + WAITING:
            return BUSY
        self._waiting += 1
        try:
            async with self._turn:
                return await self._in_a_process(sql, form)
        finally:
            self._waiting -= 1

    async def _in_a_process(self, sql: str, form: str) -> dict[str, Any]:
        process = await asyncio.create_subprocess_exec(
            *ANSWERING, env={name: os.environ[name] for name in KEPT if name in os.environ},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        asked = {"database": str(self._database), "sql": sql, "form": form, "allowed": asdict(self._allowed)}
        try:
            talk = _talk(process, json.dumps(asked).encode(), 2 * self._allowed.letters)
            said = await asyncio.wait_for(talk, self._allowed.patience)
        except TimeoutError:
            return {"problem": f"the answer took over {self._allowed.seconds:g} s, and was stopped; ask for less"}
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return json.loads(said) if said else NO_ROOM


async def _talk(process: asyncio.subprocess.Process, question: bytes, most: int) -> bytes:
    """Return what a process says; nothing where it was ended, or says more than so many bytes."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(question)
    process.stdin.close()
    said = b""
    while (part := await process.stdout.read(1 << 16)) and len(said) <= most:
        said += part
    return said if not part and await process.wait() == 0 else b""
