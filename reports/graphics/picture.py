"""Make a chart into a picture that stands alone: with its title, its source, and colours instead of styles."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from markupsafe import Markup

from reports.graphics.frame import WIDE, Layout
from reports.graphics.hero import Hero, draw_parts, frame_of
from reports.graphics.placing import text_width, wrap_text
from reports.graphics.svg import element

STYLES = Path(__file__).parents[1] / "assets" / "styles"
TOKEN = re.compile(r"(--[\w]+): (#\w{6})")
RULE = re.compile(r"^svg\.(hero|lanes) (\.?[\w-]+) \{ ([^}]+) \}", re.MULTILINE)
OWN = "var(--k, var(--soft))"
FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"
SLIDE = Layout("slide", 1600, 690, 64, 250, 19, 23, 2, top=26, bottom=46)
NAMESPACE = "http://www.w3.org/2000/svg"
Looks = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Words:
    """What is written around the chart: a title, what it shows, its source, and the word of a demo or nothing."""

    title: str
    shows: str
    source: str
    warning: str


@dataclass(frozen=True)
class Shape:
    """The measures of a picture in pixels: its size, where the chart begins, and the chart's own layout."""

    name: str
    width: int
    height: int
    chart_at: int
    chart_width: float
    font: float


def page_shape(width: float, height: float, font: float = WIDE.font) -> Shape:
    """Return the shape of what one saves from a page: words above and below a chart of this size."""
    return Shape("", round(width + 32), round(height + 140), 84, width, font)


PAGE_PICTURE = page_shape(WIDE.width, WIDE.height)
SLIDE_PICTURE = Shape("-slide", 1600, 900, 128, SLIDE.width, SLIDE.font)
SHAPES = {PAGE_PICTURE: WIDE, SLIDE_PICTURE: SLIDE}
"""What one saves of the hero from a page, and a slide of 16 to 9. The names end the names of their files."""


def draw_picture(hero: Hero, words: Words, shape: Shape, colours: Mapping[str, str | None]) -> str:
    """Return the hero as an SVG file; `colours` are those of the communities on a light page."""
    parts = draw_parts(hero, frame_of(hero, SHAPES[shape]))
    return frame_chart(parts, hero.description, words, shape, colours)


def frame_chart(
    parts: Iterable[Markup], description: str, words: Words, shape: Shape, colours: Mapping[str, str | None],
    kind: str = "hero",
) -> str:  # fmt: skip
    """Return a chart with its words as an SVG file that needs no style sheet; `kind` is the class of its styles."""
    chart = element("g", parts, transform=f"translate({(shape.width - shape.chart_width) / 2:g} {shape.chart_at})")
    around = [
        element("rect", width=shape.width, height=shape.height, class_="ground"), *_head(words, shape),
        *_foot(words.source, shape, shape.font),
    ]  # fmt: skip
    drawn = element(
        "svg", [element("title", words.title), element("desc", f"{description} {words.source}"), *around, chart],
        xmlns=NAMESPACE, viewBox=f"0 0 {shape.width} {shape.height}", width=shape.width, height=shape.height,
        font_family=FONT, class_="hero",
    )  # fmt: skip
    return _with_attributes(drawn, colours, kind)


def _head(words: Words, shape: Shape) -> Iterator[Markup]:
    size, left = shape.font, 1.3 * shape.font
    yield element("text", words.title, class_="title", x=left, y=2.6 * size, font_size=1.7 * size)
    yield element("text", words.shows, x=left, y=4.5 * size, font_size=1.1 * size)
    if words.warning:
        width = text_width(words.warning, 1.1 * size) + 2 * size
        x = shape.width - left - width
        yield element("rect", class_="warning", x=x, y=1.2 * size, width=width, height=2.2 * size)
        yield element("text", words.warning, class_="last", x=x + width / 2, y=2.7 * size, text_anchor="middle",
                      font_size=1.1 * size)  # fmt: skip


def _foot(source: str, shape: Shape, size: float) -> Iterator[Markup]:
    lines = wrap_text(source, 0.95 * size, shape.width - 2.6 * size)
    for n, line in enumerate(lines):
        y = shape.height - 1.3 * size * (len(lines) - n) + 0.2 * size
        yield element("text", line, x=1.3 * size, y=y, font_size=0.95 * size)


def _with_attributes(drawn: str, colours: Mapping[str, str | None], kind: str) -> str:
    """Return a drawing in which every look is an attribute, because slides and other programs read no style sheet."""
    ElementTree.register_namespace("", NAMESPACE)
    root = ElementTree.fromstring(drawn)  # noqa: S314 we have just drawn it
    _dress(root, None, colours, looks("hero") | looks(kind))
    return ElementTree.tostring(root, encoding="unicode")


def _dress(node: ElementTree.Element, colour: str | None, colours: Mapping[str, str | None], looks: Looks) -> None:
    classes = node.attrib.pop("class", "").split()
    own = next((colours.get(each[2:]) for each in classes if each.startswith("k-")), None)
    colour = own or colour
    for name in (node.tag.rpartition("}")[2], *(f".{each}" for each in classes)):
        for key, value in looks.get(name, {}).items():
            node.set(key, value.replace(OWN, colour or tokens()["--soft"]))
    for child in node:
        _dress(child, colour, colours, looks)


@cache
def tokens() -> Mapping[str, str]:
    """Return the colours of a light page."""
    light = (STYLES / "00-base.css").read_text(encoding="utf-8").partition("}")[0]
    return dict(TOKEN.findall(light))


@cache
def looks(kind: str) -> Looks:
    """Return the looks of elements and classes of a kind of chart on a light page, as the styles of the page do."""
    found: Looks = {}
    styles = "\n".join(path.read_text(encoding="utf-8") for path in sorted(STYLES.glob("*.css")))
    for name, rules in (rule[1:] for rule in RULE.findall(styles) if rule[0] == kind):
        pairs = (rule.split(": ", 1) for rule in rules.rstrip("; ").split("; "))
        found[name] = {key: _coloured(value) for key, value in pairs}
    return found


def _coloured(value: str) -> str:
    return value if value == OWN else re.sub(r"var\((--\w+)\)", lambda found: tokens()[found[1]], value)
