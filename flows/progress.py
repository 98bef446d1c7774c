"""Show on the terminal how far the visits of a run are, by watching data/visits."""

import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import get_terminal_size
from typing import TextIO
from urllib.parse import urlsplit

from pipelines.catalogue import urls
from pipelines.catalogue.count_pages import unit_without_day
from pipelines.folders import Folders
from pipelines.landing.visits import parse_visits, read_plans, visit_files
from pipelines.model import GOOD_VERDICTS, Plan, Source, Visit

Unit = tuple[str, str]
UPDATE_SECONDS = 0.5
REWRITE = "\r\x1b[K"


@contextmanager
def show_progress(
    where: Folders, sources: Sequence[Source], units: Iterable[str], run: str, stream: TextIO | None = None
) -> Iterator[None]:
    """While the block runs, show on `stream` (standard error) every visit of a run.

    A terminal gets one line that is rewritten, with the units done, failed, and waiting by host.
    Anything else gets one line for each visit.
    """
    ended = threading.Event()
    progress = Progress(expected_units(sources, frozenset(units)), stream or sys.stderr)
    tail = Tail(where.visits, {s.id for s in sources}, run)

    def update() -> None:
        for plan in read_plans(where.visits):
            if plan.run == run:
                progress.expect(plan, sources)
        progress.update(tail.new_visits())

    def watch() -> None:
        while not ended.wait(UPDATE_SECONDS):
            update()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
        update()
        progress.end()


def expected_units(sources: Sequence[Source], units: frozenset[str]) -> dict[Unit, str]:
    """Return the host of each unit that the catalogue names (only `units`, if there are any)."""
    named = ((s.id, unit, s.captures or url) for s in sources for unit, url in zip(urls.units(s), s.urls, strict=True))
    return {(source, unit): host(url) for source, unit, url in named if not units or unit in units}


def host(url: str) -> str:
    """Return the host of a url, `this machine` for a file."""
    name = urlsplit(url).hostname or "localhost"
    return "this machine" if name == "localhost" else name


class Tail:
    """The visits of a run to these sources; reads each line once."""

    def __init__(self, visits: Path, sources: set[str], run: str) -> None:
        """Begin before the first line of each file."""
        self._visits = visits
        self._sources = sources
        self._run = run
        self._read: Counter[Path] = Counter()

    def new_visits(self) -> list[Visit]:
        """Return the visits that were logged since the last call, oldest first."""
        found = [visit for path in self._files() for visit in self._read_new(path)]
        return sorted((v for v in found if v.run == self._run), key=lambda v: v.seen_at)

    def _files(self) -> Iterator[Path]:
        return (path for source in sorted(self._sources) for path in visit_files(self._visits / source))

    def _read_new(self, path: Path) -> Iterator[Visit]:
        with path.open("rb") as file:
            file.seek(self._read[path])
            lines = file.read().rpartition(b"\n")[0]
        self._read[path] += len(lines)
        return parse_visits(b"\n".join(line for line in lines.splitlines() if self._run.encode() in line))


class Progress:
    """The state of a run, and the lines that show it."""

    def __init__(self, expected: Mapping[Unit, str], stream: TextIO) -> None:
        """Begin with every expected unit waiting."""
        self._hosts = dict(expected)
        self._latest: dict[Unit, Visit] = {}
        self._deferred: set[Unit] = set()
        self._stream = stream
        self._rewrites = stream.isatty()

    def expect(self, plan: Plan, sources: Sequence[Source]) -> None:
        """Add the plan of a source: the units that it has, and those that it defers."""
        for source in sources:
            if (source.community, source.name) == (plan.community, plan.source):
                listed = host(source.url_template or source.urls_from or "")
                self._hosts = {(source.id, unit): listed for unit in plan.units} | self._hosts
                self._deferred |= {(source.id, unit) for unit in plan.deferred}

    def update(self, visits: Iterable[Visit]) -> None:
        """Add new visits and show them."""
        for visit in visits:
            unit = (f"{visit.community}/{visit.source}", unit_without_day(visit))
            self._hosts.setdefault(unit, host(visit.url))
            self._latest[unit] = visit
            if not self._rewrites:
                print(f"{self._format_visit(visit)} ({self.line()})", file=self._stream, flush=True)
        if self._rewrites:
            room = get_terminal_size().columns - 1  # a line that wraps cannot be rewritten
            print(f"{REWRITE}{self.line()[:room]}", end="", file=self._stream, flush=True)

    def end(self) -> None:
        """Leave a terminal's line as it is now."""
        if self._rewrites:
            print(file=self._stream)

    def line(self) -> str:
        """Return the state of the run in one line."""
        failed = sum(visit.verdict not in GOOD_VERDICTS for visit in self._latest.values())
        waiting = Counter(host for unit, host in self._hosts.items() if unit not in {*self._latest, *self._deferred})
        at = ", ".join(f"{count} at {host}" for host, count in sorted(waiting.items()))
        done = f"{len(self._latest)} of {len(self._hosts)} units done, {failed} failed"
        deferred = f", {len(self._deferred)} deferred to the next run" if self._deferred else ""
        return f"{done}{deferred}; waiting: {at}" if at else done + deferred

    def _format_visit(self, visit: Visit) -> str:
        unit = visit.unit or "its list of units"
        took = "" if visit.seconds is None else f" in {visit.seconds:.1f} s"
        return f"{visit.community}/{visit.source} {unit}: {visit.verdict}{took}"
