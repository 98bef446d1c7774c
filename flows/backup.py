"""Back up what nothing can make again, and restore it: dated counts, decisions about people, editions, the key.

A backup is a tar of the data folder's own paths, packed with gzip. `manifest.json` in it has the format, the id of the
key under which it was made, and the SHA-256 of every file.
"""

import io
import json
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from pipelines.files import FORMAT, UnusableError, check_format, replace_synced
from pipelines.folders import Folders
from pipelines.landing import set_aside
from pipelines.landing.stored import DATED
from pipelines.privacy import key_file

KEY = "pseudonym.key"
MANIFEST = "manifest.json"
DECISIONS = re.compile(r"[a-z-]+\.jsonl")
WHOLE_FOLDERS = ("editions", "corrections")
MAX_BYTES = 4 << 30


class Backup(NamedTuple):
    """The files of a backup by their path in the data folder, and the id of the key that was present."""

    contents: dict[str, bytes]
    key_id: str | None


class BackupError(ValueError):
    """A backup cannot be written or restored; nothing was changed."""


def files_to_keep(where: Folders) -> dict[str, Path]:
    """Return the files of a data folder that nothing can make again, by their path in it."""
    folders = (where.data / name for name in WHOLE_FOLDERS)
    found = [*where.observations.glob("*/*/*.parquet"), *where.data.glob("*.jsonl")]
    found += [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    by_name = {path.relative_to(where.data).as_posix(): path for path in sorted(found)}
    return {name: path for name, path in by_name.items() if _is_kept(name)}


def _is_kept(name: str) -> bool:
    parts = name.split("/")
    is_plain = not {"", ".", ".."}.intersection(parts) and not any(part.startswith(".") for part in parts)
    is_whole = parts[0] in WHOLE_FOLDERS and len(parts) > 1
    return is_plain and bool(is_whole or DATED.fullmatch(name) or DECISIONS.fullmatch(name))


def pack(where: Folders, *, with_key: bool) -> tuple[bytes, dict[str, int]]:
    """Return a backup, and how many files of each sort are in it."""
    contents = {name: path.read_bytes() for name, path in files_to_keep(where).items()}
    if with_key:
        contents[KEY] = _key_bytes()
    if not contents:
        raise BackupError(f"{where.data} holds nothing that could not be made again; nothing was written")
    manifest = {
        "format": FORMAT, "made_at": datetime.now(UTC).isoformat(), "key_id": key_file.present_key_id(),
        "files": {name: sha256(content).hexdigest() for name, content in contents.items()},
    }  # fmt: skip
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in {MANIFEST: json.dumps(manifest, indent=1).encode(), **contents}.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o600
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue(), count_sorts(contents)


def _key_bytes() -> bytes:
    """Return the present key as its file has it; raises BackupError where there is none."""
    if key_file.present_key_id() is None:
        raise BackupError(f"there is no key at {key_file.path()} that can be read; nothing was written")
    given = os.environ.get("STACKRANK_KEY")
    return (given.strip() + "\n").encode() if given else key_file.path().read_bytes()


def count_sorts(names: Mapping[str, object]) -> dict[str, int]:
    """Return how many files of each sort there are."""
    sorts = [_sort(name) for name in names]
    return {sort: sorts.count(sort) for sort in dict.fromkeys(sorts)}


def _sort(name: str) -> str:
    if name == KEY:
        return "key"
    if DATED.fullmatch(name):
        return "dated counts"
    return "decisions about people" if DECISIONS.fullmatch(name) else name.split("/")[0]


def unpack(packed: bytes) -> Backup:
    """Return a backup; raises BackupError for one that is damaged, foreign or newer, before any is used."""
    try:
        contents = dict(_members(packed))
        manifest = json.loads(contents.pop(MANIFEST))
        check_format(manifest["format"])
        sums = dict(manifest["files"])
    except UnusableError as error:
        raise BackupError(f"{error}; nothing was changed") from None
    except (tarfile.TarError, EOFError, OSError, KeyError, TypeError, ValueError) as error:
        raise BackupError(f"it is no backup of stackrank, or is damaged ({type(error).__name__})") from None
    if sums != {name: sha256(content).hexdigest() for name, content in contents.items()}:
        raise BackupError("its files are not those that its manifest lists; nothing was changed")
    if foreign := [name for name in contents if name != KEY and not _is_kept(name)]:
        raise BackupError(f"it has a file that no backup has: {foreign[0]!r:.80}; nothing was changed")
    return Backup(contents, manifest.get("key_id"))


def _members(packed: bytes) -> Iterator[tuple[str, bytes]]:
    room = MAX_BYTES
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as tar:
        for member in tar:
            room -= member.size
            file = tar.extractfile(member) if member.isreg() and room >= 0 else None
            if file is None:
                raise tarfile.TarError(member.name)
            yield member.name, file.read()


def restore(where: Folders, contents: Mapping[str, bytes], *, replace: bool) -> list[str]:
    """Write the files of a backup into a data folder, and the key to its place; return what was written.

    What is there and equal stays. What is there and differs is set aside where `replace` says so; else BackupError is
    raised, and nothing is written. Another key is never replaced.
    """
    _check_key(contents.get(KEY))
    new = {name: content for name, content in contents.items() if name != KEY and not _is_there(where, name, content)}
    differing = [name for name in new if (where.data / name).exists()]
    if differing and not replace:
        raise BackupError(f"{len(differing)} files are there and differ, such as {differing[0]}; nothing was changed. "
                          "To set them aside and take those of the backup: --replace")  # fmt: skip
    for name in differing:
        set_aside.move(where, where.data / name, "another one was restored from a backup")
    for name, content in new.items():
        _write(where.data / name, content)
    return [*new, *_restore_key(contents.get(KEY))]


def _is_there(where: Folders, name: str, content: bytes) -> bool:
    path = where.data / name
    return path.is_file() and path.read_bytes() == content


def _check_key(key: bytes | None) -> None:
    path = key_file.path()
    if key and path.exists() and path.read_bytes().strip() != key.strip():
        raise BackupError(f"another key is at {path}, and a key is never replaced; nothing was changed. "
                          "Move it away first")  # fmt: skip


def _restore_key(key: bytes | None) -> list[str]:
    path = key_file.path()
    if key is None or path.exists():
        return []
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(path, key)
    return [KEY]


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(content)
    draft.chmod(0o600)
    replace_synced(draft, path)
