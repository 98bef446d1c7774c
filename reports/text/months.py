"""Say what one month or one year holds; a missing number is always a word."""

from collections.abc import Mapping
from typing import Any

from reports.text.formats import format_count, format_month
from reports.text.labels import MISSING
from reports.text.language import gettext

Row = Mapping[str, Any]


MONTHLY = {
    "published": gettext("{value} (measured earlier)"),
    "to date": gettext("{value} to date"),
    "partial": gettext("{value} (partly observed)"),
    "restated": gettext("{value} (restated later)"),
}


KNOWN_SINCE = gettext("{value} (of what is known since {month})")
"""For a number that depends on the past, where not all of that was seen."""


def month_text(row: Row) -> str:
    """Return one month's number as a table shows it: a count and how it is known, or why there is none.

    `row` has value and state, and how a number is known in `known`; of one that depends on the past also `known_since`.
    """
    value = row["value"]
    if value is None:
        return MISSING.get(row["state"], str(row["state"]))
    said = format_count(value)
    if row["known"] == "partial" and row.get("known_since"):
        return KNOWN_SINCE.format(value=said, month=format_month(row["known_since"]))
    return MONTHLY.get(row["known"], "{value}").format(value=said)


def retention_text(row: Row) -> str:
    """Return the share of a cohort that was seen in a year; `row` is one of `queries/community/retention.sql`."""
    if row["state"] is None:
        return ""
    if row["share"] is None:
        return MISSING[row["state"]]
    said = gettext("{percent:.0f} % (partly observed)") if row["state"] == "partial" else "{percent:.0f} %"
    return said.format(percent=100 * row["share"])
