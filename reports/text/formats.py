"""Format numbers, dates and lists for the pages."""

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache

from reports.text.language import gettext, ngettext

MONTHS = (
    gettext("January"), gettext("February"), gettext("March"), gettext("April"), gettext("May"), gettext("June"),
    gettext("July"), gettext("August"), gettext("September"), gettext("October"), gettext("November"),
    gettext("December"),
)  # fmt: skip
SHORT_MONTHS = (
    gettext("Jan"), gettext("Feb"), gettext("Mar"), gettext("Apr"), MONTHS[4], gettext("Jun"), gettext("Jul"),
    gettext("Aug"), gettext("Sep"), gettext("Oct"), gettext("Nov"), gettext("Dec"),
)  # fmt: skip
MONTH, DAY, CLOCK = gettext("{month} {year}"), gettext("{day} {month} {year}"), gettext("{day}, {clock} UTC")
"""A translation may also name `number`, that of the month."""
SPAN, ENUMERATED = gettext("{first} to {last}"), gettext("{others} and {last}")
ENDS = gettext("{low}–{high}")
"""Two ends in a cell or a label."""
WITH_INTERVAL = gettext("{share} % ({low} to {high})")
NOUNS = {
    "month": "months", "day": "days", "hour": "hours", "unit": "units", "repository": "repositories",
    "person": "people", "list or forum": "lists and forums", "address": "addresses", "release": "releases",
    "figure": "figures", "new line": "new lines",
}  # fmt: skip
"""What is counted, and its plural."""
ORDINALS = gettext("{best} to {worst}")
"""A translation may also name `first` and `last`, the places as numbers."""
NOT_OBSERVED = gettext("not observed")


def format_day(when: date | None) -> str:
    """Return a day such as `20 January 2021`, or the word for none."""
    return gettext("no readable date") if when is None else DAY.format(day=when.day, **_month(when))


@cache
def format_month(first_day: date) -> str:
    """Return a month in words, such as `June 2026`."""
    return MONTH.format(**_month(first_day))


def _month(day: date) -> dict[str, str | int]:
    return {"month": MONTHS[day.month - 1], "number": day.month, "year": day.year}


def format_time(text: str) -> str:
    """Return a year, a month or a day that is written `2013`, `2013-11` or `2013-10-18`, in words."""
    if len(text) == len("2013-10-18"):
        return format_day(date.fromisoformat(text))
    return format_month(date.fromisoformat(f"{text}-01")) if "-" in text else text


def format_window(last: date) -> str:
    """Return the twelve months that end with `last`, in words."""
    return SPAN.format(first=format_month(first_month(last)), last=format_month(last))


def first_month(last: date) -> date:
    """Return the first day of the twelve months that end with `last`."""
    year, before = divmod(last.year * 12 + last.month - 12, 12)
    return date(year, before + 1, 1)


def format_clock(moment: datetime | None) -> str:
    """Return a UTC time to the minute, or the word for never."""
    if moment is None:
        return gettext("never")
    return CLOCK.format(day=format_day(moment.date()), clock=f"{moment:%H:%M}")


def format_age(seen: datetime | None, built: datetime) -> str:
    """Return how long before the build something was seen."""
    if seen is None:
        return gettext("never seen")
    hours = int((built - seen) / timedelta(hours=1))
    if hours < 1:
        return gettext("less than an hour")
    return pluralize(hours, "hour") if hours < 48 else pluralize(hours // 24, "day")


def pluralize(number: int, noun: str) -> str:
    """Return `1 unit` or `2 units`; zero is `no units`. `noun` is one of NOUNS."""
    if number == 0:
        return gettext(f"no {NOUNS[noun]}")
    return ngettext(f"{{number:,}} {noun}", f"{{number:,}} {NOUNS[noun]}", number).format(number=number)


def percent_with_ci(share: float | None, low: float | None, high: float | None, missing: str) -> str:
    """Return a share with its interval in percent, such as `100 % (98 to 100)`, or the word for missing."""
    if share is None or low is None or high is None:
        return missing
    return WITH_INTERVAL.format(share=f"{100 * share:.0f}", low=f"{100 * low:.0f}", high=f"{100 * high:.0f}")


def format_share(share: float) -> str:
    """Return a share in whole percent; what is not all is at most 99 %, and what is something at least 1 %."""
    whole = round(100 * share) if share in (0, 1) else min(max(round(100 * share), 1), 99)
    return gettext("{whole} %").format(whole=whole)


def format_number(value: float | None, missing: str = NOT_OBSERVED) -> str:
    """Return a number to three significant digits with thousands separators, or the word for missing."""
    if value is None:
        return missing
    rounded = float(f"{value:.3g}")
    places = 2 - math.floor(math.log10(abs(rounded))) if rounded else 0
    return f"{rounded:,.{max(places, 0)}f}"


def format_count(value: float | None) -> str:
    """Return a number of a month: whole as it is, else to three significant digits."""
    return f"{value:,.0f}" if value is not None and value == round(value) else format_number(value)


def format_level(value: float | None, missing: str = NOT_OBSERVED) -> str:
    """Return a mean of months with the digits that its error carries: three, and none after the point from ten on."""
    if value is None:
        return missing
    return f"{value:.1f}" if round(value, 1) < 10 else f"{float(f'{value:.3g}'):,.0f}"


def format_range(low: float | None, high: float | None) -> str:
    """Return the least and the most that a number could be; nothing where both are equal or unknown."""
    if low is None or high is None:
        return ""
    ends = format_level(low), format_level(high)
    return "" if ends[0] == ends[1] else SPAN.format(first=ends[0], last=ends[1])


def format_ordinal(number: int) -> str:
    """Return a place such as `1st`, `12th` or `22nd`."""
    ending = "th" if 10 < number % 100 < 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return gettext("{number:,}{ending}").format(number=number, ending=ending)


def format_ordinals(low: int, high: int) -> str:
    """Return a set of places such as `2nd to 4th`, or the only one."""
    if low == high:
        return format_ordinal(low)
    return ORDINALS.format(first=low, last=high, best=format_ordinal(low), worst=format_ordinal(high))


def format_percents(*shares: float) -> list[str]:
    """Return shares in whole percent with their sign, such as `+5` or `0`; a true minus sign stands before a fall."""
    return [f"{whole:+d}".replace("-", "−") if (whole := round(100 * share)) else "0" for share in shares]


def format_signed(share: float) -> str:
    """Return a share as `format_percents` writes it."""
    return format_percents(share)[0]


def join_and(parts: Sequence[str]) -> str:
    """Return parts as one enumeration with commas and a final `and`."""
    return ENUMERATED.format(others=", ".join(parts[:-1]), last=parts[-1]) if parts[1:] else parts[0]


def next_month(day: date) -> date:
    """Return the first day of the month after the one that `day` lies in."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
