"""Count what a night has asked of each host, so that every lane knows it without reading the visits of the others."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil
from pathlib import Path

from flows.hosts import Group
from pipelines.landing.asked import count_units, recent_visits


class Asked:
    """How many units each host was asked in one run's time: before this run, and by each of its lanes.

    `lanes` states how many lanes a host has, where it is more than one; each is charged its part of what was before.
    """

    def __init__(self, visits: Path, lanes: Mapping[str, int]) -> None:
        self.visits, self.lanes = visits, lanes
        self._before: Counter[str] = Counter()
        self._in_run: Counter[tuple[str, int]] = Counter()
        self._of_source: dict[str, Counter[str]] = {}
        for visit in recent_visits(visits, datetime.now(UTC)):
            found = count_units([visit])
            self._before += found
            self._of_source.setdefault(f"{visit.community}/{visit.source}", Counter()).update(found)

    def note(self, group: Group) -> None:
        """Note what a group has asked; call it after each try, when its visits are here."""
        for source in group.sources:
            found = count_units(recent_visits(self.visits, datetime.now(UTC), [source]))
            more = found - self._of_source.get(source.id, Counter())
            self._of_source[source.id] = found
            self._in_run.update({(host, group.lane): number for host, number in more.items()})

    def by_others(self, group: Group) -> dict[str, int]:
        """Return how many units of each host of a group were asked by its lane, but not of the group's own sources."""
        own = sum((self._of_source.get(source.id, Counter()) for source in group.sources), Counter())
        return {host: max(0, self._of_lane(host, group.lane) - own[host]) for host in sorted(group.hosts)}

    def _of_lane(self, host: str, lane: int) -> int:
        return ceil(self._before[host] / self.lanes.get(host, 1)) + self._in_run[host, lane]
