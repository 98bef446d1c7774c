"""Tell what is published: the database by its own account, and the page. Times of files alone say little."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.folders import Folders
from pipelines.model import GOOD_VERDICTS, Visit
from pipelines.warehouse.query import NoDatabaseError, read_build

END = b"</html>"


@dataclass(frozen=True)
class Published:
    """When the database was built (None: there is none that can be read, see `problem`), and the page written.

    `sources` are those of which the database holds something, as `community/name`.
    """

    built_at: datetime | None
    written_at: datetime | None
    sources: frozenset[str]
    problem: str = ""

    def missing(self, held: Iterable[str]) -> list[str]:
        """Return the held sources of which the database has nothing; none where there is no database."""
        return sorted(set(held) - self.sources) if self.built_at else []


def read_published(where: Folders) -> Published:
    """Read database and page."""
    written_at = _written(where.site)
    if not where.database.exists():
        return Published(None, written_at, frozenset())
    try:
        found = read_build(where.database)
    except NoDatabaseError as error:
        return Published(None, written_at, frozenset(), str(error))
    return Published(found.built_at.replace(tzinfo=UTC), written_at, found.sources)


def held_sources(visits: Iterable[Visit]) -> set[str]:
    """Return the sources of which the last good visit to a unit left rows; `visits` are in their order."""
    good = (visit for visit in visits if visit.verdict in GOOD_VERDICTS)
    last = {(visit.community, visit.source, visit.unit): visit.observations for visit in good}
    return {f"{community}/{source}" for (community, source, _), rows in last.items() if rows}


def _written(site: Path) -> datetime | None:
    """Return when a whole page was written, or checked last; a run that finds nothing new writes the latter only."""
    page = site / "index.html"
    if not page.is_file() or not page.read_bytes().rstrip().endswith(END):
        return None
    times = [path.stat().st_mtime for path in (page, site / "checked.js") if path.exists()]
    return datetime.fromtimestamp(max(times), UTC)
