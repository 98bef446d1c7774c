"""Move out of the way what cannot be used, and note it. A person looks at it, then deletes it.

Of one file at most MOST lie aside: the first ones stay, the newest takes the place of the last.
`set-aside/` has the folders of the data folder. `set-aside/list.jsonl` has one line for each moved file.
Where that list is damaged, it is set aside itself, and what it does not name any more is noted again.
`set-aside/elsewhere/` has a list of each worker of a cluster: the files lie there, and are named here.
"""

import json
import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from socket import gethostname
from typing import NamedTuple

from pipelines.files import FORMAT, UnusableError, append_synced, read_file, read_object, replace_synced
from pipelines.folders import Folders
from pipelines.landing.removed import note_removed
from pipelines.landing.runs import current_run
from pipelines.landing.visit_files import machine_mark

ASIDE, ELSEWHERE, LIST = "set-aside", "elsewhere", "list.jsonl"
MOST = 10
NUMBER = re.compile(r"\.([2-9]|10)$")
"""What the name of a file ends with that was not the first one to be moved from its place."""
UNLISTED = "why it was set aside is not known any more"


class Entry(NamedTuple):
    """What was moved: where it was and where it lies, below the data folder; why, in which run, and on which machine.

    No `machine` stands for this one.
    """

    file: str
    moved_to: str
    reason: str
    run: str
    machine: str = ""


def move(where: Folders, path: Path, reason: str) -> Entry:
    """Move a file or a folder of the data folder aside and note it; what lies there already stays."""
    target = _free_place(where, path)
    # A file in the place of our folder makes room for it first.
    moved = path.rename(path.with_name(f".{path.name}.{os.getpid()}")) if path == where.set_aside else path
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        shutil.rmtree(target)
    note_removed(path, moved_to=target)
    moved.rename(target)
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
    append_synced(list_file(where), json.dumps({"format": FORMAT} | entry._asdict()).encode())
    return entry


def note_unlisted(where: Folders) -> None:
    """Note what lies aside and is not in the list: a crash came between, or the list was damaged."""
    for entry in list(unlisted(where)):
        _note(where, where.data / entry.file, where.data / entry.moved_to, entry.reason)


def unlisted(where: Folders) -> Iterator[Entry]:
    """Yield what lies aside and is not in the list."""
    known = {where.data / entry.moved_to for entry in entries_here(where)}
    for path in _lying(where.set_aside, {*known, list_file(where), where.set_aside / ELSEWHERE}):
        moved_to = str(path.relative_to(where.data))
        file = path.relative_to(where.set_aside).with_name(NUMBER.sub("", path.name))
        yield Entry(str(file), moved_to, UNLISTED, current_run())


def _lying(folder: Path, known: Collection[Path]) -> Iterator[Path]:
    """Yield the files below a folder, and a clone or the kept tables of a community as one."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path not in known and (path.suffix == ".git" or path.parent.parent.name == "core" or not path.is_dir()):
            yield path
        elif path not in known:
            yield from _lying(path, known)


def _free_place(where: Folders, path: Path) -> Path:
    """Return where a file lies when it is moved aside: under its own name, with a number where that is taken."""
    target = where.set_aside / path.relative_to(where.data)
    places = [target, *(target.with_name(f"{target.name}.{number}") for number in range(2, MOST + 1))]
    return next((place for place in places if not os.path.lexists(place)), places[-1])


def entries(where: Folders) -> Iterator[Entry]:
    """Yield what was moved and lies there still, here and on the workers that have said so, each in its order."""
    yield from entries_here(where)
    for path in sorted((where.set_aside / ELSEWHERE).glob("*.jsonl")):
        if path != _own_list(where):
            yield from _read_list(path)


def entries_here(where: Folders) -> Iterator[Entry]:
    """Yield what was moved on this machine and lies there still, in the order in which it was moved."""
    return (entry for entry in _read_list(list_file(where)) if os.path.lexists(where.data / entry.moved_to))


def list_for_others(where: Folders) -> None:
    """Write what lies aside on this machine where a shared store takes it from; a list that is unchanged stays."""
    here = [entry._replace(machine=gethostname()) for entry in entries_here(where)]
    content = "".join(json.dumps({"format": FORMAT} | entry._asdict()) + "\n" for entry in here).encode()
    path = _own_list(where)
    if content != (path.read_bytes() if path.exists() else b""):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.write_bytes(content)
        replace_synced(draft, path)


def _own_list(where: Folders) -> Path:
    return where.set_aside / ELSEWHERE / f"{machine_mark(where)}.jsonl"


def _read_list(path: Path) -> Iterator[Entry]:
    """Yield the entries of a list that can be used."""
    try:
        lines = (read_file(path) or b"").splitlines()
    except UnusableError:
        return
    for line in lines:
        with suppress(UnusableError):
            yield read_entry(line)


def list_file(where: Folders) -> Path:
    """Return where the list of what was moved lies."""
    return where.set_aside / LIST


def read_entry(line: bytes) -> Entry:
    """Return what a line of the list says; raises UnusableError."""
    facts = read_object(line)
    try:
        return Entry(*(str(({"machine": ""} | facts)[name]) for name in Entry._fields))
    except KeyError:
        raise UnusableError("it names no file") from None


def has(where: Folders, path: Path) -> bool:
    """Tell whether a file of this place was moved aside on this machine and lies there still."""
    name = str(path.relative_to(where.data))
    return any(entry.file == name for entry in entries_here(where))
