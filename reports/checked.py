"""The script of a published site that says when it was last checked; nothing is imported here that takes long."""

import json
import os
from pathlib import Path

from pipelines.files import replace_synced
from pipelines.folders import Folders

CHECKED = "checked.js"


def update_last_checked(where: Folders, message: str) -> Path:
    """Say on the published site when it was last checked, and touch no page; return its index.html.

    Raises FileNotFoundError where no site is published.
    """
    index = where.site / "index.html"
    if not index.is_file():
        raise FileNotFoundError(f"there is no page at {index}")
    draft = where.site / f".{CHECKED}.{os.getpid()}"
    draft.write_text(checked_script(message), encoding="utf-8")
    replace_synced(draft, where.site / CHECKED)
    return index


def checked_script(message: str) -> str:
    """Return the content of the script."""
    return f"window.stackrankChecked = {json.dumps(message)};\n"
