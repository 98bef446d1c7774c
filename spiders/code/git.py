"""The spider of kind `git`: walks the repositories of its sources, reads their commits and tags.

A unit is a repository, its name is `owner/name`. The walking half fetches through
`git_download`; the reading half below it turns the output of `git log` into columns.
"""

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scrapy
import yaml
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from pipelines.catalogue.urls import repository_url, unit_of
from pipelines.landing.schemas import COMMITS
from pipelines.landing.store import Harvest, latest_hash, unit_file
from pipelines.model import ReasonCode, Source, Verdict, Visit
from pipelines.privacy.pseudonyms import Fingerprints, Pseudonyms, decode, fold_address, redact
from pipelines.rules import bots_mail
from pipelines.rules.bots_commits import RULES_FILE, CommitBots, load_commit_bots
from spiders.code.git_answers import GitError
from spiders.code.git_download import HEAD, dies_with_parent, environment
from spiders.core.base import SourceSpider
from spiders.core.budget import HostPausedError
from spiders.core.pages import reader_error
from spiders.core.verdicts import check_plain

FIELDS = ("%H", "%P", "%an", "%ae", "%ad", "%cn", "%ce", "%cd", "%B")
CHUNK = 8 << 20
PIPE = 1 << 20
LARGEST_LIST = 8 << 20
MOST_REPOSITORIES = 10_000
DEEPEST = 12
YEARS_BEFORE_BIRTH = 5
LARGEST_COMMIT = 64 << 20
YEAR_1, YEAR_10000 = -62_135_596_800, 253_402_300_800

HASH = r"^([0-9a-f]{40}|[0-9a-f]{64})$"
RAW_TIME = r"^(?P<seconds>-?\d{1,18}) (?P<sign>[+-])(?P<zone>\d{1,9})\d*$"
REVERT = r'(?m)\ARevert "|^This reverts commit [0-9a-f]{7,64}'
CO_AUTHOR = re.compile(rb"^co-authored-by[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)", re.I | re.M)
ADDRESS = re.compile(rb"(.*)<([^<>]*)>", re.S)
FARTHEST_OFFSET = 14 * 60
SUBJECT = "commit subject"


class GitSpider(SourceSpider):
    """Fetches each repository and lands its commits whenever head, tags, key or reader changed."""

    name = "git"
    kind = "git"
    reader = "git/3+" + hashlib.sha256(RULES_FILE.read_bytes() + bots_mail.RULES_FILE.read_bytes()).hexdigest()[:8]

    async def start(self) -> AsyncIterator[Any]:
        """Ask for each repository that a source names, then for the lists of those that name none."""
        for source in self.sources:
            for request in self._requests(source, source.urls):
                yield request
        for source in self.sources:
            if source.urls_from:
                yield scrapy.Request(
                    source.urls_from,
                    callback=self.parse_projects,
                    errback=self.projects_failed,
                    cb_kwargs={"source": source},
                    meta={"source": source, "download_maxsize": LARGEST_LIST},
                )

    def _requests(self, source: Source, urls: Iterable[str]) -> Iterator[scrapy.Request]:
        urls_of = {unit_of(url): url for url in urls}
        for unit in self.plan_requests(source, urls_of) if urls_of else ():
            yield scrapy.Request(
                urls_of[unit],
                callback=self.parse,
                errback=self.failed,
                dont_filter=True,
                cb_kwargs={"source": source, "unit": unit},
                meta={
                    "clone": str(self.clone(source, unit)),
                    "dont_obey_robotstxt": True,
                    "dont_retry": True,
                },
            )

    def clone(self, source: Source, unit: str) -> Path:
        """Return where the bare repository of a unit lives; below `clones` no symbolic link is followed."""
        return self.folders.clones.resolve() / source.community / source.name / f"{unit}.git"

    def parse_projects(self, response: Response, source: Source) -> Iterator[Any]:
        """Ask for each repository of the governance file that no source names by itself."""
        try:
            names = repositories(response.body)
        except ValueError as wrong:
            yield self.visit(source, "", response.url, Verdict.FAILED, reason=str(wrong))
            return
        named = {unit_of(url) for s in self.declared if s.community == source.community for url in s.urls}
        urls = []
        for name in names:
            try:
                url = repository_url(source.url_template or "", name)
            except ValueError as refusal:
                shown = redact(name)[:200]
                yield self.visit(source, shown, response.url, Verdict.REFUSED, reason=redact(str(refusal)))
                continue
            if unit_of(url) not in named:
                urls.append(url)
        yield from self._requests(source, urls)

    def projects_failed(self, failure: Failure) -> Visit:
        """Say that the list of repositories could not be had."""
        source: Source = failure.request.meta["source"]  # type: ignore[attr-defined]
        error = failure.value
        problem = f"answered {error.response.status}" if isinstance(error, HttpError) else failure.getErrorMessage()
        reason = redact(f"the list of repositories: {problem}")
        return self.visit(source, "", source.urls_from or "", Verdict.FAILED, reason=reason)

    def parse(self, response: Response, source: Source, unit: str) -> Iterator[Any]:
        """Yield a harvest, or only a visit where there is nothing new to read."""
        state = json.loads(response.body)
        facts = {"checksum": state["checksum"], "note": state["note"]}
        held = self.stored_visit(source, unit)
        if state["head"] is None and held:
            reason = "the repository is empty now: the earlier history is kept"
            yield self.visit(source, unit, response.url, Verdict.SHRUNK, reason=reason, **facts)
        elif state["head"] is None:
            yield self.visit(source, unit, response.url, Verdict.EMPTY, observations=0, **facts)
        elif held and self._same(held, state["checksum"]):
            facts |= {"observations": held.observations, "seconds": state["seconds"]}
            yield self.visit(source, unit, response.url, Verdict.UNCHANGED, **facts)
        else:
            visit = self.visit(source, unit, response.url, Verdict.OK, **facts)
            try:
                yield self._harvest(visit, self.clone(source, unit), state["seconds"])
            except OSError as error:
                shutil.rmtree(self.clone(source, unit))
                yield replace(visit, verdict=Verdict.FAILED, reason=redact(str(error))[:300])
            except Exception as error:  # noqa: BLE001  (a mistake of ours is no reason to lose the other units)
                yield replace(
                    visit, verdict=Verdict.FAILED, reason_code=ReasonCode.READER_ERROR, reason=reader_error(error)
                )

    def _harvest(self, visit: Visit, clone: Path, seconds: float) -> Harvest:
        """Return all that is in a clone; raises OSError where it is no history."""
        check_head(clone)
        remarks: list[str] = []
        newest = latest_hash(unit_file(self.folders.observations, visit))
        window = plausible_times(self.born[visit.community], visit.seen_at)
        lists = self.list_addresses(visit.community)
        batches = _or_discard(clone, commits(log(clone), self.pseudonyms, load_commit_bots(), lists))
        return Harvest(
            visit=visit,
            fetched_in=seconds,
            schema=COMMITS,
            batches=remarked(batches, newest, window, remarks),
            tags=tags(clone),
            notes=remarks,
        )

    def _same(self, held: Visit, checksum: str) -> bool:
        now = (checksum, self.reader, self.pseudonyms.key_id)
        return (held.checksum, held.reader, held.key_id) == now

    def failed(self, failure: Failure) -> Visit | None:
        """Turn a failed fetch into its visit; None where the host was not asked at all."""
        request: scrapy.Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        known = request.cb_kwargs
        if isinstance(error, HostPausedError):
            self.defer(known["source"], known["unit"], str(error))
            return None
        verdict = error.verdict if isinstance(error, GitError) else Verdict.FAILED
        return self.visit(
            known["source"],
            known["unit"],
            request.url,
            verdict,
            reason=redact(failure.getErrorMessage())[:300],
        )


def repositories(page: bytes) -> list[str]:
    """Return the repository names of a governance projects file, in its order, each once.

    Raises ValueError if the page is no such file (a login page with status 200, say).
    """
    try:
        check_plain(page, "the list of repositories", DEEPEST)
        teams = yaml.load(page, Loader=yaml.CSafeLoader)
        deliverables = [d for team in teams.values() for d in (team.get("deliverables") or {}).values()]
        names = dict.fromkeys(str(name) for d in deliverables for name in d.get("repos") or ())
    except (AttributeError, TypeError, yaml.YAMLError):
        raise ValueError("the list of repositories is not a YAML mapping of teams") from None
    if not 0 < len(names) <= MOST_REPOSITORIES:
        raise ValueError(f"the list of repositories names {len(names) or 'none'}, not 1 to {MOST_REPOSITORIES}")
    return list(names)


def plausible_times(born: date, seen_at: datetime) -> tuple[datetime, datetime]:
    """Return the first and last committer time that we believe, UTC without zone; as in core/commits.sql."""
    day = 28 if (born.month, born.day) == (2, 29) else born.day
    first = datetime(born.year - YEARS_BEFORE_BIRTH, born.month, day)
    return first, seen_at.astimezone(UTC).replace(tzinfo=None) + timedelta(days=1)


def remarked(
    batches: Iterable[pa.RecordBatch], newest: str | None, window: tuple[datetime, datetime], remarks: list[str]
) -> Iterator[pa.RecordBatch]:
    """Pass batches of commits on; after the last one, add to `remarks` what a person should know of them.

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
        remarks.append("history was rewritten: the newest commit of the harvest before is not in it any more")
    if implausible:
        remarks.append(f"{implausible} commit{'s have' if implausible > 1 else ' has'} an implausible date")


def _or_discard(clone: Path, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Pass batches on; remove a clone that cannot be read, so that the next visit makes it anew."""
    try:
        yield from batches
    except (OSError, ValueError):
        shutil.rmtree(clone)
        raise


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
        preexec_fn=dies_with_parent(),
    ) as git:  # fmt: skip
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


def tags(clone: Path) -> list[dict[str, str | int | None]]:
    """Return each tag that leads to a commit: name, hash, time in seconds, and `dated_by`: tag or commit.

    A tag that names a tag leads to the commit at the end, and keeps its own date. Raises OSError if git cannot
    read one of them.
    """
    fields = ("refname:lstrip=2", "objecttype", "objectname", "*objecttype", "*objectname",
              "taggerdate:raw", "committerdate:raw", "*committerdate:raw")  # fmt: skip
    form = "%00".join(f"%({field})" for field in fields)
    output = _git_says(clone, "for-each-ref", f"--format={form}", "refs/tags")
    rows = [line.split("\0") for line in output.split("\n") if line]
    ends = _ends_of_chains(clone, [row[0] for row in rows if row[3] == "tag"])
    return [tag for row in rows if (tag := _tag(ends, *row))]


def _git_says(clone: Path, *arguments: str, given: str = "") -> str:
    finished = subprocess.run(
        ["git", f"--git-dir={clone}", *arguments],
        env=environment(), capture_output=True, check=False, input=given.encode(errors="surrogateescape"),
    )  # fmt: skip
    if finished.returncode:
        raise OSError(f"the tags cannot be read: {' '.join(finished.stderr.decode(errors='replace').split())}")
    return finished.stdout.decode(errors="surrogateescape")


def _ends_of_chains(clone: Path, names: list[str]) -> dict[str, tuple[str, str]]:
    """Return the commits at the end of tags that name tags: hash and raw date, by the tag's name."""
    if not names:
        return {}
    asked = "".join(f"refs/tags/{name}^{{commit}}\n" for name in names)
    found = _git_says(clone, "cat-file", "--batch-check=%(objectname)", given=asked).splitlines()
    hashes = {name: answer for name, answer in zip(names, found, strict=True) if " " not in answer}
    if not hashes:
        return {}
    shown = _git_says(clone, "show", "--no-patch", "--date=raw", "--format=%H %cd", *dict.fromkeys(hashes.values()))
    dates = dict(line.split(" ", 1) for line in shown.splitlines())
    return {name: (commit, dates[commit]) for name, commit in hashes.items()}


def _tag(
    ends: dict[str, tuple[str, str]],
    name: str, kind: str, own: str, peeled_kind: str, peeled: str, tagger: str, date: str, peeled_date: str,
) -> dict[str, str | int | None] | None:  # fmt: skip
    if kind == "commit":
        return {"tag": _shown(name), "hash": own, "seconds": _seconds(date), "dated_by": "commit"}
    if peeled_kind != "commit":
        if name not in ends:
            return None
        peeled, peeled_date = ends[name]
    seconds = _seconds(tagger)
    if seconds is None:
        return {"tag": _shown(name), "hash": peeled, "seconds": _seconds(peeled_date), "dated_by": "commit"}
    return {"tag": _shown(name), "hash": peeled, "seconds": seconds, "dated_by": "tag"}


def _shown(name: str) -> str:
    return name.encode(errors="surrogateescape").decode(errors="replace")


def _seconds(raw: str) -> int | None:
    """Return the seconds of git's raw date; None where git has none, which it prints as 0 for a tagger."""
    return int(raw.split()[0]) or None if raw else None


def commits(
    stream: Iterable[bytes], pseudonyms: Pseudonyms, bots: CommitBots, list_addresses: frozenset[str] = frozenset()
) -> Iterator[pa.RecordBatch]:
    """Read the output of `log` into batches of the schema COMMITS, one row per commit.

    `list_addresses`, lower case, are those of the community's mailing lists, which are nobody's. The same bytes
    under the same key and rules give the same rows, in any chunking. Raises ValueError where the stream is cut
    off or is not what `log` prints.
    """
    people = People(pseudonyms, bots, list_addresses)
    rest = b""
    for chunk in stream:
        fields = (rest + chunk).split(b"\0")
        whole = (len(fields) - 1) // len(FIELDS) * len(FIELDS)
        rest = b"\0".join(fields[whole:])
        if len(rest) > LARGEST_COMMIT:
            raise ValueError(f"a commit of more than {LARGEST_COMMIT} bytes")
        if whole:
            yield _batch(fields[:whole], people)
    if rest:
        raise ValueError("the history is cut off in the middle of a commit")


def _batch(fields: list[bytes], people: "People") -> pa.RecordBatch:
    columns = (pa.array(fields[i :: len(FIELDS)], pa.binary()) for i in range(len(FIELDS)))
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
        "revert": pc.match_substring_regex(body, REVERT),
        "subject_key": people.subjects(body),
    }
    return pa.RecordBatch.from_arrays([values[f.name].cast(f.type) for f in COMMITS], schema=COMMITS)


def _moment(what: str, raw: pa.Array) -> dict[str, pa.Array]:
    """Split git's raw date into UTC time and offset in minutes; NULL where git has none."""
    parts = pc.extract_regex(raw.cast(pa.string()), RAW_TIME)

    def part(name: str) -> pa.Array:
        return pc.struct_field(parts, name)

    seconds = part("seconds").cast(pa.int64())
    in_range = pc.and_(pc.greater_equal(seconds, YEAR_1), pc.less(seconds, YEAR_10000))
    seconds = pc.if_else(in_range, seconds, pa.scalar(None, pa.int64()))
    zone = part("zone").cast(pa.int32())
    zone = pc.if_else(pc.greater(zone, 9999), pc.divide(zone, 100), zone)  # some wrote the seconds of local time too
    hours = pc.divide(zone, 100)
    east = pc.add(pc.multiply(hours, 60), pc.subtract(zone, pc.multiply(hours, 100)))
    known = pc.if_else(pc.less_equal(east, FARTHEST_OFFSET), east, pa.scalar(None, pa.int32()))
    signed = pc.if_else(pc.equal(part("sign"), "-"), pc.negate(known), known)
    return {f"{what}_at": seconds.cast(pa.timestamp("s")), f"{what}_offset": signed}


def subject_of(body: bytes) -> str:
    """Return the first line of a commit message, decoded, its white space folded."""
    return " ".join(decode(body.lstrip(b"\n").partition(b"\n")[0]).split())


def co_author_of(trailer: bytes) -> tuple[bytes, bytes] | None:
    """Return name and address of a trailer's value, which may be folded; None where no address stands in it."""
    found = ADDRESS.match(b" ".join(trailer.split()))
    return (found[1].strip(), found[2]) if found else None


class People:
    """Turns the names and addresses of a history into columns of fingerprints, each pair once."""

    def __init__(self, pseudonyms: Pseudonyms, bots: CommitBots, list_addresses: frozenset[str]) -> None:
        self._pseudonyms = pseudonyms
        self._of = lru_cache(maxsize=100_000)(self._account)
        self._subject_key = pseudonyms.keyed(SUBJECT)
        self._bots, self._mail_bots, self._list_addresses = bots, bots_mail.load(), list_addresses

    def _account(self, pair: bytes) -> tuple[str | int | None, ...]:
        name, _, address = pair.partition(b"\0")
        of = self._pseudonyms.of(name, address)
        return *of._replace(role=of.role or self._is_shared(fold_address(decode(address)))), self._bots.rule(
            name, address
        )

    def _is_shared(self, folded: str) -> bool:
        return folded in self._list_addresses or self._mail_bots.of_address(folded) is not None

    def subjects(self, bodies: pa.Array) -> pa.Array:
        """Return the fingerprint of each commit's subject; NULL where it has none."""
        return pa.array([self._subject_key(subject_of(body).encode()) for body in bodies.to_pylist()], pa.string())

    def columns(self, names: pa.Array, addresses: pa.Array) -> dict[str, pa.Array]:
        """Return one column per fingerprint and `bot_rule`, the id of the rule that matched."""
        pairs = pc.binary_join_element_wise(names, addresses, b"\0").dictionary_encode()
        accounts = [self._of(pair) for pair in pairs.dictionary.to_pylist()]
        fields = (*Fingerprints._fields, "bot_rule")
        return {
            field: pa.array([a[i] for a in accounts], COMMITS.field(f"author_{field}").type).take(pairs.indices)
            for i, field in enumerate(fields)
        }

    def co_authors(self, bodies: pa.Array) -> tuple[pa.Array, pa.Array]:
        """Return the name and address fingerprints of each commit's co-authors, as lists."""
        mentions = pc.match_substring(bodies, b"co-authored-by", ignore_case=True)
        counts = np.zeros(len(bodies) + 1, np.int32)
        found: list[Fingerprints] = []
        for row in np.flatnonzero(mentions.to_numpy(zero_copy_only=False)):
            trailers = CO_AUTHOR.findall(bodies[row].as_py())
            pairs = [pair for trailer in trailers if (pair := co_author_of(trailer))]
            counts[row + 1] = len(pairs)
            found += [self._pseudonyms.of(name, address) for name, address in pairs]
        offsets = pa.array(np.cumsum(counts, dtype=np.int32))
        names = pa.array([account.name_key for account in found], pa.string())
        addresses = pa.array([account.address_key for account in found], pa.string())
        return pa.ListArray.from_arrays(offsets, names), pa.ListArray.from_arrays(offsets, addresses)
