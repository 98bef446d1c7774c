"""Draw how a number moved as a small line; all lines of a table share the scale of slopes."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from markupsafe import Markup

from reports.graphics.svg import Point, element, hatch, path_through

WIDTH, HEIGHT, EDGE = 142, 38, 2
DECADES = 2.0
"""How many powers of ten the height holds."""
FLOOR = 0.1
"""Where a zero stands: a logarithm has none. Twelve months with one person in one of them are .08."""


def draw_sparkline(values: Sequence[float | None], slug: str) -> Markup:
    """Return the line of monthly values, centred on its own middle.

    None before the first value is left blank: it had not begun. A later None was not seen: it is hatched.
    """
    first = next((n for n, value in enumerate(values) if value is not None), len(values))
    runs = list(_runs(values, first))
    step, height_of = WIDTH / max(len(values) - 1, 1), _scale([value for value in values if value is not None])
    parts = [
        _line([(n * step, height_of(value or 0)) for n, value in run]) if known
        else _hole((run[0][0] - 1) * step, min(run[-1][0] + 1, len(values) - 1) * step)
        for known, run in runs
    ]  # fmt: skip
    return element("svg", parts, class_=f"spark k-{slug}", viewBox=f"0 0 {WIDTH} {HEIGHT}", aria_hidden="true",
                   preserveAspectRatio="none")  # fmt: skip


def _runs(values: Sequence[float | None], first: int) -> Iterator[tuple[bool, list[tuple[int, float | None]]]]:
    """Yield each run of known or of unseen months, with the number of each month."""
    later = [(n, value) for n, value in enumerate(values) if n >= first]
    for known, run in groupby(later, key=lambda month: month[1] is not None):
        yield known, list(run)


def _scale(known: Sequence[float]) -> Callable[[float], float]:
    """Return where a value stands from the top; the middle of the line is the middle of the picture."""
    logs = [_log(value) for value in known] or [0.0]
    middle = (min(logs) + max(logs)) / 2
    room = HEIGHT - 2 * EDGE
    return lambda value: min(max(HEIGHT / 2 - (_log(value) - middle) * room / DECADES, EDGE), HEIGHT - EDGE)


def _log(value: float) -> float:
    return math.log10(max(value, FLOOR))


def _line(points: Sequence[Point]) -> Markup:
    return element("path", class_="line", d=path_through(points if len(points) > 1 else [*points, *points]))


def _hole(left: float, right: float) -> Markup:
    return hatch(left, EDGE, right - left, HEIGHT - 2 * EDGE)
