"""Say what others count, and when they changed what they count."""

from collections.abc import Mapping
from typing import Any

from reports.text.formats import format_day, format_month
from reports.text.language import gettext, translate

Row = Mapping[str, Any]


COUNTS = {
    "stated": gettext("{value:,} ({day})"),
    "restated": gettext("{value:,} ({day}, restated)"),
    "published": gettext("{value:,} ({day}, published: {url})"),
}


def count_text(row: Row) -> str:
    """Return a dated count, its day, and how it is known; `row` is one of `queries/members/counts.sql`."""
    return COUNTS[row["basis"]].format(value=row["value"], day=format_day(row["day"]), url=row["url"])


def measure_change_text(row: Row) -> str:
    """Return what changed in what is counted; `row` is one of `queries/members/breaks.sql`."""
    said = gettext("Since {month} something else is counted: {change}")
    return said.format(month=format_month(row["day"]), change=translate(row["change"]))
