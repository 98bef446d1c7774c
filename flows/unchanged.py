"""Tells whether a night found nothing new, so that the published database and page can stand.

A night builds nothing when all of this is as it was when the last night published: catalogue,
method, published figures and harvests (`Inputs.sha256`), the calendar month, the newest complete
month, our own code, which units are seen well and which fail, and the database and the page
themselves, byte counts and times. Such a night writes one sentence into the page: when it looked.
While a file of observations cannot be read, no night is such a night.
"""

import os
from hashlib import sha256
from pathlib import Path

from pipelines.folders import CHECKOUT, Folders
from pipelines.model import GOOD_VERDICTS
from pipelines.warehouse.raw import Inputs

ROOMS = ("pipelines", "reports")


def record(where: Folders, given: Inputs) -> None:
    """Note that what is published now was made of these inputs."""
    note = _note(where)
    draft = note.with_name(f".{note.name}.{os.getpid()}")
    draft.write_text(fingerprint(where, given) + "\n")
    draft.replace(note)


def is_up_to_date(where: Folders, given: Inputs) -> bool:
    """Tell whether what is published was made of these inputs and has not been touched since."""
    page = where.site / "index.html"
    if given.damaged or not (_note(where).exists() and where.database.exists() and page.exists()):
        return False
    return _note(where).read_text().strip() == fingerprint(where, given)


def fingerprint(where: Folders, given: Inputs) -> str:
    """Return the checksum of the inputs and of what is published; raises OSError if nothing is."""
    published = (path.stat() for path in (where.database, where.site / "index.html"))
    facts = (
        given.sha256,
        given.shows,
        f"{given.today:%Y-%m}",
        given.method.last_complete_month(given.today),
        _code(),
        _seen_well(given),
        *((stat.st_mtime_ns, stat.st_size) for stat in published),
    )
    return sha256(repr(facts).encode()).hexdigest()


def _seen_well(given: Inputs) -> list[tuple[tuple[str, ...], bool]]:
    latest = {(v.community, v.source, v.unit): v.verdict in GOOD_VERDICTS for v in given.visits}
    return sorted(latest.items())


def _code() -> str:
    files = sorted(p for room in ROOMS for p in (CHECKOUT / room).rglob("*") if p.is_file() and p.suffix != ".pyc")
    return sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def _note(where: Folders) -> Path:
    return where.data / "published"
