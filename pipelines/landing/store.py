"""Keep what runs have landed as whole objects: in a folder, or in an object store that many machines share.

`STACKRANK_STORE` names the store. Without it, or where it names the data folder, the data folder is the store.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Protocol
from uuid import uuid4

from pipelines.files import replace_synced, sync
from pipelines.folders import Folders

STORE = "STACKRANK_STORE"
S3 = "s3://"


class StoreError(Exception):
    """The store did not do what was asked; the text names the store, what was asked, and why."""


class WrongKeyError(StoreError):
    """The store has the pseudonyms of another key than this machine has."""


class Entry(NamedTuple):
    """An object: its key, its size in bytes, what changes with its content, and when the store received it."""

    key: str
    size: int
    etag: str
    modified: datetime


class Store(Protocol):
    """Objects by key, such as `visits/demo/list/2026-11.jsonl`. Each method raises StoreError where the store fails."""

    @property
    def name(self) -> str:
        """Return what a person calls the store: a folder, or `s3://bucket/prefix`."""

    def read(self, key: str) -> bytes | None:
        """Return the object; None where there is none."""

    def write(self, key: str, data: bytes) -> str:
        """Write the whole object, in place of an earlier one; return its etag. A reader sees one of the two."""

    def write_if_absent(self, key: str, data: bytes) -> bool:
        """Write an object where there is none; return whether the store holds this very data afterwards.

        Of two that write at once one wins. Who repeats a write after a lost answer still gets True.
        """

    def list(self, prefix: str = "") -> Iterator[Entry]:
        """Yield the objects whose keys begin with a prefix, in the order of their keys; one page is in memory."""

    def delete(self, key: str) -> None:
        """Remove the object, if there is one."""


class FolderStore:
    """Objects as files of a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def name(self) -> str:
        """Return the folder."""
        return str(self.root)

    def read(self, key: str) -> bytes | None:
        """Return what the file holds; None where there is none."""
        with self._doing("read", key), suppress(FileNotFoundError, NotADirectoryError):
            return (self.root / key).read_bytes()
        return None

    def write(self, key: str, data: bytes) -> str:
        """Write a draft and put it in the place of the file."""
        with self._doing("write", key), _draft(self.root / key, data) as draft:
            etag = _etag(draft.stat())
            replace_synced(draft, self.root / key)
        return etag

    def etag(self, key: str) -> str | None:
        """Return the etag of a file; None where there is none."""
        with self._doing("look at", key), suppress(FileNotFoundError, NotADirectoryError):
            return _etag((self.root / key).stat())
        return None

    def write_if_absent(self, key: str, data: bytes) -> bool:
        """Link a draft to the name of the file: the system lets one of two that do it at once win."""
        path = self.root / key
        with self._doing("write", key), _draft(path, data) as draft:
            try:
                os.link(draft, path)
            except FileExistsError:
                return path.read_bytes() == data
            sync(path.parent)
        return True

    def list(self, prefix: str = "") -> Iterator[Entry]:
        """Yield the files, but no drafts; the names of one folder are in memory at a time."""
        with self._doing("list", prefix):
            yield from _walk(self.root, "", prefix)

    def delete(self, key: str) -> None:
        """Remove the file."""
        with self._doing("delete", key):
            (self.root / key).unlink(missing_ok=True)

    @contextmanager
    def _doing(self, what: str, key: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(f"{self.name}: cannot {what} {key}: {error.strerror or error}") from error


@contextmanager
def _draft(path: Path, data: bytes) -> Iterator[Path]:
    """Write a file of its own: two machines may share the folder, and have processes of the same number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid4().hex[:12]}.{os.getpid()}")
    try:
        draft.write_bytes(data)
        sync(draft)
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _walk(folder: Path, above: str, prefix: str) -> Iterator[Entry]:
    """Yield the files below a folder in the order of their keys, in which a folder is its name and a slash."""
    for key, found in sorted((f"{above}{e.name}{'/' if e.is_dir() else ''}", e) for e in _shown(folder)):
        if key.endswith("/") and (key.startswith(prefix) or prefix.startswith(key)):
            yield from _walk(Path(found.path), key, prefix)
        elif key.startswith(prefix) and found.is_file():
            yield from _entry(key, found)


def _entry(key: str, found: os.DirEntry[str]) -> Iterator[Entry]:
    """Yield the entry of a file, unless another machine has removed it meanwhile."""
    try:
        state = found.stat()
    except FileNotFoundError:
        return
    yield Entry(key, state.st_size, _etag(state), datetime.fromtimestamp(state.st_mtime, UTC))


def _shown(folder: Path) -> Iterator[os.DirEntry[str]]:
    with suppress(FileNotFoundError), os.scandir(folder) as found:
        yield from (entry for entry in found if not entry.name.startswith("."))


def _etag(state: os.stat_result) -> str:
    return f"{state.st_mtime_ns:x}-{state.st_size:x}"


def is_key(key: str) -> bool:
    """Return whether a key names a file below a folder: no part is empty, hidden or leads upwards."""
    return "\0" not in key and all(part and not part.startswith(".") for part in key.split("/"))


def is_shared(where: Folders, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether a store beside the data folder keeps what is landed."""
    named = environ.get(STORE, "")
    return named.startswith(S3) or (named != "" and Path(named).resolve() != where.data.resolve())


def open_store(where: Folders, environ: Mapping[str, str] = os.environ) -> Store:
    """Open the store that STACKRANK_STORE names, else the data folder; raises StoreError where it cannot be one."""
    named = environ.get(STORE, "")
    if not named.startswith(S3):
        return FolderStore(Path(named).resolve() if named else where.data)
    from pipelines.landing.object_store import ObjectStore

    return ObjectStore(named)
