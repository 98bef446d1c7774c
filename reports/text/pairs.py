"""Say how far apart two neighbours in a table are, and how firmly."""

from collections.abc import Mapping
from typing import Any

from reports.text.formats import join_and
from reports.text.labels import label_of
from reports.text.language import gettext, translate

Row = Mapping[str, Any]


PAIRS = {
    "ahead": gettext("{ahead} is ahead of {behind}."),
    "probably ahead": gettext("{ahead} is probably ahead of {behind}."),
    "cannot be told apart": gettext("{ahead} and {behind} cannot be told apart."),
}


def pair_text(row: Row) -> str:
    """Return what is said of two neighbours in a table; `row` is one of `queries/ranking_table/pairs.sql`."""
    names = {"ahead": row["ahead_name"], "behind": row["behind_name"]}
    said = [_level_text(row), PAIRS[row["word"]], _fragility(row), _flip(row)]
    return " ".join(filter(None, said)).format(**names)


def distance_text(row: Row) -> str:
    """Return what the one behind would need more of everything to be level with its neighbour."""
    return _level_text(row).format(ahead=row["ahead_name"], behind=row["behind_name"])


def _level_text(row: Row) -> str:
    if not any(row["needed"]):
        return gettext("{ahead} and {behind} have equal scores.")
    more = [
        gettext("{needed:,} more {metric}").format(needed=needed, metric=label_of(metric, needed))
        for metric, needed in zip(row["metrics"], row["needed"], strict=True)
    ]
    said = gettext("{{behind}} would need {more} a month to be level with {{ahead}}.")
    return said.format(more=join_and(more))


def _fragility(row: Row) -> str:
    if not row["fragility"]:
        return ""
    said = gettext("Without {few:,} of its {all:,} contributors {{ahead}} would not be before {{behind}}.")
    return said.format(few=row["fragility"], all=row["fragility_of"])


def _flip(row: Row) -> str:
    """Return at which weight of people the order turns, in the rankings of people and events."""
    if row["family"] not in ("code", "talk"):
        return ""
    if row["flip_weight"] is None:
        return gettext("Their order is the same whatever people weigh in {family}.").format(
            family=translate(row["family"])
        )
    said = gettext("They are level where people weigh {weight:.0f} of 100 in {family}.")
    return said.format(weight=100 * row["flip_weight"], family=translate(row["family"]))
