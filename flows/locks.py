"""One run at a time: whoever writes into a data folder holds its lock and says who it is."""

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

from pipelines.folders import Folders

RUN = "run"
DRAFT = re.compile(r"\.(?P<process>\d+)(\.[a-z]+)?$")
_held: set[Path] = set()


class AlreadyRunningError(Exception):
    """Another process is at work in the data folder; says which one, and since when."""


@contextmanager
def single_run(where: Folders, command: str, lock: str = RUN) -> Iterator[None]:
    """Hold the data folder for this process; at its beginning and end remove the drafts that killed runs left.

    The kernel frees the lock when this process ends, however it ends, so a dead holder is taken
    over; no child inherits it. Held already by this process, it is held on. Raises BusyError.
    Who only waits for the next night holds another `lock`, so that others can run meanwhile.
    """
    path = where.data / "locks" / lock
    if path in _held:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        _take(file, where)
        _sign(file, command)
        _held.add(path)
        try:
            sweep(where)
            yield
            # The spider of a run that was killed just before can have outlived the first sweep.
            sweep(where)
        finally:
            _held.remove(path)
            file.truncate(0)


def _take(file: IO[str], where: Folders) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise AlreadyRunningError(f"refused: {_holder(file)} is at work in {where.data}") from None


def _sign(file: IO[str], command: str) -> None:
    file.truncate(0)
    json.dump({"process": os.getpid(), "command": command, "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"}, file)
    file.flush()


def _holder(file: IO[str]) -> str:
    file.seek(0)
    try:
        return _named(json.load(file))
    except ValueError:  # it has taken the lock and not signed yet
        return "another process"


def _named(facts: dict[str, Any]) -> str:
    return f"process {facts['process']} ({facts['command']}), started {facts['since']},"


def at_work(where: Folders) -> list[str]:
    """Return who has signed a lock of the data folder and lives, without touching any lock."""
    signed = (path.read_text() for path in sorted((where.data / "locks").glob("*")))
    facts = [json.loads(text) for text in signed if text.endswith("}")]
    return [_named(one) for one in facts if "command" in one and _alive(one["process"])]


def sweep(where: Folders) -> None:
    """Remove every draft whose process is gone; put a site back that was caught between two names."""
    for draft in stale_files(where):
        _discard(draft, where.site)


def stale_files(where: Folders) -> list[Path]:
    """Return the drafts whose process is gone, sorted."""
    drafts = [
        *where.observations.rglob(".*.parquet.*"),
        *where.data.glob(f".{where.database.name}.*"),
        *where.site.parent.glob(f".{where.site.name}.*"),
    ]
    named = [(draft, DRAFT.search(draft.name)) for draft in sorted(drafts)]
    return [draft for draft, name in named if name and not _alive(int(name["process"]))]


def _discard(draft: Path, site: Path) -> None:
    if draft.name.endswith(".before") and not site.exists():
        draft.rename(site)
    elif draft.is_dir():
        shutil.rmtree(draft)
    else:
        draft.unlink()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
