"""The one reader of everything mbox-like: bytes in, rows of MESSAGES out, nothing dropped.

Memory grows with neither the file nor a message: bodies are only hashed. Each message becomes one
row; what cannot be read as a message becomes a row with a reason in `quarantine`, so that the
messages of a unit are the stored ones plus the quarantined ones.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipelines import machines
from pipelines.landing import MESSAGES
from pipelines.pseudonyms import Pseudonyms, fold_address
from spiders.mail_headers import moments, sender, text_of, unfolded

READER = f"mail/2+{sha256(machines.RULES_FILE.read_bytes()).hexdigest()[:8]}"
BLOCK = 1 << 20
KEPT = 1 << 20
HEADERS = 1 << 18
AHEAD = 2048
ROWS = 4096
REFERENCES = 50

_DAY, _MONTH = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)", rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_WHEN = (
    _DAY + rb",? +(?:" + _MONTH + rb" +\d{1,2} +\d\d?:\d\d(?::\d\d)?(?: +[A-Z]{1,5})?(?: +[+-]\d{4})? +\d{4}"
    rb"|\d{1,2} +" + _MONTH + rb" +\d{4} +\d\d?:\d\d(?::\d\d)?(?: +[+-]\d{4})?)"
)  # fmt: skip
_REST = rb" *(?P<when>" + _WHEN + rb")[^\n]{0,99}\n(?P<next>>From |[!-9;-~]++[ \t]*+:)"
_FROM_LINE = re.compile(rb"From (?P<who>\S++)" + _REST)
_ANY_FROM_LINE = re.compile(rb"From (?P<who>[^\n]{0,900}?)" + _REST)
_CLOCK = re.compile(rb"\d:\d\d")
_POSTED = re.compile(_WHEN)
_USUAL_FIRST_HEADER = re.compile(
    rb">From |(?:return-path|received|from|date|message-id|delivered-to|x-[a-z0-9-]+|subject|to|mime-version"
    rb"|content-[a-z-]+|reply-to|sender|list-[a-z]+|dkim-signature|authentication-results|status)[ \t]*:", re.I
)  # fmt: skip
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
_PATCH = re.compile(rb"[0-9a-f]{40}")
_MESSAGE_ID = re.compile(rb"<([^<>]+)>")
_PERCENT = re.compile(rb"%(40|2[Bb])")
_REPLY = re.compile(r"\s*(?:re|aw|sv|antw|vs|odp|rif|回复|答复|答覆|回覆|返信)\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*", re.I)
_TAG = re.compile(r"\s*\[[^\]]{1,80}\]\s*")
TIMED = ("sent_at", "sent_offset", "date_quality", "archive_month")
FIELDS = tuple(name for name in MESSAGES.names if name not in TIMED)
NOBODY = (None,) * sum(name.startswith("sender_") and name != "sender_quality" for name in MESSAGES.names)
MARKS = frozenset({b"from", b"date", b"subject", b"message-id"})
MACHINES = machines.load()
_BY_HEADER = {rule.header.encode(): rule for rule in MACHINES.headers}
_NAMED = frozenset(
    {
        b"from",
        b"date",
        b"subject",
        b"message-id",
        b"in-reply-to",
        b"references",
        b"received",
        b"resent-from",
        *_BY_HEADER,
    }
)


@dataclass(frozen=True)
class Archive:
    """What the reader must know of a file: which rule splits it and which times are believed.

    A claimed time is believed from `first` to `last`; `month` is the archive's own month (None: one
    file for all times); `own_addresses`, lower case, are those of the list itself.
    """

    first: datetime
    last: datetime
    month: date | None = None
    pipermail: bool = False
    own_addresses: frozenset[str] = frozenset()


class Raw(NamedTuple):
    """One message as it stands: its first KEPT bytes, the digest of what comes after, its size."""

    content: bytes
    rest: bytes
    size: int


def messages(read: Callable[[int], bytes], archive: Archive, pseudonyms: Pseudonyms) -> Iterator[pa.RecordBatch]:
    """Yield batches of MESSAGES, one row per message of the stream, in its order.

    `read(n)` returns at most n bytes and b"" at the end, as a binary file's does; what it raises is passed on.
    """
    reader = _Reader(archive, pseudonyms)
    for raw in split(read, pipermail=archive.pipermail):
        reader.add(raw)
        if len(reader.rows) == ROWS:
            yield reader.batch()
    if reader.rows:
        yield reader.batch()


# ---- splitting -------------------------------------------------------------------------------------------------


def split(read: Callable[[int], bytes], *, pipermail: bool = False) -> Iterator[Raw]:
    """Cut a stream at its From-lines; what comes before the first one is a message too.

    A line that begins with "From " is a From-line only with a date in it and a header line after it
    (in Pipermail's text files: the header From or Date). The first line of a patch as git writes it is one
    only in a file that begins with such a line.
    """
    buffer, start, scan = b"\n", 1, 0
    patches = ended = False
    large: _Large | None = None
    while True:
        found = buffer.find(b"\nFrom ", scan) + 1
        if found and (ended or len(buffer) - found >= AHEAD):
            line = _FROM_LINE.match(buffer, found) or _ANY_FROM_LINE.match(buffer, found)
            patches = patches or bool(line and found == 1 == start and _PATCH.fullmatch(line["who"]))
            if line and _separates(buffer, found, line, pipermail, patches):
                yield from _raw(buffer[start:found], large)
                start, large = found, None
            scan = found + 4
            continue
        if ended:
            yield from _raw(buffer[start:], large)
            return
        settled = max((found or len(buffer)) - 8, scan)
        if settled - start > 2 * KEPT:
            if large is None:
                large, start = _Large(buffer[start : start + KEPT]), start + KEPT
            large.add(buffer[start:settled])
            start = settled
        block = read(BLOCK)
        ended = not block
        cut = min(start, settled)
        buffer = buffer[cut:] + block
        start, scan = start - cut, settled - cut


class _Large:
    """A message of more than KEPT bytes: its beginning, and the digest of what has come since."""

    def __init__(self, beginning: bytes) -> None:
        self.beginning, self.size, self.digest = beginning, len(beginning), blake2b(digest_size=16)

    def add(self, more: bytes) -> None:
        self.digest.update(more)
        self.size += len(more)


def _raw(content: bytes, large: _Large | None) -> Iterator[Raw]:
    """Yield the message, if there is one: blank lines before the first From-line are none."""
    if large is None and len(content) > KEPT:
        large, content = _Large(content[:KEPT]), content[KEPT:]
    if large is not None:
        large.add(content)
        yield Raw(large.beginning, large.digest.digest(), large.size)
    elif content and not content.isspace():
        yield Raw(content, b"", len(content))


def _separates(buffer: bytes, at: int, line: re.Match[bytes], pipermail: bool, patches: bool) -> bool:
    if _PATCH.fullmatch(line["who"]) and not patches:
        return False
    after = line["next"]
    if pipermail:
        return after.lower() in (b"from:", b"date:")
    blank_before = at < 2 or buffer[at - 2 : at] == b"\n\n" or buffer[at - 3 : at] == b"\n\r\n"
    return blank_before or bool(_USUAL_FIRST_HEADER.match(after))


# ---- reading one message ---------------------------------------------------------------------------------------


class _Reader:
    """Turns raw messages into rows of MESSAGES; remembers what repeats: senders, subjects, ids."""

    def __init__(self, archive: Archive, pseudonyms: Pseudonyms) -> None:
        self.archive, self.key = archive, pseudonyms.key
        self.first, self.last = int(archive.first.timestamp()), int(archive.last.timestamp())
        month = archive.month
        self.month = int(datetime(month.year, month.month, 1, tzinfo=UTC).timestamp()) if month else None
        self.of = pseudonyms.of
        self.sender = lru_cache(maxsize=50_000)(self._sender)
        self.subject = lru_cache(maxsize=50_000)(self._subject)
        self.id_key = lru_cache(maxsize=200_000)(self._id_key)
        self.rows: list[tuple[Any, ...]] = []

    def add(self, raw: Raw) -> None:
        """Read one message; `quarantine` says why where it is none."""
        content = raw.content
        begin = content.find(b"\n") if content.startswith(b"From ") else -1
        end = _end_of_headers(content, begin + 1)
        if end is None:
            self._refuse(raw, f"its headers have over {HEADERS:,} bytes")
            return
        found = _fields(content[begin + 1 : end])
        if found.keys() & MARKS:
            self._store(raw, found, end, begin)
        else:
            self._refuse(raw, "none of the headers From, Date, Subject, Message-ID")

    def batch(self) -> pa.RecordBatch:
        """Return the rows since the last batch."""
        columns = dict(zip(FIELDS, map(list, zip(*self.rows, strict=True)), strict=True))
        self.rows = []
        claimed, offset = moments(pa.array(columns["claimed_at"], pa.binary()))
        arrived, _ = moments(pa.array(columns["arrived_at"], pa.binary()))
        at, quality = self._when(claimed, arrived)
        refused = pa.array([reason is not None for reason in columns["quarantine"]])
        timed = {
            "claimed_at": claimed, "arrived_at": arrived, "sent_at": pc.if_else(refused, None, at),
            "sent_offset": pc.if_else(pc.equal(quality, "date"), offset, None),
            "date_quality": pc.if_else(refused, None, quality),
            "archive_month": pa.array([self.archive.month] * len(refused), pa.date32()),
        }  # fmt: skip
        arrays = [
            timed[f.name].cast(f.type) if f.name in timed else pa.array(columns[f.name], f.type) for f in MESSAGES
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=MESSAGES)

    def _when(self, claimed: pa.Array, arrived: pa.Array) -> tuple[pa.Array, pa.Array]:
        """Return each message's time and which clock said it: the first of the ladder that can be believed."""
        by_date, by_arrival = (
            pc.fill_null(pc.and_(pc.greater_equal(t, self.first), pc.less_equal(t, self.last)), False)
            for t in (claimed, arrived)
        )
        last = (pa.scalar(self.month, pa.int64()), pa.scalar("none" if self.month is None else "archive_month"))
        at = pc.if_else(by_date, claimed, pc.if_else(by_arrival, arrived, last[0]))
        return at, pc.if_else(by_date, "date", pc.if_else(by_arrival, "arrived", last[1]))

    def _store(self, raw: Raw, found: dict[bytes, bytes], end: int, from_line_end: int) -> None:
        get = found.get
        sent, who, subject = get(b"date"), get(b"from") or get(b"resent-from", b""), get(b"subject", b"")
        author, sender_quality, machine = self.sender(who)
        subject_key, says_reply, about = self.subject(subject)
        message_id, answered, named = get(b"message-id", b""), get(b"in-reply-to", b""), get(b"references", b"")
        message_ids, parents = self.ids(message_id), self.ids(answered)
        references = parents if named == answered else self.ids(named)[-REFERENCES:]
        digest = blake2b(memoryview(raw.content)[end:], digest_size=16)
        digest.update(raw.rest)
        content = b"\0".join((message_id, sent or b"", who, subject, digest.digest()))
        is_reply = bool(parents or references or says_reply)
        rule = machine or _by_header(found) or (None if is_reply else about)
        self.rows.append((
            message_ids[0] if message_ids else None, self.key("content", content),
            sent, _arrival(found, raw.content, from_line_end),
            *author, sender_quality,
            subject_key, is_reply, parents[0] if parents else None, references,
            raw.size, None, rule.kind if rule else machines.HUMAN, rule and rule.id,
        ))  # fmt: skip

    def _refuse(self, raw: Raw, reason: str) -> None:
        """Keep of what is no message: its content's fingerprint, size and the reason."""
        content = self.key("content", raw.content + raw.rest)
        self.rows.append(
            (None, content, None, None, *NOBODY, None, None, False, None, [], raw.size, reason, None, None)
        )

    def _sender(self, value: bytes) -> tuple[tuple[Any, ...], str, machines.Rule | None]:
        who = sender(value, self.archive.own_addresses)
        of = self.of(who.name.encode(), who.address.encode())
        keys = (of.name_exact_key, of.name_key, of.address_exact_key, of.address_key, of.login_key)
        return (*keys, of.name_words, of.domain, None), who.quality, MACHINES.of_address(fold_address(who.address))

    def _subject(self, value: bytes) -> tuple[str | None, bool, machines.Rule | None]:
        subject = text_of(unfolded(value))
        base, is_reply = base_subject(subject)
        about = None if is_reply else MACHINES.of_subject(base) or MACHINES.of_subject(subject)
        return self.key("subject", base.encode()), is_reply, about

    def ids(self, value: bytes) -> list[str]:
        """Return the fingerprints of the message ids in a header, in their order."""
        if not value:
            return []
        return [key for name in _MESSAGE_ID.findall(value) or (value,) if (key := self.id_key(name))]

    def _id_key(self, name: bytes) -> str | None:
        return self.key("message id", normal_id(name))


def _arrival(found: dict[bytes, bytes], content: bytes, from_line_end: int) -> bytes | None:
    """Return the time as the last server wrote it: in the newest Received header, else in the From-line."""
    received = found.get(b"received", b"").rpartition(b";")[2]
    if _CLOCK.search(received):
        return received
    posted = _POSTED.search(content, 5, from_line_end) if from_line_end > 0 else None
    return posted[0] if posted else None


def _end_of_headers(content: bytes, begin: int) -> int | None:
    """Return where the headers end: at the first empty line, or the end; None if that is too far."""
    end = content.find(b"\n\n", begin - 1 if begin else 0, begin + HEADERS)
    if end < 0:
        end = len(content)
    windows = content.find(b"\n\r\n", begin, end)
    end = windows if windows >= 0 else end
    return None if end - begin > HEADERS else max(end, begin)


def _by_header(found: dict[bytes, bytes]) -> machines.Rule | None:
    """Return the rule for one of these headers; None where none fits."""
    if _BY_HEADER.keys().isdisjoint(found):
        return None
    fitting = (rule for name, rule in _BY_HEADER.items() if name in found and _begins(found[name], rule.value))
    return next(fitting, None)


def _begins(value: bytes, beginning: str) -> bool:
    return value.strip().lower().startswith(beginning.encode())


def _fields(headers: bytes) -> dict[bytes, bytes]:
    """Return the first value of each header we read, with its folds, by its name in lower case."""
    found: dict[bytes, bytes] = {}
    name = b""
    for line in headers.split(b"\n"):
        if line[:1] in (b" ", b"\t"):
            if name:
                found[name] += b"\n" + line
            continue
        head, _, value = line.partition(b":")
        name = head.lower()
        if name in _NAMED and name not in found:
            found[name] = value
        else:
            name = b""
    return found


def _byte(code: re.Match[bytes]) -> bytes:
    return bytes([int(code[1], 16)])


def normal_id(value: bytes) -> bytes:
    """Return a message id without brackets, comments, folds and percent signs, its host in lower case."""
    plain = b"".join(value.split()).strip(b"<>")
    if b"%" in plain and b"@" not in plain:
        plain = _PERCENT.sub(_byte, plain)
    local, at, host = plain.rpartition(b"@")
    return local + at + host.lower() if at else plain


def base_subject(subject: str) -> tuple[str, bool]:
    """Return a subject without list tags and marks of a reply, folded; and whether it had such a mark."""
    is_reply = False
    while True:
        reply = _REPLY.match(subject)
        shorter = (
            subject[reply.end() :] if reply else _TAG.sub("", subject, count=1) if _TAG.match(subject) else subject
        )
        is_reply = is_reply or bool(reply)
        if shorter == subject or not shorter:
            return " ".join((shorter or subject).casefold().split()), is_reply
        subject = shorter
