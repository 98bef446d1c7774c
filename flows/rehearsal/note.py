"""The note in a data folder that says that a rehearsal made it, what it shows and for which day."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime

from pipelines.folders import Folders


@dataclass(frozen=True)
class Rehearsal:
    """What a rehearsal's pages must say on top, and the day that counts as its today."""

    shows: str
    today: date


def write(where: Folders, rehearsal: Rehearsal) -> None:
    """Mark the data folder as a rehearsal's."""
    facts = asdict(rehearsal) | {"today": rehearsal.today.isoformat()}
    where.rehearsal.write_text(json.dumps(facts, indent=1) + "\n")


def read(where: Folders) -> Rehearsal | None:
    """Return the rehearsal that made the data folder, or None where the data are real."""
    if not where.rehearsal.exists():
        return None
    facts = json.loads(where.rehearsal.read_text())
    return Rehearsal(facts["shows"], date.fromisoformat(facts["today"]))


def today(where: Folders) -> date:
    """Return the day the data folder lives in: a rehearsal's own, else today in UTC."""
    rehearsal = read(where)
    return rehearsal.today if rehearsal else datetime.now(UTC).date()
