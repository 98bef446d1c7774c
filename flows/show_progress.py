"""Show the progress of a run: a bar on a terminal, lines in a log."""

import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import Protocol, TextIO

from flows.progress import Progress, Tail, expected_units
from pipelines.folders import Folders
from pipelines.landing.visits import read_plans
from pipelines.model import GOOD_VERDICTS, Source, Visit

UPDATE_SECONDS = 0.5
BAR, COUNTS, LEAST = 16, 56, 20
"""How wide the bar is, and what stands beside it; where less than LEAST is left, nothing says where units wait."""
FAST = 0.1
"""From so many units a second on the rate is given by the second, else by the minute."""


class View(Protocol):
    """Shows the progress of a run."""

    def show(self, progress: Progress, visits: Sequence[Visit], /) -> None:
        """Show new visits, which `progress` has counted already."""

    def end(self, progress: Progress, /) -> None:
        """Show the end of the run."""


@contextmanager
def show_progress(
    where: Folders, sources: Sequence[Source], units: Iterable[str], run: str, stream: TextIO | None = None
) -> Iterator[None]:
    """While the block runs, show on `stream` (standard error) how far a run is.

    A terminal gets a bar; anything else a line for each failed visit, and one for each source when it is done.
    """
    ended = threading.Event()
    progress = Progress(expected_units(sources, frozenset(units)))
    view = view_on(stream or sys.stderr)
    tail = Tail(where.visits, {s.id for s in sources}, run)

    def update() -> None:
        for plan in read_plans(where.visits):
            if plan.run == run:
                progress.expect(plan, sources)
        visits = tail.new_visits()
        progress.update(visits)
        view.show(progress, visits)

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
        view.end(progress)


def view_on(stream: TextIO) -> View:
    """Return the view that fits a stream."""
    return Bar(stream) if stream.isatty() else Log(stream)


class Log:
    """A line for each failed visit, and one for each source when it is done, and again where that changes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._printed: dict[str, str] = {}

    def show(self, progress: Progress, visits: Sequence[Visit], /) -> None:
        """Print the failures, then the sources that are done."""
        for visit in visits:
            if visit.verdict not in GOOD_VERDICTS:
                unit = visit.unit or "its list of units"
                print(f"{visit.community}/{visit.source} {unit}: {visit.verdict}: {visit.reason}", file=self._stream)
        self._print_new(progress.finished_sources())

    def end(self, progress: Progress, /) -> None:
        """Print the other sources."""
        self._print_new(progress.sources())

    def _print_new(self, lines: Mapping[str, str]) -> None:
        for source, line in lines.items():
            if self._printed.get(source) != line:
                print(line, file=self._stream, flush=True)
        self._printed |= lines


class Bar:
    """A bar with the units that are done, their rate, the time left, and where units wait."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as RichProgress
        from rich.table import Column

        self._began = monotonic()
        console = Console(file=stream, highlight=False)
        self._room = console.width - BAR - COUNTS
        rest = Column(no_wrap=True, overflow="ellipsis", max_width=max(self._room, 1))
        self._bar = RichProgress(
            TextColumn("collect"), BarColumn(BAR, table_column=Column(min_width=BAR)), MofNCompleteColumn(),
            TextColumn("{task.fields[counts]}"), TextColumn("{task.description}", markup=False, table_column=rest),
            console=console,
        )  # fmt: skip
        self._task = self._bar.add_task("", total=None, counts="")
        self._bar.start()

    def show(self, progress: Progress, _: Sequence[Visit], /) -> None:
        """Move the bar."""
        waiting = f"waiting: {progress.waiting}" if progress.waiting and self._room >= LEAST else ""
        counts = self._counts(progress)
        self._bar.update(self._task, completed=progress.done, total=progress.total, description=waiting, counts=counts)

    def _counts(self, progress: Progress) -> str:
        """Return the failures, the rate so far, and how long the rest takes at this rate."""
        rate = progress.done / max(monotonic() - self._began, 0.1)
        left = f"{timedelta(seconds=round((progress.total - progress.done) / rate))} left" if rate else "? left"
        failed = f"[red]{progress.failed} failed[/]" if progress.failed else "[green]0 failed[/]"
        pace = f"{rate:.1f}/s" if rate >= FAST else f"{60 * rate:.1f}/min"
        return f"{failed}, {pace}, {left}"

    def end(self, _: Progress, /) -> None:
        """Leave the bar as it is now."""
        self._bar.stop()
