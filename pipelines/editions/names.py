"""Find an edition by the name that people type: 2026-09, 2026-09@1 for its first revision, 2026-09@now for today's."""

import re
from datetime import date
from pathlib import Path

from pipelines.editions.contents import Edition, NoEditionError, compute_edition
from pipelines.editions.counting import counting_checksum
from pipelines.editions.store import list_revisions, read_edition
from pipelines.folders import typed

NAME = re.compile(r"(\d{4})-(0[1-9]|1[0-2])(?:@(\d+|now))?")
HOW = "name an edition as 2026-09, 2026-09@1 (its first revision) or 2026-09@now (by the present database)"


def parse_name(name: str) -> tuple[date, str]:
    """Return the month of an edition, and its revision as text: a number, now, or empty for the newest.

    Raises NoEditionError for anything else.
    """
    found = NAME.fullmatch(name)
    if not found or found[1] == "0000":
        raise NoEditionError(f"{name} names no edition; {HOW}")
    return date(int(found[1]), int(found[2]), 1), found[3] or ""


def find_edition(database: Path, editions: Path, name: str) -> Edition:
    """Return the newest closed revision of an edition, or the one that is named.

    Where none is closed yet, it is what the present database says. Raises NoEditionError.
    """
    month, revision = parse_name(name)
    closed = [one for one in list_revisions(editions) if one.month == month]
    if revision == "now" or not (closed or revision):
        return compute_edition(database, month, counting_checksum())
    chosen = [one for one in closed if revision in ("", str(one.revision))]
    if not chosen:
        raise NoEditionError(f"no revision {revision} of {month:%Y-%m} is closed; see: {typed('edition list')}")
    return read_edition(editions, chosen[-1])
