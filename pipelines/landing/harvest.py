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

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.files import FORMAT, replace_synced
from pipelines.folders import Folders
from pipelines.landing import set_aside
from pipelines.landing.schemas import COUNTS, SCHEMAS
from pipelines.landing.stored import FORMAT_OF, ROWS, TAGS, VISIT, DamagedFile, read_unit, read_visit, unit_file
from pipelines.landing.visits import log_visit, visit_to_json
from pipelines.model import ReasonCode, Verdict, Visit
from pipelines.privacy.pseudonyms import redact

UNREPEATED = ("hash", "parent_hashes", "authored_at", "committed_at")


MAX_SHRINK = 0.02


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
    is_damaged = isinstance(read_unit(target), DamagedFile) if target.exists() else set_aside.has(where, target)
    if visit.verdict != Verdict.EMPTY or not is_damaged:
        return visit
    reason = "the source has nothing any more, and the stored file cannot be read"
    return replace(visit, verdict=Verdict.SHRUNK, reason=reason, reason_code=ReasonCode.VANISHED, observations=None)


def land(where: Folders, harvest: Harvest) -> Visit:
    """Write a harvest's file, or keep the earlier one; log and return the visit either way.

    The earlier file is kept where a harvest breaks off, or has over 2 % fewer rows. Counts of a
    day are written once. A damaged file is set aside.
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
        visit = _swap(where, draft, visit, harvest.allowed_loss)
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
    with pq.ParquetWriter(
        draft, harvest.schema, compression="zstd", use_dictionary=repeated, write_page_checksum=True
    ) as writer:
        for batch in harvest.batches:
            writer.write_batch(batch)
            rows += batch.num_rows
        seconds = round(harvest.fetched_in + monotonic() - started, 3)
        notes = "; ".join(note for note in (harvest.visit.note, *harvest.notes) if note)
        visit = replace(harvest.visit, observations=rows, seconds=seconds, note=notes)
        (named,) = (name for name, schema in SCHEMAS.items() if schema is harvest.schema)
        footer = {FORMAT_OF: str(FORMAT), VISIT: visit_to_json(visit), ROWS: named, TAGS: json.dumps(harvest.tags)}
        writer.add_key_value_metadata(footer)
    os.utime(draft, (visit.seen_at.timestamp(),) * 2)  # the same time on all machines
    return visit


def _swap(where: Folders, draft: Path, visit: Visit, allowed_loss: int) -> Visit:
    target = unit_file(where.observations, visit)
    stored = read_unit(target) if os.path.lexists(target) else None
    if isinstance(stored, DamagedFile):
        set_aside.move(where, target, stored.reason)
    before = stored.visit.observations or 0 if stored and not isinstance(stored, DamagedFile) else 0
    now = visit.observations or 0
    if now < min(before * (1 - MAX_SHRINK), before - allowed_loss):
        reason = f"shrank from {before} to {now}: the earlier harvest is kept"
        return replace(visit, verdict=Verdict.SHRUNK, reason=reason, reason_code=ReasonCode.SHRANK)
    replace_synced(draft, target)
    return visit
