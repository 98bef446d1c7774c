"""Check the pseudonym key without making one."""

import os
from collections.abc import Collection
from pathlib import Path

from flows.findings import BAD, NOTE, OK, Finding, shorten_list
from pipelines.folders import Folders, can_write
from pipelines.landing.stored import stored_visits
from pipelines.privacy import key_file

KEY = "pseudonym key"


def check_key(where: Folders) -> Finding:
    """Check the key without making one; print its id, never the key."""
    path = key_file.path()
    used = {visit.key_id for visit in stored_visits(where.observations).values() if visit.key_id}
    if "STACKRANK_KEY" not in os.environ and not path.exists():
        return _no_key(path, used)
    try:
        key_id = key_file.load().key_id
    except (key_file.KeyRefusedError, OSError) as error:
        return Finding(BAD, KEY, str(error))
    place = "in STACKRANK_KEY" if "STACKRANK_KEY" in os.environ else f"in {path}, for its owner only"
    if others := used - {key_id}:
        text = f"some stored data was written with another key ({shorten_list(sorted(others))})"
        return Finding(NOTE, KEY, f"its id is {key_id} ({place}); {text}; the next run reads it again")
    return Finding(OK, KEY, f"its id is {key_id} ({place})")


def _no_key(path: Path, used: Collection[str]) -> Finding:
    if used:
        return Finding(BAD, KEY, f"{path} is missing, and stored data was written with it "
                       f"(id {shorten_list(sorted(used))}); restore it from your backup, "
                       "or the next run reads everything again with a new key")  # fmt: skip
    if not can_write(path):
        return Finding(BAD, KEY, f"there is none, and {path} cannot be written; "
                       "set STACKRANK_KEY or make its folder writable")  # fmt: skip
    return Finding(NOTE, KEY, f"there is none yet; the first run makes {path}; put it into your backup")
