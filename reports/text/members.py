"""Say of a line of counts how much of its time was counted, and how it moved in a year."""

from collections.abc import Mapping
from typing import Any

from reports.text.formats import format_day, format_percents, pluralize
from reports.text.language import gettext

Row = Mapping[str, Any]


def coverage_text(row: Row) -> str:
    """Return since when it was counted and in how many months, from a row of `queries/members/trends.sql`."""
    if row["span"] == 1:
        return gettext("one month, {day}").format(day=format_day(row["last"]))
    said = gettext("{counted} of {months} from {first} to {last}")
    return said.format(
        counted=row["months"],
        months=pluralize(row["span"], "month"),
        first=format_day(row["first"]),
        last=format_day(row["last"]),
    )


def trend_text(row: Row) -> str:
    """Return how it moved in about a year, or why that cannot be said; a changed definition is no movement."""
    if row["value_before"] is None:
        return gettext("no count a year before")
    if row["changed"]:
        return gettext("the definition changed since {day}").format(day=format_day(row["day_before"]))
    values = {"before": f"{row['value_before']:,}", "day": format_day(row["day_before"])}
    if not row["value_before"]:
        return gettext("{before} on {day}").format(**values)
    (percent,) = format_percents(row["value"] / row["value_before"] - 1)
    return gettext("{percent} % since {day} ({before})").format(percent=percent, **values)
