"""A harvest becomes one Parquet file and one visit, atomically.

`observations/<community>/<source>/<owner>/<name>.parquet` holds all rows of a unit; its footer
holds the visit that brought them, and the tags. `visits/<community>/<source>/<month>.jsonl` has a
line for every visit, also for those that brought nothing.
"""

import asyncio
import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple, Self

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.folders import Folders, folders
from pipelines.nouns import Plan, Source, Verdict, Visit
from pipelines.pseudonyms import redact

VISIT, ROWS, TAGS = b"stackrank.visit", b"stackrank.rows", b"stackrank.tags"
UNREPEATED = ("hash", "parent_hashes", "authored_at", "committed_at")
LARGEST_SHRINK = 0.02
PAGES = "pages"
READERS = 2
MAGIC = b"PAR1"
NO_HARVEST = "it is no harvest of this unit"


def _account(who: str) -> list[pa.Field]:
    keys = ("name_exact_key", "name_key", "address_exact_key", "address_key", "login_key")
    return [
        *(pa.field(f"{who}_{key}", pa.string()) for key in keys),
        pa.field(f"{who}_name_words", pa.int16()),
        pa.field(f"{who}_name_bag_key", pa.string()),
        pa.field(f"{who}_domain", pa.string()),
        pa.field(f"{who}_role", pa.bool_()),
        pa.field(f"{who}_machine", pa.string()),
    ]


COMMITS = pa.schema(
    [
        pa.field("hash", pa.string()),
        pa.field("parents", pa.int32()),
        pa.field("parent_hashes", pa.list_(pa.string())),
        pa.field("authored_at", pa.timestamp("s")),
        pa.field("authored_offset", pa.int32()),
        pa.field("committed_at", pa.timestamp("s")),
        pa.field("committed_offset", pa.int32()),
        *_account("author"),
        *_account("committer"),
        pa.field("co_author_name_keys", pa.list_(pa.string())),
        pa.field("co_author_address_keys", pa.list_(pa.string())),
        pa.field("revert", pa.bool_()),
    ]
)
"""One row per commit of a repository's default branch, as spiders/git.py reads it."""

SERIES = pa.schema(
    [
        pa.field("name", pa.string()),
        pa.field("release_id", pa.string()),
        pa.field("status", pa.string()),
        pa.field("initial_release", pa.date32()),
        pa.field("end_of_life", pa.date32()),
    ]
)
"""One row per release series, past and planned, as spiders/series_status.py reads it."""

MESSAGES = pa.schema(
    [
        pa.field("message_id_key", pa.string()),
        pa.field("content_key", pa.string()),
        pa.field("sent_at", pa.timestamp("s")),
        pa.field("sent_offset", pa.int32()),
        pa.field("date_quality", pa.string()),
        pa.field("claimed_at", pa.timestamp("s")),
        pa.field("arrived_at", pa.timestamp("s")),
        pa.field("archive_month", pa.date32()),
        *_account("sender"),
        pa.field("sender_quality", pa.string()),
        pa.field("subject_key", pa.string()),
        pa.field("is_reply", pa.bool_()),
        pa.field("in_reply_to_key", pa.string()),
        pa.field("reference_keys", pa.list_(pa.string())),
        pa.field("size", pa.int64()),
        pa.field("quarantine", pa.string()),
        pa.field("class", pa.string()),
        pa.field("class_rule", pa.string()),
    ]
)
"""One row per message of a unit, as spiders/mail.py reads it; `quarantine` says why a row is no message, `class` who
wrote it by which rule of machines.toml."""

TOTALS = pa.schema(
    [
        pa.field("month", pa.date32()),
        pa.field("messages", pa.int64()),
        pa.field("url", pa.string()),
    ]
)
"""One row per month that a mail archive lists: its first day, what the archive itself says it holds (NULL: it does
not say), where its mail is. NULL as month: what is no month, a whole list or a volume of another length."""

COUNTS = pa.schema(
    [
        pa.field("measure", pa.string()),
        pa.field("subject", pa.string()),
        pa.field("day", pa.date32()),
        pa.field("value", pa.int64()),
        pa.field("basis", pa.string()),
        pa.field("version", pa.string()),
        pa.field("url", pa.string()),
    ]
)
"""One row per dated count that a source states, totals only. `measure` says what was counted (its definition stands in
measures.toml), `subject` of what (a repository, a team; "" of the community), `day` for which day. `basis`: stated (by
the source, of the day itself), or restated (what today's register says of an earlier day: whoever left since is
missing). `version` is that of the software whose definition it is; NULL where it does not say. Append-only: the unit of
a count is its page and the day on which it was asked."""

ALIASES = pa.schema(
    [
        pa.field("proper_name_key", pa.string()),
        pa.field("proper_name_words", pa.int16()),
        pa.field("proper_address_key", pa.string()),
        pa.field("commit_name_key", pa.string()),
        pa.field("commit_address_key", pa.string()),
    ]
)
"""One row per line of a project's .mailmap: who somebody is, and under what else they have committed. NULL where the
line does not say."""

SCHEMAS = {
    "commits": COMMITS, "series": SERIES, "messages": MESSAGES, "totals": TOTALS, "counts": COUNTS, "aliases": ALIASES,
}  # fmt: skip
"""The schemas of harvests, by the name of their rows; the build lays one view over each."""


class Held(NamedTuple):
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


class Landing:
    """The item pipeline that Scrapy calls: lands harvests, notes visits."""

    def __init__(self, where: Folders) -> None:
        self.where = where
        self.threads = ThreadPoolExecutor(READERS, thread_name_prefix="landing")

    @classmethod
    def from_crawler(cls, _crawler: object) -> Self:
        """Land in the data folder of this installation."""
        return cls(folders())

    async def process_item(self, item: Harvest | Visit) -> Visit:
        """Land a harvest beside the event loop; return the visit as it was noted."""
        if isinstance(item, Harvest):
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self.threads, land, self.where, item)
        visit = _believed(self.where, item)
        note(self.where.visits, visit)
        return visit

    def close_spider(self) -> None:
        """Wait for the last harvest."""
        self.threads.shutdown()


def _believed(where: Folders, visit: Visit) -> Visit:
    """Return a visit that found nothing as partial, where a damaged file shows that something was held."""
    target = unit_file(where.observations, visit)
    if visit.verdict != Verdict.EMPTY or not target.exists() or read_visit(target):
        return visit
    reason = "nothing is there any more, and what was held cannot be read"
    return replace(visit, verdict=Verdict.PARTIAL, reason=reason, observations=None)


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
        visit = replace(harvest.visit, verdict=Verdict.FAILED, reason=reason)
    else:
        visit = _swap(draft, target, visit, harvest.may_lose)
    finally:
        draft.unlink(missing_ok=True)
    note(where.visits, visit)
    return visit


def _counted_already(where: Folders, visit: Visit, held: Visit) -> Visit:
    """Note a visit whose day has its counts already: they stay as they are."""
    kept = "the counts of this day are held already and stay as they are"
    visit = replace(visit, verdict=Verdict.UNCHANGED, observations=held.observations, note=kept)
    note(where.visits, visit)
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
        footer = {VISIT: as_json(visit), ROWS: named, TAGS: json.dumps(harvest.tags)}
        writer.add_key_value_metadata(footer)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    return visit


def _swap(draft: Path, target: Path, visit: Visit, may_lose: int) -> Visit:
    held = read_visit(target)
    before = held.observations or 0 if held else 0
    now = visit.observations or 0
    if now < min(before * (1 - LARGEST_SHRINK), before - may_lose):
        reason = f"shrank from {before} to {now}: the earlier harvest is kept"
        return replace(visit, verdict=Verdict.PARTIAL, reason=reason)
    draft.replace(target)
    return visit


def unit_file(observations: Path, visit: Visit) -> Path:
    """Return the Parquet file of a visit's unit."""
    return observations / visit.community / visit.source / f"{visit.unit}.parquet"


def files(observations: Path) -> list[Path]:
    """Return the Parquet files of all units, sorted; drafts of killed runs are not among them."""
    return sorted(p for p in observations.rglob("*.parquet") if not p.name.startswith("."))


def held(observations: Path, sources: Iterable[Source] | None = None) -> dict[tuple[str, str, str], Visit]:
    """Return what we hold (of `sources`, if given): the visit in the footer of each unit's file, by its identity.

    What cannot be read is not held.
    """
    folders = [observations] if sources is None else [observations / s.community / s.name for s in sources]
    visits = (visit for folder in folders for path in files(folder) if (visit := read_visit(path)))
    return {(visit.community, visit.source, visit.unit): visit for visit in visits}


def damaged(observations: Path) -> list[Damaged]:
    """Return the files of observations that cannot be read, sorted."""
    return [found for path in files(observations) if isinstance(found := read(path), Damaged)]


def newest(observations: Path, source: Source, page: str) -> Visit | None:
    """Return the visit of the newest day on which a page's counts were landed that can be read."""
    days = (observations / source.community / source.name).glob(f"{page}-????-??-??.parquet")
    return next((visit for path in sorted(days, reverse=True) if (visit := read_visit(path))), None)


def read(path: Path) -> Held | Damaged:
    """Read what a file's footer says of it, or say why it cannot be read; this alone decides what is damaged."""
    try:
        footer = pq.read_metadata(path).metadata
        rows = footer[ROWS].decode()
        found = Held(path, from_json(footer[VISIT]), rows, json.loads(footer[TAGS]))
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
    found = read(path)
    return found.visit if isinstance(found, Held) else None


def newest_hash(path: Path) -> str | None:
    """Return the hash in the first row of a unit's commits, its HEAD when it was read.

    None without a row, or a file that can be read.
    """
    if not read_visit(path):
        return None
    with pq.ParquetFile(path) as file:
        first = next(file.iter_batches(batch_size=1, columns=["hash"]), None)
    hashes: list[str] = first["hash"].to_pylist() if first else []
    return hashes[0] if hashes else None


def keep_page(data: Path, visit: Visit, page: bytes) -> Path:
    """Keep the bytes that a visit brought, by its checksum; return the file, `.gz` as served or `.zst`.

    `data/pages` holds names and addresses; what is there already is left as it is.
    """
    known = kept_page(data, visit)
    if known:
        return known
    packed = page.startswith(b"\x1f\x8b")
    path = _page_stem(data, visit).with_suffix(".gz" if packed else ".zst")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file, pa.output_stream(file, compression=None if packed else "zstd") as packer:
            packer.write(page)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def kept_page(data: Path, visit: Visit) -> Path | None:
    """Return the file of the page that a visit brought, if it is still kept."""
    if not visit.checksum:
        return None
    stem = _page_stem(data, visit)
    return next((path for ending in (".gz", ".zst") if (path := stem.with_suffix(ending)).exists()), None)


def _page_stem(data: Path, visit: Visit) -> Path:
    checksum = visit.checksum or ""
    return data / PAGES / visit.community / visit.source / checksum[:2] / checksum


def prune(data: Path, before: datetime) -> int:
    """Delete the kept pages that were written before a moment; return how many that were."""
    old = [p for p in (data / PAGES).glob("*/*/*/*") if p.stat().st_mtime < before.timestamp()]
    for path in old:
        path.unlink()
    return len(old)


def note_plan(visits: Path, plan: Plan) -> None:
    """Keep the plan of a run beside the visits of its source, in place of the one before."""
    path = visits / plan.community / plan.source / "plan.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(".plan.json")
    draft.write_text(json.dumps(asdict(plan) | {"made_at": plan.made_at.isoformat()}))
    draft.replace(path)


def plans(visits: Path) -> Iterator[Plan]:
    """Yield the latest plan of each source that has one."""
    for path in sorted(visits.glob("*/*/plan.json")):
        facts: dict[str, Any] = json.loads(path.read_text())
        units, left = tuple(facts["units"]), tuple(facts["left"])
        yield Plan(**facts | {"made_at": datetime.fromisoformat(facts["made_at"]), "units": units, "left": left})


def note(visits: Path, visit: Visit) -> None:
    """Append a visit to the month's file of its source, whole or not at all."""
    path = visits / visit.community / visit.source / f"{visit.seen_at:%Y-%m}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644), "rb+") as file:
        torn = file.seek(0, os.SEEK_END) and not _ends_line(file.fileno())
        os.write(file.fileno(), (b"\n" if torn else b"") + as_json(visit).encode() + b"\n")
        os.fsync(file.fileno())


def _ends_line(descriptor: int) -> bool:
    return os.pread(descriptor, 1, os.fstat(descriptor).st_size - 1) == b"\n"


def noted(visits: Path, since: datetime | None = None) -> Iterator[Visit]:
    """Yield every visit ever noted, or those noted from `since` on, in the order of their files."""
    first = f"{since:%Y-%m}.jsonl" if since else ""
    paths = (path for path in sorted(visits.rglob("*.jsonl")) if path.name >= first)
    found = (visit for path in paths for visit in read_visits(path.read_bytes()))
    return (visit for visit in found if since is None or visit.seen_at >= since)


def read_visits(lines: bytes) -> Iterator[Visit]:
    """Yield the visits in lines of a file of visits; a line torn by a crash is no visit and is passed over."""
    return (from_json(line) for line in lines.splitlines() if line.endswith(b"}"))


def as_json(visit: Visit) -> str:
    """Return a visit as one line of JSON."""
    return json.dumps(asdict(visit) | {"seen_at": visit.seen_at.isoformat()})


def from_json(line: bytes) -> Visit:
    """Read back what `as_json` wrote."""
    facts: dict[str, Any] = json.loads(line)
    moment = datetime.fromisoformat(facts["seen_at"])
    return Visit(**facts | {"seen_at": moment, "verdict": Verdict(facts["verdict"])})
