"""Write files so that a loss of power leaves them whole, and check what all of them have in common.

That is the version of their format, and times that have come already.
"""

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

FORMAT = 1
"""The version of the format of the files that this version writes. A reader ignores fields that it does not know."""
CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far the clocks of two machines, or of one machine before and after it was set, may differ."""


class UnusableError(ValueError):
    """A file of ours, or a line of it, cannot be used; the text says why and repeats nothing of it."""


def check_format(found: object) -> None:
    """Raise UnusableError for the version of a format that is newer than FORMAT, or no version."""
    if type(found) is not int or found < 1:
        raise UnusableError("it states no version of its format")
    if found > FORMAT:
        raise UnusableError(f"it has format {found}, and this version of stackrank reads formats up to {FORMAT}")


def read_moment(text: object) -> datetime:
    """Return a time that a file states; raises UnusableError for one that cannot be read, or is after now."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise UnusableError("its time cannot be read") from None
    if moment.tzinfo is None:
        raise UnusableError("its time has no zone")
    if moment > datetime.now(UTC) + CLOCK_TOLERANCE:
        raise UnusableError(f"it is dated after now: {moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    return moment


def check_is_file(path: Path) -> None:
    """Raise UnusableError for a folder, or a pipe, which nobody may end; raises OSError where there is nothing."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise UnusableError("it is no file")


def file_state(path: Path) -> tuple[int, int, int, int]:
    """Return what differs after a change of a file: inode, size and times; raises OSError where there is no file."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def read_file(path: Path) -> bytes | None:
    """Return what is in a file, None where nothing is; raises UnusableError for what is no file, or is refused."""
    if not os.path.lexists(path):
        return None
    try:
        check_is_file(path)
        return path.read_bytes()
    except OSError as error:
        raise UnusableError(os.strerror(error.errno or 0).lower()) from None


def read_object(content: bytes) -> dict[str, Any]:
    """Return the object of JSON in a file or a line, of a format that is known; raises UnusableError."""
    try:
        found = _decode(content)
    except (ValueError, RecursionError):
        raise UnusableError("it is empty" if not content.strip() else "it is cut off or damaged") from None
    if not isinstance(found, dict):
        raise UnusableError("it is no object of JSON")
    check_format(found.get("format", 1))
    return found


def _decode(content: bytes) -> Any:
    """Decode JSON. `json` writes file names that are no UTF-8, and orjson cannot read these."""
    try:
        return orjson.loads(content)
    except ValueError:
        return json.loads(content)


def replace_synced(draft: Path, path: Path) -> None:
    """Put a draft in the place of a file, both on the disk; a loss of power leaves one of the two whole."""
    sync(draft)
    draft.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, onto the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def append_synced(path: Path, line: bytes, mode: int = 0o644) -> None:
    """Append a line to a file on the disk, a new one of this `mode`; a line that a crash has torn stays apart."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, mode), "rb+") as file:
        torn = file.seek(0, os.SEEK_END) and not _ends_line(file.fileno())
        os.write(file.fileno(), (b"\n" if torn else b"") + line + b"\n")
        os.fsync(file.fileno())


def _ends_line(descriptor: int) -> bool:
    return os.pread(descriptor, 1, os.fstat(descriptor).st_size - 1) == b"\n"
