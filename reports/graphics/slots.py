"""Draw the places that the counts allow: one slot for each ranked community, dark where it may stand."""

from markupsafe import Markup

from reports.graphics.svg import element

MOST_SLOTS = 12
WIDTH, HEIGHT, APART = 34.0, 4.0, 2.0


def draw_slots(low: int, high: int, ranked: int) -> Markup:
    """Return slots, or one bar above twelve communities; nothing where the place is firm."""
    if low == high:
        return Markup()
    parts = _slots(low, high, ranked) if ranked <= MOST_SLOTS else _bar(low, high, ranked)
    return element(
        "svg", parts, class_="slots", viewBox=f"0 0 {WIDTH:.0f} {HEIGHT:.0f}", preserveAspectRatio="none",
        aria_hidden="true",
    )  # fmt: skip


def _slots(low: int, high: int, ranked: int) -> list[Markup]:
    width = (WIDTH - APART * (ranked - 1)) / ranked
    return [
        element("rect", class_="on" if low <= place <= high else None, x=(place - 1) * (width + APART), width=width,
                height=HEIGHT)
        for place in range(1, ranked + 1)
    ]  # fmt: skip


def _bar(low: int, high: int, ranked: int) -> list[Markup]:
    width = WIDTH / ranked
    own = element("rect", class_="on", x=(low - 1) * width, width=(high - low + 1) * width, height=HEIGHT)
    return [element("rect", width=WIDTH, height=HEIGHT), own]
