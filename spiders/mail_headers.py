"""Reads single header values of mail as people's programs really write them; nothing here raises."""

import re
from base64 import b64decode
from binascii import Error as BinasciiError
from datetime import date
from email.utils import parsedate_tz
from functools import lru_cache
from quopri import decodestring
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_WORD = re.compile(rb"=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(rb"(\?=)[ \t\r\n]+(?==\?[^?\s]+\?[bBqQ]\?)")
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
_ZONE = r"(?P<sign>[+-])(?P<zone>\d{4})"
_DATES = (
    r"^\s*(?:[A-Za-z]{3,9}\.?,?\s*)?(?P<day>\d{1,2})\s+(?P<month>[A-Za-z]{3})[a-z]*\.?\s+(?P<year>\d{4})\s+"
    rf"{_TIME}(?:\s*{_ZONE})?(?:\s*\([^)]*\))?\s*$"
)  # fmt: skip
_CTIMES = (
    r"^\s*[A-Za-z]{3},?\s+(?P<month>[A-Za-z]{3})\s+(?P<day>\d{1,2})\s+"
    rf"{_TIME}(?:\s+{_ZONE})?\s+(?P<year>\d{{4}})\s*$"
)  # fmt: skip
_MONTH_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_1970 = date(1970, 1, 1).toordinal()
_ANGLE = re.compile(r"(.*?)<([^<>]*)>[^<>]*$", re.S)
_COMMENT = re.compile(r"([^()]*?)\((.*)\)\s*$", re.S)
_SPLIT_AT = re.compile(r"(\S+)\s+(?:\(a\)|[(\[<]?\s*at\s*[)\]>]?|\w{1,5})\s+(\S+\.\S+)$", re.I)
_VIA = re.compile(r"\s+(?:via|par|über|por|przez)\s+.*$", re.I)
_SHORTENED = re.compile(r"\.\.\.@")
FARTHEST_OFFSET = 14 * 60
LONGEST_DATE = 200
OUR_NAMES = {"x-unknown": "utf-8", "unknown-8bit": "utf-8", "default": "utf-8", "ks_c_5601-1987": "cp949",
             "gb2312": "gb18030", "gbk": "gb18030", "iso-8859-8-i": "iso-8859-8", "cp-850": "cp850"}  # fmt: skip

NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "unicode-escape", "raw_unicode_escape"})


class Sender(NamedTuple):
    """Who a message says it is from.

    `quality` is given, obfuscated (`user at host`), shortened (`ja...@host`: no address to count
    by), list (the list's own address stands there) or missing.
    """

    name: str
    address: str
    quality: str


class Moment(NamedTuple):
    """A time in seconds since 1970, UTC, and the offset in minutes of the clock that wrote it (None: unknown)."""

    seconds: int
    offset: int | None


def unfolded(value: bytes) -> bytes:
    """Return a header value on one line."""
    return value.replace(b"\r", b"").replace(b"\n", b"").strip() if b"\n" in value else value.strip()


@lru_cache(maxsize=20_000)
def text_of(value: bytes) -> str:
    """Return the text of a header value: encoded words decoded, other bytes as UTF-8, else Windows-1252."""
    if b"=?" not in value:
        return _decoded(value, "utf-8")
    joined = _BETWEEN_WORDS.sub(rb"\1", value)
    parts: list[tuple[bytes, str]] = []
    end = 0
    for word in _WORD.finditer(joined):
        parts.append((joined[end : word.start()], "utf-8"))
        parts.append((_unwrapped(word[2], word[3]), word[1].decode("ascii", "replace").partition("*")[0].lower()))
        end = word.end()
    parts.append((joined[end:], "utf-8"))
    return "".join(_decoded(b"".join(raw for raw, _ in run), charset) for charset, run in _runs(parts))


def _runs(parts: list[tuple[bytes, str]]) -> list[tuple[str, list[tuple[bytes, str]]]]:
    """Group neighbours of one charset: writers cut encoded words inside a character."""
    runs: list[tuple[str, list[tuple[bytes, str]]]] = []
    for raw, charset in parts:
        if not raw:
            continue
        if runs and runs[-1][0] == charset:
            runs[-1][1].append((raw, charset))
        else:
            runs.append((charset, [(raw, charset)]))
    return runs


def _unwrapped(coding: bytes, payload: bytes) -> bytes:
    if coding in b"qQ":
        return decodestring(payload, header=True)
    try:
        return b64decode(payload + b"=" * (-len(payload) % 4))
    except BinasciiError:
        return payload


def _decoded(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(_codec(charset))
    except ValueError:
        pass
    try:
        return raw.decode("utf-8")
    except ValueError:
        return raw.decode("cp1252", "replace")


@lru_cache(maxsize=500)
def _codec(charset: str) -> str:
    """Return a codec that makes text of bytes: the named one where Python knows it, else UTF-8."""
    named = OUR_NAMES.get(charset, charset)
    if named in NO_CHARSETS:
        return "utf-8"
    try:
        return named if isinstance(b"-".decode(named, "ignore"), str) else "utf-8"
    except (LookupError, ValueError):
        return "utf-8"


def sender(value: bytes, own_addresses: frozenset[str] = frozenset()) -> Sender:
    """Return name and address of a From header, however it is written."""
    raw = unfolded(value)
    text = text_of(raw)
    name, address = _halves(text)
    name = name.strip(" \t\"'").replace('\\"', '"')
    address, quality = _plain(address.strip(" \t\"',;"))
    if address and address.casefold() in own_addresses:
        return Sender(_VIA.sub("", name), "", "list")
    if name.casefold() in (address.casefold(), "") or _plain(name)[0] == address:
        name = ""
    return Sender(name, address, quality if address else "missing")


def _halves(text: str) -> tuple[str, str]:
    angled = _ANGLE.match(text)
    if angled:
        return angled[1] or angled[0].rpartition(">")[2], angled[2]
    commented = _COMMENT.match(text)
    if commented and commented[1].strip():
        return commented[2], commented[1]
    return ("", text) if "@" in text or _SPLIT_AT.match(text.strip()) else (text, "")


def _plain(address: str) -> tuple[str, str]:
    """Return an address as `user@host` and how good it is."""
    if "@" in address:
        return "".join(address.split()), "shortened" if _SHORTENED.search(address) else "given"
    split = _SPLIT_AT.match(address)
    return (f"{split[1]}@{split[2]}", "obfuscated") if split else ("".join(address.split()), "given")


def moments(values: "pa.Array") -> tuple["pa.Array", "pa.Array"]:
    """Return the times that Date headers and From-lines say: seconds since 1970, UTC, and offsets in minutes.

    NULL where a value says no time; an offset is NULL where it is unknown (read as UTC).
    """
    seconds, offsets = np.zeros(len(values), np.int64), np.zeros(len(values), np.int64)
    known, zoned = np.zeros(len(values), bool), np.zeros(len(values), bool)
    left = np.flatnonzero(pc.is_valid(values).to_numpy(zero_copy_only=False))
    for pattern in (_DATES, _CTIMES):
        if len(left):
            found = _columns(values.take(pa.array(left)), pattern)
            rows = left[found.valid]
            seconds[rows], offsets[rows] = found.seconds[found.valid], found.offsets[found.valid]
            known[rows], zoned[rows] = True, found.zoned[found.valid]
            left = left[~found.matched]
    for row in left.tolist():
        single = moment(values[row].as_py())
        if single is not None:
            seconds[row], offsets[row] = single.seconds, single.offset or 0
            known[row], zoned[row] = True, single.offset is not None
    return pa.array(seconds, mask=~known), pa.array(offsets.astype(np.int32), mask=~(known & zoned))


class _Times(NamedTuple):
    """Times in columns; those that are not `matched` must be looked at one by one, those not `valid` are none."""

    seconds: "np.ndarray[Any, np.dtype[np.int64]]"
    offsets: "np.ndarray[Any, np.dtype[np.int64]]"
    zoned: "np.ndarray[Any, np.dtype[np.bool_]]"
    matched: "np.ndarray[Any, np.dtype[np.bool_]]"
    valid: "np.ndarray[Any, np.dtype[np.bool_]]"


def _columns(values: "pa.Array", pattern: str) -> _Times:
    parts = pc.extract_regex(values, pattern)
    matched = pc.is_valid(parts).to_numpy(zero_copy_only=False)

    def number(name: str) -> "np.ndarray[Any, np.dtype[np.int64]]":
        text = pc.struct_field(parts, name).cast(pa.string())
        text = pc.if_else(pc.equal(pc.fill_null(text, "0"), ""), "0", pc.fill_null(text, "0"))
        return np.asarray(text.cast(pa.int64()).to_numpy(zero_copy_only=False), np.int64)

    month_names = pc.utf8_lower(pc.fill_null(pc.struct_field(parts, "month").cast(pa.string()), ""))
    months = (
        pc.fill_null(pc.index_in(month_names, pa.array(_MONTH_NAMES)), -1)
        .to_numpy(zero_copy_only=False)
        .astype(np.int64)
    )
    years, days, hours, minutes, second = (number(n) for n in ("year", "day", "hour", "minute", "second"))
    zone = number("zone")
    zoned = pc.not_equal(pc.fill_null(pc.struct_field(parts, "sign").cast(pa.string()), ""), "")
    negative = pc.equal(pc.fill_null(pc.struct_field(parts, "sign").cast(pa.string()), ""), "-")
    unknown = zoned.to_numpy(zero_copy_only=False) & negative.to_numpy(zero_copy_only=False) & (zone == 0)
    offsets = (zone // 100 * 60 + zone % 100) * np.where(negative.to_numpy(zero_copy_only=False), -1, 1)
    unknown |= np.abs(offsets) > FARTHEST_OFFSET
    offsets = np.where(unknown, 0, offsets)
    first = ((years - 1970) * 12 + months).astype("datetime64[M]")
    midnight = first.astype("datetime64[D]").astype(np.int64) + days - 1
    longest = (first + 1).astype("datetime64[D]").astype(np.int64) - first.astype("datetime64[D]").astype(np.int64)
    valid = (
        matched & (months >= 0) & (years > 0) & (days > 0) & (days <= longest)
        & (hours < 25) & (minutes < 60) & (second < 62)
    )  # fmt: skip
    seconds = midnight * 86_400 + hours * 3600 + minutes * 60 + second - offsets * 60
    return _Times(seconds, offsets, zoned.to_numpy(zero_copy_only=False) & ~unknown, matched, valid)


def moment(value: bytes) -> Moment | None:
    """Return the time that an odd Date header says; None where it says none."""
    try:
        parsed = parsedate_tz(unfolded(value[:LONGEST_DATE]).decode("ascii", "replace"))
        midnight = date(*parsed[:3]).toordinal() - _1970 if parsed else None
    except (ValueError, OverflowError, IndexError):
        return None
    if parsed is None or midnight is None:
        return None
    offset = None if parsed[9] is None else parsed[9] // 60
    hour, minute, second = parsed[3:6]
    if not (0 <= hour < 25 and 0 <= minute < 60 and 0 <= second < 62):
        return None
    if offset is not None and abs(offset) > FARTHEST_OFFSET:
        offset = None
    return Moment(midnight * 86_400 + hour * 3600 + minute * 60 + second - (offset or 0) * 60, offset)
