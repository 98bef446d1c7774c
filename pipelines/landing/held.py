"""Note on this machine what the data folder and the store have in common, and what was removed on purpose.

`store.sqlite` in the data folder has a row for each object that is known to lie in both, with its etag in the store
and that of the file. It is a memory and no truth: without it each object is read once more.
"""

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pipelines.folders import Folders
from pipelines.landing.store import STORE, StoreError

NAME = "store.sqlite"
PAGE = 1_000
TABLES = """
pragma journal_mode = wal;
pragma synchronous = normal;
create table if not exists store (name text);
create table if not exists held (key text primary key, etag text, local text) without rowid;
create table if not exists noted (key text primary key, moved_to text) without rowid;
create table if not exists waiting (prefix text primary key) without rowid;
create table if not exists buried (key text primary key, etag text) without rowid;
"""


class Row(NamedTuple):
    """An object that lies in the store and in the folder, with the etags of both when they were equal."""

    key: str
    etag: str
    local: str


class Noted(NamedTuple):
    """A file that was removed on purpose, and where it lies if it was set aside, below the data folder."""

    key: str
    moved_to: str | None


def _connect(path: Path) -> sqlite3.Connection:
    """Open the memory; one that is damaged begins anew. Raises StoreError where the system refuses it."""
    try:
        return _open_tables(path)
    except sqlite3.OperationalError as error:
        raise StoreError(f"{path}: {error}") from error
    except sqlite3.DatabaseError:
        for name in ("", "-wal", "-shm"):
            path.with_name(path.name + name).unlink(missing_ok=True)
        return _open_tables(path)


def _open_tables(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
    base.executescript(TABLES)
    return base


class Held:
    """The memory of one data folder and one store; of another store it begins anew."""

    def __init__(self, path: Path, store: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._lock = path, threading.Lock()
        self._base = _connect(path)
        if self._ask("select name from store") != [(store,)]:
            for table in ("store", "held", "noted", "waiting", "buried"):
                self._ask(f"delete from {table}")
            self._ask("insert into store values (?)", store)

    def _ask(self, sql: str, *values: str | None) -> list[tuple[str, ...]]:
        try:
            with self._lock:
                return self._base.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: {error}; where it is damaged, delete it") from error

    def find(self, key: str) -> Row | None:
        """Return what is known of an object."""
        return next((Row(*found) for found in self._ask("select * from held where key = ?", key)), None)

    def rows(self, prefix: str) -> Iterator[Row]:
        """Yield the rows whose keys begin with a prefix, in the order of their keys, a page at a time."""
        end, sql = f"{prefix}\U0010ffff", f"and key < ? order by key limit {PAGE}"
        page = self._ask(f"select * from held where key >= ? {sql}", prefix, end)
        while page:
            yield from map(Row._make, page)
            page = self._ask(f"select * from held where key > ? {sql}", page[-1][0], end)

    def put(self, row: Row) -> None:
        """Note that an object lies in both; it is not removed any more."""
        self._ask("insert or replace into held values (?, ?, ?)", *row)
        self._ask("delete from noted where key = ?", row.key)

    def drop(self, key: str) -> None:
        """Forget an object, also that it was removed."""
        for table in ("held", "noted"):
            self._ask(f"delete from {table} where key = ?", key)

    def wait(self, prefixes: Iterable[str]) -> None:
        """Note below which prefixes something may lie that is not in the store yet."""
        for prefix in prefixes:
            self._ask("insert or ignore into waiting values (?)", prefix)

    def waiting(self) -> list[str]:
        """Return below which prefixes something may wait."""
        return [prefix for (prefix,) in self._ask("select prefix from waiting order by prefix")]

    def sent(self, prefix: str) -> None:
        """Note that nothing waits below a prefix."""
        self._ask("delete from waiting where substr(prefix, 1, length(?1)) = ?1", prefix)

    def note(self, removed: Noted) -> None:
        """Note that a file is about to be removed on purpose."""
        self._ask("insert or replace into noted values (?, ?)", *removed)

    def noted(self) -> list[Noted]:
        """Return what was removed on purpose and not reported to the store yet."""
        return [Noted(*found) for found in self._ask("select * from noted order by key")]

    def unnote(self, key: str) -> None:
        """Take a note back: the file is there, or the store keeps it."""
        self._ask("delete from noted where key = ?", key)

    def is_noted(self, key: str) -> bool:
        """Tell whether a file was removed for good; what was set aside as damaged may come back whole."""
        return bool(self._ask("select key from noted where key = ? and moved_to is null", key))

    def bury(self, removed: Iterable[tuple[str, str]]) -> None:
        """Note which objects were removed from the store, with the etags that they had."""
        for key, etag in removed:
            self._ask("insert or replace into buried values (?, ?)", key, etag)

    def is_buried(self, row: Row) -> bool:
        """Tell whether this very object was removed from the store."""
        return bool(self._ask("select key from buried where key = ? and etag = ?", row.key, row.etag))


def open_held(where: Folders) -> Held:
    """Open the memory of a data folder for the store of this process."""
    return _open(where.data / NAME, os.environ.get(STORE, ""), os.getpid())


@cache
def _open(path: Path, store: str, _: int) -> Held:
    return Held(path, store)
