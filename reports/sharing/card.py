"""A card for the front page and for each community: the picture that other sites show beside a link.

Cards are PNG files, because other sites draw no SVG there. They are drawn with the fonts of `card_fonts`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw

from reports.pages.context import Context, Row
from reports.pages.ranking_table import opened, ranking_tables
from reports.sharing.badge import BY, place_of
from reports.sharing.card_fonts import fitting_font, font_at, letters
from reports.text.cells import places_text, score_text
from reports.text.formats import format_month, format_range
from reports.text.headlines import headline
from reports.text.language import gettext
from reports.text.particles import pick_particles
from reports.text.reasons import gap_text
from reports.text.rules import WINDOW

FOLDER = "cards"
FRONT = f"{FOLDER}/index.png"
WIDTH, HEIGHT, LEFT, RIGHT = 1200, 630, 80, 1120
INK, SOFT, PAPER, NEUTRAL, PALE = "#22262B", "#4A5058", "#FBFAF6", "#3A4652", "#D9D6CC"
COLOURS = 32
"""A card is of few colours, and its file so the smaller."""
MOST_SLOTS, MOST_ROWS = 12, 4
SLOT, GAP = 34, 8
FIRST_ROW, ROW = 352, 44


@dataclass(frozen=True)
class Line:
    """A line of text: where it begins, how high its letters are, and its colour; it shrinks where it is too long."""

    text: str
    y: int
    size: int
    colour: str = INK
    x: int = LEFT


def cards(site: Context) -> Iterator[tuple[str, bytes]]:
    """Yield the address and the picture of the front page, and of every community that some ranking lists."""
    yield FRONT, draw_card(list(_front(site, ranking_tables(site))), (), NEUTRAL)
    listed = site.grouped("community", "rankings", "community")
    for community in site.communities:
        if rows := listed[community["community"]]:
            best = next((row for row in rows if row["rank"] is not None), rows[0])
            said = card_lines(site, best, str(community["name"] or community["community"]))
            yield path_of(community["community"]), draw_card(said, slots_of(best), community["colour"] or NEUTRAL)


def path_of(community: str) -> str:
    """Return the address of the card of a community from the folder of the site."""
    return f"{FOLDER}/{community}.png"


def card_lines(site: Context, row: Row, name: str) -> list[Line]:
    """Return what the card of a community says: name, places, score with its range, or why there is none."""
    said = gettext("{places} {what}").format(places=place_of(row), what=BY[row["family"]])
    return [*_frame(site), Line(name, 150, 92), Line(said, 300, 60), *_second(row)]


def slots_of(row: Row) -> Sequence[bool]:
    """Return for each place whether the counts allow it; nothing where there are too many places, or none."""
    if row["rank_low"] is None or row["ranked"] > MOST_SLOTS:
        return ()
    return [row["rank_low"] <= place <= row["rank_high"] for place in range(1, row["ranked"] + 1)]


def _second(row: Row) -> Iterator[Line]:
    if row["rank"] is None:
        yield Line(pick_particles(gap_text({"unseen": (), **row}), {}), 400, 40, SOFT)
        return
    said = gettext("score {score} ({range})")
    known = [said.format(score=score_text(row["index"]), range=format_range(row["score_low"], row["score_high"]))]
    if row["months"] < WINDOW:
        known.append(gettext("{months} of {window} months").format(months=row["months"], window=WINDOW))
    yield Line(", ".join(known), 400, 40, SOFT)


def _frame(site: Context) -> Iterator[Line]:
    yield Line(gettext("stackrank · {month}").format(month=format_month(site.month)), 64, 34, SOFT)
    yield Line(gettext("Public activity, not quality."), 548, 30, SOFT)
    if site.build["shows"]:
        yield Line(gettext("Invented data"), 548, 30, INK, 900)


def _front(site: Context, tables: Sequence[Row]) -> Iterator[Line]:
    """Yield what the card of the front page says: who leads, and the first rows of the ranking that stands open."""
    yield from _frame(site)
    table = next((each for each in tables if each["family"] == opened(tables)), None)
    if table is None:
        yield Line(gettext("No ranking yet: nothing has been counted."), 140, 54)
        return
    known = [{**row, "index": None} for row in table["rows"]]
    said = pick_particles(headline(table["family"], known).striptags(), site.readings)
    for number, part in enumerate(wrapped(said, 54, 3)):
        yield Line(part, 140 + 68 * number, 54)
    for number, row in enumerate(table["rows"][:MOST_ROWS]):
        y = FIRST_ROW + ROW * number
        yield Line(places_text(row["rank_low"], row["rank_high"]), y, 32)
        yield Line(row["name"], y, 32, INK, 180)
        yield Line(gettext("no place") if row["rank"] is None else score_text(row["score"]), y, 32, SOFT, 700)


def wrapped(text: str, size: int, most: int) -> list[str]:
    """Return a text in lines of at most the width of a card; the last one ends with dots where there are more."""
    lines, font = [""], font_at(size)
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= RIGHT - LEFT or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]} …"]


def draw_card(lines: Sequence[Line], slots: Sequence[bool], colour: str) -> bytes:
    """Return a PNG file: a bar in the colour of the community, lines of text, and a square for each place."""
    card = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, 28, HEIGHT), fill=colour)
    for line in lines:
        draw.text((line.x, line.y), letters(line.text), line.colour, fitting_font(line.text, line.size, RIGHT - line.x))
    for place, is_possible in enumerate(slots):
        x = LEFT + place * (SLOT + GAP)
        draw.rectangle((x, 474, x + SLOT, 474 + SLOT), fill=INK if is_possible else PALE)
    file = BytesIO()
    card.quantize(COLOURS, Image.Quantize.FASTOCTREE).save(file, "PNG")
    return file.getvalue()
