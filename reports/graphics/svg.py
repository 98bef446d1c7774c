"""Write parts of SVG: every value from outside is escaped, and numbers have at most one digit after the point."""

from collections.abc import Iterable, Sequence
from functools import cache

from markupsafe import Markup, escape

Point = tuple[float, float]

HATCH_STEP = 7
SHAPES = frozenset({"circle", "line", "path", "polygon", "rect"})
"""Elements of SVG that hold nothing: they end themselves, and HTML allows it."""


def element(name: str, inside: Iterable[str] | str = "", **attributes: object) -> Markup:
    """Return an element; an attribute's `_` becomes `-`, a trailing one is dropped, and None leaves it out."""
    written = "".join(
        [f' {_attribute(key)}="{_written(value)}"' for key, value in attributes.items() if value is not None]
    )
    if name in SHAPES and not inside:
        return Markup(f"<{name}{written}/>")  # noqa: S704 - each part is escaped
    content = _safe(inside) if isinstance(inside, str) else "".join(map(_safe, inside))
    return Markup(f"<{name}{written}>{content}</{name}>")  # noqa: S704 - each part is escaped


@cache
def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def path_through(points: Sequence[Point]) -> str:
    """Return the path data of a line through points."""
    return "M" + "L".join(f"{round_to(x)} {round_to(y)}" for x, y in points)


def hatch(x: float, y: float, width: float, height: float) -> Markup:
    """Return the lines at 45 degrees that fill a rectangle: what could not be seen. It needs no pattern with an id."""
    starts = (HATCH_STEP * n for n in range(1, int((width + height) // HATCH_STEP) + 1))
    lines = (_diagonal(start, width, height) for start in starts)
    data = "".join(path_through([(x + a, y + b), (x + c, y + d)]) for (a, b), (c, d) in lines)
    return element("path", class_="hatching", d=data or None)


def _diagonal(start: float, width: float, height: float) -> tuple[Point, Point]:
    """Return both ends of the line from upper right to lower left that begins `start` along the top and right side."""
    return (min(start, width), max(start - width, 0)), (max(start - height, 0), min(start, height))


def round_to(number: float) -> str:
    """Return a coordinate as it is written."""
    return f"{round(number, 1) + 0:g}"


def _written(value: object) -> str:
    return round_to(value) if isinstance(value, float) else _safe(str(value))


def _safe(text: str) -> str:
    return text if isinstance(text, Markup) else escape(text)
