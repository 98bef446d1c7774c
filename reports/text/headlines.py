"""Say who leads a ranking, and which places are in no firm order."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from reports.text.formats import format_month, format_ordinal
from reports.text.labels import FAMILY_TITLES, family_phrase
from reports.text.language import fill_in, gettext, join_names

Row = Mapping[str, Any]

NAMED = 4
"""So many communities at most are named after the one that leads, and so many at most share a place by name."""

ORDINALS = {
    1: gettext("first"), 2: gettext("second"), 3: gettext("third"), 4: gettext("fourth"), 5: gettext("fifth"),
    6: gettext("sixth"), 7: gettext("seventh"), 8: gettext("eighth"), 9: gettext("ninth"), 10: gettext("tenth"),
}  # fmt: skip

NOW = {
    "leads": gettext("{first} leads"),
    "leads all": gettext("{first} leads {rest}"),
    "leads others": gettext("{first} leads {others:,} others"),
    "firm": gettext("{name} is {place}"),
    "level": gettext("{names} are in no firm order"),
    "run": gettext("places {places} are in no firm order"),
    "overlap": gettext("places {places} are not all in a firm order"),
    "alone": gettext("only {name} can be ranked, and a ranking needs two"),
    "nobody": gettext("no community can be ranked"),
    "no sets": gettext("{ranked:,} communities have a score, and their places are not computed"),
}
THEN = {
    "leads": gettext("{first} led"),
    "leads all": gettext("{first} led {rest}"),
    "leads others": gettext("{first} led {others:,} others"),
    "firm": gettext("{name} was {place}"),
    "level": gettext("{names} were in no firm order"),
    "run": gettext("places {places} were in no firm order"),
    "overlap": gettext("places {places} were not all in a firm order"),
    "alone": gettext("only {name} could be ranked, and a ranking needs two"),
    "nobody": gettext("no community could be ranked"),
    "no sets": gettext("{ranked:,} communities had a score, and their places are not computed"),
}
"""The same of an earlier month."""
HEADLINE = gettext("{by}, {about}.")
SPAN_OF_TWO, SPAN = gettext("{low} and {high}"), gettext("{low} to {high}")


def headline(family: str, rows: Sequence[Row], month: date | None = None) -> Markup:
    """Return who leads one ranking and what is firm behind, with the names in their colours.

    `rows` are those of `queries/ranking_table/rows.sql`, in their order. With `month` it speaks of that month.
    """
    by, said = FAMILY_TITLES[family], NOW if month is None else THEN
    about = Markup("; ").join(_clauses(rows, said))
    if month is None:
        return fill_in(HEADLINE, by=by, about=about)
    return fill_in(gettext("{by} in {month}, {about}."), by=by, month=format_month(month), about=about)


def _clauses(rows: Sequence[Row], said: Mapping[str, str]) -> Iterator[Markup]:
    ranked = [row for row in rows if row["rank"] is not None]
    if not ranked:
        yield _nobody(rows, said)
    elif ranked[0]["rank_low"] is None:
        yield fill_in(said["no sets"], ranked=ranked[0]["ranked"])
    else:
        yield from _order(find_blocks(ranked), ranked[0]["ranked"], said)


def _nobody(rows: Sequence[Row], said: Mapping[str, str]) -> Markup:
    alone = [row for row in rows if row["reason_code"] == "fewer_than_two_ranked"]
    return fill_in(said["alone"], name=name_of(alone[0])) if alone else fill_in(said["nobody"])


def find_blocks(ranked: Sequence[Row]) -> list[list[Row]]:
    """Return ranked rows in blocks: every row of a block is firmly ahead of all in the blocks after it."""
    blocks: list[list[Row]] = [[]]
    reached = 0
    for row in ranked:
        if row["rank"] > reached > 0:
            blocks.append([])
        blocks[-1].append(row)
        reached = max(reached, row["rank_high"])
    return blocks


def _order(blocks: Sequence[Sequence[Row]], ranked: int, said: Mapping[str, str]) -> Iterator[Markup]:
    """Yield what is said of each block, down to the first that begins after the third place in a long table."""
    (first, *_), *rest = blocks
    if len(blocks[0]) > 1:
        yield _level(blocks[0], said, is_named=True)
    elif ranked > NAMED:
        yield fill_in(said["leads others"], first=name_of(first), others=ranked - 1)
    elif all(len(block) == 1 for block in rest):
        others = join_names([name_of(row) for (row,) in rest])
        yield fill_in(said["leads all"], first=name_of(first), rest=others)
        return
    else:
        yield fill_in(said["leads"], first=name_of(first))
    yield from (_block(block, said) for block in rest if ranked <= NAMED or block[0]["rank"] <= NAMED - 1)


def _block(block: Sequence[Row], said: Mapping[str, str]) -> Markup:
    if len(block) > 1:
        return _level(block, said)
    rank = block[0]["rank"]
    return fill_in(said["firm"], name=name_of(block[0]), place=ORDINALS.get(rank, format_ordinal(rank)))


def _level(block: Sequence[Row], said: Mapping[str, str], *, is_named: bool = False) -> Markup:
    low, high = block[0]["rank"], block[-1]["rank"]
    if any((row["rank_low"], row["rank_high"]) != (low, high) for row in block):
        return fill_in(said["overlap"], places=_span(low, high))
    if is_named and len(block) < NAMED:
        return fill_in(said["level"], names=join_names([name_of(row) for row in block]))
    return fill_in(said["run"], places=_span(low, high))


def _span(low: int, high: int) -> str:
    said = SPAN_OF_TWO if high == low + 1 else SPAN
    return said.format(low=low, high=high)


def name_of(row: Row) -> Markup:
    """Return the name of a community in its colour."""
    said = Markup('<span class="name k-{slug}">{name}</span>')
    return said.format(slug=row["community"], name=row["name"] or row["community"])


FIRM = gettext("Every place is firm: it would hold in at least nine of ten repeats of such a year.")
SETS = gettext(
    "A range has every place that the counts allow. All hold in at least nine of ten repeats of such a year."
)
OF_SEEN = gettext("Places of the {ranked:,} that could be seen.")


def firmness_text(rows: Sequence[Row]) -> str:
    """Return how sure the places of a ranking are, and of how many they are where somebody could not be seen."""
    ranked = [row for row in rows if row["rank"] is not None and row["rank_low"] is not None]
    if not ranked:
        return ""
    said = FIRM if all(row["rank_low"] == row["rank_high"] for row in ranked) else SETS
    is_hidden = any(row["state"] == "not observed" for row in rows)
    return f"{said} {OF_SEEN.format(ranked=ranked[0]['ranked'])}" if is_hidden else said


def firm_months_text(family: str, states: Sequence[str]) -> str:
    """Return in how many of the months that have a ranking every place is firm; `states` are keys of MONTH_STATES."""
    what, ranked = family_phrase(family), len(states) - states.count("none")
    if not ranked:
        return gettext("No month has a ranking by {what}.").format(what=what)
    said = gettext("Every place is firm in {firm} of {ranked} months that have a ranking by {what}.")
    return said.format(firm=states.count("firm"), ranked=ranked, what=what)
