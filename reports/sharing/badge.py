"""A badge for each community: the places that the counts allow it, to stand on a page of its own."""

from collections.abc import Iterator
from unicodedata import east_asian_width

from markupsafe import Markup

from reports.graphics.svg import element
from reports.pages.context import Context, Row
from reports.sharing.ranking_json import read_rankings
from reports.text.formats import format_month, format_ordinals
from reports.text.labels import FAMILIES
from reports.text.language import gettext

FOLDER = "badges"
HEIGHT, BASELINE, FONT, LETTER, MARGIN = 20, 14, 11, 6.1, 7
"""Pixels: `LETTER` is the mean width of a letter of the font; one of Hangul is as wide as it is high."""
LEFT = "stackrank"
INK, PAPER, NAMED = "#22262B", "#FBFAF6", "#3A4652"
BY = {
    "overall": gettext("overall"), "code": gettext("by code"), "talk": gettext("by talk"),
    "people": gettext("by newcomers"),
}  # fmt: skip


def badges(site: Context) -> Iterator[tuple[str, str]]:
    """Yield the address and the picture of every community that some ranking lists."""
    rows = read_rankings(site)
    for community in dict.fromkeys(row["community"] for row in rows):
        own = [row for row in rows if row["community"] == community]
        yield f"{FOLDER}/{community}.svg", str(_draw(badge_text(site, _best_known(own))))


def badge_text(site: Context, row: Row) -> str:
    """Return what a badge says: the places, of how many, by what, and of which month."""
    placed = gettext("{places} {what}").format(places=place_of(row), what=BY[row["family"]])
    said = f"{placed}, {format_month(site.month)}"
    return gettext("invented: {said}").format(said=said) if site.build["shows"] else said


def _best_known(rows: list[Row]) -> Row:
    """Return the row of the first ranking that gives a place, else of the first one."""
    rows = sorted(rows, key=lambda row: list(FAMILIES).index(row["family"]))
    return next((row for row in rows if row["rank"] is not None), rows[0])


def place_of(row: Row) -> str:
    """Return the places that the counts allow, of how many."""
    if row["rank"] is None:
        return gettext("no place")
    if row["rank_low"] is None:
        return gettext("one of {ranked:,}").format(ranked=row["ranked"])
    places = format_ordinals(row["rank_low"], row["rank_high"])
    return gettext("{places} of {ranked:,}").format(places=places, ranked=row["ranked"])


def _draw(said: str) -> Markup:
    left, right = _width(LEFT), _width(said)
    whole = left + right
    return element(
        "svg",
        [
            element("title", f"{LEFT}: {said}"),
            element("rect", width=left, height=HEIGHT, fill=NAMED),
            element("rect", x=left, width=right, height=HEIGHT, fill=PAPER),
            element("rect", x=0.5, y=0.5, width=whole - 1, height=HEIGHT - 1, fill="none", stroke=NAMED),
            _text(LEFT, MARGIN, left, PAPER),
            _text(said, left + MARGIN, right, INK),
        ],
        xmlns="http://www.w3.org/2000/svg", width=whole, height=HEIGHT, role="img",
        viewBox=f"0 0 {whole} {HEIGHT}", font_family="system-ui, sans-serif", font_size=FONT,
    )  # fmt: skip


def _text(said: str, x: float, width: int, colour: str) -> Markup:
    """Return a text that takes its room whatever the font of the reader is."""
    return element("text", said, x=x, y=BASELINE, fill=colour, textLength=width - 2 * MARGIN)


def _width(said: str) -> int:
    wide = sum(east_asian_width(letter) in "WF" for letter in said)
    return round((len(said) - wide) * LETTER + wide * FONT) + 2 * MARGIN
