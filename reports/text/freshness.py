"""Say how fresh a source is and what it needs."""

from datetime import datetime, timedelta

from pipelines.model import BY_HAND, ON_DEMAND, UNREADABLE
from reports.answers import Row
from reports.text.formats import format_age, join_and, pluralize

LATE = timedelta(hours=48)


CLOSED = "it cannot be read"


ON_DEMAND_ONLY = "gone; captures of it are asked for on demand, and have not been yet"


NO_PAGES = "gone; nobody has given pages of it yet"


def freshness_text(row: Row, built: datetime) -> str:
    """How a source stands, in one line; `row` as `questions/freshness.sql` gives it."""
    if row["kind"] == UNREADABLE:
        return CLOSED
    if row["kind"] in ON_DEMAND | BY_HAND and not row["latest"]:
        return ON_DEMAND_ONLY if row["kind"] in ON_DEMAND else NO_PAGES
    if row["good_at"] is None:
        seen = "never seen: every visit failed" if row["latest"] else "never visited"
    elif built - row["good_at"] > LATE:
        seen = f"not seen for {(built - row['good_at']).days} nights"
    else:
        seen = f"seen {format_age(row['good_at'], built)} before the build"
    return "; ".join(filter(None, (seen, loading(row), overdue_text(row), "a frozen copy" if row["snapshot"] else "")))


def needs_attention(row: Row, built: datetime) -> bool:
    """Whether a source needs the reader's attention: never seen, late, still loading, or silent."""
    late = row["good_at"] is None or built - row["good_at"] > LATE
    answers = row["kind"] not in {UNREADABLE, *ON_DEMAND, *BY_HAND}
    return answers and (late or bool(loading(row)) or bool(overdue_text(row)))


def overdue_text(row: Row) -> str:
    """Whether a living source has had nothing for three times as long as is usual there, 19 times of 20."""
    quiet, usual = row["quiet_days"], row["usual_days"]
    if quiet is None or quiet <= 3 * usual:
        return ""
    return f"nothing new for {quiet} days, where {pluralize(usual, 'day')} are usual: does it still work?"


def loading(row: Row) -> str:
    """What of a source has not been asked yet, or nothing."""
    units, months = row["waiting_units"], row["pending_months"]
    if (units, months) == (row["known_units"], row["living_months"]):
        return "still loading: nothing has been asked yet" if units or months else ""
    said = [f"{units:,} of {pluralize(row['known_units'], 'unit')}"] if units else []
    said += [f"{months:,} of {pluralize(row['living_months'], 'month')}"] if months else []
    return f"still loading: {join_and(said)} not asked yet" if said else ""


def missing_step(row: Row) -> str:
    """Why a source gives no number: what was not done, in which step."""
    if row["good_at"] is not None:
        return "visited, and the build found nothing in it to count"
    return f"step collect: {row['latest']}" if row["latest"] else "step collect: never visited"
