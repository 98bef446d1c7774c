"""The styles of the site: what a theme changes."""

import re

from pipelines.folders import CHECKOUT
from reports.pages.colours import community_styles

RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{((?:[^{}]*\{[^{}]*\})*)")
COLOUR = re.compile(r"--\w+: #[0-9A-Fa-f]{3,6}|color-scheme: \w+")
COMMUNITY = {"community": "alpha", "colour": "#C2400F", "colour_dark": "#FF7048"}


def styles():
    parts = [path.read_text(encoding="utf-8") for path in sorted((CHECKOUT / "reports/assets/styles").glob("*.css"))]
    return "\n".join([*parts, community_styles([COMMUNITY])])


def test_a_theme_changes_colours_alone():
    css = styles()
    themed = [(names, body) for names, body in RULE.findall(css) if "data-theme" in names]
    assert len(themed) == 5, "dark by the system, dark by the button, and in print; two of them for communities"
    for names, body in themed:
        said = [part.strip() for part in body.split(";") if part.strip()]
        assert all(COLOUR.fullmatch(part) for part in said), names
    assert all("data-theme" in names for block in DARK.findall(css) for names, _ in RULE.findall(block))
    assert len(DARK.findall(css)) == css.count("prefers-color-scheme: dark") == 2
