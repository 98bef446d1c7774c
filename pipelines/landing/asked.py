"""Count how many units of each host were asked in one run's time, from visits."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.landing.visits import read_visits
from pipelines.model import Source, Visit

WINDOW = timedelta(hours=12)


def count_units(visits: Iterable[Visit]) -> Counter[str]:
    """Return how many units of each host were visited."""
    return Counter(host_of(visit.url) for visit in visits if visit.unit)


def recent_visits(visits: Path, now: datetime, sources: Iterable[Source] | None = None) -> Iterator[Visit]:
    """Yield the visits of the WINDOW before now: all, or those to some sources."""
    folders = [visits] if sources is None else [visits / source.community / source.name for source in sources]
    return (visit for folder in folders for visit in read_visits(folder, now - WINDOW))


def host_of(url: str) -> str:
    """Return the host of a url, empty if it has none."""
    return urlsplit(url).hostname or ""
