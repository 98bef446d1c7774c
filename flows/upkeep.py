"""Keep a data folder in bounds: what a nightly run deletes, the size of the folder after each, how long room lasts."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from pipelines.files import FORMAT, append_synced
from pipelines.folders import KEPT_DAYS, Folders, nearest_folder
from pipelines.landing.pages import prune_pages

RECENT = timedelta(days=30)
LEAST = timedelta(days=1)
"""The forecast looks at the runs of so many days, and needs at least so long between the first and the last one."""


class Size(NamedTuple):
    """How many bytes the data folder took at a moment."""

    at: datetime
    total: int


def tidy(where: Folders, now: datetime) -> int:
    """Delete pages that are kept for too long, note the size of the folder; return how many pages were deleted."""
    deleted = prune_pages(where.data, now - timedelta(days=KEPT_DAYS))
    line = {"format": FORMAT, "at": now.isoformat(timespec="seconds"), "bytes": size_of(where.data)}
    sizes_file(where).parent.mkdir(parents=True, exist_ok=True)
    append_synced(sizes_file(where), json.dumps(line).encode(), 0o600)
    return deleted


def sizes_file(where: Folders) -> Path:
    """Return the file with a line for the size of the folder after each run."""
    return where.nights / "sizes.jsonl"


def size_of(folder: Path) -> int:
    """Return how many bytes the files below a folder take; files that go away meanwhile count nothing."""
    return sum(_size(Path(top) / name) for top, _, names in os.walk(folder) for name in names)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def read_sizes(where: Folders) -> Iterator[Size]:
    """Yield the size of the folder after each run; lines that cannot be read are passed over."""
    path = sizes_file(where)
    for line in path.read_bytes().splitlines() if path.is_file() else ():
        try:
            facts = json.loads(line)
            yield Size(datetime.fromisoformat(facts["at"]).astimezone(UTC), int(facts["bytes"]))
        except (ValueError, KeyError, TypeError):
            continue


def growth(sizes: Sequence[Size], now: datetime) -> float | None:
    """Return by how many bytes a day the folder grew in the last runs; None where too few are known."""
    recent = [size for size in sizes if now - RECENT <= size.at <= now]
    if len(recent) < 2 or recent[-1].at - recent[0].at < LEAST:
        return None
    return (recent[-1].total - recent[0].total) / ((recent[-1].at - recent[0].at) / timedelta(days=1))


def days_left(where: Folders, now: datetime) -> float | None:
    """Return for how many days there is room if the folder grows as in the last runs; None: nobody knows."""
    daily = growth(list(read_sizes(where)), now)
    if daily is None:
        return None
    return shutil.disk_usage(nearest_folder(where.data)).free / daily if daily > 0 else float("inf")
