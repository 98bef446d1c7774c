"""Say how the orders change where bots are included."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.rules.bots_commits import CONDITIONS
from pipelines.rules.bots_mail import PHRASES
from reports.text.formats import join_and
from reports.text.imports import row_move
from reports.text.labels import FAMILY_PHRASES, family_heading, label_in_sentence
from reports.text.language import gettext

Row = Mapping[str, Any]

LOOKS_AT = (*CONDITIONS.values(), *PHRASES.values())
"""How the database says at what a rule looks."""
SENDERS = {
    "bot": gettext("all bots"),
    "human": gettext("people"),
    "unsure": gettext("unsure"),
    "tracker": gettext("issue tracker"),
    "review": gettext("code review"),
    "build": gettext("build server"),
    "commit": gettext("commit mail"),
    "announcement": gettext("announcements"),
    "auto-reply": gettext("automatic replies"),
    "system": gettext("software of the list or forum"),
}
"""Who writes a message, by the classes of the rules."""


def rank_changes(rows: Sequence[Row]) -> str:
    """Return how the order of all communities by one metric changes where bots are included.

    `rows` are those of one metric in `queries/ranking/rank_including_bots.sql`. Nothing where nobody has a row.
    """
    moved = [row for row in rows if row["rank_including_bots"] != row["rank"]]
    if not rows:
        return ""
    if moved:
        said = gettext("Including bots, the order by {metric} changes: {changes}.")
        return said.format(metric=_by(rows[0]), changes=join_and([_change(row) for row in moved]))
    return gettext("Including bots, the order by {metric} is the same.").format(metric=_by(rows[0]))


def rank_change(row: Row) -> str:
    """Return how the row of one community in the order by one metric changes where bots are included."""
    if row["rank_including_bots"] != row["rank"]:
        said = gettext("Including bots, the order by {metric} changes: {changes}.")
        return said.format(metric=_by(row), changes=_change(row))
    said = gettext("Including bots, {name} keeps row {rank} of {ranked} in the order by {metric}.")
    return said.format(name=row["name"], rank=row["rank"], ranked=row["ranked"], metric=_by(row))


def _by(row: Row) -> str:
    is_score = row["metric"] in FAMILY_PHRASES
    return (
        gettext("score in {family}").format(family=family_heading(row["metric"]).lower())
        if is_score
        else label_in_sentence(row["metric"])
    )


def _change(row: Row) -> str:
    return row_move(row, row["rank_including_bots"])
