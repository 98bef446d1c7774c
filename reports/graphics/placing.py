"""Find places for texts so that they cover neither lines nor each other."""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

NARROW_LETTERS, BROAD_LETTERS = frozenset("fijlrtI.,:;'’|!()[] "), frozenset("mwMWGOQ%@")
STEP, FARTHEST, DIRECTIONS = 6, 24, 16


class Box(NamedTuple):
    """A rectangle of a picture: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: "Box") -> float:
        """Return the area that both cover."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0.0

    def within(self, area: "Box") -> "Box":
        """Return the same rectangle, moved into an area that can hold it."""
        right = max(area.left - self.left, 0) - max(self.right - area.right, 0)
        down = max(area.top - self.top, 0) - max(self.bottom - area.bottom, 0)
        return self.moved(right, down)

    def moved(self, right: float, down: float) -> "Box":
        """Return the same rectangle somewhere else."""
        return Box(self.left + right, self.top + down, self.right + right, self.bottom + down)


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is in a sans serif font of a size."""
    return size * sum(map(_letter_width, text))


def _letter_width(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in ("W", "F"):
        return 1.0
    return 0.3 if letter in NARROW_LETTERS else 0.84 if letter in BROAD_LETTERS else 0.58


def wrap_text(text: str, size: float, width: float) -> list[str]:
    """Return the lines of a text that are at most so wide; a longer word has a line of its own."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        lines = [*lines[:-1], longer] if text_width(longer, size) <= width else [*lines, word]
    return [line for line in lines if line]


def free_box(x: float, y: float, size: tuple[float, float], area: Box, obstacles: Sequence[Box]) -> Box:
    """Return the rectangle of a width and height nearest to a point that covers nothing, or that covers least."""
    candidates = [box.within(area) for box in _around(x, y, *size)]
    return _first_free(candidates, obstacles)


def free_row(wanted: Box, area: Box, obstacles: Sequence[Box]) -> Box:
    """Return the wanted rectangle, moved up or down until it covers nothing, or least."""
    steps = (sign * n * STEP for n in range(2 * FARTHEST) for sign in (-1, 1))
    return _first_free([wanted.moved(0, step).within(area) for step in steps], obstacles)


def spread(wanted: Sequence[float], apart: float, top: float, bottom: float) -> list[float]:
    """Return heights near the wanted ones that lie at least so far apart; closer only where there is no room."""
    apart = min(apart, (bottom - top) / max(len(wanted) - 1, 1))
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    placed = list(_pushed([wanted[n] for n in order], apart, top))
    mirrored = [-height for height in reversed(placed)]
    placed = [-height for height in _pushed(mirrored, apart, -bottom)][::-1]
    return [height for _, height in sorted(zip(order, placed, strict=True))]


def _pushed(heights: Iterable[float], apart: float, least: float) -> Iterator[float]:
    for height in heights:
        yield max(height, least)
        least = max(height, least) + apart


def _around(x: float, y: float, width: float, height: float) -> Iterator[Box]:
    """Yield rectangles around a point from near to far, those above it first."""
    for distance in range(1, FARTHEST):
        for n in sorted(range(DIRECTIONS), key=lambda n: min(n, DIRECTIONS - n)):
            angle = 2 * math.pi * n / DIRECTIONS
            right = x + math.sin(angle) * (width / 2 + distance * STEP)
            down = y - math.cos(angle) * (height / 2 + distance * STEP)
            yield Box(right - width / 2, down - height / 2, right + width / 2, down + height / 2)


def _near(box: Box, others: Sequence[Box]) -> Iterator[Box]:
    """Return the rectangles that share a part with a box."""
    left, top, right, bottom = box
    return (other for other in others if other[0] < right and other[2] > left and other[1] < bottom and other[3] > top)


def _first_free(candidates: Sequence[Box], obstacles: Sequence[Box]) -> Box:
    best, least = candidates[0], math.inf
    for box in candidates:
        covered = 0.0
        for other in _near(box, obstacles):
            covered += box.overlap(other)
            if covered >= least:
                break
        else:
            best, least = box, covered
        if least == 0:
            break
    return best
