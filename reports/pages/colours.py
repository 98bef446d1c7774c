"""The colour of each community, as a style sheet that every page and picture shares."""

from collections.abc import Iterable, Mapping
from typing import Any


def community_styles(communities: Iterable[Mapping[str, Any]]) -> str:
    """Return a style sheet that sets `--k` to the colour of a community, on light and dark pages and in print."""
    coloured = [row for row in communities if row["colour"] and row["colour_dark"]]
    light, dark = (
        [(f".k-{row['community']}", row[column]) for row in coloured] for column in ("colour", "colour_dark")
    )
    return "\n".join([
        *(_rule("", name, colour) for name, colour in light),
        "@media (prefers-color-scheme: dark) {",
        *(_rule(":root:not([data-theme=light]) ", name, colour) for name, colour in dark),
        "}",
        *(_rule(":root[data-theme=dark] ", name, colour) for name, colour in dark),
        "@media print {",
        *(_rule(":root:root:root ", name, colour) for name, colour in light),
        "}\n",
    ])  # fmt: skip


def _rule(scope: str, name: str, colour: str) -> str:
    return f"{scope}{name} {{ --k: {colour}; }}"
