"""Where everything that runs make lives."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

CHECKOUT = Path(__file__).resolve().parent.parent
"""The folder of our packages: the clone, or site-packages where a wheel was installed."""
PACKAGED = Path(__file__).resolve().with_name("_data")
"""Community files and published figures as a wheel brings them; a clone has them in `data/`."""
IS_CLONE = not PACKAGED.is_dir()
CATALOGUE = (CHECKOUT / "data" if IS_CLONE else PACKAGED) / "communities"
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
