"""Say when a day begins, and on which day a unit is read again."""

from datetime import UTC, date, datetime


def midnight(day: date) -> datetime:
    """Return the beginning of a day, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def is_recheck_day(today: date, offset: int, period: int) -> bool:
    """Tell whether `today` is the one day in `period` days on which the unit of this offset is read again."""
    return (today.toordinal() + offset) % period == 0
