"""Look at all that runs have written, and set aside what cannot be used: a file, or single lines of one."""

import os
import re
from collections.abc import Callable, Iterator
from itertools import filterfalse
from pathlib import Path
from typing import NamedTuple

from pipelines.files import UnusableError, read_file, read_object
from pipelines.folders import Folders
from pipelines.landing import set_aside
from pipelines.landing.pages import PAGES
from pipelines.landing.stored import damaged_files
from pipelines.landing.visit_files import plan_files, visit_files
from pipelines.landing.visits import is_whole, read_logged, read_plan
from pipelines.privacy import decisions

CHECKSUM = re.compile(rb"[0-9a-f]{64}\n?")
SIZES, SAID = ("at", "bytes"), ("conditions", "places")
"""What each line of `nights/sizes.jsonl` states, and `nights/said.json`."""


class Unusable(NamedTuple):
    """A file that cannot be used, or such lines of one and the others; `is_refused`: we may not read it."""

    path: Path
    reason: str
    lines: tuple[bytes, ...] = ()
    others: tuple[bytes, ...] = ()
    is_refused: bool = False


def sweep(where: Folders) -> None:
    """Set aside all that cannot be used; rows of observations are read to the last one. Nobody else may write then."""
    for found in unusable_files(where, whole=True):
        if found.others:
            set_aside.take_lines(where, found.path, found.lines, found.others, found.reason)
        elif not found.is_refused:
            set_aside.move(where, found.path, found.reason)
    set_aside.note_unlisted(where)


def unusable_files(where: Folders, *, whole: bool = False) -> Iterator[Unusable]:
    """Yield what cannot be used, and change nothing; `whole`: read all rows of observations too.

    The list of what was set aside comes first, because each move is noted there.
    """
    yield from _wrong_kinds(where)
    yield from _lines(set_aside.list_file(where), set_aside.read_entry)
    yield from _strangers(where.observations, (".parquet",))
    yield from _strangers(where.visits, (".jsonl", "plan.json"))
    for path, reason, is_refused in damaged_files(where.observations, whole=whole):
        yield Unusable(path, reason, is_refused=is_refused)
    for path in filterfalse(is_whole, visit_files(where.visits)):
        yield from _lines(path, lambda line, path=path: read_logged(line, path))
    yield from _single(plan_files(where.visits), read_plan)
    for name in (decisions.ROTATED, decisions.FORMER_NAMES[decisions.ROTATED]):
        yield from _lines(where.data / name, decisions.read_rotated)
    yield from _lines(where.nights / "sizes.jsonl", lambda line: _read_facts(line, SIZES))
    yield from _single([where.nights / "said.json"], lambda path: _read_facts(read_file(path), SAID))
    yield from _single([where.fingerprint, where.built], _check_fingerprint)


def _wrong_kinds(where: Folders) -> Iterator[Unusable]:
    """Yield what is a file in the place of a folder, or no file in the place of one."""
    tops = (where.set_aside, where.observations, where.visits, where.clones, where.begun, where.core, where.nights)
    pages = where.data / PAGES
    below = (path for top in (where.clones, where.core, pages) for path in top.glob("*"))
    for path in (*tops, where.editions, pages, *below, *where.clones.glob("*/*"), *pages.glob("*/*")):
        if os.path.lexists(path) and not path.is_dir() and not path.name.startswith("."):
            yield Unusable(path, "it is no folder")
    for path in (where.database, *sorted(where.begun.glob("*")), *sorted((where.data / "locks").glob("*"))):
        if os.path.lexists(path) and not path.is_file():
            yield Unusable(path, "it is no file")


def _strangers(top: Path, endings: tuple[str, ...]) -> Iterator[Unusable]:
    """Yield the files that a run never writes, which may stand in the place of folders, and folders that are closed."""
    closed: list[OSError] = []
    for here, folders, names in os.walk(top, onerror=closed.append):
        folders[:] = [name for name in folders if not name.endswith(endings)]
        for name in names:
            if not name.startswith(".") and not name.endswith(endings):
                yield Unusable(Path(here, name), "it is no file of stackrank")
    for error in closed:
        if (folder := Path(error.filename)).is_dir():
            yield Unusable(folder, os.strerror(error.errno or 0).lower(), is_refused=True)


def _single(paths: list[Path], read: Callable[[Path], object]) -> Iterator[Unusable]:
    for path in paths:
        try:
            if os.path.lexists(path):
                read(path)
        except UnusableError as error:
            yield Unusable(path, str(error))


def _check_fingerprint(path: Path) -> None:
    if not CHECKSUM.fullmatch(read_file(path) or b""):
        raise UnusableError("it is no checksum")


def _read_facts(content: bytes | None, needed: tuple[str, ...]) -> None:
    facts = read_object(content or b"")
    if missing := [name for name in needed if name not in facts]:
        raise UnusableError(f"it does not state {missing[0]}")


def _lines(path: Path, read: Callable[[bytes], object]) -> Iterator[Unusable]:
    """Yield a file of lines of which some cannot be used, or which has none, or cannot be read."""
    try:
        content = read_file(path)
    except UnusableError as error:
        yield Unusable(path, str(error))
        return
    known = [(line, _mistake(line, read)) for line in (content or b"").splitlines() if line.strip()]
    wrong = [(line, reason) for line, reason in known if reason]
    if wrong or (content is not None and not known):
        reason = f"{len(wrong):,} of {len(known):,} lines: {wrong[0][1]}" if wrong else "it is empty"
        others = tuple(line for line, reason in known if reason is None)
        yield Unusable(path, reason, tuple(line for line, _ in wrong), others)


def _mistake(line: bytes, read: Callable[[bytes], object]) -> str | None:
    try:
        read(line)
    except UnusableError as error:
        return str(error)
    return None
