"""Where everything that runs make lives."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import platformdirs

CHECKOUT = Path(__file__).resolve().parent.parent
"""The folder of our packages: the clone, or site-packages where a wheel was installed."""
PACKAGED = Path(__file__).resolve().with_name("_data")
"""Community files and published figures as a wheel brings them; a clone has them in `data/`."""
IS_CLONE = not PACKAGED.is_dir()
DECLARED = CHECKOUT / "data" if IS_CLONE else PACKAGED
"""The folder of the files that people write: communities, rules, published figures."""
CATALOGUE = DECLARED / "communities"
RULES = DECLARED / "rules"
REHEARSAL = "rehearsal.json"


@dataclass(frozen=True)
class Folders:
    """The data folder, the community files and the site of one installation."""

    data: Path
    communities: Path
    site: Path

    @property
    def history(self) -> Path:
        """Published and measured figures; they lie beside the community files."""
        return self.communities.parent / "history"

    @property
    def clones(self) -> Path:
        """Bare repositories, one per git unit."""
        return self.data / "clones"

    @property
    def observations(self) -> Path:
        """One Parquet file per unit."""
        return self.data / "observations"

    @property
    def visits(self) -> Path:
        """How each visit went, as JSON lines per source and month."""
        return self.data / "visits"

    @property
    def database(self) -> Path:
        """The DuckDB file that people ask."""
        return self.data / "stackrank.duckdb"

    @property
    def rehearsal(self) -> Path:
        """The note that says that this data folder holds a rehearsal and what it shows."""
        return self.data / REHEARSAL


def folders(environ: Mapping[str, str] = os.environ) -> Folders:
    """Read `STACKRANK_DATA` and `STACKRANK_COMMUNITIES`; without them everything is in the clone.

    An installed package writes to the user's data folder. A rehearsal's data folder brings its own community files.
    """
    moved = environ.get("STACKRANK_DATA")
    data = Path(moved).resolve() if moved else _own_data()
    rehearsed = data / "communities" if (data / REHEARSAL).exists() else CATALOGUE
    named = environ.get("STACKRANK_COMMUNITIES")
    return Folders(
        data=data,
        communities=Path(named).resolve() if named else rehearsed,
        site=CHECKOUT / "reports/site" if IS_CLONE and not moved else data / "site",
    )


def _own_data() -> Path:
    return CHECKOUT / "data" if IS_CLONE else platformdirs.user_data_path("stackrank")


@dataclass(frozen=True)
class DemoNote:
    """What a rehearsal's pages must say on top, and the day that counts as its today."""

    shows: str
    today: date


def write_demo_note(where: Folders, rehearsal: DemoNote) -> None:
    """Mark the data folder as a rehearsal's."""
    facts = asdict(rehearsal) | {"today": rehearsal.today.isoformat()}
    where.rehearsal.write_text(json.dumps(facts, indent=1) + "\n")


def read_demo_note(where: Folders) -> DemoNote | None:
    """Return the rehearsal that made the data folder, or None where the data are real."""
    if not where.rehearsal.exists():
        return None
    facts = json.loads(where.rehearsal.read_text())
    return DemoNote(facts["shows"], date.fromisoformat(facts["today"]))


def current_day(where: Folders) -> date:
    """Return the day the data folder lives in: a rehearsal's own, else today in UTC."""
    rehearsal = read_demo_note(where)
    return rehearsal.today if rehearsal else datetime.now(UTC).date()
