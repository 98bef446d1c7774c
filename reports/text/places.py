"""Say which places the counts allow, and how a score moved."""

from collections.abc import Mapping
from typing import Any

from reports.text.cells import MOVING
from reports.text.formats import format_month, format_number, format_ordinals, format_percents, pluralize
from reports.text.labels import family_phrase
from reports.text.language import gettext
from reports.text.reasons import reason_text
from reports.text.rules import WINDOW

Row = Mapping[str, Any]

POSSIBLE = gettext("between its best and worst case it would be {places}")
POSSIBLE_SENTENCE = gettext("{name}: {possible}.")
NOT_COMPARED = {
    "moved": gettext("{name}, {what}, against {month}: not compared. A source moved in {when}, and one of the two"
                     " cannot be read."),
    "began": gettext("{name}, {what}, against {month}: not compared. Its first list, forum or repository began in"
                     " {when}, and whoever was there before looks new."),
}  # fmt: skip
"""Why a score is not compared, by `rankings.movement.reason_code`."""


def place_text(row: Row) -> str:
    """Return the row of one window in the order of scores, the places that the counts allow, and what they rest on."""
    if row["rank"] is None:
        return gettext("not ranked")
    known = [place_set(row)]
    if row["published_months"]:
        known.append(gettext("{months} measured earlier").format(months=pluralize(row["published_months"], "month")))
    elif row["months"] < WINDOW:
        known.append(gettext("{months} of {window} months").format(months=row["months"], window=WINDOW))
    return gettext("{rank} ({known})").format(rank=row["rank"], known="; ".join(known))


def months_text(row: Row) -> str:
    """Return how many months of the window were counted, and how many of them were measured earlier."""
    months = "none" if row["months"] is None else row["months"]
    if row["published_months"]:
        said = gettext("{months} of {window}, up to {published} measured earlier")
        return said.format(months=months, window=WINDOW, published=row["published_months"])
    return gettext("{months} of {window}").format(months=months, window=WINDOW)


def place_set(row: Row) -> str:
    """Return the places that the counts allow, such as `2nd to 4th`; without sets the row in the order of scores."""
    if row["rank_low"] is None:
        return gettext("row {rank}, its places are not computed").format(rank=row["rank"])
    return format_ordinals(row["rank_low"], row["rank_high"])


def possible_text(row: Row) -> str:
    """Return between which places somebody would be who was seen only in part; nothing for others."""
    if row["state"] != "not observed":
        return ""
    if row["possible_low"] is None:
        return gettext("its place cannot be known")
    return POSSIBLE.format(places=format_ordinals(row["possible_low"], row["possible_high"]))


def possible_sentence(row: Row) -> str:
    """Return the same as a sentence, where anything can be said."""
    if row["possible_low"] is None:
        return ""
    return POSSIBLE_SENTENCE.format(name=row["name"], possible=possible_text(row))


def standing_text(row: Row, what: str) -> str:
    """Return the places of one community in `what`, and since when, of `queries/community/rankings.sql`."""
    if row["rank"] is None:
        said = gettext("{name} is listed without a place in {what}: {reason}.")
        return said.format(name=row["name"], what=what, reason=reason_text(row))
    said = gettext("{name} is {places} of {ranked:,} in {what}, with {percent} where the first has 100.")
    since = gettext("The counts have allowed the same places since the twelve months that ended in {month}.")
    return f"{said} {since}".format(
        name=row["name"], ranked=row["ranked"], places=place_set(row), what=what,
        month=format_month(row["since"]), percent=format_number(row["percent_of_first"]),
    )  # fmt: skip


def movement_text(row: Row) -> str:
    """Return how an index moved since an earlier window; `row` is one of `queries/community/movement.sql`."""
    if row["reason_code"]:
        return NOT_COMPARED[row["reason_code"]].format(
            name=row["name"], what=family_phrase(row["family"]), month=format_month(row["earlier"]),
            when=format_month(row["break_month"]),
        )  # fmt: skip
    growth, low, high = format_percents(row["growth"], row["low"], row["high"])
    said = gettext("{name}, {what}, against {month}: {word}, {growth} % (90 % range {low} to {high} %).")
    return said.format(
        name=row["name"], what=family_phrase(row["family"]), month=format_month(row["earlier"]),
        word=MOVING[row["word"]], growth=growth, low=low, high=high,
    )  # fmt: skip
