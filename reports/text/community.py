"""Sentences about one community: its verdict, what stands beside its figures, and who does its work."""

from collections.abc import Iterable, Mapping
from typing import Any

from reports.text.formats import (
    format_day,
    format_level,
    format_month,
    format_number,
    format_ordinal,
    format_ordinals,
    pluralize,
)
from reports.text.labels import family_phrase
from reports.text.language import gettext, translate
from reports.text.pairs import PAIRS
from reports.text.reasons import reason_text

Row = Mapping[str, Any]

FIRST = {1: gettext("first"), 2: gettext("second"), 3: gettext("third"), 4: gettext("fourth"), 5: gettext("fifth")}
MOVING = {"rising": gettext(", and rising"), "falling": gettext(", and falling"), "steady": gettext(", and steady")}


def verdict_text(row: Row, movement: Iterable[Row]) -> str:
    """Return the headline of a community, with `{name}` for its name.

    `row` is one of `queries/community/rankings.sql`, `movement` are those of `queries/community/movement.sql`.
    """
    what = family_phrase(row["family"])
    if row["rank"] is None and row["ranked_in"] is None:
        return gettext("{{name}} has no place by {what}.").format(what=what)
    if row["rank"] is None:
        said = gettext("{{name}} has no place today. It was last ranked by {what} in {month}.")
        return said.format(what=what, month=format_month(row["ranked_in"]))
    if row["rank_low"] is None:
        said = gettext("{{name}} stands in row {rank} by {what}; its places are not computed.")
        return said.format(rank=row["rank"], what=what)
    word = next((m["word"] for m in movement if (m["family"], m["span"]) == (row["family"], "year")), None)
    said = gettext("{{name}} is {place} by {what}{moving}.")
    return said.format(place=_place(row), what=what, moving=MOVING.get(word or "", ""))


def _place(row: Row) -> str:
    low, high = row["rank_low"], row["rank_high"]
    return FIRST.get(low, format_ordinal(low)) if low == high else format_ordinals(low, high)


def standfirst_text(row: Row, pairs: Iterable[Row], movement: Iterable[Row], cause: str = "") -> str:
    """Return what is said of its neighbours in the table and of the last year; without a place why it has none."""
    if row["rank"] is None:
        if cause:
            return gettext("Why: {reason} ({cause}).").format(reason=reason_text(row), cause=cause)
        return gettext("Why: {reason}.").format(reason=reason_text(row))
    own = [pair for pair in pairs if pair["family"] == row["family"]]
    said = [PAIRS[pair["word"]].format(ahead=pair["ahead_name"], behind=pair["behind_name"]) for pair in own]
    return " ".join([*said, *(change_text(m) for m in movement if (m["family"], m["span"]) == (row["family"], "year"))])


CHANGES = {
    "rising": gettext("In a year its score rose {growth} % (range {low} to {high} %)."),
    "falling": gettext("In a year its score fell {growth} % (range {low} to {high} %)."),
    "steady": gettext("In a year its score was steady: {growth} % (range {low} to {high} %)."),
    "unclear": gettext("How its score changed in a year is unclear: {growth} % (range {low} to {high} %)."),
}


def change_text(row: Row) -> str:
    """Return how a score changed in a year; nothing where the two are not compared."""
    if row["word"] is None:
        return ""
    shares = [row["growth"], row["low"], row["high"]]
    if row["word"] == "falling":
        shares = [-row["growth"], -row["high"], -row["low"]]
    growth, low, high = (_signed(share) for share in shares)
    return CHANGES[row["word"]].format(growth=growth, low=low, high=high)


def _signed(share: float) -> str:
    return f"{round(100 * share):d}".replace("-", "−")


def places_cell(low: int | None, high: int | None) -> str:
    """Return a set of places as a cell shows it, one or from the first to the last; a dash where there is none."""
    if low is None:
        return "–"
    return f"{low}" if low == high else gettext("{low}–{high}").format(low=low, high=high)


def place_note(row: Row) -> str:
    """Return what stands below a place: whether it is firm, and what it was in the month that all are compared with."""
    parts = []
    if row["rank"] is None:
        parts.append(gettext("not ranked"))
    elif row["rank_low"] == row["rank_high"]:
        parts.append(gettext("firm, of {ranked:,}").format(ranked=row["ranked"]))
    else:
        parts.append(gettext("of {ranked:,}").format(ranked=row["ranked"]))
    if row["origin_low"] is not None:
        said = gettext("{places} in {month}")
        parts.append(said.format(places=places_cell(row["origin_low"], row["origin_high"]),
                                 month=format_month(row["compared_with"])))  # fmt: skip
    return "; ".join(parts)


def score_note(row: Row) -> str:
    """Return what stands below a score: its range, and what it was in the month that all are compared with."""
    parts = []
    if row["index"] is not None:
        said = gettext("{low} to {high}")
        parts.append(said.format(low=format_level(row["score_low"]), high=format_level(row["score_high"])))
    if row["origin_index"] is not None:
        said = gettext("{score} in {month}")
        parts.append(said.format(score=format_level(row["origin_index"]), month=format_month(row["compared_with"])))
    return "; ".join(parts) or gettext("no score")


def level_note(line: Row | None, n: int | None, month: str) -> str:
    """Return what a level was in a month; nothing where that is not known."""
    if line is None or n is None or not 0 <= n < len(line["means"]) or line["means"][n] is None:
        return ""
    return gettext("{value} in {month}").format(value=format_number(line["means"][n]), month=month)


def newcomers_note(months: int) -> str:
    """Return over how many months new contributors were counted."""
    return gettext("in twelve months") if months == 12 else gettext("in {months} of 12 months").format(months=months)


def layers_text(row: Row) -> str:
    """Return how many people make most of the work; `row` is one of `queries/community/layers.sql`."""
    what = gettext("commits") if row["channel"] == "code" else gettext("messages")
    if row["state"] == "suppressed":
        return gettext("How many make most of the {what} is not published: a part has one or two people.").format(
            what=what
        )
    said = gettext("{core} make 80 % of the {what}, {regular:,} more make the next 15 %, and {casual:,} the rest.")
    return said.format(core=pluralize(row["core_people"], "person"), what=what, regular=row["regular_people"],
                       casual=row["casual_people"])  # fmt: skip


def members_text(row: Row) -> str:
    """Return the official count of members by the measure of the community; `row` is one of `members.sql`."""
    if row["value"] is None:
        return gettext("Its own measure of members has no count yet: {definition}").format(
            definition=translate(row["definition"])
        )
    said = gettext("By its own measure it has {value:,} {unit} ({day}): {definition}")
    return said.format(
        value=row["value"],
        unit=translate(row["unit"]),
        day=format_day(row["day"]),
        definition=translate(row["definition"]),
    )
