"""Draw places over time: a panel for each community, with a lane for each place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from markupsafe import Markup

from reports.graphics.marker import mark_at
from reports.graphics.svg import element, hatch

Places = tuple[int, int | None, int | None]

LEFT, RIGHT, LANE, APART, TOP = 30.0, 130.0, 14.0, 18.0, 8.0
WIDTHS = {"wide": 1088.0, "mid": 660.0, "narrow": 350.0}


@dataclass(frozen=True)
class Lane:
    """One community: of each month row, first and last place, or None where it was not seen; `texts` say the same."""

    slug: str
    name: str
    marker: str | None
    places: Mapping[date, Places | None]
    texts: Mapping[date, str]


def draw_lanes(lanes: Sequence[Lane], months: Sequence[date], title: str) -> Markup:
    """Return the picture in three widths, of which the styles show one.

    A thick line is a firm place. A pale block holds every place that the counts allow, the thin line in it is the row
    in the order of scores. Hatched months were not seen; blank ones have no place for another reason.
    """
    return Markup("\n").join(_picture(lanes, months, title, name, width) for name, width in WIDTHS.items())


def lane_parts(lanes: Sequence[Lane], months: Sequence[date]) -> tuple[list[Markup], float]:
    """Return the widest picture without its frame, to be saved, and its height; it is 1088 pixels wide."""
    return _parts(lanes, months, WIDTHS["wide"], is_narrow=False)


def _picture(lanes: Sequence[Lane], months: Sequence[date], title: str, name: str, width: float) -> Markup:
    parts, height = _parts(lanes, months, width, is_narrow=name == "narrow")
    return element("svg", [element("title", title), *parts], class_=f"lanes {name}", role="img",
                   viewBox=f"0 0 {width:.0f} {height:.0f}")  # fmt: skip


def _parts(
    lanes: Sequence[Lane], months: Sequence[date], width: float, *, is_narrow: bool
) -> tuple[list[Markup], float]:
    places = max((at[0] for lane in lanes for at in lane.places.values() if at), default=1)
    right = 12.0 if is_narrow else RIGHT
    panel = places * LANE + APART + (LANE if is_narrow else 0)
    step = (width - LEFT - right) / max(len(months), 1)
    parts = [
        element("g", _panel(lane, months, places, step, is_narrow), class_=f"k-{lane.slug}",
                transform=f"translate({LEFT:.0f} {TOP + number * panel:.0f})")
        for number, lane in enumerate(lanes)
    ]  # fmt: skip
    height = TOP + len(lanes) * panel + 20
    axis = element(
        "g", _years(months, step, every=4 if is_narrow else 2), transform=f"translate({LEFT:.0f} {height - 6:.0f})"
    )
    return [*parts, axis], height


def _panel(lane: Lane, months: Sequence[date], places: int, step: float, is_narrow: bool) -> Iterator[Markup]:
    down = LANE if is_narrow else 0.0
    end = len(months) * step
    for place in range(1, places + 1):
        y = down + (place - 0.5) * LANE
        yield element("line", class_="grid", x1="0", x2=f"{end:.1f}", y1=y, y2=y)
        yield element("text", str(place), class_="place-number", x=-8, y=y + 4, text_anchor="end")
    for known, first, last in _runs(lane, months):
        yield from _run(known, first * step, last * step, places, down)
    name_at = (0.0, LANE * 0.7) if is_narrow else (end + 20, places * LANE / 2 + 4)
    yield mark_at(lane.marker, name_at[0] + 5, name_at[1] - 4, 0.9, "mark")
    yield element("text", lane.name, class_="label", x=name_at[0] + 15, y=name_at[1])


def _runs(lane: Lane, months: Sequence[date]) -> Iterator[tuple[Places | None, int, int]]:
    """Yield neighbouring months of the same places, with the first month and the one after the last."""
    listed = [(n, lane.places[month]) for n, month in enumerate(months) if month in lane.places]
    # Months that are no neighbours have another difference to their number in the list.
    for (places, _), run in groupby(enumerate(listed), key=lambda each: (each[1][1], each[1][0] - each[0])):
        numbers = [n for _, (n, _) in run]
        yield places, numbers[0], numbers[-1] + 1


def _run(known: Places | None, left: float, right: float, places: int, down: float) -> Iterator[Markup]:
    if known is None:
        yield element("g", hatch(0, 0, right - left, places * LANE), transform=f"translate({left:.1f} {down:.1f})")
        return
    row, low, high = known
    is_firm = low is not None and low == high
    if low is not None and high is not None and not is_firm:
        yield element("rect", class_="set", x=left, y=down + (low - 1) * LANE, width=right - left,
                      height=(high - low + 1) * LANE)  # fmt: skip
    y = down + (row - 0.5) * LANE
    yield element("line", class_="firm" if is_firm else "row", x1=f"{left:.1f}", x2=f"{right:.1f}", y1=y, y2=y)


def _years(months: Sequence[date], step: float, every: int) -> Iterator[Markup]:
    for n, month in enumerate(months):
        if month.month == 1 and month.year % every == 0:
            yield element("text", str(month.year), class_="year", x=f"{n * step:.1f}", y="0", text_anchor="middle")
