"""Reads single header values of mail as people's programs really write them; nothing here raises."""

import re
from base64 import b64decode
from binascii import Error as BinasciiError
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from quopri import decodestring
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import webencodings

from pipelines.privacy.pseudonyms import fold_name
from spiders.mail.odd_dates import FARTHEST_OFFSET, moment

_WORD = re.compile(rb"=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(rb"(\?=)[ \t\r\n]+(?==\?[^?\s]+\?[bBqQ]\?)")
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
_ZONE = r"(?P<sign>[+-])(?P<zone>\d{4})"
_MONTH_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = rf"(?P<month>(?i:{'|'.join(_MONTH_NAMES)}))"
_DATES = (
    rf"^\s*(?:[A-Za-z]{{3,9}}\.?,?\s*)?(?P<day>\d{{1,2}})\s+{_MONTH}[a-z]*\.?\s+(?P<year>\d{{4}})\s+"
    rf"{_TIME}(?:\s*{_ZONE}(?:\s*\([^)]*\))?)?\s*$"
)  # fmt: skip
_CTIMES = (
    rf"^\s*[A-Za-z]{{3}},?\s+{_MONTH}\s+(?P<day>\d{{1,2}})\s+"
    rf"{_TIME}(?:\s+{_ZONE})?\s+(?P<year>\d{{4}})\s*$"
)  # fmt: skip
_MONTH_NUMBERS = np.array([int.from_bytes(name.encode()) for name in _MONTH_NAMES])
_SHAPES = (
    *(b" www, " + day + b" bbb yyyy hh:mm:ss +zzzz" + zone
      for zone in (b"", b" (www)", b" (wwww)") for day in (b"dd", b"d")),
    b"www bbb dd hh:mm:ss yyyy", b"www bbb  d hh:mm:ss yyyy",
)  # fmt: skip
_RANGES = {ord(name): b"az" for name in "wb"} | {ord(name): b"09" for name in "dyhmsz"} | {ord("+"): b"+-"}
_ANGLE = re.compile(r"(.*?)<([^<>]*)>[^<>]*$", re.S)
_COMMENT = re.compile(r"([^()]*?)\((.*)\)\s*$", re.S)
_SPLIT_AT = re.compile(r"(\S++)\s++(?:\(a\)|[(\[<]?\s*+at(?:\s*+[)\]>])?|\w{1,5})\s++(?=\S++$)(\S+\.\S+)$", re.I)
_VIA = re.compile(r"(?<!\s)\s++(?:via|par|über|por|przez)\s++(.*)$", re.I)
_ONE_OF_MANY = re.compile(r'(?:"[^"]*+"|[^,"]++)++')
_IN_ADDRESS = re.compile(r"\([^()]*+\)")
_SHORTENED = re.compile(r"\.\.\.@")
NAMED_BY_NOBODY = {
    "x-unknown": "utf-8", "unknown-8bit": "utf-8", "default": "utf-8", "gb2312": "gb18030", "gbk": "gb18030",
    "cn-gb": "gb18030", "chinesebig5": "big5hkscs", "koi8r": "koi8-r", "koi8u": "koi8-u",
    "iso-2022-jp-ms": "iso2022_jp_ext", "cp50220": "iso2022_jp_ext", "cp50221": "iso2022_jp_ext",
}  # fmt: skip
"""Codecs by names of charsets that neither browsers nor Python know, and by names that both take too narrowly."""
AS_PYTHON_HAS_IT = frozenset({"us-ascii", "ascii", "utf-16"})
"""Browsers read ASCII as Windows-1252, mail has UTF-8 under that name; they know no marks of byte order."""
_WINDOWS = re.compile(r"(?:win|windows|cp)[-_ ]?(\d{3,4})")

NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "unicode-escape", "raw_unicode_escape"})


Numbers = np.ndarray[Any, np.dtype[np.int64]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]


class Sender(NamedTuple):
    """Who a message says it is from.

    `quality` is given, obfuscated (`user at host`), shortened (`ja...@host`: no address to count
    by), list (a list's address stands there, and nobody else's anywhere) or missing.
    """

    name: str
    address: str
    quality: str


def unfolded(value: bytes) -> bytes:
    """Return a header value on one line."""
    return value.replace(b"\r", b"").replace(b"\n", b"").strip() if b"\n" in value else value.strip()


def text_of(value: bytes) -> str:
    """Return the text of a header value: encoded words decoded, other bytes as UTF-8, else Windows-1252."""
    if b"=?" not in value:
        return _decoded(value)
    joined = _BETWEEN_WORDS.sub(rb"\1", value)
    parts: list[tuple[bytes, str]] = []
    end = 0
    for word in _WORD.finditer(joined):
        parts.append((joined[end : word.start()], "utf-8"))
        parts.append((_unwrapped(word[2], word[3]), word[1].decode("ascii", "replace").partition("*")[0].lower()))
        end = word.end()
    parts.append((joined[end:], "utf-8"))
    return "".join(_decoded(b"".join(raw for raw, _ in run), _codec(charset)) for charset, run in _runs(parts))


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


def _decoded(raw: bytes, codec: str = "utf-8") -> str:
    for likely in (codec, "utf-8"):
        try:
            return raw.decode(likely)
        except ValueError:
            pass
    return raw.decode("cp1252", "replace")


@lru_cache(maxsize=500)
def _codec(charset: str) -> str:
    """Return a codec that makes text of bytes: the one that browsers or Python know by this name, else UTF-8."""
    label = charset.strip("\"' \t")
    return next((name for name in _names(label) if _is_codec(name)), "utf-8")


def _names(label: str) -> Iterator[str]:
    """Yield what a charset may be called in Python, the likeliest name first: labels as in the Encoding Standard."""
    known = None if label in AS_PYTHON_HAS_IT else webencodings.lookup(label)
    if known and known.name not in ("replacement", "x-user-defined"):
        label = known.codec_info.name
    yield NAMED_BY_NOBODY.get(label, label)
    if windows := _WINDOWS.fullmatch(label):
        yield f"cp{windows[1]}"


def _is_codec(name: str) -> bool:
    try:
        return name not in NO_CHARSETS and isinstance(b"-".decode(name, "ignore"), str)
    except (LookupError, ValueError):
        return False


def sender(
    value: bytes, list_addresses: frozenset[str] = frozenset(), original: bytes = b"", reply_to: bytes = b""
) -> Sender:
    """Return name and address of a From header, however it is written.

    Where a list has put its own address there, the person stands in X-Original-From (`original`), in Reply-To, or
    in the name before "via". A Reply-To under another name is somebody else's.
    """
    one = _written(value)
    if not _is_of_list(one, list_addresses):
        return one
    name = _VIA.sub("", one.name).strip("\"' ")
    address, quality = _plain(name) if "@" in name else ("", "list")
    name = "" if address else name
    for header, surely in ((original, True), (reply_to, False)):
        person = _person(header, list_addresses)
        if person and (surely or not (name and person.name) or fold_name(name) == fold_name(person.name)):
            return person._replace(name=person.name or name)
    return Sender(name, address, quality)


def _written(value: bytes) -> Sender:
    return _read(text_of(unfolded(value)))


def _read(text: str) -> Sender:
    name, address = _halves(text)
    name = name.strip(" \t\"'").replace('\\"', '"')
    address, quality = _plain(address.strip(" \t\"',;"))
    if name.casefold() in (address.casefold(), "") or _plain(name)[0] == address:
        name = ""
    return Sender(name, address, quality if address else "missing")


def _is_of_list(one: Sender, list_addresses: frozenset[str]) -> bool:
    """Tell whether the address is a list's: one of the community's, or one that the name says it came "via"."""
    address = one.address.casefold()
    via = _VIA.search(one.name)
    named = "-".join(via[1].casefold().split()) if via else ""
    return address in list_addresses or bool(named and named == address.partition("@")[0])


def _person(header: bytes, list_addresses: frozenset[str]) -> Sender | None:
    """Return the first in a header of addresses who is not a list; None where there is none."""
    if not header:
        return None
    people = (_read(one[0]) for one in _ONE_OF_MANY.finditer(text_of(unfolded(header))))
    return next((one for one in people if one.address and not _is_of_list(one, list_addresses)), None)


def _halves(text: str) -> tuple[str, str]:
    angled = _ANGLE.match(text)
    if angled:
        return angled[1] or angled[0].rpartition(">")[2], angled[2]
    commented = _COMMENT.match(text)
    if commented and commented[1].strip():
        return commented[2], commented[1]
    return ("", text) if "@" in text or _SPLIT_AT.match(text.strip()) else (text, "")


def _plain(address: str) -> tuple[str, str]:
    """Return an address as `user@host`, without blanks and comments, and how good it is."""
    if "@" in address:
        return "".join(_IN_ADDRESS.sub("", address).split()), "shortened" if _SHORTENED.search(address) else "given"
    split = _SPLIT_AT.match(address)
    return (f"{split[1]}@{split[2]}", "obfuscated") if split else ("".join(address.split()), "given")


def moments(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return the times that Date headers and From-lines say: seconds since 1970, UTC, and offsets in minutes.

    NULL where a value says no time; an offset is NULL where it is unknown (read as UTC).
    """
    seconds, offsets = np.zeros(len(values), np.int64), np.zeros(len(values), np.int64)
    known, zoned = np.zeros(len(values), bool), np.zeros(len(values), bool)
    lengths = np.array(pc.fill_null(pc.binary_length(values), 0))
    left = np.array(pc.is_valid(values))
    for length, read in _FORMS:
        rows = np.flatnonzero(left if length is None else left & (lengths == length))
        if len(rows):
            readable, parts = read(values.take(pa.array(rows)))
            rows = rows[readable]
            seconds[rows], offsets[rows], known[rows], zoned[rows] = _times(parts)
            left[rows] = False
    for row in np.flatnonzero(left).tolist():
        single = moment(values[row].as_py())
        if single is not None:
            seconds[row], offsets[row] = single.seconds, single.offset or 0
            known[row], zoned[row] = True, single.offset is not None
    return pa.array(seconds, mask=~known), pa.array(offsets.astype(np.int32), mask=~(known & zoned))


class _Times(NamedTuple):
    """Times in columns; those not `valid` are none."""

    seconds: Numbers
    offsets: Numbers
    valid: Truths
    zoned: Truths


def _shaped(values: pa.Array, shape: bytes) -> tuple[Truths, dict[str, Numbers]]:
    """Return which values, all as long as this shape, are of it, and what `_times` needs of those."""
    form = np.frombuffer(shape, np.uint8)
    letters = np.isin(form, list(b"wb"))
    lines = np.frombuffer(values.buffers()[2], np.uint8, len(values) * len(shape)).reshape(-1, len(shape))
    lines = lines | np.where(letters, 0x20, 0).astype(np.uint8)
    lowest, highest = np.array([tuple(_RANGES.get(letter, (letter, letter))) for letter in shape], np.uint8).T

    def number(name: str, zero: str = "0", base: int = 10) -> Numbers:
        digits = lines[:, form == ord(name)].astype(np.int64) - ord(zero)
        return digits @ base ** np.arange(digits.shape[1])[::-1]

    names = {"year": "y", "day": "d", "hour": "h", "minute": "m", "second": "s", "zone": "z"}
    parts = {part: number(name) for part, name in names.items()}
    is_month = number("b", "\0", 256)[:, None] == _MONTH_NUMBERS
    parts |= {"month": is_month.argmax(axis=1), "sign": -number("+", ",")}
    good = ((lines >= lowest) & (lines <= highest)).all(axis=1) & is_month.any(axis=1)
    good &= np.abs(parts["sign"]) == shape.count(b"+")
    return good, {part: column[good] for part, column in parts.items()}


def _matching(values: pa.Array, pattern: str) -> tuple[Truths, dict[str, Numbers]]:
    """Return which values match the pattern, and what `_times` needs of those."""
    found = pc.extract_regex(values, pattern)
    matched = pc.is_valid(found)
    found = found.filter(matched)

    def text(name: str) -> pa.Array:
        return pc.fill_null(pc.struct_field(found, name).cast(pa.string()), "")

    def number(name: str) -> Numbers:
        return np.asarray(pc.if_else(pc.equal(text(name), ""), "0", text(name)).cast(pa.int64()))

    parts = {name: number(name) for name in ("year", "day", "hour", "minute", "second", "zone")}
    month = pc.index_in(pc.utf8_lower(text("month")), pa.array(_MONTH_NAMES))
    sign = pc.index_in(text("sign"), pa.array(["-", "", "+"]))
    parts |= {"month": np.asarray(pc.fill_null(month, -1), np.int64), "sign": np.asarray(sign, np.int64) - 1}
    return np.asarray(matched), parts


def _times(parts: dict[str, Numbers]) -> _Times:
    """Return the times in these numbers; `month` is 0 for January, -1 for none, `sign` 0 where no zone is written."""
    day, hour, minute, second = parts["day"], parts["hour"], parts["minute"], parts["second"]
    offsets = (parts["zone"] // 100 * 60 + parts["zone"] % 100) * parts["sign"]
    unknown = ((parts["sign"] < 0) & (parts["zone"] == 0)) | (np.abs(offsets) > FARTHEST_OFFSET)
    offsets = np.where(unknown, 0, offsets)
    first = ((parts["year"] - 1970) * 12 + parts["month"]).astype("datetime64[M]")
    begin, end = (month.astype("datetime64[D]").astype(np.int64) for month in (first, first + 1))
    valid = (
        (parts["month"] >= 0) & (parts["year"] > 0) & (day > 0) & (day <= end - begin)
        & (hour < 25) & (minute < 60) & (second < 62)
    )  # fmt: skip
    seconds = (begin + day - 1) * 86_400 + hour * 3600 + minute * 60 + second - offsets * 60
    return _Times(seconds, offsets, valid, (parts["sign"] != 0) & ~unknown)


_FORMS: tuple[tuple[int | None, Callable[[pa.Array], tuple[Truths, dict[str, Numbers]]]], ...] = (
    *((len(shape), partial(_shaped, shape=shape)) for shape in _SHAPES),
    *((None, partial(_matching, pattern=pattern)) for pattern in (_DATES, _CTIMES)),
)
"""How times are written, the frequent ways first: how long a value then is (None: any length), and what reads it."""
