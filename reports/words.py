"""Numbers, times and sentences as the page says them; a missing number is always a word."""

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from reports.facts import Row

MISSING = {
    "unobserved": "not observed",
    "not_applicable": "not applicable",
    None: "not observed",
}
MEASURED = {
    "overall": "public activity and membership",
    "talk": "public talk",
    "code": "public code activity",
    "members": "membership",
}
LABELS = {
    "commits": "Commits",
    "code_people": "Contributors",
    "new_code_people": "New contributors",
    "code_committers": "Committers",
}
CAUTION = (
    "This version computes no ranges yet; they come in a later version. Until then, scores that"
    " are near each other should not be read as an order."
)
NAMED = 3


def label(metric: str) -> str:
    """The reader's word for a metric."""
    return LABELS.get(metric, metric.replace("_", " ").capitalize())


def month(first_day: date) -> str:
    """A month in words, such as `June 2026`."""
    return f"{first_day:%B} {first_day.year}"


def window(last: date) -> str:
    """The twelve months that end with `last`, in words."""
    year, before = divmod(last.year * 12 + last.month - 12, 12)
    return f"{month(date(year, before + 1, 1))} to {month(last)}"


def clock(moment: datetime | None) -> str:
    """A UTC time to the minute, or the word for never."""
    if moment is None:
        return "never"
    return f"{moment.day} {month(moment.date())}, {moment:%H:%M} UTC"


def age(seen: datetime | None, built: datetime) -> str:
    """How long before the build something was seen."""
    if seen is None:
        return "never seen"
    hours = int((built - seen) / timedelta(hours=1))
    if hours < 1:
        return "less than an hour"
    return plural(hours, "hour") if hours < 48 else plural(hours // 24, "day")


def plural(number: int, noun: str) -> str:
    """`1 unit`, `2 units`, `none of the units` never: zero is said as `no units`."""
    if number == 0:
        return f"no {noun}s"
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def digits(value: float | None, missing: str = "not observed") -> str:
    """A number to three significant digits with thousands separators, or the word for missing."""
    if value is None:
        return missing
    rounded = float(f"{value:.3g}")
    places = 2 - math.floor(math.log10(abs(rounded))) if rounded else 0
    return f"{rounded:,.{max(places, 0)}f}"


def monthly(value: float | None, state: str | None, to_date: bool) -> str:
    """One month's number as a table says it: a count, what is known of it, or why there is none."""
    if value is None:
        return MISSING.get(state, str(state))
    said = f"{value:,.0f}" if value == round(value) else digits(value)
    if state == "published":
        return f"{said} (measured earlier)"
    if to_date:
        return f"{said} to date"
    return f"{said} (partly observed)" if state == "partial" else said


def headline(rows: Sequence[Row], family: str, last: date) -> str:
    """Who has which place by score in one family; `rows` as `questions/ranking.sql` gives them."""
    ranked = [row for row in rows if row["place"] is not None]
    what = f"{MEASURED[family]}, {window(last)}"
    if not ranked:
        return f"No community can be ranked in {what}. {unranked(rows)}".rstrip()
    if len(ranked) == 1:
        return f"Only {ranked[0]['name']} can be ranked in {what}. {unranked(rows)}".rstrip()
    places = [placed(row, ranked) for row in ranked[:NAMED]]
    more = f", of {len(ranked):,} ranked" if len(ranked) > NAMED else ""
    said = f"By score in {what}, {joined(places)}{more}."
    return " ".join(part for part in (said, unranked(rows), CAUTION) if part)


def placed(row: Row, ranked: Sequence[Row]) -> str:
    """One community with its place and its index relative to the first."""
    equal = sum(other["place"] == row["place"] for other in ranked) > 1
    share = "" if row["place"] == 1 else f"{digits(relative(row, ranked))} where the first is 100"
    said = ", ".join(filter(None, (share, "equal scores" if equal else "")))
    return f"{row['name']} has place {row['place']}" + (f" ({said})" if said else "")


def relative(row: Row, ranked: Sequence[Row]) -> float | None:
    """The index with the first community as 100; None where there is no score."""
    if row["score"] is None or row["place"] is None:
        return None
    return 100.0 * math.exp(row["score"] - max(other["score"] for other in ranked))


def unranked(rows: Sequence[Row]) -> str:
    """Who is listed without a place and why; empty when everybody has one."""
    without = [row for row in rows if row["place"] is None]
    if len(without) > NAMED:
        return f"{len(without):,} communities are listed without a place; the table says why."
    return " ".join(f"{row['name']} is listed without a place: {row['reason']}." for row in without)


def joined(parts: Sequence[str]) -> str:
    """Parts as one enumeration with commas and a final `and`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
