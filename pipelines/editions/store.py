"""The folder of the closed editions: each revision whole and read-only, and a ledger of all of them.

    editions/ledger.jsonl                       a line for the first complete night, and one for each revision
    editions/2026-09/pop-1.0/1/manifest.json    what the edition is, and the checksum of each file
    editions/2026-09/pop-1.0/1/rankings.csv     a table, as CSV and as Parquet
    editions/CY26-Q3/pop-1.0/1/manifest.json    the same of a calendar quarter

Nothing here is ever written again. The ledger has the checksum of each manifest, so one changed byte is found.
"""

import csv
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from pipelines.editions.contents import Edition, NoEditionError, tables_of
from pipelines.editions.periods import Period, parse_period
from pipelines.files import FORMAT, UnusableError, append_synced, read_file, read_object, sync

if TYPE_CHECKING:
    import pyarrow as pa

LEDGER, MANIFEST = "ledger.jsonl", "manifest.json"
PUBLISHED, RECOMPUTED = "published", "recomputed"
"""An edition that was due after the first complete night is published; an older one is recomputed from later data."""


CHECKSUMS = ("counting", "method_sha256", "inputs_sha256")
"""The checksums of an edition that its manifest states."""


class DamagedLedgerError(ValueError):
    """A line of the ledger cannot be read, so nobody knows which editions are closed."""


@dataclass(frozen=True)
class Revision:
    """A line of the ledger: one closed revision of an edition, and why it was made.

    `kind` is published or recomputed, `manifest` is the checksum of its manifest. `reason` is empty for the first
    revision.
    """

    period: Period
    method: str
    revision: int
    kind: str
    closed_at: datetime
    reason: str
    manifest: str

    @property
    def folder(self) -> Path:
        """Its folder below editions/."""
        return Path(self.period.name, self.method, str(self.revision))

    @property
    def month(self) -> date:
        """The first day of the last month of its window."""
        return self.period.month


def list_revisions(editions: Path) -> list[Revision]:
    """Return every closed revision in the order in which they were closed; raises DamagedLedgerError."""
    return [_read_revision(facts) for facts in _read_ledger(editions) if "manifest" in facts]


def latest_revisions(editions: Path) -> dict[tuple[Period, str], Revision]:
    """Return the newest revision of each edition, by period and version of the method."""
    return {(one.period, one.method): one for one in list_revisions(editions)}


def first_night(editions: Path) -> date | None:
    """Return the day of the first complete night, None before it."""
    return next((date.fromisoformat(f["first_night"]) for f in _read_ledger(editions) if "first_night" in f), None)


def record_first_night(editions: Path, day: date) -> None:
    """Write the day of the first complete night into the ledger."""
    editions.mkdir(parents=True, exist_ok=True)
    _append(editions, {"first_night": day.isoformat()})


def close_edition(editions: Path, edition: Edition, kind: str, closed_at: datetime, reason: str = "") -> Revision:
    """Write the next revision of an edition, with its checksums; it is in the ledger when all of it is on the disk."""
    before = latest_revisions(editions).get((edition.period, edition.method))
    number = before.revision + 1 if before else 1
    stated = Revision(edition.period, edition.method, number, kind, closed_at, reason, "")
    folder = editions / stated.folder
    draft = folder.with_name(f".{number}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    manifest = _write(draft, edition, stated)
    with suppress(FileNotFoundError):  # a crash came before its line, or the ledger has lost it: a person looks
        folder.rename(folder.with_name(f"{number}.unlisted.{os.getpid()}"))
    draft.rename(folder)
    sync(folder.parent)
    closed = Revision(edition.period, edition.method, number, kind, closed_at, reason, manifest)
    _append(editions, _facts(closed))
    return closed


def read_edition(editions: Path, revision: Revision) -> Edition:
    """Read a closed revision back; raises NoEditionError where a file is missing or was changed."""
    folder = editions / revision.folder
    if problems := list(_find_changes(folder, revision)):
        raise NoEditionError(f"{folder} is not as it was closed: {problems[0]}")
    facts = json.loads((folder / MANIFEST).read_bytes())
    tables = {name: pq.read_table(folder / f"{name}.parquet") for name in tables_of(revision.period)}
    kept = {name: facts[name] for name in CHECKSUMS}
    return Edition(period=revision.period, method=revision.method, revision=revision.revision, tables=tables, **kept)


def verify(editions: Path) -> list[str]:
    """Return what is wrong with the closed editions: a line for each file that is missing, changed or not listed."""
    listed = list_revisions(editions)
    wrong = [f"{one.folder}: {problem}" for one in listed for problem in _find_changes(editions / one.folder, one)]
    folders = {path.parent.relative_to(editions) for path in editions.glob(f"*/*/*/{MANIFEST}")}
    return wrong + [f"{path}: the ledger does not list it" for path in sorted(folders - {one.folder for one in listed})]


def _find_changes(folder: Path, revision: Revision) -> Iterator[str]:
    """Yield what is not as it was closed."""
    manifest = folder / MANIFEST
    if not manifest.is_file() or _checksum(manifest) != revision.manifest:
        yield f"{MANIFEST} is missing or was changed"
        return
    files = json.loads(manifest.read_bytes())["files"]
    for name, stated in files.items():
        if not (folder / name).is_file() or _checksum(folder / name) != stated:
            yield f"{name} is missing or was changed"
    for path in sorted(folder.iterdir()):
        if path.name not in files and path.name != MANIFEST:
            yield f"{path.name} is not in its manifest"


def _write(folder: Path, edition: Edition, stated: Revision) -> str:
    """Write all files of a revision; return the checksum of its manifest."""
    for name, table in edition.tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
        _write_csv(folder / f"{name}.csv", table)
    files = {path.name: _checksum(path) for path in sorted(folder.iterdir())}
    made = {name: getattr(edition, name) for name in CHECKSUMS}
    facts = {"format": FORMAT, **_facts(stated), **made, "files": files}
    del facts["manifest"]
    (folder / MANIFEST).write_text(json.dumps(facts, indent=1) + "\n")
    for path in folder.iterdir():
        path.chmod(0o444)
        sync(path)
    return _checksum(folder / MANIFEST)


def _write_csv(path: Path, table: "pa.Table") -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(table.column_names)
        rows.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))


def _checksum(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _facts(revision: Revision) -> dict[str, Any]:
    """Return a line of the ledger; a quarter has another key, so that an older version refuses it."""
    facts = {"quarter" if revision.period.is_quarter else "month": revision.period.name} | asdict(revision)
    del facts["period"]
    return facts | {"closed_at": revision.closed_at.astimezone(UTC).isoformat()}


def _read_revision(facts: Mapping[str, Any]) -> Revision:
    return Revision(
        period=parse_period(facts["quarter"] if "quarter" in facts else facts["month"]),
        method=facts["method"],
        revision=facts["revision"],
        kind=facts["kind"],
        closed_at=datetime.fromisoformat(facts["closed_at"]),
        reason=facts["reason"],
        manifest=facts["manifest"],
    )


def _append(editions: Path, facts: Mapping[str, Any]) -> None:
    append_synced(editions / LEDGER, json.dumps({"format": FORMAT, **facts}).encode())


def _read_ledger(editions: Path) -> list[dict[str, Any]]:
    """Return the lines of the ledger."""
    path = editions / LEDGER
    try:
        read = [read_object(line) for line in _ledger_lines(editions)]
        for facts in read:
            _read_revision(facts) if "manifest" in facts else date.fromisoformat(facts["first_night"])
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedLedgerError(f"{path} cannot be read; put it back from a copy") from error
    return read


def _ledger_lines(editions: Path) -> list[bytes]:
    """Return the lines of the ledger; one that is lost, beside editions that were closed, raises UnusableError."""
    lines = (read_file(editions / LEDGER) or b"").splitlines()
    if not lines and next(editions.glob(f"*/*/*/{MANIFEST}"), None):
        raise UnusableError("it is empty")
    return lines
