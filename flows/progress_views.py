"""Show the progress of a run: a bar on a terminal, lines in a log."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from time import monotonic
from typing import TextIO

from flows.progress import Progress, View
from pipelines.model import GOOD_VERDICTS, Visit

FAST = 0.1
"""From so many units a second on the rate is given by the second, else by the minute."""


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
        self._bar = RichProgress(
            TextColumn("collect"), BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.fields[counts]}"),
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
            console=Console(file=stream, highlight=False),
        )  # fmt: skip
        self._task = self._bar.add_task("", total=None, counts="")
        self._bar.start()

    def show(self, progress: Progress, _: Sequence[Visit], /) -> None:
        """Move the bar."""
        waiting = f"waiting: {progress.waiting}" if progress.waiting else ""
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
