"""The one reader of everything mbox-like: bytes in, rows of MESSAGES out, nothing dropped.

Memory grows with neither the file nor a message: bodies are only hashed. Each message becomes one
row; what cannot be read as a message becomes a row with a reason in `quarantine`, so that the
messages of a unit are the stored ones plus the quarantined ones.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.landing.schemas import MESSAGES
from pipelines.privacy.pseudonyms import Pseudonyms, fold_address
from pipelines.rules import bots_mail
from spiders.core.text import base_subject
from spiders.mail.headers import moments, sender, text_of, unfolded

READER = f"mail/3+{sha256(bots_mail.RULES_FILE.read_bytes()).hexdigest()[:8]}"


BLOCK = 1 << 20


KEPT = 1 << 20


HEADERS = 1 << 18


AHEAD = 2048


ROWS = 4096


REFERENCES = 50


REPEATED = 20_000


BODY = blake2b(digest_size=16)


_DAY, _MONTH = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)", rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"


_WHEN = (
    _DAY + rb",? +(?:" + _MONTH + rb" +\d{1,2} +\d\d?:\d\d(?::\d\d)?(?: +[A-Z]{1,5})?(?: +[+-]\d{4})? +\d{4}"
    rb"|\d{1,2} +" + _MONTH + rb" +\d{4} +\d\d?:\d\d(?::\d\d)?(?: +[+-]\d{4})?)"
)  # fmt: skip


_FROM_LINE = re.compile(
    rb"\nFrom (?P<who>\S++||[^\n]{1,900}?(?<! )) *+(?P<when>" + _WHEN + rb")[^\n]{0,99}\n"
    rb"(?P<next>>From |[!-9;-~]++[ \t]*+:)"
)


_CLOCK = re.compile(rb"\d:\d\d")


_POSTED = re.compile(_WHEN)


_USUAL_FIRST_HEADER = re.compile(
    rb">From |(?:return-path|received|from|date|message-id|delivered-to|x-[a-z0-9-]+|subject|to|mime-version"
    rb"|content-[a-z-]+|reply-to|sender|list-[a-z]+|dkim-signature|authentication-results|status)[ \t]*:", re.I
)  # fmt: skip


_PATCH = re.compile(rb"[0-9a-f]{40}")


_EMPTY_LINE = re.compile(rb"\n(?:\n|\r\n(?!\n))")


_MESSAGE_ID = re.compile(rb"<([^<>]+)>")


_NORMAL_ID = re.compile(rb"<([^<>\s@]++@[^<>\s@A-Z]++)>")


_PERCENT = re.compile(rb"%(40|2[Bb])")


TIMED = ("sent_at", "sent_offset", "date_quality", "archive_month")


SENDER = tuple(name for name in MESSAGES.names if name.startswith("sender_"))


FIELDS = ("sender", *(name for name in MESSAGES.names if name not in {*TIMED, *SENDER}))


MARKS = frozenset({b"from", b"date", b"subject", b"message-id"})


MACHINES = bots_mail.load()


_BY_HEADER = {rule.header.encode(): rule for rule in MACHINES.headers}


_NAMED = (*MARKS, b"in-reply-to", b"references", b"received", b"resent-from", *_BY_HEADER)


_FIELD = re.compile(rb"\n(" + b"|".join(_NAMED) + rb")(?::|(?=\n)|\Z)([^\n]*+(?:\n[ \t][^\n]*+)*+)", re.I)


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
        line = _FROM_LINE.search(buffer, scan)
        found = line.start() + 1 if line else 0
        if line and (ended or len(buffer) - found >= AHEAD):
            patches = patches or bool(found == 1 == start and _PATCH.fullmatch(line["who"]))
            if _separates(buffer, found, line, pipermail, patches):
                if raw := _raw(buffer[start:found], large):
                    yield raw
                start, large = found, None
            scan = found + 4
            continue
        if ended:
            if raw := _raw(buffer[start:], large):
                yield raw
            return
        undecided = buffer.find(b"\nFrom ", max(scan, len(buffer) - AHEAD)) + 1
        settled = max((undecided or len(buffer)) - 8, scan)
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


def _raw(content: bytes, large: _Large | None) -> Raw | None:
    """Return the message, if there is one: blank lines before the first From-line are none."""
    if large is None and len(content) > KEPT:
        large, content = _Large(content[:KEPT]), content[KEPT:]
    if large is not None:
        large.add(content)
        return Raw(large.beginning, large.digest.digest(), large.size)
    return Raw(content, b"", len(content)) if content and not content.isspace() else None


def _separates(buffer: bytes, at: int, line: re.Match[bytes], pipermail: bool, patches: bool) -> bool:
    who, after = line.group("who", "next")
    if len(who) == 40 and not patches and _PATCH.fullmatch(who):
        return False
    if pipermail:
        return after.lower() in (b"from:", b"date:")
    blank_before = at < 2 or buffer[at - 2 : at] == b"\n\n" or buffer[at - 3 : at] == b"\n\r\n"
    return blank_before or bool(_USUAL_FIRST_HEADER.match(after))


@dataclass(frozen=True, eq=False, slots=True)
class _Sender:
    """What one From header says, as values of SENDER, and the rule for its address."""

    columns: tuple[Any, ...]
    rule: bots_mail.Rule | None


NOBODY = _Sender((None,) * len(SENDER), None)


class _Reader:
    """Turns raw messages into rows of MESSAGES; remembers what repeats: senders, subjects, ids."""

    def __init__(self, archive: Archive, pseudonyms: Pseudonyms) -> None:
        self.archive = archive
        self.first, self.last = int(archive.first.timestamp()), int(archive.last.timestamp())
        month = archive.month
        self.month = int(datetime(month.year, month.month, 1, tzinfo=UTC).timestamp()) if month else None
        self.of = pseudonyms.of
        self.content_key, self.subject_key = pseudonyms.keyed("content"), pseudonyms.keyed("subject")
        self.id_key = lru_cache(maxsize=REPEATED)(pseudonyms.keyed("message id"))
        self.sender = lru_cache(maxsize=REPEATED)(self._sender)
        self.subject = lru_cache(maxsize=REPEATED)(self._subject)
        self.rows: list[tuple[Any, ...]] = []

    def add(self, raw: Raw) -> None:
        """Read one message; `quarantine` says why where it is none."""
        content = raw.content
        begin = content.find(b"\n") if content.startswith(b"From ") else -1
        end = _end_of_headers(content, begin + 1)
        if end is None:
            self._refuse(raw, f"its headers have over {HEADERS:,} bytes")
            return
        found = _fields(content, begin, end)
        if MARKS.isdisjoint(found):
            self._refuse(raw, "none of the headers From, Date, Subject, Message-ID")
        else:
            self._store(raw, found, end, begin)

    def batch(self) -> pa.RecordBatch:
        """Return the rows since the last batch."""
        columns = dict(zip(FIELDS, zip(*self.rows, strict=True), strict=True))
        self.rows = []
        arrays = _senders(columns.pop("sender")) | self._times(columns.pop("claimed_at"), columns.pop("arrived_at"))
        arrays |= {name: pa.array(column, MESSAGES.field(name).type) for name, column in columns.items()}
        refused = pc.is_valid(arrays["quarantine"])
        for name in ("sent_at", "date_quality"):
            arrays[name] = pc.if_else(refused, None, arrays[name])
        return pa.RecordBatch.from_arrays([arrays[f.name].cast(f.type) for f in MESSAGES], schema=MESSAGES)

    def _times(self, dates: Sequence[bytes | None], arrivals: Sequence[bytes | None]) -> dict[str, pa.Array]:
        """Return the columns that tell when messages were sent."""
        claimed, offset = moments(pa.array(dates, pa.binary()))
        arrived, _ = moments(pa.array(arrivals, pa.binary()))
        at, quality = self._when(claimed, arrived)
        return {
            "claimed_at": claimed, "arrived_at": arrived, "sent_at": at, "date_quality": quality,
            "sent_offset": pc.if_else(pc.equal(quality, "date"), offset, None),
            "archive_month": pa.repeat(pa.scalar(self.archive.month, pa.date32()), len(dates)),
        }  # fmt: skip

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
        message_id, answered, named = get(b"message-id", b""), get(b"in-reply-to", b""), get(b"references", b"")
        sender = self.sender(who)
        subject_key, says_reply, about = self.subject(subject)
        message_ids, parents = self.ids(message_id), self.ids(answered)
        references = parents if named == answered else self.ids(named)[-REFERENCES:]
        digest = BODY.copy()
        digest.update(raw.content[end:])
        digest.update(raw.rest)
        content = b"\0".join((message_id, sent or b"", who, subject, digest.digest()))
        is_reply = bool(parents or references or says_reply)
        rule = sender.rule or _by_header(found) or (None if is_reply else about)
        self.rows.append((
            sender, message_ids[0] if message_ids else None, self.content_key(content),
            sent, _arrival(found, raw.content, from_line_end),
            subject_key, is_reply, parents[0] if parents else None, references,
            raw.size, None, rule.kind if rule else bots_mail.HUMAN, rule and rule.id,
        ))  # fmt: skip

    def _refuse(self, raw: Raw, reason: str) -> None:
        """Keep of what is no message: its content's fingerprint, size and the reason."""
        content = self.content_key(raw.content + raw.rest)
        self.rows.append((NOBODY, None, content, None, None, None, False, None, [], raw.size, reason, None, None))

    def _sender(self, value: bytes) -> _Sender:
        who = sender(value, self.archive.own_addresses)
        of = self.of(who.name.encode(), who.address.encode())
        keys = (of.name_exact_key, of.name_key, of.address_exact_key, of.address_key, of.login_key)
        rule = MACHINES.of_address(fold_address(who.address))
        return _Sender((*keys, of.name_words, of.name_bag_key, of.domain, of.role, None, who.quality), rule)

    def _subject(self, value: bytes) -> tuple[str | None, bool, bots_mail.Rule | None]:
        subject = text_of(unfolded(value))
        base, is_reply = base_subject(subject)
        about = None if is_reply else MACHINES.of_subject(base) or MACHINES.of_subject(subject)
        return self.subject_key(base.encode()), is_reply, about

    def ids(self, value: bytes) -> list[str]:
        """Return the fingerprints of the message ids in a header, in their order."""
        if not value:
            return []
        names = _NORMAL_ID.findall(value)
        if not names or len(names) < value.count(b"<"):
            names = map(normal_id, _MESSAGE_ID.findall(value) or (value,))
        return [key for name in names if (key := self.id_key(name))]


def _senders(column: Sequence[_Sender]) -> dict[str, pa.Array]:
    """Return the columns that tell of senders, each of whom stands in many rows."""
    places = {one: place for place, one in enumerate(dict.fromkeys(column))}
    rows = pa.array([places[one] for one in column], pa.int32())
    distinct = zip(SENDER, zip(*(one.columns for one in places), strict=True), strict=True)
    return {name: pa.array(values, MESSAGES.field(name).type).take(rows) for name, values in distinct}


def _arrival(found: dict[bytes, bytes], content: bytes, from_line_end: int) -> bytes | None:
    """Return the time as the last server wrote it: in the newest Received header, else in the From-line."""
    received = found.get(b"received", b"").rpartition(b";")[2]
    if _CLOCK.search(received):
        return received
    posted = _POSTED.search(content, 5, from_line_end) if from_line_end > 0 else None
    return posted[0] if posted else None


def _end_of_headers(content: bytes, begin: int) -> int | None:
    """Return where the headers end: at the first empty line, or the end; None if that is too far."""
    if begin and content.startswith(b"\n", begin):
        return begin
    empty = _EMPTY_LINE.search(content, begin, begin + HEADERS)
    if empty:
        return empty.start()
    windows = content.find(b"\n\r\n", begin)
    end = windows if windows >= 0 else len(content)
    return None if end - begin > HEADERS else end


def _by_header(found: dict[bytes, bytes]) -> bots_mail.Rule | None:
    """Return the rule for one of these headers; None where none fits."""
    if _BY_HEADER.keys().isdisjoint(found):
        return None
    fitting = (rule for name, rule in _BY_HEADER.items() if name in found and _begins(found[name], rule.value))
    return next(fitting, None)


def _begins(value: bytes, beginning: str) -> bool:
    return value.strip().lower().startswith(beginning.encode())


def _fields(content: bytes, begin: int, end: int) -> dict[bytes, bytes]:
    """Return the first value of each header we read, with its folds, by its name in lower case.

    The headers stand after the line feed at `begin`, where -1 is just before the content.
    """
    if begin < 0:
        content, begin, end = b"\n" + content[:end], 0, end + 1
    return {name.lower(): value for name, value in reversed(_FIELD.findall(content, begin, end))}


def _byte(code: re.Match[bytes]) -> bytes:
    return bytes([int(code[1], 16)])


def normal_id(value: bytes) -> bytes:
    """Return a message id without brackets, comments, folds and percent signs, its host in lower case."""
    plain = b"".join(value.split()).strip(b"<>")
    if b"%" in plain and b"@" not in plain:
        plain = _PERCENT.sub(_byte, plain)
    local, at, host = plain.rpartition(b"@")
    return local + at + host.lower() if at else plain
