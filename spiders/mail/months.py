"""Name the months of mail archives: their units, when they are settled, which times their messages may claim."""

import re
from datetime import UTC, date, datetime, timedelta

from spiders.core.days import midnight

YEARS = range(1970, datetime.now(UTC).year + 2)
"""The years of which an archive can have mail: from the first year of a computer's clock to the next year."""
TOLERANCE = timedelta(days=31)
UNIT = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.A)


IMPOSSIBLE = "no-month"
"""The unit of the visit that names the months of an index that cannot be."""


def unit_of(month: date) -> str:
    """Return the unit of a month, `YYYY-MM`."""
    return f"{month:%Y-%m}"


def first_day(unit: str) -> date | None:
    """Return the first day of a unit that is a month, else None."""
    found = UNIT.fullmatch(unit)
    return date(int(found[1]), int(found[2]), 1) if found and int(found[1]) in YEARS else None


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def is_settled(month: date, today: date) -> bool:
    """Tell whether nothing is posted to a month any more: it is over, and so is the month after it."""
    return next_month(next_month(month)) <= today


def has_ended(until: date | None, today: date) -> bool:
    """Tell whether the last month of a list is settled; `until` is its last day (None: it goes on)."""
    return until is not None and is_settled(until.replace(day=1), today)


def believed_times(month: date) -> tuple[datetime, datetime]:
    """Return the first and the last moment that a message of an archive's month may claim."""
    return midnight(month) - TOLERANCE, midnight(next_month(month)) + TOLERANCE
