"""Say what happened on one day: a release, or a move of a source."""

from collections.abc import Mapping
from typing import Any

from reports.text.formats import format_day
from reports.text.language import gettext

Row = Mapping[str, Any]


def release_text(row: Row) -> str:
    """Return a release with its day, such as `CloudStack 4.15.0.0, 11 January 2021`."""
    version = row["version"] if row["version"] != row["series"] else ""
    named = " ".join(filter(None, (row["name"], row["series"], version)))
    return f"{named}, {format_day(row['released_at'])}"


MOVES = {
    "stitch": gettext("{from_source} moved to {to_source}: messages that both hold count once"),
    "censor": gettext("{from_source} moved to {to_source}; one of them cannot be read, so its months are not observed"
                      " ({evidence})"),
}  # fmt: skip


def move_text(row: Row) -> str:
    """Return a move from one source to another; `row` is one of `queries/community/moves.sql`."""
    return MOVES[row["action"]].format(**row)
