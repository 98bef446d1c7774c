"""Format numbers, dates and lists for the pages."""

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from reports.answers import Row


def format_day(when: date | None) -> str:
    """A day such as `20 January 2021`, or the word for none."""
    return "no readable date" if when is None else f"{when.day} {format_month(when)}"


def format_month(first_day: date) -> str:
    """A month in words, such as `June 2026`."""
    return f"{first_day:%B} {first_day.year}"


def format_time(text: str) -> str:
    """A year, a month or a day that is written `2013`, `2013-11` or `2013-10-18`, in words."""
    if len(text) == len("2013-10-18"):
        return format_day(date.fromisoformat(text))
    return format_month(date.fromisoformat(f"{text}-01")) if "-" in text else text


def format_window(last: date) -> str:
    """The twelve months that end with `last`, in words."""
    year, before = divmod(last.year * 12 + last.month - 12, 12)
    return f"{format_month(date(year, before + 1, 1))} to {format_month(last)}"


def format_clock(moment: datetime | None) -> str:
    """A UTC time to the minute, or the word for never."""
    if moment is None:
        return "never"
    return f"{moment.day} {format_month(moment.date())}, {moment:%H:%M} UTC"


def format_age(seen: datetime | None, built: datetime) -> str:
    """How long before the build something was seen."""
    if seen is None:
        return "never seen"
    hours = int((built - seen) / timedelta(hours=1))
    if hours < 1:
        return "less than an hour"
    return pluralize(hours, "hour") if hours < 48 else pluralize(hours // 24, "day")


def pluralize(number: int, noun: str) -> str:
    """`1 unit`, `2 units`, `none of the units` never: zero is said as `no units`."""
    if number == 0:
        return f"no {noun}s"
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def percent_with_ci(right: int, of: int, none: str) -> str:
    """A share in percent with Wilson's interval of 95 %, such as `100 % (98 to 100)`; a word where it is of nothing."""
    if not of:
        return none
    z, share = 1.96, right / of
    middle, half = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    low, high = ((middle + side) / (1 + z * z / of) for side in (-half, half))
    return f"{100 * share:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


def format_number(value: float | None, missing: str = "not observed") -> str:
    """A number to three significant digits with thousands separators, or the word for missing."""
    if value is None:
        return missing
    rounded = float(f"{value:.3g}")
    places = 2 - math.floor(math.log10(abs(rounded))) if rounded else 0
    return f"{rounded:,.{max(places, 0)}f}"


def bounds(cell: Row) -> str:
    """The least and the most that a mean count of people could be; nothing where they are equal to it or unknown."""
    low, high = (format_number(cell[key]) for key in ("low", "high"))
    known = cell["low"] is not None and cell["high"] is not None
    return f"{low} to {high}" if known and low != high else ""


def join_and(parts: Sequence[str]) -> str:
    """Parts as one enumeration with commas and a final `and`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
