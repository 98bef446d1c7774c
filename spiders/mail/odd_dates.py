"""Reads the dates that few programs write: zones by name, ISO 8601, other languages, parts in any order.

The frequent forms are read in columns by `headers.moments`; what is left comes here, one by one.
"""

import re
from datetime import date
from typing import NamedTuple

LONGEST_DATE = 200
FARTHEST_OFFSET = 14 * 60
_1970 = date(1970, 1, 1).toordinal()

MONTHS = (
    "jan january janv janvier januar jänner jän januari enero ene gennaio gen janeiro styczeń stycznia sty "
    "января янв ocak leden ledna led",
    "feb february févr fév février fevr februar februari febrero febbraio fevereiro fev luty lutego lut "
    "февраля фев şubat únor února úno",
    "mar march mars mär märz mrz maart mrt marzo março marzec marca marta марта мар mart březen března",
    "apr april avr avril aprile abr abril kwiecień kwietnia kwi апреля апр nisan duben dubna dub",
    "may mai mei mayo maj maja maio maggio mag мая май mayıs květen května kvě",
    "jun june juin juni junio junho giugno giu czerwiec czerwca cze июня июн haziran červen června",
    "jul july juil juillet juli julio julho luglio lug lipiec lipca lip июля июл temmuz červenec července",
    "aug august août aou augustus ago agosto sierpień sierpnia sie августа авг ağustos srpen srpna srp",
    "sep sept september septembre septiembre setembro set settembre wrzesień września wrz сентября сен eylül září zář",
    "oct october octobre okt oktober octubre outubro out ottobre ott październik października paź октября окт "
    "ekim říjen října říj",
    "nov november novembre noviembre novembro listopad listopada lis ноября ноя kasım",
    "dec december déc décembre dez dezember diciembre dic dezembro dicembre grudzień grudnia gru декабря дек "
    "aralık prosinec prosince pro",
)
"""The names of the months, an entry for each."""
MONTH_OF = {name: number for number, line in enumerate(MONTHS, 1) for name in line.split()}

ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60,
    "cet": 60, "met": 60, "mez": 60, "cest": 120, "mest": 120, "mesz": 120, "eet": 120, "eest": 180,
    "msk": 180, "msd": 240, "sgt": 480, "hkt": 480, "awst": 480, "jst": 540, "kst": 540, "aest": 600, "aedt": 660,
    "nzst": 720, "nzdt": 780, "edt": -240, "est": -300, "cdt": -300, "cst": -360, "mdt": -360, "mst": -420,
    "pdt": -420, "pst": -480, "akdt": -480, "akst": -540, "hst": -600, "brt": -180, "art": -180,
}  # fmt: skip
"""Minutes east by the name of a zone: those of RFC 822, and those that only one place uses."""

_COMMENT = re.compile(r"\([^()]*+\)")
_COLON = re.compile(r"(?<=\d)\s*:\s*(?=\d)")
_CLOCK = re.compile(
    r"(?<![\d:.])(\d{1,2})(?::(\d\d)(?::(\d\d))?|\.(\d\d)\.(\d\d))(?:[.,]\d{1,9})?(?![\d:])(?:\s*([ap])\.?m\b\.?)?"
)
_OFFSET = re.compile(r"\s*(?:(?:gmt|utc?)\s*)?([+-])(?:(\d{1,2}):(\d\d)(?::?\d\d)?|(\d{1,6}))(?!\d)")
_NAME = re.compile(r"\s*([a-z]{1,5})\b")
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)t?")
_WORDS = re.compile(r"[^\s,\-/.]+")
_TWO_DIGITS, _THREE_DIGITS = 50, 1000


class Moment(NamedTuple):
    """A time in seconds since 1970, UTC, and the offset in minutes of the clock that wrote it (None: unknown)."""

    seconds: int
    offset: int | None


def moment(value: bytes) -> Moment | None:
    """Return the time that an odd Date header says; None where it says none.

    A zone that cannot be read leaves the time as UTC and the offset unknown.
    """
    written = _text(value)
    text = _COLON.sub(":", _COMMENT.sub(" ", written))
    clock = _CLOCK.search(text)
    seconds = _seconds(clock) if clock else 0
    before, after = (text[: clock.start()], text[clock.end() :]) if clock else (text, "")
    offset, rest = _zone(after, written[len(text.rstrip()) :] if clock else "")
    day = _day(before, rest)
    if day is None or seconds is None:
        return None
    return Moment((day - _1970) * 86_400 + seconds - (offset or 0) * 60, offset)


def _text(value: bytes) -> str:
    raw = value[:LONGEST_DATE].replace(b"\r", b"").replace(b"\n", b"")
    try:
        return raw.decode().casefold().strip()
    except UnicodeDecodeError:
        return raw.decode("latin-1").casefold().strip()


def _seconds(clock: re.Match[str]) -> int | None:
    hour, minute, second = int(clock[1]), int(clock[2] or clock[4]), int(clock[3] or clock[5] or 0)
    if clock[6]:
        hour = hour % 12 + (12 if clock[6] == "p" else 0)
    return hour * 3600 + minute * 60 + second if hour < 25 and minute < 60 and second < 62 else None


def _zone(after: str, comment: str) -> tuple[int | None, str]:
    """Return the offset that stands after the clock, else in the comment, and what stands after it."""
    if found := _OFFSET.match(after):
        return _offset(found), after[found.end() :]
    if (found := _NAME.match(after)) and found[1] not in MONTH_OF:
        return ZONES.get(found[1]), after[found.end() :]
    return ZONES.get(comment.strip(" ()")), after


def _offset(found: re.Match[str]) -> int | None:
    """Return minutes east: `+2` and `+02` are hours, `+200` and `+0200` have minutes, `+020000` has seconds too."""
    sign, digits = found[1], found[4] or f"{found[2]}{found[3]}"
    digits = digits[:-2] if len(digits) > 4 else digits
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    east = hours * 60 + minutes
    if east > FARTHEST_OFFSET or (sign == "-" and east == 0):
        return None
    return -east if sign == "-" else east


def _day(before: str, after: str) -> int | None:
    """Return the day, as date.toordinal does; None where it is none of a calendar."""
    iso = _ISO.fullmatch(before.strip(" ,"))
    year, month, day = (int(iso[1]), int(iso[3]), int(iso[4])) if iso else _by_name(f"{before} {after}")
    try:
        return date(year, month, day).toordinal()
    except ValueError:
        return None


def _by_name(text: str) -> tuple[int, int, int]:
    """Return year, month and day of a date whose month is a word; zeros where there is none."""
    words = _WORDS.findall(text)
    months = [place for place, word in enumerate(words) if word in MONTH_OF]
    numbers = [word for word in words if word.isdecimal() and word.isascii()]
    if not months or len(numbers) != 2:
        return 0, 0, 0
    year, day = numbers if len(numbers[0]) > 2 else numbers[::-1]
    if not (1 <= len(day) <= 2 and 2 <= len(year) <= 4):
        return 0, 0, 0
    return _full_year(year), MONTH_OF[words[months[-1]]], int(day)


def _full_year(year: str) -> int:
    """Return a year of two or three digits by RFC 5322, section 4.3."""
    number = int(year)
    if len(year) == 4:
        return number
    return number + (2000 if len(year) == 2 and number < _TWO_DIGITS else 1900)
