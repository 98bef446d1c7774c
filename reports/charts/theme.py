"""The one look of all Plotly figures: colours of the page, type and grid.

A colour is the name of a style of the page, such as `var(--ink)`. The script resolves it when it draws, so that a
figure is right in light, in dark and in print. `var(--k-alpha,16)` is the colour of the community alpha at 16 percent.
"""

from typing import NamedTuple

INK, SOFT, FAINT, GRID, RULE, HATCH, PAPER, CARD = (
    f"var(--{name})" for name in ("ink", "soft", "faint", "grid", "rule2", "hatch", "paper", "card")
)
SANS = "var(--sans)"
CLEAR = "rgba(0,0,0,0)"
LINE, THIN, FONT, LABEL = 2.6, 1.1, 12.5, 15
BAND, RIBBON, DOT = 16, 26, 45
"""How strong a community's colour is, in percent: a range, places that cannot be excluded, one month."""
SYMBOLS = {"circle": "circle", "square": "square", "triangle": "triangle-up", "diamond": "diamond"}
"""Plotly's name of each marker of a community file."""


class Look(NamedTuple):
    """How one line is drawn: its colour as a style of the page, Plotly's marker and dash."""

    colour: str
    symbol: str = "circle"
    dash: str = "solid"

    def at(self, percent: int) -> str:
        """Return the colour at so many percent."""
        return f"{self.colour.removesuffix(')')},{percent})"


def look_of(community: str, marker: str | None) -> Look:
    """Return the look that the file of a community gives it."""
    return Look(f"var(--k-{community})", SYMBOLS[marker or "circle"])


PLAIN = (
    Look(INK), Look(SOFT, "square", "dash"), Look(FAINT, "triangle-up", "dot"), Look(INK, "diamond", "dashdot"),
    Look(SOFT, "triangle-down", "dot"), Look(FAINT, "star", "dash"),
)  # fmt: skip


def plain_looks(keys: list[str]) -> dict[str, Look]:
    """Return looks for lines that are no communities, which therefore have no colour: six at most, then all alike."""
    return {key: PLAIN[min(n, len(PLAIN) - 1)] for n, key in enumerate(keys)}
