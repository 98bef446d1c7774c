"""Find an edition by the name that people type: 2026-09 or CY26-Q3, each with @1, @pop-1.0 or @now behind it."""

import re
from pathlib import Path

from pipelines.editions.contents import Edition, NoEditionError, compute_edition
from pipelines.editions.counting import counting_checksum
from pipelines.editions.periods import Period, parse_period
from pipelines.editions.store import list_revisions, read_edition
from pipelines.folders import typed
from pipelines.warehouse.query import open_database

REVISION = re.compile(r"[0-9]+|pop-[0-9.]+|now")
HOW = "name an edition as 2026-09 or CY26-Q3, with @1 (its first revision), @pop-1.0 or @now (by the present database)"


def parse_name(name: str) -> tuple[Period, str]:
    """Return the period of an edition, and its revision as text: a number, a method, now, or empty for the newest.

    Raises NoEditionError for anything else.
    """
    stated, at, revision = name.partition("@")
    if at and not REVISION.fullmatch(revision):
        raise NoEditionError(f"{name} names no edition; {HOW}")
    try:
        return parse_period(stated), revision
    except ValueError:
        raise NoEditionError(f"{name} names no edition; {HOW}") from None


def find_edition(database: Path, editions: Path, name: str) -> Edition:
    """Return the newest closed revision of an edition, or the one that is named.

    Where none is closed yet, it is what the present database says. Raises NoEditionError.
    """
    period, revision = parse_name(name)
    closed = [one for one in list_revisions(editions) if one.period == period]
    if revision == "now" or not (closed or revision):
        with open_database(database) as opened:
            return compute_edition(opened, period, counting_checksum())
    chosen = [one for one in closed if revision in ("", str(one.revision), one.method)]
    if not chosen:
        raise NoEditionError(f"no revision {revision} of {period.name} is closed; see: {typed('edition list')}")
    return read_edition(editions, chosen[-1])
