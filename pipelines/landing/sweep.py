"""Look at all that runs have written, and set aside what cannot be used: a file, or single lines of one."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipelines.files import UnusableError
from pipelines.folders import Folders
from pipelines.landing import set_aside
from pipelines.landing.stored import damaged_files
from pipelines.landing.visit_files import visit_files
from pipelines.landing.visits import plan_files, read_lines, read_plan
from pipelines.model import Visit
from pipelines.privacy import decisions

CHECKSUM = re.compile(rb"[0-9a-f]{64}\n?")


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


def unusable_files(where: Folders, *, whole: bool = False) -> Iterator[Unusable]:
    """Yield what cannot be used, and change nothing; `whole`: read all rows of observations too."""
    yield from _wrong_kinds(where)
    for path, reason, is_refused in damaged_files(where.observations, whole=whole):
        yield Unusable(path, reason, is_refused=is_refused)
    for path in visit_files(where.visits):
        yield from _lines(path, ((line, None if isinstance(v, Visit) else str(v)) for line, v in read_lines(path)))
    yield from _plans(where)
    path = where.data / decisions.ROTATED
    if path.exists():
        yield from _lines(path, decisions.check_lines(path))
    if where.fingerprint.is_file() and not CHECKSUM.fullmatch(where.fingerprint.read_bytes()):
        yield Unusable(where.fingerprint, "it is no checksum")


def _wrong_kinds(where: Folders) -> Iterator[Unusable]:
    """Yield what is a file in the place of a folder, or no file in the place of one."""
    for path in (where.observations, where.visits, where.clones, where.begun, where.core):
        if path.exists() and not path.is_dir():
            yield Unusable(path, "it is no folder")
    for path in (where.fingerprint, *sorted(where.begun.glob("*"))):
        if path.exists() and not path.is_file():
            yield Unusable(path, "it is no file")


def _plans(where: Folders) -> Iterator[Unusable]:
    for path in plan_files(where.visits):
        try:
            read_plan(path)
        except UnusableError as error:
            yield Unusable(path, str(error))


def _lines(path: Path, checked: Iterator[tuple[bytes, str | None]]) -> Iterator[Unusable]:
    """Yield a file of lines of which some cannot be used, or which has none."""
    known = list(checked)
    wrong = [(line, reason) for line, reason in known if reason]
    if wrong or not known:
        reason = f"{len(wrong):,} of {len(known):,} lines: {wrong[0][1]}" if wrong else "it is empty"
        others = tuple(line for line, reason in known if reason is None)
        yield Unusable(path, reason, tuple(line for line, _ in wrong), others)
