"""A harvest becomes one Parquet file and one visit, atomically.

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


NO_HARVEST = "it is no harvest of this unit"


class StoredUnit(NamedTuple):
    """A unit's file: where it is, the visit that brought it, the name of its rows in SCHEMAS, its tags."""

    path: Path
    visit: Visit
    rows: str
    tags: list[dict[str, str | int | None]]


class Damaged(NamedTuple):
    """A file of observations that cannot be read, and why: cut off, empty, foreign, or not allowed to us."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Harvest:
    """All observations of one unit: its visit so far, the seconds that took, its rows as a stream of batches.

    `remarks` go into the visit's note; the reader may add to them until its last batch is drawn. So many
    rows as `may_lose` can be gone without being a loss, where the source takes single ones away.
    """

    visit: Visit
    fetched_in: float
    schema: pa.Schema
    batches: Iterable[pa.RecordBatch]
    tags: list[dict[str, str | int | None]]
    remarks: list[str] = field(default_factory=list)
    may_lose: int = 0


def _believed(where: Folders, visit: Visit) -> Visit:
    """Return a visit that found nothing as partial, where a damaged file shows that something was held."""
    target = unit_file(where.observations, visit)
    if visit.verdict != Verdict.EMPTY or not target.exists() or read_visit(target):
        return visit
    reason = "nothing is there any more, and what was held cannot be read"
    return replace(visit, verdict=Verdict.PARTIAL, reason=reason, reason_code=ReasonCode.VANISHED, observations=None)


def land(where: Folders, harvest: Harvest) -> Visit:
    """Write a harvest's file, or keep the earlier one; note and return the visit either way.

    A harvest that breaks off, or that holds over 2 % fewer rows than the earlier one, changes
    nothing but the visits; nor do counts of a day that is held. A damaged file is replaced.
    """
    target = unit_file(where.observations, harvest.visit)
    if harvest.schema is COUNTS and (held := read_visit(target)):
        return _counted_already(where, harvest.visit, held)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        visit = _write(draft, harvest)
    except Exception as error:
        told = error if isinstance(error, OSError | ValueError | pa.ArrowException) else type(error).__name__
        reason = redact(f"the reading stopped: {told}")[:300]
        code = getattr(error, "code", ReasonCode.READER_ERROR)  # as a stream's DamagedError has it
        visit = replace(harvest.visit, verdict=Verdict.FAILED, reason=reason, reason_code=code)
    else:
        visit = _swap(draft, target, visit, harvest.may_lose)
    finally:
        draft.unlink(missing_ok=True)
    log_visit(where.visits, visit)
    return visit


def _counted_already(where: Folders, visit: Visit, held: Visit) -> Visit:
    """Note a visit whose day has its counts already: they stay as they are."""
    kept = "the counts of this day are held already and stay as they are"
    visit = replace(visit, verdict=Verdict.UNCHANGED, observations=held.observations, note=kept)
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
        remarks = "; ".join(note for note in (harvest.visit.note, *harvest.remarks) if note)
        visit = replace(harvest.visit, observations=rows, seconds=seconds, note=remarks)
        (named,) = (name for name, schema in SCHEMAS.items() if schema is harvest.schema)
        footer = {VISIT: visit_to_json(visit), ROWS: named, TAGS: json.dumps(harvest.tags)}
        writer.add_key_value_metadata(footer)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    return visit


def _swap(draft: Path, target: Path, visit: Visit, may_lose: int) -> Visit:
    held = read_visit(target)
    before = held.observations or 0 if held else 0
    now = visit.observations or 0
    if now < min(before * (1 - MAX_SHRINK), before - may_lose):
        reason = f"shrank from {before} to {now}: the earlier harvest is kept"
        return replace(visit, verdict=Verdict.PARTIAL, reason=reason, reason_code=ReasonCode.SHRANK)
    draft.replace(target)
    return visit


def unit_file(observations: Path, visit: Visit) -> Path:
    """Return the Parquet file of a visit's unit."""
    return observations / visit.community / visit.source / f"{visit.unit}.parquet"


def stored_files(observations: Path) -> list[Path]:
    """Return the Parquet files of all units, sorted; drafts of killed runs are not among them."""
    return sorted(p for p in observations.rglob("*.parquet") if not p.name.startswith("."))


def stored_visits(observations: Path, sources: Iterable[Source] | None = None) -> dict[tuple[str, str, str], Visit]:
    """Return what we hold (of `sources`, if given): the visit in the footer of each unit's file, by its identity.

    What cannot be read is not held.
    """
    folders = [observations] if sources is None else [observations / s.community / s.name for s in sources]
    visits = (visit for folder in folders for path in stored_files(folder) if (visit := read_visit(path)))
    return {(visit.community, visit.source, visit.unit): visit for visit in visits}


def damaged(observations: Path) -> list[Damaged]:
    """Return the files of observations that cannot be read, sorted."""
    return [found for path in stored_files(observations) if isinstance(found := read_unit(path), Damaged)]


def latest_count_file(observations: Path, source: Source, page: str) -> Visit | None:
    """Return the visit of the newest day on which a page's counts were landed that can be read."""
    days = (observations / source.community / source.name).glob(f"{page}-????-??-??.parquet")
    return next((visit for path in sorted(days, reverse=True) if (visit := read_visit(path))), None)


def read_unit(path: Path) -> StoredUnit | Damaged:
    """Read what a file's footer says of it, or say why it cannot be read; this alone decides what is damaged."""
    try:
        footer = pq.read_metadata(path).metadata
        rows = footer[ROWS].decode()
        found = StoredUnit(path, visit_from_json(footer[VISIT]), rows, json.loads(footer[TAGS]))
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        return Damaged(path, _why_not(path, error))
    is_own = rows in SCHEMAS and path.as_posix().endswith(f"/{unit_file(Path(), found.visit).as_posix()}")
    return found if is_own else Damaged(path, NO_HARVEST)


def _why_not(path: Path, error: Exception) -> str:
    if isinstance(error, KeyError | TypeError):
        return NO_HARVEST
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
