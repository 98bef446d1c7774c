"""Write the cells of a ranking's table: places, steps, scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.text.formats import ENDS, format_level, format_signed
from reports.text.language import gettext

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """A cell: what it shows, what is read aloud in its place, and what it shows on request."""

    shown: str
    spoken: str
    title: str = ""
    is_clear: bool = False


NOT_RANKED = Cell("–", gettext("not ranked"))
NOT_COMPUTED = Cell("–", gettext("its places are not computed"))
UNKNOWN = Cell("?", gettext("unknown"))
NOT_COMPARED = Cell("–", gettext("not compared"))
BROKEN = {
    "moved": Cell(gettext("source moved"), gettext("source moved")),
    "began": Cell(gettext("source began"), gettext("source began")),
}
UP, DOWN = gettext("up {percent}\u00a0%"), gettext("down {percent}\u00a0%")
PLACES, TIED = gettext("{low:,} to {high:,}"), gettext("{place}, with an equal score")
RUN = gettext("; {first} to {last}: in no firm order")
SET = gettext("{low:,}–{high:,}")
STILL = {"steady": gettext("steady"), "unclear": gettext("unclear")}
MOVING = {**STILL, "rising": gettext("rising"), "falling": gettext("falling")}
"""What a score does, by `rankings.movement.word`."""
RANGE_OF_GROWTH = gettext("{growth}\u00a0%, 90 % range {low} to {high}\u00a0%")


def place_cell(low: int | None, high: int | None, *, is_ranked: bool, is_tied: bool = False) -> Cell:
    """Return a place, a range of places, or `2=` where exactly those with equal scores may have it."""
    if not is_ranked:
        return NOT_RANKED
    if low is None or high is None:
        return NOT_COMPUTED
    if is_tied:
        return Cell(f"{low}=", TIED.format(place=low))
    spoken = f"{low:,}" if low == high else PLACES.format(low=low, high=high)
    return Cell(places_text(low, high), spoken)


def places_text(low: int | None, high: int | None) -> str:
    """Return a place or a range of places; nothing without them."""
    if low is None or high is None:
        return ""
    return f"{low:,}" if low == high else SET.format(low=low, high=high)


def run_text(names: Sequence[str]) -> str:
    """Return what is read aloud where a bracket begins that joins these names."""
    return RUN.format(first=names[0], last=names[-1])


def step_cell(step: Row | None) -> Cell:
    """Return how a score moved since an earlier window; an arrow stands only where that is beyond chance."""
    if step is None:
        return NOT_COMPARED
    if step["reason_code"]:
        return BROKEN[step["reason_code"]]
    growth, low, high = (format_signed(step[name]) for name in ("growth", "low", "high"))
    title = RANGE_OF_GROWTH.format(growth=growth, low=low, high=high)
    if step["word"] not in ("rising", "falling"):
        return Cell(STILL[step["word"]], STILL[step["word"]], title)
    arrow, said = ("▲", UP) if step["word"] == "rising" else ("▼", DOWN)
    percent = abs(round(100 * step["growth"]))
    return Cell(f"{arrow} {percent}\u00a0%", said.format(percent=percent), title, is_clear=True)


def score_text(value: float | None) -> str:
    """Return a score for a table: whole, with one decimal below ten."""
    return format_level(value, "–")


def score_range_text(low: float | None, high: float | None) -> str:
    """Return the ends of a range; nothing without a score."""
    if low is None or high is None:
        return ""
    return ENDS.format(low=score_text(low), high=score_text(high))
