"""Sentences that compare two communities, from what the rule of the places says of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reports.text.formats import format_day, format_level, format_month, join_and, pluralize
from reports.text.labels import family_heading
from reports.text.language import gettext

Row = Mapping[str, Any]

VERDICTS = {
    "ahead": gettext("{{ahead}} is ahead of {{behind}}: its score is {ratio} times as high."),
    "probably ahead": gettext("{{ahead}} is probably ahead of {{behind}}, which is not firm."),
    "cannot be told apart": gettext("{{ahead}} and {{behind}} cannot be told apart."),
}
NOT_COMPARED = gettext("{ahead} and {behind} cannot be compared today.")
CELLS = {
    "ahead": gettext("{ahead} ahead"),
    "probably ahead": gettext("probably {ahead}, not firm"),
    "cannot be told apart": gettext("cannot be told apart"),
}
LEGEND_OF_LEADS = {
    "untold": gettext("Hatched: nobody can tell who was ahead."),
    "fed": gettext("Underlined: an import feeds this lead. The table below names it."),
}


def verdict_of_pair(word: str, ratio: float) -> str:
    """Return the headline of two communities, with `{ahead}` and `{behind}` for their names."""
    return VERDICTS[word].format(ratio=format_level(ratio))


def ratio_text(low: float, high: float) -> str:
    """Return the range of a ratio of scores."""
    said = gettext("90 % range of the ratio: {low} to {high}.")
    return said.format(low=two_digits(low), high=two_digits(high))


def two_digits(ratio: float) -> str:
    """Return a ratio such as `1.7` or `0.94`; from ten on whole."""
    return f"{ratio:.2f}" if ratio < 1 else format_level(ratio)


def last_compared(word: str, ahead: str, behind: str, month: Any) -> str:
    """Return what was said of two in the last month in which both were ranked."""
    said = {
        "ahead": gettext("Both were last ranked in {month}. {ahead} was ahead then."),
        "probably ahead": gettext("Both were last ranked in {month}. {ahead} was probably ahead then."),
        "cannot be told apart": gettext("Both were last ranked in {month}. They could not be told apart then."),
    }[word]
    return said.format(month=format_month(month), ahead=ahead, behind=behind)


def leads_text(first: str, second: str, lanes: Sequence[int]) -> str:
    """Return in how many months who was ahead; `lanes` has 1, 2 (nobody can tell) or 3 for each month."""
    ones, untold, threes = (lanes.count(lane) for lane in (1, 2, 3))
    if len(lanes) in (ones, threes):
        said = gettext("{name} was ahead in all {months} in which both were ranked.")
        return said.format(name=first if ones else second, months=pluralize(len(lanes), "month"))
    said = gettext(
        "Ahead only where the gap is beyond chance: {first} in {ones}, {second} in {threes};"
        " nobody can tell in {untold}."
    )
    return said.format(first=first, second=second, ones=pluralize(ones, "month"), threes=pluralize(threes, "month"),
                       untold=untold)  # fmt: skip


def cell_of_month(word: str, ahead: str) -> str:
    """Return who was ahead in one month, as a cell."""
    return CELLS[word].format(ahead=ahead)


def fed_text(name: str, row: Row) -> str:
    """Return that an import feeds a lead; `row` is one of `queries/community/imports.sql`."""
    said = gettext(
        "{name}: {commits:,} commits recorded at once on {day} count in {first} to {last} and feed its lead there."
    )
    return said.format(name=name, commits=row["moved"], day=format_day(row["day"]),
                       first=format_month(row["authored_from"]), last=format_month(row["authored_to"]))  # fmt: skip


def import_cell(row: Row) -> str:
    """Return an import in a few words; `row` is one of `queries/community/imports.sql`."""
    said = gettext("{commits:,} commits came in on {day}, written from {first} to {last}")
    return said.format(commits=row["commits"], day=format_day(row["day"]), first=format_month(row["authored_from"]),
                       last=format_month(row["authored_to"]))  # fmt: skip


def read_cell(row: Row | None) -> str:
    """Return what of a community is read in code or talk; `row` is one of `queries/compare/seen.sql`."""
    if row is None:
        return gettext("nothing")
    if row["family"] == "code":
        return pluralize(row["addresses"], "repository")
    return pluralize(row["sources"], "list or forum")


def seen_cell(row: Row | None) -> str:
    """Return which months of a community were seen whole in code or talk."""
    if row is None or not row["whole"]:
        return gettext("no month")
    said = gettext("{first} to {last}").format(first=format_month(row["first"]), last=format_month(row["last"]))
    return said if not row["not_whole"] else gettext("{said}, without {not_whole}").format(
        said=said, not_whole=pluralize(row["not_whole"], "month"))  # fmt: skip


def fairness_text(family: str, doubts: Iterable[str], is_compared: bool) -> str:
    """Return whether a comparison is fair, and what is doubtful about it."""
    doubts = list(doubts)
    if not is_compared:
        return gettext("No: {doubts}.").format(doubts=join_and(doubts)) if doubts else gettext("No.")
    if doubts:
        return gettext("With care: {doubts}.").format(doubts=join_and(doubts))
    said = gettext("Yes: all twelve months of both were seen, by one definition ({family}).")
    return said.format(family=family_heading(family).lower())


DOUBTS = {
    "not ranked": gettext("{name} is not ranked"),
    "months": gettext("{name} has {months} of 12 months"),
    "published": gettext("{months} of {name} were measured earlier"),
    "import": gettext("an import feeds months of {name}"),
}


def doubt_text(kind: str, name: str, months: int | str = 0) -> str:
    """Return one thing that makes a comparison doubtful."""
    return DOUBTS[kind].format(name=name, months=months)
