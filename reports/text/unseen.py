"""Say why months were not seen, from the reason codes of `core.coverage`, and since when a source has ended."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from reports.text.formats import format_month, format_number, join_and
from reports.text.language import gettext

NAMED = 2

Row = Mapping[str, Any]

REASONS = {
    "not_asked": gettext("still loading: not asked for yet"),
    "in_part": gettext("partly seen"),
    "not_whole": gettext("some messages are held; nobody states that the mailbox is whole"),
    "copy_ends": gettext("not seen since {seen_to}: our copy ends there"),
    "tags_end": gettext("our copy has no tag after {seen_to}"),
    "not_in_mailbox": gettext("in no mailbox that we have"),
    "not_saved": gettext("gone; nobody has saved these pages"),
    "not_captured": gettext("gone; there is no capture of it"),
    "unreadable": gettext("cannot be read"),
    "failed": gettext("not seen since {seen_to}: later visits failed"),
    "ended": gettext("ended {seen_to}"),
}
NEVER = {
    "copy_ends": gettext("our copy has nothing"),
    "failed": gettext("never seen: every visit failed"),
}
"""The same where nothing of the source was seen before."""


def unseen_text(row: Row) -> str:
    """Return why months of a source were not seen whole, by the `reason_code` and the month `seen_to` of a row."""
    return _reason(row["reason_code"], row["seen_to"])


def cause_text(rows: Sequence[Row]) -> str:
    """Return why one month of a community was not seen whole: the reason that most of its sources have."""
    found = Counter((row["reason_code"], row["seen_to"]) for row in rows)
    return _reason(*found.most_common(1)[0][0]) if found else gettext("could not be seen")


def _reason(code: str, seen_to: date | None) -> str:
    if seen_to is None:
        return NEVER.get(code, REASONS[code])
    return REASONS[code].format(seen_to=format_month(seen_to))


def unseen_months_text(run: Row) -> str:
    """Return what is known of a run of months, which is one of `queries/data/unseen.sql`."""
    if not run["covered"]:
        return unseen_text(run)
    said = gettext("{percent} % seen") if run["reason_code"] == "in_part" else gettext("{percent} % seen; {reason}")
    return said.format(percent=format_number(100 * run["covered"]), reason=unseen_text(run))


def unseen_sources_text(rows: Iterable[Row]) -> str:
    """Return why sources could not be seen, those with one reason together; nothing without rows.

    `rows` are those of one community in `queries/ranking_table/unseen.sql`.
    """
    found: dict[tuple[str, date | None], list[str]] = {}
    for row in rows:
        found.setdefault((row["reason_code"], row["seen_to"]), []).append(row["source"])
    largest = sorted(found.items(), key=lambda item: -len(item[1]))
    return "; ".join(f"{_names(sources)}: {_reason(*why)}" for why, sources in largest[:NAMED])


def _names(sources: Sequence[str]) -> str:
    if len(sources) <= NAMED:
        return join_and(sources)
    return gettext("{count} sources").format(count=len(sources))


def ended_text(until: date | None, today: date) -> str:
    """Return since when a source has ended, or nothing while it lives."""
    if until is None or until >= today:
        return ""
    return _reason("ended", until)


def hole_text(row: Row) -> str:
    """Return the cause of a hole as a short phrase; `row` is one of `queries/community/holes.sql`."""
    if row["reason_code"] is None:
        return gettext("could not be seen")
    return _reason(row["reason_code"], row["seen_to"])
