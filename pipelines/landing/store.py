"""Write each harvest atomically as one Parquet file and one visit.

`observations/<community>/<source>/<owner>/<name>.parquet` holds all rows of a unit; its footer
holds the visit that brought them, and the tags. `visits/<community>/<source>/<month>.jsonl` has a
line for every visit, also for those that brought nothing.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.folders import Folders
from pipelines.landing.schemas import COUNTS, SCHEMAS
from pipelines.landing.visits import log_visit, visit_from_json, visit_to_json
from pipelines.model import ReasonCode, Source, Verdict, Visit
from pipelines.privacy.pseudonyms import redact

VISIT, ROWS, TAGS = b"stackrank.visit", b"stackrank.rows", b"stackrank.tags"


UNREPEATED = ("hash", "parent_hashes", "authored_at", "committed_at")


MAX_SHRINK = 0.02


MAGIC = b"PAR1"


OTHER_FILE = "it is not the file of this unit"


class StoredUnit(NamedTuple):
    """A unit's file: where it is, the visit that brought it, the name of its rows in SCHEMAS, its tags."""

    path: Path
    visit: Visit
    rows: str
    tags: list[dict[str, str | int | None]]


class DamagedFile(NamedTuple):
    """A file of observations that cannot be read, and why: cut off, empty, foreign, or not allowed to us."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Harvest:
    """All observations of one unit: its visit so far, the seconds that took, its rows as a stream of batches.

    `notes` go into the visit's note; the reader may add to them until its last batch. The unit may have up
    to `allowed_loss` fewer rows than before, where the source removes single ones.
    """

    visit: Visit
    fetched_in: float
    schema: pa.Schema
    batches: Iterable[pa.RecordBatch]
    tags: list[dict[str, str | int | None]]
    notes: list[str] = field(default_factory=list)
    allowed_loss: int = 0


def check_empty(where: Folders, visit: Visit) -> Visit:
    """Return the visit; an empty one becomes partial where a damaged file shows that the unit had data."""
    target = unit_file(where.observations, visit)
    if visit.verdict != Verdict.EMPTY or not target.exists() or read_visit(target):
        return visit
    reason = "the source has nothing any more, and the stored file cannot be read"
    return replace(visit, verdict=Verdict.SHRUNK, reason=reason, reason_code=ReasonCode.VANISHED, observations=None)


def land(where: Folders, harvest: Harvest) -> Visit:
    """Write a harvest's file, or keep the earlier one; log and return the visit either way.

    The earlier file is kept where a harvest breaks off, or has over 2 % fewer rows. Counts of a
    day are written once. A damaged file is replaced.
    """
    target = unit_file(where.observations, harvest.visit)
    if harvest.schema is COUNTS and (stored := read_visit(target)):
        return _keep_counts(where, harvest.visit, stored)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        visit = _write(draft, harvest)
    except Exception as error:
        cause = error if isinstance(error, OSError | ValueError | pa.ArrowException) else type(error).__name__
        reason = redact(f"the reading stopped: {cause}")[:300]
        code = getattr(error, "code", ReasonCode.READER_ERROR)  # as a stream's DamagedError has it
        visit = replace(harvest.visit, verdict=Verdict.FAILED, reason=reason, reason_code=code)
    else:
        visit = _swap(draft, target, visit, harvest.allowed_loss)
    finally:
        draft.unlink(missing_ok=True)
    log_visit(where.visits, visit)
    return visit


def _keep_counts(where: Folders, visit: Visit, stored: Visit) -> Visit:
    """Log a visit whose day has its counts already; they stay as they are."""
    kept = "the counts of this day are stored already"
    visit = replace(visit, verdict=Verdict.UNCHANGED, observations=stored.observations, note=kept)
    log_visit(where.visits, visit)
    return visit


def _write(draft: Path, harvest: Harvest) -> Visit:
    rows, started = 0, monotonic()
    repeated = [field.name for field in harvest.schema if field.name not in UNREPEATED]
    with pq.ParquetWriter(draft, harvest.schema, compression="zstd", use_dictionary=repeated) as writer:
        for batch in harvest.batches:
            writer.write_batch(batch)
            rows += batch.num_rows
        seconds = round(harvest.fetched_in + monotonic() - started, 3)
        notes = "; ".join(note for note in (harvest.visit.note, *harvest.notes) if note)
        visit = replace(harvest.visit, observations=rows, seconds=seconds, note=notes)
        (named,) = (name for name, schema in SCHEMAS.items() if schema is harvest.schema)
        footer = {VISIT: visit_to_json(visit), ROWS: named, TAGS: json.dumps(harvest.tags)}
        writer.add_key_value_metadata(footer)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    return visit


def _swap(draft: Path, target: Path, visit: Visit, allowed_loss: int) -> Visit:
    stored = read_visit(target)
    before = stored.observations or 0 if stored else 0
    now = visit.observations or 0
    if now < min(before * (1 - MAX_SHRINK), before - allowed_loss):
        reason = f"shrank from {before} to {now}: the earlier harvest is kept"
        return replace(visit, verdict=Verdict.SHRUNK, reason=reason, reason_code=ReasonCode.SHRANK)
    draft.replace(target)
    return visit


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


def damaged_files(observations: Path) -> list[DamagedFile]:
    """Return the files of observations that cannot be read, sorted."""
    return [found for path in stored_files(observations) if isinstance(found := read_unit(path), DamagedFile)]


def latest_count_file(observations: Path, source: Source, page: str) -> Visit | None:
    """Return the visit of the newest day on which a page's counts were landed that can be read."""
    days = (observations / source.community / source.name).glob(f"{page}-????-??-??.parquet")
    return next((visit for path in sorted(days, reverse=True) if (visit := read_visit(path))), None)


def read_unit(path: Path) -> StoredUnit | DamagedFile:
    """Read what a file's footer says of it, or say why it cannot be read; this alone decides what is damaged."""
    try:
        footer = pq.read_metadata(path).metadata
        rows = footer[ROWS].decode()
        found = StoredUnit(path, visit_from_json(footer[VISIT]), rows, json.loads(footer[TAGS]))
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        return DamagedFile(path, _damage(path, error))
    is_own = rows in SCHEMAS and path.as_posix().endswith(f"/{unit_file(Path(), found.visit).as_posix()}")
    return found if is_own else DamagedFile(path, OTHER_FILE)


def _damage(path: Path, error: Exception) -> str:
    if isinstance(error, KeyError | TypeError):
        return OTHER_FILE
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    with path.open("rb") as file:
        start = file.read(len(MAGIC))
    if not start:
        return "it is empty"
    return "it is cut off or damaged" if start == MAGIC else "it is no Parquet file"


def read_visit(path: Path) -> Visit | None:
    """Read the visit in a file's footer; None where there is no file, or none that can be read."""
    found = read_unit(path)
    return found.visit if isinstance(found, StoredUnit) else None


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
