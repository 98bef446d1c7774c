"""The folders of an installation, and the marker of a demo's data folder."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from shlex import quote

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
DEMO_MARKER = "demo.json"
OWNER_ONLY = 0o700
KEPT_DAYS = 90
"""After so many days a kept page of mail is deleted, as the privacy page promises."""


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
    def corrections(self) -> Path:
        """Known errors of sources; the file lies beside the community files."""
        return self.communities.parent / "corrections.toml"

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
    def begun(self) -> Path:
        """The units that the latest spider of each source has begun, a file for each source."""
        return self.data / "begun"

    @property
    def core(self) -> Path:
        """The core tables of each community as the last build made them: copies, which a build can make again."""
        return self.data / "core"

    @property
    def database(self) -> Path:
        """The DuckDB file that people ask."""
        return self.data / "stackrank.duckdb"

    @property
    def built(self) -> Path:
        """The checksum of the database and of what it was built of."""
        return self.data / "built"

    @property
    def kept_catalogue(self) -> Path:
        """The catalogue as the last run read it: a copy, which the next run makes again."""
        return self.data / "catalogue.pickle"

    @property
    def fingerprint(self) -> Path:
        """The checksum of what is published and of what it was made of."""
        return self.data / "fingerprint"

    @property
    def nights(self) -> Path:
        """What nightly runs note about themselves: sizes of the folder, and what was notified."""
        return self.data / "nights"

    @property
    def editions(self) -> Path:
        """The closed editions, which are never written again."""
        return self.data / "editions"

    @property
    def set_aside(self) -> Path:
        """What could not be read, moved out of the way; nothing deletes it but its bounds."""
        return self.data / "set-aside"

    @property
    def demo_marker(self) -> Path:
        """The file that marks a data folder as one of the demo."""
        return self.data / DEMO_MARKER


class DamagedMarkerError(Exception):
    """The marker of a demo's data folder cannot be read, so nobody knows whether its data are invented."""


@contextmanager
def private_files(where: Folders) -> Iterator[None]:
    """Let this process and its children make files for their owner only while the block runs, as 0700 and 0600.

    What an earlier version has made for others too is closed.
    """
    for path in (
        where.observations,
        where.visits,
        where.clones,
        where.begun,
        where.core,
        where.database,
        where.kept_catalogue,
        *_other_private(where),
    ):
        if path.exists() and path.stat().st_uid == os.getuid() and path.stat().st_mode & 0o077:
            path.chmod(path.stat().st_mode & OWNER_ONLY)
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _other_private(where: Folders) -> list[Path]:
    return [where.data / name for name in ("pages", "locks", "prefect", "set-aside")]


def open_to_everybody(folder: Path) -> None:
    """Let everybody read a folder and all that is in it: 0755 and 0644."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def folders(environ: Mapping[str, str] = os.environ) -> Folders:
    """Read `STACKRANK_DATA`, `STACKRANK_COMMUNITIES`, `STACKRANK_SITE`; without them everything is in the clone.

    An installed package writes to the user's data folder. The data folder of a demo has its own community files.
    """
    moved = environ.get("STACKRANK_DATA")
    data = Path(moved).resolve() if moved else _own_data()
    declared = data / "communities" if (data / DEMO_MARKER).exists() else CATALOGUE
    named, site = environ.get("STACKRANK_COMMUNITIES"), environ.get("STACKRANK_SITE")
    default = CHECKOUT / "reports/site" if IS_CLONE and not moved else data / "site"
    return Folders(
        data=data,
        communities=Path(named).resolve() if named else declared,
        site=Path(site).resolve() if site else default,
    )


def _own_data() -> Path:
    return CHECKOUT / "data" if IS_CLONE else platformdirs.user_data_path("stackrank")


@dataclass(frozen=True)
class DemoMarker:
    """What the pages of a demo say on top (`shows`), and its current day."""

    shows: str
    today: date


def write_demo_marker(where: Folders, marker: DemoMarker) -> None:
    """Mark the data folder as one of the demo."""
    facts = asdict(marker) | {"today": marker.today.isoformat()}
    where.demo_marker.write_text(json.dumps(facts, indent=1) + "\n")


def read_demo_marker(where: Folders) -> DemoMarker | None:
    """Return the marker of a demo's data folder, None where the data are real; raises DamagedMarkerError."""
    if not where.demo_marker.exists():
        return None
    try:
        facts = json.loads(where.demo_marker.read_bytes())
        return DemoMarker(facts["shows"], date.fromisoformat(facts["today"]))
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise DamagedMarkerError(
            f"{where.demo_marker} cannot be read, so nobody knows whether this is a demo; "
            f"make it again: {typed('demo')}"
        ) from error


def typed(words: str) -> str:
    """Return a command of stackrank as it must be typed: in a clone uv runs it, an installed one has its own name."""
    return f"{'uv run ' if IS_CLONE else ''}stackrank {words}".rstrip()


def typed_for(where: Folders, words: str) -> str:
    """Return a command as it must be typed for a data folder, which is named where it is not the default one."""
    if where.data == _own_data():
        return typed(words)
    here = Path.cwd()
    path = where.data.relative_to(here) if where.data.is_relative_to(here) else where.data
    return f"STACKRANK_DATA={quote(str(path))} {typed(words)}"


def current_day(where: Folders) -> date:
    """Return the current day of the data folder: the demo's own, else today in UTC."""
    demo = read_demo_marker(where)
    return demo.today if demo else datetime.now(UTC).date()


def can_write(path: Path) -> bool:
    """Tell whether we may write into a folder, or make it."""
    return nearest_folder(path).is_dir() and os.access(nearest_folder(path), os.W_OK)


def nearest_folder(path: Path) -> Path:
    """Return the path, or the nearest folder above it that exists."""
    return next(one for one in (path, *path.parents) if one.exists())
