"""Read the files of observations: which there are, what brought them, and which of them cannot be used."""

import json
import os
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.files import UnusableError, check_format, check_is_file, file_state
from pipelines.landing.schemas import NEEDED, SCHEMAS
from pipelines.landing.visits import visit_from_json
from pipelines.model import Source, Visit

FORMAT_OF, VISIT = b"stackrank.format", b"stackrank.visit"
ROWS, TAGS = b"stackrank.rows", b"stackrank.tags"
MAGIC = b"PAR1"
DATED = re.compile(r"observations/[^/]+/[^/]+/[^/]+-\d{4}-\d\d-\d\d\.parquet")
"""The file of dated counts, as a path below the data folder: it is written once."""
ROWS_AT_ONCE = 8_192
"""A check of a file reads so many rows at once: more take memory and no less time."""
OTHER_FILE = "it is not the file of this unit"


class StoredUnit(NamedTuple):
    """A unit's file: where it is, the visit that brought it, the name of its rows in SCHEMAS, its tags."""

    path: Path
    visit: Visit
    rows: str
    tags: list[dict[str, str | int | None]]


class DamagedFile(NamedTuple):
    """A file that cannot be used, and why: cut off, empty, foreign, too new, dated after now.

    `is_refused`: the system does not let us read it, so nobody knows whether it is damaged.
    """

    path: Path
    reason: str
    is_refused: bool = False


def unit_file(observations: Path, visit: Visit) -> Path:
    """Return the Parquet file of a visit's unit."""
    return observations / visit.community / visit.source / f"{visit.unit}.parquet"


def stored_files(observations: Path) -> list[Path]:
    """Return the Parquet files of all units, sorted; drafts of killed runs are not among them."""
    return sorted(p for p in observations.rglob("*.parquet") if not p.name.startswith("."))


def stored_visits(observations: Path, sources: Iterable[Source] | None = None) -> dict[tuple[str, str, str], Visit]:
    """Return the visit in the footer of each unit's file (of `sources`, if given), by community, source and unit.

    Files that cannot be read are left out.
    """
    folders = [observations] if sources is None else [observations / s.community / s.name for s in sources]
    visits = (visit for folder in folders for path in stored_files(folder) if (visit := read_visit(path)))
    return {(visit.community, visit.source, visit.unit): visit for visit in visits}


def damaged_files(observations: Path, *, whole: bool = False) -> list[DamagedFile]:
    """Return the files of observations that cannot be used, sorted; `whole`: read all their rows too."""
    files = ((path, read_unit(path)) for path in stored_files(observations))
    checked = (check_rows(path) if whole and isinstance(found, StoredUnit) else found for path, found in files)
    damaged = [found for found in checked if isinstance(found, DamagedFile)]
    pa.default_memory_pool().release_unused()
    return damaged


def latest_count_file(observations: Path, source: Source, page: str) -> Visit | None:
    """Return the visit of the newest day on which a page's counts were landed that can be read."""
    days = (observations / source.community / source.name).glob(f"{page}-????-??-??.parquet")
    return next((visit for path in sorted(days, reverse=True) if (visit := read_visit(path))), None)


def read_unit(path: Path) -> StoredUnit | DamagedFile:
    """Read what a file's footer says of it, or say why it cannot be used; with `check_rows` this decides what can."""
    try:
        check_is_file(path)
        return _read_footer(path, file_state(path))
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        return _damaged(path, error)


@lru_cache(maxsize=1 << 17)
def _read_footer(path: Path, _: tuple[int, ...]) -> StoredUnit:
    """Read a footer once, while the file is as it was: its size and times say whether it is."""
    with pq.ParquetFile(path) as file:  # metadata.schema would be a cycle that holds a file's metadata: 50 kB each
        footer, columns = file.metadata.metadata, file.schema_arrow
    check_format(_version(footer.get(FORMAT_OF, b"1")))
    rows, visit, tags = footer[ROWS].decode(), visit_from_json(footer[VISIT]), json.loads(footer[TAGS])
    if not path.as_posix().endswith(f"/{unit_file(Path(), visit).as_posix()}"):
        raise UnusableError(OTHER_FILE)
    if rows not in SCHEMAS:
        raise UnusableError("it has rows of a kind that this version of stackrank does not know")
    _check_columns(rows, columns)
    return StoredUnit(path, visit, rows, tags)


def _version(text: bytes) -> int | None:
    return int(text) if text.isdigit() else None


def _check_columns(rows: str, found: pa.Schema) -> None:
    """Raise UnusableError where a column that rows need is missing, or a known one has values of another kind."""
    if found.equals(_as_stored(rows)):  # so has almost every file, and to compare kinds takes as long as to read it
        return
    for name in NEEDED[rows]:
        if name not in found.names:
            raise UnusableError(f"its column {name} is missing")
    for field in SCHEMAS[rows]:
        if field.name in found.names and _kind(found.field(field.name).type) != _kind(field.type):
            raise UnusableError(f"its column {field.name} has values of another kind")


@cache
def _as_stored(rows: str) -> pa.Schema:
    """Return the schema of rows as a file of this version states it: Parquet has no times in seconds."""
    fields = (f.with_type(pa.timestamp("ms")) if f.type == pa.timestamp("s") else f for f in SCHEMAS[rows])
    return pa.schema(list(fields))


def _kind(column: pa.DataType) -> str:
    """Return what a type holds, however wide or fine it is."""
    if pa.types.is_list(column) or pa.types.is_large_list(column):
        return f"list of {_kind(column.value_type)}"
    if pa.types.is_integer(column):
        return "integer"
    if pa.types.is_timestamp(column):
        return "local time" if column.tz else "time"
    return "text" if pa.types.is_string(column) or pa.types.is_large_string(column) else str(column)


def check_rows(path: Path) -> DamagedFile | None:
    """Read all rows of a file and compare its checksums; return why it cannot be used, None where it can."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for _ in file.iter_batches(ROWS_AT_ONCE, use_threads=False):
                pass
    except (OSError, ValueError, pa.ArrowException) as error:
        return _damaged(path, error)
    return None


def _damaged(path: Path, error: Exception) -> DamagedFile:
    if isinstance(error, OSError) and error.errno:
        return DamagedFile(path, os.strerror(error.errno).lower(), is_refused=True)
    if isinstance(error, UnusableError):
        return DamagedFile(path, str(error))
    return DamagedFile(path, OTHER_FILE if isinstance(error, KeyError | TypeError) else _damage(path))


def _damage(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(len(MAGIC))
    if not start:
        return "it is empty"
    return "it is cut off or damaged" if start == MAGIC else "it is no Parquet file"


def read_visit(path: Path) -> Visit | None:
    """Read the visit in a file's footer; None where there is no file, or none that can be read."""
    found = read_unit(path)
    return found.visit if isinstance(found, StoredUnit) else None


def visit_in(content: bytes) -> Visit | None:
    """Read the visit in the footer of a file that is in memory; None where there is none that can be read."""
    try:
        return visit_from_json(pq.read_metadata(pa.BufferReader(content)).metadata[VISIT])
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        return None


def date_by_visit(path: Path) -> bool:
    """Give a unit's file the time of its visit, the same on all machines; return False where it cannot be read."""
    visit = read_visit(path)
    if visit:
        os.utime(path, (visit.seen_at.timestamp(),) * 2)
    return visit is not None


def latest_hash(path: Path) -> str | None:
    """Return the hash in the first row of a unit's commits, its HEAD when it was read.

    None without a row, or a file that can be read.
    """
    if not read_visit(path):
        return None
    with pq.ParquetFile(path) as file:
        first = next(file.iter_batches(batch_size=1, columns=["hash"]), None)
    hashes: list[str] = first["hash"].to_pylist() if first else []
    return hashes[0] if hashes else None
