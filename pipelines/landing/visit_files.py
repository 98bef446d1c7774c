"""The files of visits: one a month and source, and one for all its closed months, `2012-05--2026-09.jsonl`.

So the number of files does not grow with the months. Machines that share a store each write a file a month of their
own, `2026-10.0f1e2d3c.jsonl`, until the months are packed. What a packed file holds counts; a file of one of its months
beside it is what a crash has left.
"""

import os
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from socket import gethostname
from typing import NamedTuple

from pipelines.files import replace_synced
from pipelines.folders import Folders, folders
from pipelines.landing.removed import note_removed
from pipelines.landing.store import is_shared

NAME = re.compile(r"(\d{4,}-\d\d)(?:--(\d{4,}-\d\d))?(?:\.[0-9a-f]{8})?\.jsonl")
PLAN = "plan.json"
OPEN_MONTHS = 2
"""The running month and the one before stay files of their own: what looks days back reads no packed file."""


class Months(NamedTuple):
    """The first and the last month of a file."""

    first: str
    last: str


def visit_files(visits: Path) -> list[Path]:
    """Return the files of visits below a folder, sorted; those whose months a packed file holds are left out."""
    return [path for files in _by_folder(visits, ".jsonl") for path in _counted(files)]


def plan_files(visits: Path) -> list[Path]:
    """Return the files of plans below a folder, sorted."""
    return [path for files in _by_folder(visits, PLAN) for path in files if path.name == PLAN]


def _by_folder(top: Path, ending: str) -> Iterator[list[Path]]:
    """Yield what has a name with an ending in each folder, sorted; a folder in the place of a file too."""
    for folder, below, names in os.walk(top):
        found = sorted(name for name in (*names, *below) if name.endswith(ending))
        below[:] = sorted(name for name in below if name not in found)
        if found:
            yield [Path(folder, name) for name in found]


def last_month(path: Path) -> str:
    """Return the last month of a file of visits."""
    return months_of(path).last


def months_of(path: Path) -> Months:
    """Return the months of a file of visits; of a foreign name all that is known is the name."""
    found = NAME.fullmatch(path.name)
    return Months(found[1], found[2] or found[1]) if found else Months(path.stem, path.stem)


def month_file(folder: Path, moment: datetime) -> Path:
    """Return the file of a source's folder to which a visit of a moment is appended."""
    month = f"{moment:%Y-%m}"
    packed = (path for path in _counted(sorted(folder.glob("*--*.jsonl"))) if _holds(path, month))
    return next(packed, folder / f"{month}{_mark()}.jsonl")


def _mark() -> str:
    """Return what the names of our files have where many machines share a store: each writes files of its own."""
    where = folders()
    return f".{machine_mark(where)}" if is_shared(where) else ""


def machine_mark(where: Folders) -> str:
    """Return eight letters that stand for a data folder of this machine."""
    return sha256(f"{gethostname()} {where.data}".encode()).hexdigest()[:8]


def pack_visits(visits: Path, now: datetime) -> None:
    """Put the closed months of each source into one file; nobody else may write. After a crash it goes on."""
    first_open = _months_before(now, OPEN_MONTHS - 1)
    for folder, files in groupby(sorted(visits.glob("*/*/*.jsonl")), key=lambda path: path.parent):
        closed = [path for path in files if NAME.fullmatch(path.name) and last_month(path) < first_open]
        if len(closed) > 1:
            pack(folder, closed, (line for path in _counted(closed) for line in path.read_bytes().splitlines()))


def pack(folder: Path, files: Iterable[Path], lines: Iterable[bytes]) -> None:
    """Write lines into one file for the months of files of visits, then remove these."""
    known = list(files)
    target = folder / f"{min(months_of(f).first for f in known)}--{max(last_month(f) for f in known)}.jsonl"
    draft = folder / f".{target.name}.{os.getpid()}"
    draft.write_bytes(b"".join(line + b"\n" for line in lines if line.strip()))
    replace_synced(draft, target)
    for path in known:
        if path != target:
            note_removed(path)
            path.unlink()


def _counted(files: list[Path]) -> Iterator[Path]:
    """Yield the files of a folder whose months no other one holds."""
    packed = [path for path in files if "--" in path.name]
    return (path for path in files if not any(_is_within(path, other) for other in packed))


def _is_within(path: Path, other: Path) -> bool:
    inner, outer = months_of(path), months_of(other)
    return path != other and outer.first <= inner.first and inner.last <= outer.last


def _holds(path: Path, month: str) -> bool:
    return months_of(path).first <= month <= last_month(path)


def _months_before(now: datetime, number: int) -> str:
    months = now.year * 12 + now.month - 1 - number
    return f"{months // 12}-{months % 12 + 1:02}"
