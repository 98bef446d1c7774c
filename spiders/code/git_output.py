"""Read what a git process says, within bounds, and end it."""

import asyncio
import os
import signal
from contextlib import suppress

from pipelines.model import Verdict
from spiders.code.git_answers import GitError

LARGEST_OUTPUT = 64 << 20
LARGEST_COMPLAINT = 1 << 20
END_SECONDS = 10
"""A killed process ends at once; its pipes end later where another process has them too."""


async def read_output(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    """Return all that a process said, when it has ended; raises GitError if it says too much."""
    streams = (process.stdout, LARGEST_OUTPUT), (process.stderr, LARGEST_COMPLAINT)
    reading = [asyncio.ensure_future(_said(*stream)) for stream in streams]
    try:
        output, errors = await asyncio.gather(*reading)
    finally:
        for each in reading:
            each.cancel()
        await asyncio.wait(reading)
    await process.wait()
    return output, errors


async def _said(stream: asyncio.StreamReader | None, most: int) -> bytes:
    assert stream
    pieces: list[bytes] = []
    length = 0
    while piece := await stream.read(1 << 16):
        pieces.append(piece)
        length += len(piece)
        if length > most:
            raise GitError(Verdict.REFUSED, f"stopped: it says more than {most:,} bytes beside its history")
    return b"".join(pieces)


async def stop(process: asyncio.subprocess.Process, ending: "asyncio.Future[tuple[bytes, bytes]]") -> None:
    """Kill the whole group of a process that still runs, and wait for its end, but not for what holds its pipes."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    ending.cancel()
    await asyncio.wait({ending})
    with suppress(TimeoutError):
        await asyncio.wait_for(_drain(process), END_SECONDS)
    process._transport.close()  # type: ignore[attr-defined]  # asyncio does so a turn later, when the loop may be over


async def _drain(process: asyncio.subprocess.Process) -> None:
    """Read what is left of a killed process: while something is unread, asyncio does not see its end."""
    for stream in filter(None, (process.stdout, process.stderr)):
        while await stream.read(1 << 16):
            pass
    await process.wait()
