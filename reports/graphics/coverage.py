"""Draw what was seen of sources over time: what is fine is a thin line, ink is for gaps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from markupsafe import Markup

from reports.graphics.marker import mark_at
from reports.graphics.svg import element
from reports.text.formats import format_month, format_share, next_month
from reports.text.language import gettext

HEIGHT, BASE, LEAST = 22.0, 20.0, 4.0
"""The height of a row, where its line lies, and the least height of a gap, in pixels."""
STATES = {
    "seen": gettext("seen"),
    "partial": gettext("{share} seen"),
    "pending": gettext("still loading"),
    "gap": gettext("not seen"),
    "not_started": gettext("not begun"),
    "ended": gettext("ended"),
}


class Piece(NamedTuple):
    """A part of a row: from where to where, from 0 to 1, its state, the share that was seen, and its time in words."""

    start: float
    end: float
    state: str
    share: float
    time: str


def draw_coverage(rows: Sequence[Mapping[str, Any]], id_: str = "all") -> Markup:
    """Return a row for each community, a cell a year.

    A row has community, name, marker and years: (year, share that was seen, state), the same years in each row.
    The states are those of core.coverage. `id_` tells two such pictures of a page apart.
    """
    years = [year for year, _, _ in rows[0]["years"]] if rows else []
    pattern = f"by-year-{id_}"
    return _grid(years, [_row(_name(row), row["name"], _cells(row["years"]), pattern) for row in rows], pattern)


def draw_sources(rows: Sequence[Mapping[str, Any]], first: date, last: date) -> Markup:
    """Return a row for each source of a community, drawn by months.

    A row has community, name, source and runs: of months that follow each other in one state, with first, last, state
    and covered. The picture shows whole years, from that of `first` to that of `last`.
    """
    start, end = _months(date(first.year, 1, 1)), _months(date(last.year + 1, 1, 1))
    pattern = f"by-source-{rows[0]['community']}"
    drawn = [
        _row(Markup.escape(row["source"]), gettext("{name}, {source}").format(**row),
             [_run(run, start, end) for run in row["runs"]], pattern)
        for row in rows
    ]  # fmt: skip
    return _grid(range(first.year, last.year + 1), drawn, pattern)


def coverage_text(name: str, pieces: Iterable[Piece]) -> str:
    """Return in words what a row shows: each state with its times."""
    said = []
    for state, same in groupby(pieces, key=lambda piece: (piece.state, piece.share)):
        times = [piece.time for piece in same]
        when = times[0] if len(times) == 1 else gettext("{first} to {last}").format(first=times[0], last=times[-1])
        said.append(f"{when} {STATES[state[0]].format(share=format_share(state[1]))}")
    return f"{name}: {'; '.join(said)}"


def _cells(years: Sequence[tuple[int, float, str]]) -> list[Piece]:
    width = 1 / len(years)
    return [Piece(n * width, (n + 1) * width, state, share, str(year)) for n, (year, share, state) in enumerate(years)]


def _run(run: Mapping[str, Any], start: int, end: int) -> Piece:
    """Return the piece of a run of months; it ends where the next month begins."""
    left, right = ((_months(day) - start) / (end - start) for day in (run["first"], next_month(run["last"])))
    first, last = format_month(run["first"]), format_month(run["last"])
    time = first if first == last else gettext("{first} to {last}").format(first=first, last=last)
    return Piece(left, right, run["state"], run["covered"], time)


def _months(day: date) -> int:
    return 12 * day.year + day.month - 1


def _grid(years: Iterable[int], rows: Iterable[Markup], pattern: str) -> Markup:
    """Return rows below the years, with the pattern that fills their gaps."""
    hatched = element("pattern", element("path", d="M0 0V7", class_="hatching"), id=pattern, width=5, height=7,
                      patternUnits="userSpaceOnUse", patternTransform="rotate(45)")  # fmt: skip
    defined = element("svg", element("defs", hatched), class_="defined", width=0, height=0, aria_hidden="true")
    return element("div", [defined, _head(list(years)), *rows], class_="coverage")


def _head(years: Sequence[int]) -> Markup:
    texts = [
        element("text", str(year), class_=_thinned(year), x=f"{100 * (n + 0.5) / len(years):.2f}%", y=12,
                text_anchor="middle")
        for n, year in enumerate(years)
    ]  # fmt: skip
    return element("span", "") + element("svg", texts, class_="years", height=16, aria_hidden="true")


def _thinned(year: int) -> str:
    """Return at which widths a year is written: `four` everywhere, the others only where there is room."""
    return "four" if year % 4 == 0 else "two" if year % 2 == 0 else "one"


def _name(row: Mapping[str, Any]) -> Markup:
    """Return the name of a community in its colour, with its mark."""
    mark = element("svg", mark_at(row["marker"], 0, 0), class_="marker", viewBox="-6 -6 12 12")
    return element("span", [mark, row["name"]], class_=f"name k-{row['community']}")


def _row(label: Markup, name: str, pieces: Sequence[Piece], pattern: str) -> Markup:
    parts = [part for piece in pieces for part in _drawn(piece, pattern)]
    shown = element("span", label, class_="of", aria_hidden="true")
    said = coverage_text(name, pieces)
    return shown + element("svg", parts, class_="row", height=HEIGHT, role="img", aria_label=said)


def _drawn(piece: Piece, pattern: str) -> Iterator[Markup]:
    x, width = f"{100 * piece.start:.2f}%", f"{100 * (piece.end - piece.start):.2f}%"
    if piece.state == "ended":
        yield from (element("rect", class_="over", x=x, width=width, y=y, height=1) for y in (BASE - 3, BASE))
    elif piece.state in ("seen", "partial", "pending"):
        yield element("rect", class_=f"base {piece.state}", x=x, width=width, y=BASE, height=1.5)
    if piece.state in ("partial", "gap"):
        height = max((1 - piece.share) * (BASE - 2), LEAST)
        yield element("rect", class_="hole", fill=f"url(#{pattern})", x=x, width=width,
                      y=BASE - height, height=height)  # fmt: skip
