"""Move out of the way what cannot be used, and note it. A person looks at it, then deletes it.

Of one file at most MOST lie aside: the first ones stay, the newest takes the place of the last.
`set-aside/` has the folders of the data folder. `set-aside/list.jsonl` has one line for each moved file.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.files import append_synced, replace_synced
from pipelines.folders import Folders
from pipelines.landing.runs import current_run

LIST = "list.jsonl"
MOST = 10


class Entry(NamedTuple):
    """What was moved: where it was and where it lies, below the data folder; why, and in which run."""

    file: str
    moved_to: str
    reason: str
    run: str


def move(where: Folders, path: Path, reason: str) -> Entry:
    """Move a file or a folder of the data folder aside and note it; what lies there already stays."""
    target = _free_place(where, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    path.rename(target)
    return _note(where, path, target, reason)


def take_lines(where: Folders, path: Path, unusable: Iterable[bytes], usable: Iterable[bytes], reason: str) -> Entry:
    """Move lines of a file aside; the usable ones stay where they are."""
    target = _free_place(where, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"".join(line + b"\n" for line in unusable))
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(b"".join(line + b"\n" for line in usable))
    replace_synced(draft, path)
    return _note(where, path, target, reason)


def _note(where: Folders, path: Path, target: Path, reason: str) -> Entry:
    entry = Entry(str(path.relative_to(where.data)), str(target.relative_to(where.data)), reason, current_run())
    append_synced(where.set_aside / LIST, json.dumps(entry._asdict()).encode())
    return entry


def _free_place(where: Folders, path: Path) -> Path:
    """Return where a file lies when it is moved aside: under its own name, with a number where that is taken."""
    target = where.set_aside / path.relative_to(where.data)
    places = [target, *(target.with_name(f"{target.name}.{number}") for number in range(2, MOST + 1))]
    return next((place for place in places if not os.path.lexists(place)), places[-1])


def entries(where: Folders) -> Iterator[Entry]:
    """Yield what was moved and lies there still, in the order in which it was moved."""
    path = where.set_aside / LIST
    for line in path.read_bytes().splitlines() if path.is_file() else ():
        entry = _entry(line)
        if entry and os.path.lexists(where.data / entry.moved_to):
            yield entry


def _entry(line: bytes) -> Entry | None:
    try:
        facts: dict[str, Any] = json.loads(line)
        return Entry(*(str(facts[name]) for name in Entry._fields))
    except (ValueError, KeyError, TypeError):
        return None


def has(where: Folders, path: Path) -> bool:
    """Tell whether a file of this place was moved aside and lies there still."""
    name = str(path.relative_to(where.data))
    return any(entry.file == name for entry in entries(where))
