"""Close editions after a night, as a step of its own: what goes wrong here leaves the site as it is."""

from datetime import UTC, datetime

from flows.results import CollectResult
from flows.summary import Problem
from pipelines.editions.closing import close_due
from pipelines.editions.store import DamagedLedgerError, Revision, verify
from pipelines.folders import Folders, current_day, typed

ADVICE = f"see which file differs: {typed('edition verify')}"


def close_after(where: Folders, collected: CollectResult, *, is_damaged: bool) -> tuple[list[Revision], list[Problem]]:
    """Close every edition that is due after a night; return the revisions that were closed, and what went wrong."""
    now = datetime.combine(current_day(where), datetime.now(UTC).timetz())
    is_whole = not collected.deferred and not collected.unvisited
    is_good = not collected.complaints and not is_damaged
    try:
        return close_due(where.database, where.editions, now, is_whole=is_whole, is_good=is_good), []
    except (DamagedLedgerError, OSError, ValueError) as error:
        return [], [Problem(f"no edition was closed: {error}", "all closed editions", ADVICE)]


def find_mistakes(where: Folders) -> list[str]:
    """Return a line for each file of a closed edition that is not as it was closed, or for a damaged ledger."""
    if not where.editions.exists():
        return []
    try:
        return [f"edition {line}; put it back from a copy" for line in verify(where.editions)]
    except (DamagedLedgerError, OSError) as error:
        return [str(error)]
