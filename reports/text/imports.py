"""Say which histories were recorded in one day, and what that does to the order."""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.text.formats import format_day, join_and
from reports.text.language import gettext

Row = Mapping[str, Any]


def import_text(row: Row) -> str:
    """Return a history that was recorded in one day, and where its commits count."""
    said = gettext("{commits} commits written from {first} to {last} were recorded in {repository} on {day}. {counted}")
    return said.format(
        commits=f"{row['commits']:,}", repository=row["repository"], day=format_day(row["day"]),
        first=format_day(row["authored_from"]), last=format_day(row["authored_to"]),
        counted=_counted(row["commits"], row["not_counted"]),
    )  # fmt: skip


def _counted(commits: int, not_counted: int) -> str:
    """Return where the commits of an import count."""
    if not_counted == commits:
        return gettext("None of them counts: they are too old, or have no readable date.")
    if not_counted:
        said = gettext("They count in the months in which they were written; {not_counted} do not count.")
        return said.format(not_counted=f"{not_counted:,}")
    return gettext("They count in the months in which they were written.")


def import_in_month(row: Row) -> str:
    """Return what was recorded in one month as an import; `row` is one of `queries/community/monthly.sql`."""
    said = gettext("{name}: {commits:,} commits were recorded on {days}. {counted}")
    return said.format(
        name=row["community_name"], commits=row["import_commits"],
        days=join_and([format_day(day) for day in row["import_days"]]),
        counted=_counted(row["import_commits"], row["import_not_counted"]),
    )  # fmt: skip


def order_by_recorded_month(rows: Sequence[Row]) -> str:
    """Return how the places of one ranking change where imports count in the months in which they were recorded.

    `rows` are those of one ranking in `queries/ranking/rank_by_recorded_month.sql`. Nothing without rows.
    """
    moved = [row for row in rows if row["rank_by_recorded_month"] != row["rank"]]
    if not moved:
        return ""
    said = gettext("Counted in the month in which imports were recorded, places change: {changes}.")
    return said.format(changes=join_and([row_move(row, row["rank_by_recorded_month"]) for row in moved]))


def row_move(row: Row, other: int) -> str:
    """Return from which row to which other one a community moves in an order."""
    said = gettext("{name} from row {rank} to row {other}")
    return said.format(name=row["name"], rank=row["rank"], other=other)
