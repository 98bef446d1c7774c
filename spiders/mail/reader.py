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
from itertools import pairwise
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.landing.schemas import MESSAGES
from pipelines.privacy.pseudonyms import Pseudonyms, fold_address
from pipelines.rules import bots_mail
from spiders.core.text import base_subject
from spiders.mail.headers import moments, sender, text_of, unfolded

READER = f"mail/4+{sha256(bots_mail.RULES_FILE.read_bytes()).hexdigest()[:8]}"


BLOCK = 1 << 20


KEPT = 1 << 20


HEADERS = 1 << 18


AHEAD = 2048


ROWS = 4096


LOOK = 1 << 18


MOST_FAILED_LOOKS = 2000


REFERENCES = 50


REPEATED = 20_000


BODY = blake2b(digest_size=16)


_DAY, _MONTH = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)", rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"


_WHEN = (
    _DAY + rb",? +(?:" + _MONTH + rb" +\d{1,2} +\d\d?:\d\d(?::\d\d)?(?: +[A-Z]{1,5})?(?: +[+-]\d{4})? +\d{4}"
    rb"|\d{1,2} +" + _MONTH + rb" +\d{4} +\d\d?:\d\d(?::\d\d)?(?: +[+-]\d{4})?)"
)  # fmt: skip


_BORDER = b"\nFrom "


_FROM_LINE = re.compile(
    rb"\nFrom (?P<who>\S++||[^\n]{1,900}?(?<! )) *+(?P<when>" + _WHEN + rb")[^\n]{0,99}\n"
    rb"(?P<next>>From |[!-9;-~]++[ \t]*+:)"
)


_ODD_WHEN = re.compile(rb"\d:\d\d|\b\d{4}-\d\d-\d\d\b|\b\d{1,4}/\d\d?/\d{2,4}\b")


_SAYS_NO_MORE = re.compile(rb"From\s+(?:\S{1,300}\s*)?")


_OF_PROGRAMS = (b"From - ", b"From ???@??? ")
"""How Thunderbird and Eudora begin such a line: nobody quotes it, whatever comes after it."""


_HEADER_LINE = re.compile(rb">From |([!-9;-~]++)[ \t]*+:|[ \t]")


_BOUNDARY = re.compile(
    rb"\ncontent-type[ \t]*+:(?:[^\n]|\n[ \t])*?(?<=[;\s])boundary[ \t]*+=[ \t]*+"
    rb"(?:\"([^\"\n]{1,200})\"|([^\s;\"]{1,200}))", re.I
)  # fmt: skip


_IS_RFC822 = re.compile(rb"\ncontent-type[ \t]*+:[ \t]*+message/rfc822")


_LENGTH = re.compile(rb"\ncontent-length[ \t]*+:[ \t]*+(\d{1,12})[ \t]*\r?\n", re.I)


_CLOCK = re.compile(rb"\d:\d\d")


_POSTED = re.compile(_WHEN)


_USUAL_FIRST_HEADER = re.compile(
    rb">From |(?:return-path|received|from|date|message-id|delivered-to|x-[a-z0-9-]+|subject|to|mime-version"
    rb"|content-[a-z-]+|reply-to|sender|list-[a-z]+|dkim-signature|authentication-results|status)[ \t]*:", re.I
)  # fmt: skip


_PATCH = re.compile(rb"From [0-9a-f]{40} ")


_EMPTY_LINE = re.compile(rb"\n(?:\n|\r\n(?!\n))")


_MESSAGE_ID = re.compile(rb"<([^<>]+)>")


_ONE_NORMAL_ID = re.compile(rb"\s*+<([^<>\s@]++@[^<>\s@A-Z]++)>\s*+")


_BARE_ID = re.compile(rb"\s*([^\s<>()\",;:]+@[^\s<>()\",;:]+)\s*")


_WORD = re.compile(rb"[^\W\d_]{2}|[\x80-\xff]")


_OF_SOMEBODY = re.compile(rb"\b(?:from|by|von|de|par|van|da|di|od)\b[^<>]*$", re.I)


_NORMAL_ID = re.compile(rb"<([^<>\s@]++@[^<>\s@A-Z]++)>")


_PERCENT = re.compile(rb"%(40|2[Bb])")


TIMED = ("sent_at", "sent_offset", "date_quality", "archive_month")


SENDER = tuple(name for name in MESSAGES.names if name.startswith("sender_"))


FIELDS = ("sender", *(name for name in MESSAGES.names if name not in {*TIMED, *SENDER}))


MARKS = frozenset({b"from", b"date", b"subject", b"message-id"})


BOTS = bots_mail.load()


_BY_HEADER = {rule.header.encode(): rule for rule in BOTS.headers}


_ORIGINALS = (b"x-original-from", b"reply-to")


_NAMED = (*MARKS, b"in-reply-to", b"references", b"received", b"resent-from", *_BY_HEADER)


_FIELD = re.compile(rb"\n(" + b"|".join(_NAMED) + rb")(?:[ \t]*+:|(?=\n)|\Z)([^\n]*+(?:\n[ \t][^\n]*+)*+)", re.I)


_ORIGINAL = re.compile(rb"\n(" + b"|".join(_ORIGINALS) + rb")[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)", re.I)


@dataclass(frozen=True)
class Archive:
    """What the reader must know of a file: which rule splits it and which times are believed.

    A claimed time is believed from `first` to `last`; `month` is the archive's own month (None: one
    file for all times); `list_addresses`, lower case, are those of all lists of the community.
    """

    first: datetime
    last: datetime
    month: date | None = None
    pipermail: bool = False
    list_addresses: frozenset[str] = frozenset()


class Raw(NamedTuple):
    """One message as it stands: its first KEPT bytes, the digest of what comes after, its size.

    `passed` counts the lines in it that look like the border before a message and were not taken for one.
    """

    content: bytes
    rest: bytes
    size: int
    passed: int


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

    A line that begins with "From " is a From-line with a date in it and a header line after it, or after a blank
    line before the headers of a message; in Pipermail's text files only before the header From or Date. The first
    line of a patch as git writes it is one only in a file that begins with such a line. Inside a part of a multipart
    message, and inside a body of as many bytes as its Content-Length says, there is none.
    """
    return _Splitter(read, pipermail).messages()


class _Splitter:
    """Cuts a stream: `buffer` is what lies ahead, the message that is being read begins at `start` in it."""

    def __init__(self, read: Callable[[int], bytes], pipermail: bool) -> None:
        self.read, self.pipermail = read, pipermail
        self.buffer, self.start, self.scan = b"\n", 1, 0
        self.patches = self.ended = False
        self.large: _Large | None = None
        self.passed = self.failed_looks = 0

    def messages(self) -> Iterator[Raw]:
        """Yield the messages in their order."""
        while True:
            at = self.buffer.find(_BORDER, self.scan)
            is_border = self._is_border(at) if at >= 0 else None
            if is_border is None and not self.ended:
                self._read_on(at)
                continue
            is_end = is_border is None
            if (is_end or is_border) and (raw := self._cut(len(self.buffer) if is_end else at + 1)):
                yield raw
            if is_end:
                return
            self.scan = at + 5

    def _cut(self, end: int) -> Raw | None:
        """Return the message that ends here, if there is one: blank lines before the first From-line are none."""
        content, large, passed = self.buffer[self.start : end], self.large, self.passed
        self.start, self.large, self.passed = end, None, 0
        if large is None and len(content) > KEPT:
            large, content = _Large(content[:KEPT]), content[KEPT:]
        if large is not None:
            large.add(content)
            return Raw(large.beginning, large.digest.digest(), large.size, passed)
        return Raw(content, b"", len(content), passed) if content and not content.isspace() else None

    def _read_on(self, at: int) -> None:
        """Read more of the stream; `at` is the line that cannot be judged yet, -1 if there is none."""
        settled = max((at + 1 if at >= 0 else len(self.buffer)) - 8, self.scan)
        if settled - self.start > 2 * KEPT:
            if self.large is None:
                self.large = _Large(self.buffer[self.start : self.start + KEPT])
                self.start += KEPT
            self.large.add(self.buffer[self.start : settled])
            self.start = settled
        block = self.read(BLOCK)
        self.ended = not block
        cut = min(self.start, settled)
        self.buffer = self.buffer[cut:] + block
        self.start, self.scan = self.start - cut, settled - cut

    def _is_border(self, at: int) -> bool | None:
        """Tell whether a line that begins with "From " stands before a message; None until more of it was read."""
        buffer, found = self.buffer, at + 1
        if not self.ended and len(buffer) - found < AHEAD:
            return None
        if buffer[found + 45 : found + 46] == b" " and _PATCH.match(buffer, found):
            self.patches = self.patches or found == 1 == self.start
            if not self.patches:
                return False
        line = _FROM_LINE.match(buffer, at, found + AHEAD)
        is_border, looks_like_one = self._judge(line, found) if line else self._judge_odd(found)
        is_inside = is_border and self._is_inside(found)
        if is_inside is None:
            return None
        self.passed += looks_like_one and not is_border
        return is_border and not is_inside

    def _judge(self, line: re.Match[bytes], found: int) -> tuple[bool, bool]:
        """Tell whether a line with a date and a header after it is a border, and whether it looks like one."""
        if self.pipermail:
            return line["next"].lower() in (b"from:", b"date:"), True
        return self._is_after_blank(found) or bool(_USUAL_FIRST_HEADER.match(line["next"])), True

    def _judge_odd(self, found: int) -> tuple[bool, bool]:
        """Tell the same of any other line that begins with "From "."""
        if self.pipermail or not self._is_after_blank(found):
            return False, False
        line, _, after = self.buffer[found : found + AHEAD].partition(b"\n")
        marks = _marks(after)
        is_dated = bool(_POSTED.search(line))
        if is_dated and line.startswith(_OF_PROGRAMS):
            return True, True
        says_no_more = bool(_SAYS_NO_MORE.fullmatch(line)) and b"from" in marks
        is_border = len(marks) > 1 and (is_dated or says_no_more or bool(_ODD_WHEN.search(line)))
        return is_border, is_dated or len(marks) > 1

    def _is_after_blank(self, found: int) -> bool:
        buffer = self.buffer
        return found < 2 or buffer[found - 2 : found] == b"\n\n" or buffer[found - 3 : found] == b"\n\r\n"

    def _is_inside(self, found: int) -> bool | None:
        """Tell whether a place lies inside the body of the message that is being read; None until more was read.

        A body reaches as far as the headers say, by its boundary or its length, where that is confirmed within
        the next LOOK bytes. Where many messages have lost their last boundary, only AHEAD bytes are searched.
        """
        beginning, start = (self.large.beginning, 0) if self.large else (self.buffer, self.start)
        last = len(beginning) if self.large else found
        if beginning.find(b"ontent-", start, last) < 0 and beginning.find(b"ONTENT-", start, last) < 0:
            return False
        end = beginning.find(b"\n\n", start, last)
        end = end if end >= 0 else min(last, start + HEADERS)
        headers = beginning[start:end].lower()
        if b"message/rfc822" in headers and not self.large and not self.buffer[end:found].strip():
            return bool(_IS_RFC822.search(headers))
        if b"content-length" in headers and (length := _LENGTH.search(beginning, start, end + 1)):
            is_within = self._is_within_length(beginning, start, int(length[1]), found)
            if is_within is not False:
                return is_within
        if b"boundary" in headers and (named := _BOUNDARY.search(beginning, start, end + 1)):
            return self._is_between(b"\n--" + (named[1] or named[2]), found)
        return False

    def _is_within_length(self, beginning: bytes, start: int, length: int, found: int) -> bool | None:
        """Tell whether a body of this length holds the place and ends where another message begins, or the file."""
        empty = _EMPTY_LINE.search(beginning, start, start + HEADERS)
        if empty is None:
            return False
        gone = self.large.size if self.large else 0
        end = self.start + empty.end() - start - gone + length
        if not found < end <= found + LOOK:
            return False
        if not self.ended and len(self.buffer) < end + 8:
            return None
        after = self.buffer[end : end + 7].lstrip(b"\r\n")
        return after.startswith(b"From "[: len(after)]) if end <= len(self.buffer) else False

    def _is_between(self, delimiter: bytes, found: int) -> bool | None:
        """Tell whether a part of a multipart body is open here, and a delimiter comes before another such header."""
        if self.buffer.rfind(delimiter + b"--", self.start, found) >= 0:
            return False
        if self.large is None and self.buffer.find(delimiter, self.start, found) < 0:
            return False
        name = delimiter[3:]
        look = LOOK if self.failed_looks < MOST_FAILED_LOOKS else AHEAD
        later = self.buffer.find(name, found, found + look)
        if later >= 0:
            return self.buffer[later - 3 : later] == b"\n--"
        if not self.ended and len(self.buffer) < found + look:
            return None
        self.failed_looks += 1
        return False


class _Large:
    """A message of more than KEPT bytes: its beginning, and the digest of what has come since."""

    def __init__(self, beginning: bytes) -> None:
        self.beginning, self.size, self.digest = beginning, len(beginning), blake2b(digest_size=16)

    def add(self, more: bytes) -> None:
        self.digest.update(more)
        self.size += len(more)


def _marks(block: bytes) -> frozenset[bytes]:
    """Return which of MARKS a block of headers holds, whose first line may be damaged; none where it is prose."""
    headers, end, _ = block.replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = headers.split(b"\n")
    found = [_HEADER_LINE.match(line) for line in (lines if end else lines[:-1])]
    if not all(found[1:]):
        return frozenset()
    return MARKS & {line[1].lower() for line in found if line and line[1]}


@dataclass(frozen=True, eq=False, slots=True)
class _Sender:
    """What one From header says, as values of SENDER, and the rule for its address."""

    columns: tuple[Any, ...]
    rule: bots_mail.Rule | None
    is_of_list: bool = False


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
        if sender.is_of_list:
            originals = {name.lower(): value for name, value in _ORIGINAL.findall(raw.content[:end])}
            sender = self.sender(who, *(originals.get(name, b"") for name in _ORIGINALS))
        subject_key, says_reply, about = self.subject(subject)
        message_ids, parents = self.ids(message_id), self.answered(answered) if answered else []
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
            raw.size, None, rule.kind if rule else bots_mail.HUMAN, rule and rule.id, raw.passed,
        ))  # fmt: skip

    def _refuse(self, raw: Raw, reason: str) -> None:
        """Keep of what is no message: its content's fingerprint, size and the reason."""
        content = self.content_key(raw.content + raw.rest)
        nothing: tuple[Any, ...] = (None, None, None, False, None, [])
        self.rows.append((NOBODY, None, content, *nothing, raw.size, reason, None, None, raw.passed))

    def _sender(self, value: bytes, original: bytes = b"", reply_to: bytes = b"") -> _Sender:
        who = sender(value, self.archive.list_addresses, original, reply_to)
        of = self.of(who.name.encode(), who.address.encode())
        keys = (of.name_exact_key, of.name_key, of.address_exact_key, of.address_key, of.login_key)
        rule = BOTS.of_address(fold_address(who.address))
        role = of.role or rule is not None
        columns = (*keys, of.name_words, of.name_bag_key, of.domain, role, who.quality)
        return _Sender(columns, rule, who.quality == "list")

    def _subject(self, value: bytes) -> tuple[str | None, bool, bots_mail.Rule | None]:
        subject = text_of(unfolded(value))
        base, is_reply = base_subject(subject)
        about = None if is_reply else BOTS.of_subject(base) or BOTS.of_subject(subject)
        return self.subject_key(base.encode()), is_reply, about

    def answered(self, value: bytes) -> list[str]:
        """Return the fingerprints of the message ids in an In-Reply-To header."""
        if usual := _ONE_NORMAL_ID.fullmatch(value):
            return [key] if (key := self.id_key(usual[1])) else []
        return [key for name in answered_ids(value) if (key := self.id_key(normal_id(name)))]

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
    if from_line_end <= 0:
        return None
    posted = _POSTED.search(content, 5, from_line_end)
    return posted[0] if posted else content[5:from_line_end].strip().partition(b" ")[2] or None


def _end_of_headers(content: bytes, begin: int) -> int:
    """Return where the headers end: at the first empty line, or the end; at the last line that HEADERS bytes hold."""
    if begin and content.startswith(b"\n", begin):
        return begin
    empty = _EMPTY_LINE.search(content, begin, begin + HEADERS)
    if empty:
        return empty.start()
    windows = content.find(b"\n\r\n", begin, begin + HEADERS)
    end = windows if windows >= 0 else len(content)
    return end if end - begin <= HEADERS else max(content.rfind(b"\n", begin, begin + HEADERS), begin)


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


def answered_ids(value: bytes) -> list[bytes]:
    """Return the message ids in an In-Reply-To header, as they stand there: RFC 5322 has only ids, RFC 822 prose too.

    After prose the last one is the id, before prose the first; who wrote may stand there with an address.
    """
    found = list(_MESSAGE_ID.finditer(value))
    if not found:
        bare = _BARE_ID.fullmatch(value)
        return [bare[1]] if bare else []
    if _WORD.search(value, 0, found[0].start()):
        lead = value[found[-2].end() if len(found) > 1 else 0 : found[-1].start()]
        return [] if _OF_SOMEBODY.search(lead) else [found[-1][1]]
    gaps = (value[one.end() : other.start()] for one, other in pairwise(found))
    whole = next((number for number, gap in enumerate(gaps, 1) if _WORD.search(gap)), len(found))
    return [one[1] for one in found[:whole]]


def _byte(code: re.Match[bytes]) -> bytes:
    return bytes([int(code[1], 16)])


def normal_id(value: bytes) -> bytes:
    """Return a message id without brackets, comments, folds and percent signs, its host in lower case."""
    plain = b"".join(value.split()).strip(b"<>")
    if b"%" in plain and b"@" not in plain:
        plain = _PERCENT.sub(_byte, plain)
    local, at, host = plain.rpartition(b"@")
    return local + at + host.lower() if at else plain
