"""Invents the files that list release series, for the demo's server to serve."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from flows.demo.places import place
from pipelines.model import Source

SUPPORTED = timedelta(days=540)
PLANNED = timedelta(days=330)
RELEASE_DAYS = ((4, 4), (10, 3))


def write(root: Path, sources: Iterable[Source], today: date) -> None:
    """Write below `root` each file that an enabled source of kind series_status names, as of `today`."""
    for source in sources:
        for url in source.urls if source.enabled and source.kind == "series_status" else ():
            file = root / place(url)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("---\n" + "".join(_blocks(source.since, today)), encoding="utf-8")


def _blocks(since: date, today: date) -> Iterator[str]:
    """Yield the series from `since` on, the newest first: some planned, some in service, the others ended."""
    years = range(today.year + 1, since.year - 1, -1)
    halves = [(year, half, date(year, *RELEASE_DAYS[half - 1])) for year in years for half in (2, 1)]
    for year, half, day in halves:
        if since <= day <= today + PLANNED:
            yield f"- name: invented-{year}-{half}\n  release-id: {year}.{half}\n{_state(day, today)}"


def _state(day: date, today: date) -> str:
    if day > today:
        return f"  status: development\n  initial-release: {day}\n"
    if day + SUPPORTED > today:
        return f"  status: maintained\n  initial-release: {day}\n"
    return f"  status: end of life\n  initial-release: {day}\n  eol-date: {day + SUPPORTED}\n"
