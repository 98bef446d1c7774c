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
from typing import IO

from pipelines.folders import Folders

DRAFT = re.compile(r"\.(?P<process>\d+)(\.[a-z]+)?$")
_held: set[Path] = set()


class BusyError(Exception):
    """Another process is at work in the data folder; says which one, and since when."""


@contextmanager
def only_run(where: Folders, command: str) -> Iterator[None]:
    """Hold the data folder for this process, and first remove the drafts that killed runs left.

    The kernel frees the lock when this process ends, however it ends, so a dead holder is taken
    over; no child inherits it. Held already by this process, it is held on. Raises BusyError.
    """
    path = where.data / "locks" / "run"
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
        finally:
            _held.remove(path)
            file.truncate(0)


def _take(file: IO[str], where: Folders) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BusyError(f"refused: {_holder(file)} is at work in {where.data}") from None


def _sign(file: IO[str], command: str) -> None:
    file.truncate(0)
    json.dump({"process": os.getpid(), "command": command, "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"}, file)
    file.flush()


def _holder(file: IO[str]) -> str:
    file.seek(0)
    try:
        facts = json.load(file)
    except ValueError:  # it has taken the lock and not signed yet
        return "another process"
    return f"process {facts['process']} ({facts['command']}), started {facts['since']},"


def sweep(where: Folders) -> None:
    """Remove every draft whose process is gone; put a site back that was caught between two names."""
    drafts = [
        *where.observations.rglob(".*.parquet.*"),
        *where.data.glob(f".{where.database.name}.*"),
        *where.site.parent.glob(f".{where.site.name}.*"),
    ]
    for draft in sorted(drafts):
        name = DRAFT.search(draft.name)
        if name and not _alive(int(name["process"])):
            _discard(draft, where.site)


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
