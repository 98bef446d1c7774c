"""Tell whether a run found nothing new, so that the published database and page are up to date.

A run builds nothing when all of this is as it was when the last run published:

- catalogue, method, published figures and harvests (`Inputs.sha256`);
- the calendar month and the newest complete month;
- our own code, and the public address of the site;
- which units were fetched well and which failed;
- the database and the page themselves, by size and time.

Such a run only updates the time of the last check in the page. Where a file of observations is
damaged, no run is up to date.
"""

import os
from functools import cache
from hashlib import sha256

from flows.address import site_address
from pipelines.files import replace_synced
from pipelines.folders import CHECKOUT, Folders
from pipelines.model import GOOD_VERDICTS
from pipelines.warehouse.inputs import Inputs

ROOMS = ("pipelines", "reports")


def record(where: Folders, inputs: Inputs) -> None:
    """Save the fingerprint of these inputs and of what was published from them."""
    draft = where.fingerprint.with_name(f".{where.fingerprint.name}.{os.getpid()}")
    draft.write_text(fingerprint(where, inputs) + "\n")
    replace_synced(draft, where.fingerprint)


def is_up_to_date(where: Folders, inputs: Inputs) -> bool:
    """Tell whether database and page were made from these inputs and nothing has changed them since."""
    files = (where.fingerprint, where.database, where.site / "index.html")
    if inputs.damaged or not all(file.exists() for file in files):
        return False
    return where.fingerprint.read_bytes().strip() == fingerprint(where, inputs).encode()


def fingerprint(where: Folders, inputs: Inputs) -> str:
    """Return the checksum of the inputs and of what is published; raises OSError if nothing is."""
    published = (path.stat() for path in (where.database, where.site / "index.html"))
    facts = (
        inputs.sha256,
        [one.checksum for one in inputs.closed],
        inputs.shows,
        f"{inputs.today:%Y-%m}",
        inputs.method.last_complete_month(inputs.today),
        _code(ROOMS),
        site_address(),
        _units(inputs),
        *((stat.st_mtime_ns, stat.st_size) for stat in published),
    )
    return sha256(repr(facts).encode()).hexdigest()


def _units(inputs: Inputs) -> list[tuple[tuple[str, ...], bool]]:
    """Return all units, each with whether its latest visit was good."""
    latest = {(v.community, v.source, v.unit): v.verdict in GOOD_VERDICTS for v in inputs.visits}
    return sorted(latest.items())


@cache
def _code(rooms: tuple[str, ...]) -> str:
    """Return the checksum of the code in some rooms, as it was when a run first asked."""
    files = sorted(p for room in rooms for p in (CHECKOUT / room).rglob("*") if p.is_file() and p.suffix != ".pyc")
    return sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()
