"""Keep the data folder and a shared store alike: bring what the store has, send what was landed here.

A process works on its data folder, as without a store. What it landed goes to the store as whole objects. What it
could not send stays in the folder and goes with the next send. What is missing in the store is sent again, unless a
list below `removed/` names it: the holder of the run's lease writes one before it deletes anything.
"""

import json
import logging
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar
from uuid import uuid4

from pipelines.folders import Folders
from pipelines.landing.held import PAGE, Noted, Row, open_held
from pipelines.landing.pages import kept_page
from pipelines.landing.shared_keys import TOPS, has_place, is_shared_key, read_removed
from pipelines.landing.store import Entry, FolderStore, Store, WrongKeyError, is_shared, open_store
from pipelines.landing.stored import DATED, date_by_visit, read_visit, unit_file, visit_in
from pipelines.landing.visit_files import month_file
from pipelines.model import Visit
from pipelines.privacy import key_file
from pipelines.privacy.decisions import rotated_keys

REMOVED, KEY_ID = "removed/", "key-id"
WORKERS = 16
T = TypeVar("T")
logger = logging.getLogger(__name__)


class Mirror:
    """A data folder and the store that many machines share."""

    def __init__(self, where: Folders, store: Store) -> None:
        self.where, self.store = where, store
        self.local, self.held = FolderStore(where.data), open_held(where)

    def bring(self, prefixes: Iterable[str] = TOPS) -> None:
        """Bring the objects below prefixes that the folder lacks or has in an earlier form; raises StoreError.

        Nothing that was landed here and not sent yet is lost. Lists are read page by page.
        """
        self._read_removed()
        for prefix in prefixes:
            self.held.wait([prefix])
            found = _side_by_side(filter(has_place, self.store.list(prefix)), self.held.rows(prefix))
            _in_pages(self._settle, (each for each in found if not self._is_alike(*each)))

    def send(self, prefixes: Iterable[str] = TOPS, in_use: Collection[str] = ()) -> None:
        """Write to the store what lies below prefixes in the folder and not yet there; raises StoreError.

        So is what waits since an earlier send that failed, or since a process that was killed after it had brought.
        What others still write, below prefixes `in_use`, they send themselves.
        """
        asked = list(prefixes)
        self.held.wait(asked)
        for prefix in asked:
            self._send_below(prefix)
        for prefix in self.held.waiting():
            if prefix not in in_use:
                self._send_below(prefix)

    def _send_below(self, prefix: str) -> None:
        found = _side_by_side(self.local.list(prefix), self.held.rows(prefix))
        new = (file.key for file, row in found if file and is_shared_key(file.key) and not _is_sent(file, row))
        _in_pages(self.send_file, new)
        self.held.sent(prefix)

    def send_unit(self, visit: Visit) -> None:
        """Write the observations of a unit, and the page that they were read from, to the store."""
        for path in (unit_file(self.where.observations, visit), kept_page(self.where.data, visit)):
            if path and path.exists():
                self.send_file(path.relative_to(self.where.data).as_posix())

    def send_visits(self, visit: Visit) -> None:
        """Write the file in which a visit was logged to the store."""
        path = month_file(self.where.visits / visit.community / visit.source, visit.seen_at)
        self.send_file(path.relative_to(self.where.data).as_posix())

    def send_file(self, key: str) -> None:
        """Write a file to the store, unless the store has it; the counts of a day are never written twice."""
        local, row = self.local.etag(key), self.held.find(key)
        data = None if local is None or (row and row.local == local) else self.local.read(key)
        if data is None or local is None:
            return
        if not DATED.fullmatch(key):
            self.held.put(Row(key, self.store.write(key, data), local))
        else:
            self._send_counts(key, data, local)

    def _send_counts(self, key: str, data: bytes, local: str) -> None:
        """Write the counts of a day if the store has none of it; else those of the store come here."""
        is_first, entry = self.store.write_if_absent(key, data), self._find(key)
        if entry and is_first:
            self.held.put(Row(key, entry.etag, local))
        elif entry:
            self._fetch(entry)

    def send_removed(self) -> None:
        """Remove from the store what was removed here on purpose; only who holds the run's lease may do that.

        What was set aside as damaged goes only if the store has the same bytes.
        """
        found = [(one, self.held.find(one.key)) for one in self.held.noted()]
        gone = [row for one, row in found if row and self._is_gone(one)]
        for one, row in found:
            if row not in gone:
                self._take_back(one.key)
        if gone:
            name = f"{REMOVED}{datetime.now(UTC):%Y-%m-%dT%H%M%S}-{uuid4().hex}.jsonl"
            lines = (json.dumps({"key": row.key, "etag": row.etag}) for row in gone)
            self.store.write(name, "\n".join(lines).encode())
        _in_pages(self._delete, iter(gone))

    def _take_back(self, key: str) -> None:
        """Forget that a file was removed; what the store has of it comes back."""
        self.held.unnote(key)
        entry = self._find(key)
        if entry and self.local.etag(key) is None:
            self._fetch(entry)

    def _find(self, key: str) -> Entry | None:
        first = next(self.store.list(key), None)
        return first if first and first.key == key else None

    def _is_gone(self, one: Noted) -> bool:
        is_same = one.moved_to is None or self.store.read(one.key) == self.local.read(one.moved_to)
        return is_same and self.local.etag(one.key) is None

    def _delete(self, row: Row) -> None:
        self.store.delete(row.key)
        self.held.drop(row.key)

    def _read_removed(self) -> None:
        """Read the lists of removed objects that are new."""
        for entry in self.store.list(REMOVED):
            if not self.held.find(entry.key):
                self.held.bury(read_removed(entry.key, self.store.read(entry.key) or b""))
                self.held.put(Row(entry.key, entry.etag, ""))

    def _is_alike(self, entry: Entry | None, row: Row | None) -> bool:
        """Tell whether an object is as it was when it was brought or sent, and its file is there."""
        is_known = entry is not None and row is not None and entry.etag == row.etag
        return is_known and os.path.lexists(f"{self.where.data}/{row.key}")

    def _settle(self, found: tuple[Entry | None, Row | None]) -> None:
        """Bring one object, or what became of it."""
        entry, row = found
        if entry is None:
            self._settle_missing(row) if row else None
            return
        local = self.local.etag(entry.key)
        if row and row.etag == entry.etag:
            if local is None and not self.held.is_noted(entry.key):
                self._fetch(entry)
        elif local is None or (row and row.local == local):
            self._fetch(entry)
        else:
            self._join(entry, local)

    def _settle_missing(self, row: Row) -> None:
        """Remove a file that the store has removed; one that the store has lost is sent again with the next send."""
        if self.held.is_buried(row) and self.local.etag(row.key) == row.local:
            self.local.delete(row.key)
        self.held.drop(row.key)

    def _fetch(self, entry: Entry) -> None:
        data = self.store.read(entry.key)
        if data is None:
            return
        self.local.write(entry.key, data)
        self._date(entry)
        self.held.put(Row(entry.key, entry.etag, self.local.etag(entry.key) or ""))

    def _date(self, entry: Entry) -> None:
        """Give a file the same time on all machines: tables are kept by it, and pages are deleted by it."""
        path = self.where.data / entry.key
        if not (entry.key.startswith("observations/") and date_by_visit(path)):
            os.utime(path, (entry.modified.timestamp(),) * 2)

    def _join(self, entry: Entry, local: str) -> None:
        """Decide where both sides have changed: lines are joined, else the newer one stays; of counts the store's."""
        ours, theirs = self.local.read(entry.key), self.store.read(entry.key)
        if ours == theirs:
            self.held.put(Row(entry.key, entry.etag, local))
        elif entry.key.endswith(".jsonl"):
            lines = dict.fromkeys([*(theirs or b"").splitlines(), *(ours or b"").splitlines()])
            self.local.write(entry.key, b"".join(line + b"\n" for line in lines))
        elif DATED.fullmatch(entry.key) or self._is_newer(entry, theirs):
            self._fetch(entry)

    def _is_newer(self, entry: Entry, theirs: bytes | None) -> bool:
        """Tell whether the store's object is newer than our file: by its visit, else by when the store received it."""
        path = self.where.data / entry.key
        ours, visit = read_visit(path), visit_in(theirs or b"")
        if entry.key.startswith("observations/") and (ours or visit):
            return ours is None or (visit is not None and visit.seen_at >= ours.seen_at)
        return entry.modified.timestamp() >= path.stat().st_mtime

    def check_key(self) -> None:
        """Raise WrongKeyError unless this machine has the key of the store: its first one, or what a rotation made."""
        ours = key_file.present_key_id()
        if ours and self.store.write_if_absent(KEY_ID, ours.encode()):
            return
        theirs = (self.store.read(KEY_ID) or b"").decode()
        if ours and theirs in dict(rotated_keys(self.where)):
            self.store.write(KEY_ID, ours.encode())
        elif ours or theirs:
            raise WrongKeyError(
                f"{self.store.name} has pseudonyms of key {theirs}, and this machine has {ours or 'no key'}; "
                f"give it that key: in STACKRANK_KEY, or as {key_file.path()}"
            )


def open_mirror(where: Folders) -> Mirror | None:
    """Open the store that STACKRANK_STORE names beside the data folder; None where the folder is the store."""
    return Mirror(where, open_store(where)) if is_shared(where) else None


def _is_sent(file: Entry, row: Row | None) -> bool:
    return row is not None and row.local == file.etag


def _side_by_side(entries: Iterator[Entry], rows: Iterator[Row]) -> Iterator[tuple[Entry | None, Row | None]]:
    """Yield what two lists in the order of their keys say of each key."""
    entry, row = next(entries, None), next(rows, None)
    while entry or row:
        is_entry = entry is not None and (row is None or entry.key <= row.key)
        is_row = row is not None and (entry is None or row.key <= entry.key)
        yield (entry if is_entry else None), (row if is_row else None)
        entry, row = next(entries, None) if is_entry else entry, next(rows, None) if is_row else row


def _in_pages(do: Callable[[T], None], given: Iterator[T]) -> None:
    """Do something with each, many at a time and a page in memory; raises what the first one raises."""
    with ThreadPoolExecutor(WORKERS) as pool:
        while page := list(islice(given, PAGE)):
            for _ in pool.map(do, page):
                pass
