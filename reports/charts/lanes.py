"""Figures of lanes: places over time, and who was ahead."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from reports.charts import theme, traces, words
from reports.charts.axes import lanes_axis
from reports.charts.figure import LEFT, Figure, finish
from reports.charts.series import Hole, runs_of
from reports.charts.theme import Look
from reports.text.formats import ENDS, next_month
from reports.text.language import gettext

Box = tuple[str, str, float, float]
LANE, LANES_AT_MOST, PANEL_AT_MOST = 30, 12, 360
FIRM, BEST, WHOLE, AHEAD = 0.13, 0.045, 0.46, 0.36


@dataclass(frozen=True)
class Places:
    """The places of one community month by month: the best estimate and the set; None where it had none.

    `lowest` is the last place that anybody has.
    """

    look: Look
    months: Sequence[str]
    ranks: Sequence[int | None]
    lows: Sequence[int | None]
    highs: Sequence[int | None]
    lowest: int
    holes: Sequence[Hole] = ()


def draw_places(shown: Places) -> Figure:
    """Return lanes 1 to the lowest: thick where the place is firm, pale where a place cannot be excluded."""
    sets = list(zip(shown.ranks, shown.lows, shown.highs, strict=True))
    pale: list[Box] = []
    firm: list[Box] = []
    best: list[Box] = []
    for start, end, run in runs_of(sets):
        rank, low, high = run  # type: ignore[misc]
        if rank is None:
            continue
        span = _days(shown.months, start, end)
        if low is not None and low == high:
            firm.append((*span, low - FIRM, low + FIRM))
            continue
        pale += [(*span, low - WHOLE, high + WHOLE)] if low is not None else []
        best.append((*span, rank - BEST, rank + BEST))
    unseen = [traces.hole_box(hole, (0.5, shown.lowest + 0.5)) for hole in shown.holes]
    drawn = [
        *([traces.hatched(unseen)] if unseen else []),
        traces.block("pale", pale, shown.look.at(theme.RIBBON)),
        traces.block("firm", firm, shown.look.colour),
        traces.block("best", best, shown.look.colour),
        _pointer(shown),
    ]
    middle = (shown.lowest + 1) / 2
    said = [text for hole in shown.holes for text in words.in_hole(hole, middle, len(shown.months))]
    panel = min(PANEL_AT_MOST, LANE * max(shown.lowest, 3))
    return finish(drawn, shown.months, _axis(shown.lowest), panel, words=said)


def _axis(lowest: int) -> dict[str, Any]:
    if lowest <= LANES_AT_MOST:
        return lanes_axis([str(lane) for lane in range(1, lowest + 1)])
    return {"range": [lowest + 0.6, 0.4], "tickformat": "d"}


def _pointer(shown: Places) -> dict[str, Any]:
    """Return an invisible line that tells the place of a month to whoever points at it."""
    return {
        "type": "scatter", "name": gettext("place"), "meta": "pointer", "mode": "lines", "x": list(shown.months),
        "y": list(shown.ranks), "line": {"width": 0, "color": theme.CLEAR},
        "text": [_set(low, high) for low, high in zip(shown.lows, shown.highs, strict=True)],
        "hovertemplate": "%{text}",
    }  # fmt: skip


def _set(low: int | None, high: int | None) -> str:
    if low is None:
        return ""
    return f"{low}" if low == high else ENDS.format(low=low, high=high)


def _days(months: Sequence[str], start: int, end: int) -> tuple[str, str]:
    """Return the first day of a run of months and the day after its last."""
    return months[start], f"{next_month(date.fromisoformat(months[end - 1]))}"


@dataclass(frozen=True)
class Lead:
    """A run of months in which one of two was ahead, or nobody can tell: `lane` is 1, 2 (cannot tell) or 3."""

    first: str
    after: str
    lane: int
    is_fed: bool = False


def draw_leads(
    months: Sequence[str], names: tuple[str, str, str], looks: tuple[Look, Look], leads: Iterable[Lead]
) -> Figure:
    """Return three lanes: the first is ahead, nobody can tell (hatched), the second is ahead.

    A lead that an import feeds has an open border.
    """
    runs = list(leads)
    wide = [f"{months[0]}", f"{next_month(date.fromisoformat(months[-1]))}"]
    lanes = [(wide[0], wide[1], lane - AHEAD, lane + AHEAD) for lane in (1, 2, 3)]
    drawn = [traces.block("lanes", lanes, "var(--sunk)")]
    for lane, look in ((1, looks[0]), (3, looks[1])):
        drawn.append(traces.block("ahead", _boxes(runs, lane), look.colour))
        drawn += _borders(runs, lane)
    drawn.append(traces.hatched(_boxes(runs, 2), "untold"))
    left = max(LEFT, round(14 + 6.6 * max(map(len, names))))
    axis = lanes_axis([escape(name) for name in names]) | {"showgrid": False}
    return finish(drawn, months, axis, 3 * LANE, left=left)


def _boxes(leads: Sequence[Lead], lane: int) -> list[Box]:
    return [(lead.first, lead.after, lane - AHEAD, lane + AHEAD) for lead in leads if lead.lane == lane]


def _borders(leads: Sequence[Lead], lane: int) -> list[dict[str, Any]]:
    """Return a line below each lead that an import feeds."""
    fed = [
        (lead.first, lead.after, lane + AHEAD, lane + AHEAD + 0.09)
        for lead in leads
        if lead.lane == lane and lead.is_fed
    ]
    return [traces.block("fed", fed, theme.INK)] if fed else []
