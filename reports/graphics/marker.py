"""Draw the mark of a community: circle, square, triangle or diamond, as its file says."""

from markupsafe import Markup

from reports.graphics.svg import element, round_to

SHAPES: dict[str, list[tuple[float, float]]] = {
    "circle": [],
    "square": [(-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5)],
    "triangle": [(0, -5.8), (5.5, 4.2), (-5.5, 4.2)],
    "diamond": [(0, -6.2), (5.8, 0), (0, 6.2), (-5.8, 0)],
}
"""The corners of each mark in a box from -6 to 6; a circle of radius 5 has none."""


def mark_at(marker: str | None, x: float, y: float, size: float = 1, class_: str | None = None) -> Markup:
    """Return the shape of a mark around a point of a picture."""
    corners = SHAPES[marker or "circle"]
    if not corners:
        return element("circle", class_=class_, cx=float(x), cy=float(y), r=5.0 * size)
    points = (f"{round_to(x + size * a)} {round_to(y + size * b)}" for a, b in corners)
    return element("path", class_=class_, d=f"M{'L'.join(points)}Z")
