"""The one reader of everything mbox-like: bytes in, rows of MESSAGES out, nothing dropped.

Memory grows with neither the file nor a message: bodies are only hashed. Each message becomes one
row; what cannot be read as a message becomes a row with a reason in `quarantine`, so that the
messages of a unit are the stored ones plus the quarantined ones.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.landing.schemas import MESSAGES
from pipelines.privacy.pseudonyms import Pseudonyms, fold_address
from pipelines.rules import bots_mail
from spiders.core.text import base_subject
from spiders.mail.bots import BOTS, rule_by_header
from spiders.mail.dates import moments
from spiders.mail.from_lines import posted_at
from spiders.mail.header_text import text_of, unfolded
from spiders.mail.message_headers import MARKS, end_of_headers, fields, original_senders
from spiders.mail.message_ids import normal_answered_ids, normal_ids
from spiders.mail.senders import sender
from spiders.mail.splitter import Raw, split

ROWS = 4096
REFERENCES = 50
REPEATED = 5_000
BODY = blake2b(digest_size=16)
_ONE_NORMAL_ID = re.compile(rb"\s*+<([^<>\s@]++@[^<>\s@A-Z]++)>\s*+")
_CLOCK = re.compile(rb":(?<=\d:)\d\d")
TIMED = ("sent_at", "sent_offset", "date_quality", "archive_month")
SENDER = tuple(name for name in MESSAGES.names if name.startswith("sender_"))
FIELDS = ("sender", *(name for name in MESSAGES.names if name not in {*TIMED, *SENDER}))


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
        self.id_key = pseudonyms.keyed("message id")
        self.named_id_key = lru_cache(maxsize=REPEATED)(self.id_key)
        self.sender = lru_cache(maxsize=REPEATED)(self._sender)
        self.subject = lru_cache(maxsize=REPEATED)(self._subject)
        self.rows: list[tuple[Any, ...]] = []

    def add(self, raw: Raw) -> None:
        """Read one message; `quarantine` says why where it is none."""
        content = raw.content
        begin = content.find(b"\n") if content.startswith(b"From ") else -1
        end = end_of_headers(content, begin + 1)
        found = fields(content, begin, end)
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
            sender = self.sender(who, *original_senders(raw.content[:end]))
        subject_key, says_reply, about = self.subject(subject)
        message_ids = _ids(message_id, normal_ids, self.id_key)
        parents = _ids(answered, normal_answered_ids, self.named_id_key)
        references = parents if named == answered else _ids(named, normal_ids, self.named_id_key)[-REFERENCES:]
        digest = BODY.copy()
        digest.update(raw.content[end:])
        digest.update(raw.rest)
        content = b"\0".join((message_id, sent or b"", who, subject, digest.digest()))
        is_reply = bool(parents or references or says_reply)
        rule = sender.rule or rule_by_header(found) or (None if is_reply else about)
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


def _ids(
    value: bytes, names: Callable[[bytes], Iterable[bytes]], key_of: Callable[[bytes], str | None]
) -> Sequence[str]:
    """Return the fingerprints of the message ids in a header, in their order; `names` reads them."""
    if not value:
        return ()
    if (usual := _ONE_NORMAL_ID.fullmatch(value)) and (key := key_of(usual[1])):
        return (key,)
    return [key for name in names(value) if (key := key_of(name))]


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
    return posted_at(content, from_line_end) if from_line_end > 0 else None
