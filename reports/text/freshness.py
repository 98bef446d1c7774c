"""Say how fresh a source is and what it needs."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pipelines.model import BY_HAND, ON_DEMAND, UNREADABLE
from reports.text.formats import format_age, pluralize
from reports.text.language import gettext
from reports.text.unseen import ended_text, unseen_text

LATE = timedelta(hours=48)
UNREADABLE_TEXT = gettext("cannot be read")
NO_CAPTURES_TEXT = gettext("gone; stackrank asks for captures on demand and has none yet")
NO_PAGES_TEXT = gettext("gone; nobody has given saved pages yet")
KINDS = {"series_status": gettext("series status"), UNREADABLE: gettext("unreadable")}
"""The kinds that are not called by their software."""

Row = Mapping[str, Any]


def kind_text(kind: str) -> str:
    """Return the kind of a source: the name of its software, or what it is."""
    return KINDS.get(kind, kind)


def freshness_text(row: Row, built: datetime) -> str:
    """Return how fresh a source is, in one line; `row` is one of `queries/site/sources.sql`."""
    ended = ended_text(row["until"], row["today"])
    return "; ".join(filter(None, (ended, *_standing(row, built))))


def _standing(row: Row, built: datetime) -> tuple[str, ...]:
    if row["kind"] == UNREADABLE:
        return (UNREADABLE_TEXT,)
    if row["kind"] in ON_DEMAND | BY_HAND and not row["latest"]:
        return (NO_CAPTURES_TEXT if row["kind"] in ON_DEMAND else NO_PAGES_TEXT,)
    if row["snapshot"] and row["seen_to"]:
        seen, copy = unseen_text({"reason_code": "copy_ends", "seen_to": row["seen_to"]}), ""
    else:
        seen, copy = last_seen_text(row, built), gettext("a frozen copy") if row["snapshot"] else ""
    return seen, loading_text(row), overdue_text(row), copy


def last_seen_text(row: Row, built: datetime) -> str:
    """Return when a source was last seen."""
    if row["good_at"] is None:
        return gettext("never seen: every visit failed") if row["latest"] else gettext("never visited")
    if built - row["good_at"] > LATE:
        return gettext("not seen for {days} days").format(days=(built - row["good_at"]).days)
    return gettext("seen {age} before the build").format(age=format_age(row["good_at"], built))


def needs_attention(row: Row, built: datetime) -> bool:
    """Return whether a source was never seen, is late, is still loading, or is overdue."""
    late = row["good_at"] is None or built - row["good_at"] > LATE
    return _is_visited(row) and (late or bool(loading_text(row)) or bool(overdue_text(row)))


def attention_text(sources: Sequence[Row], built: datetime) -> str:
    """Return in one sentence how many of the sources that are visited need somebody to look at them."""
    if not sources:
        return gettext("No source is declared.")
    visited = [row for row in sources if _is_visited(row)]
    late = sum(needs_attention(row, built) for row in visited)
    if late:
        return gettext("{late} of {count} sources need attention.").format(late=late, count=len(sources))
    said = gettext("No source needs attention: {visited} are visited.")
    if len(visited) < len(sources):
        said = gettext("No source needs attention: {visited} of {count} are visited, the others cannot be.")
    return said.format(visited=len(visited), count=len(sources))


def _is_visited(row: Row) -> bool:
    return row["kind"] not in {UNREADABLE, *ON_DEMAND, *BY_HAND}


def _has_ended(row: Row) -> bool:
    return row["until"] is not None and row["until"] < row["today"]


def freshness_summary(sources: Sequence[Row], built: datetime) -> str:
    """Return in one sentence how many sources were seen in the last two days."""
    visited = [row for row in sources if _is_visited(row) and not row["snapshot"] and not _has_ended(row)]
    if not visited:
        return gettext("Every source is a copy, or has ended.") if sources else gettext("No source is read.")
    late = [row for row in visited if row["good_at"] is None or built - row["good_at"] > LATE]
    if not late:
        return gettext("All {count:,} sources were seen in the last two days.").format(count=len(visited))
    said = gettext("{late:,} of {count:,} sources were not seen in the last two days.")
    return said.format(late=len(late), count=len(visited))


def overdue_text(row: Row) -> str:
    """Return a warning where a living source has had nothing new for three times its usual pause."""
    quiet, usual = row["quiet_days"], row["usual_days"]
    if quiet is None or quiet <= 3 * usual:
        return ""
    said = gettext("nothing new for {quiet} days (usual: {usual}); check that it still works")
    return said.format(quiet=quiet, usual=pluralize(usual, "day"))


def loading_text(row: Row) -> str:
    """Return what of a source was not asked for yet, or nothing."""
    units, months = row["waiting_units"], row["pending_months"]
    if not units and not months:
        return ""
    if (units, months) == (row["known_units"], row["living_months"]):
        return gettext("still loading: nothing was asked for yet")
    said = LOADING[bool(units), bool(months)]
    return said.format(
        units=units, known=pluralize(row["known_units"], "unit"),
        months=months, living=pluralize(row["living_months"], "month"),
    )  # fmt: skip


LOADING = {
    (True, True): gettext("still loading: {units:,} of {known} and {months:,} of {living} not asked for yet"),
    (True, False): gettext("still loading: {units:,} of {known} not asked for yet"),
    (False, True): gettext("still loading: {months:,} of {living} not asked for yet"),
}


def missing_step(row: Row) -> str:
    """Return why a source gives no number: the step that is missing."""
    if row["good_at"] is not None:
        return gettext("visited, and nothing in it could be counted")
    if row["latest"]:
        return gettext("step collect: {latest}").format(latest=row["latest"])
    return gettext("step collect: never visited")
