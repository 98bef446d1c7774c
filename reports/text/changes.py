"""Say what changed in a ranking: exactly three sentences, since the month before, in a year, since June 2013."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from reports.text.formats import format_month, format_ordinal, format_signed
from reports.text.headlines import ORDINALS
from reports.text.language import gettext

Row = Mapping[str, Any]

NAMED = 3
SPANS = ("month", "year", "origin")
SINCE = {
    "month": gettext("Since {month}"),
    "year": gettext("In a year"),
    "origin": gettext("Since {month}"),
}
STEPS = {
    "rising": gettext("{name}'s score rose {growth}\u00a0% (range {low} to {high}\u00a0%)."),
    "falling": gettext("{name}'s score fell {growth}\u00a0% (range {low} to {high}\u00a0%)."),
}
STILL = gettext("No score rose or fell clearly.")
LARGEST = gettext("The largest step, {name}'s {growth}\u00a0%, could be {low} to {high}\u00a0%.")
OTHERS = gettext("The others show no clear change.")
NEITHER = gettext("No score to compare with.")


def changes(rows: Sequence[Row], since: Mapping[str, date]) -> list[tuple[str, str]]:
    """Return of each span what it is called and what changed; `rows` are those of one ranking, in their order.

    `since` has the month that each span is compared with.
    """
    return [
        (SINCE[span].format(month=format_month(since[span])), " ".join(_span(rows, span)))
        for span in SPANS
    ]  # fmt: skip


def _span(rows: Sequence[Row], span: str) -> Iterator[str]:
    compared = [{"name": row["name"], **step} for row in rows for step in row["movement"] if step["span"] == span]
    steps = [step for step in compared if step["word"]]
    if span == "origin":
        yield from _places(rows)
    if not steps:
        yield NEITHER
        return
    moved = [step for step in steps if step["word"] in STEPS]
    moved.sort(key=lambda step: -abs(step["growth"]))
    yield from (step_text(step) for step in moved[:NAMED])
    if not moved:
        yield STILL
        yield LARGEST.format(**_signed(max(steps, key=lambda step: abs(step["growth"]))))
    elif len(moved) < len(steps):
        yield OTHERS


def step_text(step: Row) -> str:
    """Return one step in the direction in which it goes: a fall by 20 to 40 % is the growth from -40 to -20 %."""
    sign = 1 if step["word"] == "rising" else -1
    low, high = sorted(round(100 * sign * step[end]) for end in ("low", "high"))
    return STEPS[step["word"]].format(name=step["name"], growth=round(100 * sign * step["growth"]), low=low, high=high)


def _signed(step: Row) -> dict[str, str]:
    return {"name": step["name"], **{each: format_signed(step[each]) for each in ("growth", "low", "high")}}


INSTEAD = gettext("{name} is {now} instead of {then}.")
BECAUSE = gettext("{name} is {now} instead of {then}, because {gone} is no longer ranked.")


def _places(rows: Sequence[Row]) -> Iterator[str]:
    """Yield who has another place than then, where both are firm, and why where one who was ahead has no place now."""
    for row in [row for row in rows if _is_moved(row)][:NAMED]:
        now, then = (ORDINALS.get(row[place], format_ordinal(row[place])) for place in ("rank_low", "then_low"))
        gone = [other for other in rows if other["rank"] is None and _was_ahead(other, row)]
        said = BECAUSE if len(gone) == row["then_low"] - row["rank_low"] == 1 else INSTEAD
        yield said.format(name=row["name"], now=now, then=then, gone=gone and gone[0]["name"])


def _is_moved(row: Row) -> bool:
    now, then = (row["rank_low"], row["rank_high"]), (row["then_low"], row["then_high"])
    return None not in (*now, *then) and now[0] == now[1] and then[0] == then[1] and now != then


def _was_ahead(other: Row, row: Row) -> bool:
    return other["then_high"] is not None and other["then_high"] < row["then_low"]
