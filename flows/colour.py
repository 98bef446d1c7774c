"""Colour words on a terminal, unless the user has set NO_COLOR (no-color.org)."""

import os
import re
import sys
from typing import TextIO

GREEN, YELLOW, RED = 32, 33, 31


def paint(text: str, code: int, stream: TextIO | None = None) -> str:
    """Return a text in a colour where the stream (standard output) is a terminal that has colours; else as it is."""
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not (stream or sys.stdout).isatty()
    return text if is_plain else f"\x1b[{code}m{text}\x1b[0m"


def paint_failures(text: str, stream: TextIO | None = None) -> str:
    """Return lines of which the word `failed:` at their beginning is red."""
    return re.sub(r"^failed:", paint("failed:", RED, stream), text, flags=re.MULTILINE)
