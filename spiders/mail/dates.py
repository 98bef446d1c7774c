"""Reads times of Date headers and From-lines, a column at once, as people's programs really write them."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spiders.mail.odd_dates import FARTHEST_OFFSET, moment

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

Numbers = np.ndarray[Any, np.dtype[np.int64]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]


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
