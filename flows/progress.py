"""Read the visits of a run from data/visits, and count its units."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.catalogue import urls
from pipelines.catalogue.count_pages import unit_without_day
from pipelines.landing.visit_files import visit_files
from pipelines.landing.visits import parse_visits
from pipelines.model import GOOD_VERDICTS, Plan, Source, Visit

Unit = tuple[str, str]


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
    """Which units of a run are done, failed, deferred and waiting."""

    def __init__(self, expected: Mapping[Unit, str]) -> None:
        """Begin with every expected unit waiting."""
        self._hosts = dict(expected)
        self._latest: dict[Unit, Visit] = {}
        self._deferred: set[Unit] = set()
        self._planned: set[str] = set()

    def expect(self, plan: Plan, sources: Sequence[Source]) -> None:
        """Add the plan of a source: the units that it has, and those that it defers."""
        for source in sources:
            if (source.community, source.name) == (plan.community, plan.source):
                listed = host(source.url_template or source.urls_from or "")
                self._hosts = {(source.id, unit): listed for unit in plan.units} | self._hosts
                self._deferred |= {(source.id, unit) for unit in plan.deferred}
                self._planned.add(source.id)

    def update(self, visits: Iterable[Visit]) -> None:
        """Count new visits; the latest one to a unit counts."""
        for visit in visits:
            unit = (f"{visit.community}/{visit.source}", unit_without_day(visit))
            self._hosts.setdefault(unit, host(visit.url))
            self._latest[unit] = visit

    @property
    def total(self) -> int:
        """How many units the run visits, as far as it is known."""
        return len(self._hosts.keys() - self._deferred)

    @property
    def done(self) -> int:
        """How many units were visited."""
        return len(self._latest)

    @property
    def failed(self) -> int:
        """How many of them failed."""
        return sum(visit.verdict not in GOOD_VERDICTS for visit in self._latest.values())

    @property
    def waiting(self) -> str:
        """How many units wait, by host."""
        waiting = Counter(host for unit, host in self._hosts.items() if unit not in {*self._latest, *self._deferred})
        return ", ".join(f"{count} at {host}" for host, count in sorted(waiting.items()))

    def finished_sources(self) -> dict[str, str]:
        """Return a line for each source of which no unit waits; an archive without a plan has not listed its units."""
        waiting = {source for source, unit in self._hosts.keys() - self._latest.keys() - self._deferred}
        waiting |= {source for source, unit in self._hosts if unit == urls.INDEX} - self._planned
        return {source: line for source, line in self.sources().items() if source not in waiting}

    def sources(self) -> dict[str, str]:
        """Return a line for each source with its units that are done, failed and deferred."""
        verdicts: dict[str, list[bool]] = {source: [] for source, _ in self._hosts}
        for (source, _), visit in self._latest.items():
            verdicts[source].append(visit.verdict in GOOD_VERDICTS)
        deferred = Counter(source for source, _ in self._deferred)
        return {source: _source_line(source, of, deferred[source]) for source, of in sorted(verdicts.items())}


def _source_line(source: str, verdicts: Sequence[bool], deferred: int) -> str:
    counts = f"{source}: {sum(verdicts)} fetched, {len(verdicts) - sum(verdicts)} failed"
    return f"{counts}, {deferred} deferred to the next run" if deferred else counts
