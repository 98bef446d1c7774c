"""Read the commits of a clone: run `git log` and turn what it prints into batches of the schema COMMITS."""

import subprocess
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.landing.schemas import COMMITS
from pipelines.privacy.pseudonyms import Pseudonyms, redact
from spiders.code.git_people import People
from spiders.code.git_process import HEAD, environment
from spiders.watchdog import guarded

if TYPE_CHECKING:
    from pipelines.rules.bots_commits import CommitBots

FIELDS = ("%H", "%P", "%an", "%ae", "%ad", "%cn", "%ce", "%cd", "%B")
CHUNK = 8 << 20
PIPE = 1 << 20
LARGEST_COMMIT = 64 << 20
YEARS_BEFORE_BIRTH = 5
YEAR_1, YEAR_10000 = -62_135_596_800, 253_402_300_800
FARTHEST_OFFSET = 14 * 60

HASH = r"^([0-9a-f]{40}|[0-9a-f]{64})$"
RAW_TIME = r"^-?\d{1,18} [+-]\d+$"
MOST_DIGITS = 9
REVERTED = "This reverts commit [0-9a-f]{7,64}"
REVERTS = (rf'\A(Revert "|{REVERTED})', rf"\n{REVERTED}")
"""How a message of a revert begins, and a line of one: as one pattern both would take twice as long."""


def check_head(clone: Path) -> None:
    """Raise OSError unless the default branch leads to a commit that is there."""
    command = ["git", f"--git-dir={clone}", "rev-parse", "--verify", "--quiet", f"{HEAD}^{{commit}}"]
    if subprocess.run(command, env=environment(), capture_output=True, check=False).returncode:
        raise OSError("its HEAD leads to no commit")


def log(clone: Path) -> Iterator[bytes]:
    """Yield the commits of the default branch as git prints them, NUL between all fields.

    Asks the server for nothing: no mailmap, no tree, no file. Raises OSError if git fails.
    """
    command = [
        "git", f"--git-dir={clone}", "-c", "log.showSignature=false",
        "-c", "core.warnAmbiguousRefs=false", "log", "-z", "--no-mailmap", "--date=raw",
        f"--format=tformat:{'%x00'.join(FIELDS)}", HEAD,
    ]  # fmt: skip
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, pipesize=PIPE,
        process_group=0,
    ) as git, guarded(git.pid):  # fmt: skip
        yield from _ahead(partial(_pipe(git.stdout).read, CHUNK))
        if complaint := _pipe(git.stderr).read():
            said = " | ".join(complaint.decode(errors="replace").splitlines())
            raise OSError(f"git log: {redact(said)[:300]}")
    if git.returncode:
        raise OSError(f"git log ended with {git.returncode}")


def _ahead(read: Callable[[], bytes]) -> Iterator[bytes]:
    """Yield what is read, up to the first empty chunk; each is read while the one before is being used."""
    with ThreadPoolExecutor(1, thread_name_prefix="reading") as reader:
        coming = reader.submit(read)
        while chunk := coming.result():
            coming = reader.submit(read)
            yield chunk


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise OSError("git was started without a pipe")
    return stream


def commits(
    stream: Iterable[bytes], pseudonyms: Pseudonyms, bots: "CommitBots", list_addresses: frozenset[str] = frozenset()
) -> Iterator[pa.RecordBatch]:
    """Read the output of `log` into batches of the schema COMMITS, one row per commit.

    `list_addresses`, lower case, are those of the community's mailing lists, which are nobody's. The same bytes
    under the same key and rules give the same rows, in any chunking. Raises ValueError where the stream is cut
    off or is not what `log` prints.
    """
    people = People(pseudonyms, bots, list_addresses)
    rest = b""
    for chunk in stream:
        fields = pc.split_pattern(pa.array([rest + chunk], pa.binary()), b"\0").values
        whole = (len(fields) - 1) // len(FIELDS) * len(FIELDS)
        rest = b"\0".join(fields[whole:].to_pylist())
        if len(rest) > LARGEST_COMMIT:
            raise ValueError(f"a commit of more than {LARGEST_COMMIT} bytes")
        if whole:
            yield _batch(fields, whole, people)
    if rest:
        raise ValueError("the history is cut off in the middle of a commit")


def _batch(fields: pa.Array, whole: int, people: "People") -> pa.RecordBatch:
    """Return the commits in the first `whole` fields, which lie one after another."""
    columns = (fields.take(pa.arange(i, whole, len(FIELDS))) for i in range(len(FIELDS)))
    hashes, parents, name, address, authored, by_name, by_address, committed, body = columns
    if not pc.all(pc.match_substring_regex(hashes, HASH)).as_py():
        raise ValueError("a commit without a hash: not the output of git log")
    author = people.columns(name, address)
    committer = people.columns(by_name, by_address)
    co_names, co_addresses = people.co_authors(body)
    is_root = pc.equal(pc.binary_length(parents), 0)
    split = pc.split_pattern(parents.cast(pa.string()), " ")
    parent_hashes = pc.if_else(is_root, pa.scalar([], split.type), split)
    values = {
        "hash": hashes.cast(pa.string()),
        "parents": pc.list_value_length(parent_hashes),
        "parent_hashes": parent_hashes,
        **_moment("authored", authored),
        **_moment("committed", committed),
        **{f"author_{field}": column for field, column in author.items()},
        **{f"committer_{field}": column for field, column in committer.items()},
        "co_author_name_keys": co_names,
        "co_author_address_keys": co_addresses,
        "revert": pc.or_(*(pc.match_substring_regex(body, pattern) for pattern in REVERTS)),
        "subject_key": people.subjects(body),
    }
    return pa.RecordBatch.from_arrays([values[f.name].cast(f.type) for f in COMMITS], schema=COMMITS)


def _moment(what: str, raw: pa.Array) -> dict[str, pa.Array]:
    """Split git's raw date into UTC time and offset in minutes; NULL where git has none."""
    text = raw.cast(pa.string())
    dates = pc.if_else(pc.match_substring_regex(text, RAW_TIME), text, pa.scalar(None, pa.string()))
    parts = pc.split_pattern(dates, " ")
    seconds = pc.list_element(parts, 0).cast(pa.int64())
    in_range = pc.and_(pc.greater_equal(seconds, YEAR_1), pc.less(seconds, YEAR_10000))
    seconds = pc.if_else(in_range, seconds, pa.scalar(None, pa.int64()))
    zones = pc.list_element(parts, 1).dictionary_encode()
    offsets = _minutes(zones.dictionary).take(zones.indices)
    return {f"{what}_at": seconds.cast(pa.timestamp("s")), f"{what}_offset": offsets}


def _minutes(zones: pa.Array) -> pa.Array:
    """Return the minutes east of UTC of zones such as +0530; NULL where it is no zone of this world."""
    zone = pc.utf8_slice_codeunits(zones, 1, 1 + MOST_DIGITS).cast(pa.int32())
    zone = pc.if_else(pc.greater(zone, 9999), pc.divide(zone, 100), zone)  # some wrote the seconds of local time too
    hours = pc.divide(zone, 100)
    east = pc.add(pc.multiply(hours, 60), pc.subtract(zone, pc.multiply(hours, 100)))
    known = pc.if_else(pc.less_equal(east, FARTHEST_OFFSET), east, pa.scalar(None, pa.int32()))
    return pc.if_else(pc.starts_with(zones, "-"), pc.negate(known), known)


def plausible_times(born: date, seen_at: datetime) -> tuple[datetime, datetime]:
    """Return the first and last committer time that we believe, UTC without zone; as in core/commits.sql."""
    day = 28 if (born.month, born.day) == (2, 29) else born.day
    first = datetime(born.year - YEARS_BEFORE_BIRTH, born.month, day)
    return first, seen_at.astimezone(UTC).replace(tzinfo=None) + timedelta(days=1)


def with_notes(
    batches: Iterable[pa.RecordBatch], newest: str | None, window: tuple[datetime, datetime], notes: list[str]
) -> Iterator[pa.RecordBatch]:
    """Pass batches of commits on; after the last one, add to `notes` what a person should know of them.

    `newest` is the commit that was newest at the visit before: a history without it was rewritten.
    """
    implausible, rewritten = 0, newest is not None
    first, last = (pa.scalar(moment, pa.timestamp("s")) for moment in window)
    for batch in batches:
        moments = batch["committed_at"]
        plausible = pc.and_(pc.greater_equal(moments, first), pc.less_equal(moments, last)).fill_null(False)
        implausible += batch.num_rows - plausible.true_count
        rewritten = rewritten and not pc.any(pc.equal(batch["hash"], newest)).as_py()
        yield batch
    if rewritten:
        notes.append("history was rewritten: the newest commit of the harvest before is not in it any more")
    if implausible:
        notes.append(f"{implausible} commit{'s have' if implausible > 1 else ' has'} an implausible date")
