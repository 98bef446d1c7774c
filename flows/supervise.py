"""Run one spider as a process of its own, and end it, with all that it started, where nothing comes of it any more."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

from pipelines.clock import MOMENT
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.runs import RUN
from pipelines.model import Source

SPIDERS = (sys.executable, "-m", "spiders")
LONGEST_UNITS = {"git": 3_720.0}
LONGEST_UNIT = 1_020.0
"""After so many seconds without a visit and without a new unit a spider is ended: the UNIT_TIMEOUT of
`spiders/settings.py` with its GRACE; for a repository its GIT_TIMEOUT."""
LONGEST_CRAWL = 6 * 3600.0
"""How many seconds one spider may take: 200 units, the most that a run asks of a host, with 108 seconds for each."""
LOOK = 1.0


Check = Callable[[], float | None]
"""Returns until when, by `pipelines.clock`, a spider may go on; None stands for ever. Where it raises, it ends."""


def _go_on() -> None:
    """Let a spider go on."""


def crawl(
    where: Folders,
    run: str,
    sources: Sequence[Source],
    units: Iterable[str] = (),
    arguments: Sequence[str] = (),
    check: Check = _go_on,
) -> bool:
    """Run the spider of sources of one kind; return False where it overran, and was ended.

    The spider and its children end when this process ends, even by kill -9 (see spiders/watchdog.py).
    They also end where `check`, which is called every second, raises, and when the time that it gave is over: also
    where this process is stopped then, and sees nothing.
    """
    ours, theirs = os.pipe()
    names = f"sources={','.join(source.id for source in sources)}"
    command = [*SPIDERS, sources[0].kind, names, f"units={','.join(sorted(units))}", *arguments]
    try:
        _give_time(theirs, check())
        process = subprocess.Popen(
            command, env=_environment(where, run, ours), pass_fds=(ours,), cwd=CHECKOUT, process_group=0
        )
        return _wait(process, where, sources, lambda: _give_time(theirs, check()))
    finally:
        os.close(ours)
        os.close(theirs)


def _give_time(pipe: int, until: float | None) -> None:
    """Tell the watchdog of a spider until when it may go on; one that has ended hears nothing."""
    if until is not None:
        with suppress(BrokenPipeError):
            os.write(pipe, MOMENT.pack(until))


def _wait(
    process: subprocess.Popen[bytes], where: Folders, sources: Sequence[Source], check: Callable[[], None]
) -> bool:
    """Wait for a spider; end its process group and return False where it outlives its time."""
    started = heard = monotonic()
    patience, signs = LONGEST_UNITS.get(sources[0].kind, LONGEST_UNIT), _signs(where, sources)
    try:
        while not _has_ended(process):
            check()
            if signs != (signs := _signs(where, sources)):
                heard = monotonic()
            if monotonic() - heard > patience or monotonic() - started > LONGEST_CRAWL:
                return False
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return True


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(LOOK)
    except subprocess.TimeoutExpired:
        return False
    return True


def _signs(where: Folders, sources: Sequence[Source]) -> list[tuple[str, int]]:
    """Return the sizes of the files to which a spider writes for each unit that it begins or ends."""
    visits = (path for s in sources for path in (where.visits / s.community / s.name).glob("*.jsonl"))
    files = [*(begun_file(where, source) for source in sources), *visits]
    return [(path.name, path.stat().st_size) for path in files if path.exists()]


def begun_units(where: Folders, source: Source) -> list[str]:
    """Return the units that the latest spider of a source has begun."""
    path = begun_file(where, source)
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []


def begun_file(where: Folders, source: Source) -> Path:
    """Return the file to which the spider of a source writes each unit that it begins."""
    return where.begun / f"{source.community}.{source.name}"


def _environment(where: Folders, run: str, pipe: int) -> dict[str, str]:
    return os.environ | {
        "STACKRANK_DATA": str(where.data),
        "STACKRANK_COMMUNITIES": str(where.communities),
        "STACKRANK_PARENT_PIPE": str(pipe),
        RUN: run,
    }
