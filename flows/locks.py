"""One run at a time: a process that writes into a data folder holds its lock and writes its name there."""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from pipelines.files import CLOCK_TOLERANCE
from pipelines.folders import Folders
from pipelines.landing.store import is_shared

RUN = "run"
DRAFT = re.compile(r"\.(?P<process>\d+)(\.[a-z]+)?$")
_held: set[Path] = set()


class AlreadyRunningError(Exception):
    """Another run is active in the data folder; the message says which one, and since when."""


class WrongClockError(Exception):
    """The clock says a time before this program was installed: everything that is held would be dated after now."""


def check_clock(now: datetime) -> None:
    """Raise WrongClockError where the clock of this machine cannot be right; nothing was changed then."""
    installed = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    if now < installed - CLOCK_TOLERANCE:
        raise WrongClockError(
            f"the clock of this machine says {now:%Y-%m-%d %H:%M} UTC, which is before stackrank was installed; "
            "nothing was changed; set the clock and try again"
        )


@contextmanager
def single_run(where: Folders, command: str, lock: str = RUN) -> Iterator[None]:
    """Lock the data folder for this process; remove the files of killed runs before and after.

    The kernel frees the lock when this process ends, even by kill -9; no child inherits it. A
    process may take its own lock again. Raises AlreadyRunningError, WrongClockError. The schedule holds another
    `lock` between its runs, so that other commands can run.
    """
    check_clock(datetime.now(UTC))
    path = where.data / "locks" / lock
    if path in _held:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", errors="replace") as file:
        _lock(file, where)
        _write_holder(file, command)
        _held.add(path)
        try:
            remove_stale_files(where)
            with _lease(where, command, lock):
                yield
            # A spider of a run that was killed just before may have written after the first removal.
            remove_stale_files(where)
        finally:
            _held.remove(path)
            file.truncate(0)


@contextmanager
def _lease(where: Folders, command: str, lock: str) -> Iterator[None]:
    """Hold the lease of a run too, where a store is shared with other machines; raises AlreadyRunningError."""
    if lock != RUN or not is_shared(where):
        yield
        return
    from flows.cluster.lease import LeaseHeldError
    from flows.cluster.run_lease import hold_run

    try:
        with hold_run(where, command):
            yield
    except LeaseHeldError as error:
        raise AlreadyRunningError(f"refused: {error}; wait for its end") from None


def _lock(file: IO[str], where: Folders) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise AlreadyRunningError(f"refused: {_holder(file)} is active in {where.data}; wait for its end") from None


def _write_holder(file: IO[str], command: str) -> None:
    file.truncate(0)
    json.dump({"process": os.getpid(), "command": command, "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"}, file)
    file.flush()


def _holder(file: IO[str]) -> str:
    file.seek(0)
    facts = _holder_facts(file.read())  # none where it has the lock and has not written its name yet
    return _format_holder(facts) if facts else "another process"


def _holder_facts(text: str) -> dict[str, Any] | None:
    """Return what the holder of a lock wrote; None where it cannot be read, or holds a source only."""
    try:
        facts: dict[str, Any] = json.loads(text)
        return facts if isinstance(facts["process"], int) and facts["command"] and facts["since"] else None
    except (ValueError, KeyError, TypeError):
        return None


def _format_holder(facts: dict[str, Any]) -> str:
    return f"process {facts['process']} ({facts['command']}), started {facts['since']},"


def running_commands(where: Folders) -> list[str]:
    """Return who holds a lock of the data folder now, without touching any lock."""
    files = (path for path in sorted((where.data / "locks").glob("*")) if path.is_file())
    facts = (_holder_facts(path.read_text(errors="replace")) for path in files)
    return [_format_holder(one) for one in facts if one and _is_alive(one["process"])]


def remove_stale_files(where: Folders) -> None:
    """Remove every draft of an ended process; restore a site that a killed run was replacing."""
    for draft in stale_files(where):
        _remove(draft, where.site)


def stale_files(where: Folders) -> list[Path]:
    """Return the drafts of ended processes, sorted."""
    drafts = [
        *where.observations.rglob(".*.parquet.*"),
        *where.data.glob(f".{where.database.name}.*"),
        *where.data.glob(".probe.*"),
        *where.site.parent.glob(f".{where.site.name}.*"),
    ]
    named = [(draft, DRAFT.search(draft.name)) for draft in sorted(drafts)]
    return [draft for draft, name in named if name and not _is_alive(int(name["process"]))]


def _remove(draft: Path, site: Path) -> None:
    if draft.name.endswith(".before") and not site.exists():
        draft.rename(site)
    elif draft.is_dir():
        shutil.rmtree(draft)
    else:
        draft.unlink()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
