"""What every spider shares: which sources to visit, what we hold of them, one run at a time."""

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from time import sleep
from typing import IO, Any, ClassVar

import scrapy

from pipelines.catalogue.count_pages import unit_without_day
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import folders
from pipelines.landing.store import stored_visits
from pipelines.landing.visits import read_visits, save_plan
from pipelines.model import Plan, Source, Verdict, Visit
from pipelines.privacy import pseudonyms
from spiders.core.budget import Budget, HostPausedError, host_of

TRIES_FOR_A_LOCK = 30
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


class SourceSpider(scrapy.Spider):
    """A spider of one kind of source; `-a sources=a/x,b/y -a units=u,v` limits what it visits.

    Every unit ends in exactly one visit, whatever happens to it, or is named in the plan of its
    source as left for another night.
    """

    kind: ClassVar[str]
    reader: ClassVar[str]
    units_are: ClassVar[str] = "repositories"

    def __init__(self, sources: str = "", units: str = "", **arguments: Any) -> None:
        super().__init__(**arguments)
        self.folders = folders()
        self.wanted_units = frozenset(units.split(",")) if units else frozenset()
        self.pseudonyms = pseudonyms.load()
        self._locks: list[IO[str]] = []
        self.resting: dict[str, str] = {}
        self._plans: dict[str, Plan] = {}
        chosen = self._chosen(frozenset(sources.split(",")) if sources else frozenset())
        self.sources = [source for source in chosen if self._lock(source)]
        self.held = self.holds()

    def holds(self) -> dict[tuple[str, str, str], Visit]:
        """Return what we hold of the sources: the visit that brought each unit, by its identity."""
        return stored_visits(self.folders.observations, self.sources)

    @cached_property
    def budget(self) -> Budget:
        """What may still be asked of each host tonight."""
        unlimited = self.settings.getlist("UNLIMITED_HOSTS")
        return Budget(self.folders.visits, self.settings.getint("UNITS_PER_HOST"), unlimited)

    def tonight(self, source: Source, urls: Mapping[str, str], most: int | None = None) -> list[str]:
        """Return which units of a source to ask tonight, of `urls` by unit; keep the plan for the others.

        Where the budget has no room for all, those never visited go first, then those visited
        longest ago. Of a source that bears less than its host, the first `most` are asked.
        """
        wanted = [unit for unit in urls if self.wanted(unit)]
        wanted, over = wanted[:most], wanted[len(wanted[:most]) :]
        if not self.budget.fits([host_of(urls[unit]) for unit in wanted]):
            visited = {
                unit_without_day(v): v.seen_at
                for v in read_visits(self.folders.visits / source.community / source.name)
            }
            wanted.sort(key=lambda unit: visited.get(unit, BEFORE_ALL))
        asked = [unit for unit in wanted if self.budget.take(host_of(urls[unit]))]
        left = [unit for unit in [*wanted, *over] if unit not in set(asked)]
        bound = f"{self.budget.most} {self.units_are} a night"
        bound = bound if most is None else f"{min(most, self.budget.most)} more {self.units_are} tonight"
        reason = f"at most {bound} are asked of one host" if left else ""
        if left:
            self.logger.warning("%s: %d of %d are left for another night: %s", source.id, len(left), len(urls), reason)
        if not self.wanted_units:
            self._keep(Plan(source.community, source.name, datetime.now(UTC), tuple(urls), tuple(left), reason))
        return asked

    def rest(self, url: str, reason: str) -> None:
        """Ask nothing more of the host of a url in this run, because it said so; hosts without limits go on."""
        host = host_of(url)
        if host not in self.budget.unlimited and host not in self.resting:
            self.resting[host] = f"{host} wants to be left alone for now: {reason}"
            self.logger.warning("%s", self.resting[host])

    def check_rest(self, url: str) -> None:
        """Raise HostRestsError where the host of a url has asked for peace."""
        if reason := self.resting.get(host_of(url)):
            raise HostPausedError(reason)

    def leave(self, source: Source, unit: str, reason: str) -> None:
        """Leave a unit that was planned for tonight to another night, without a visit."""
        if plan := self._plans.get(source.id):
            self._keep(replace(plan, left=(*plan.left, unit), reason=reason))

    def _keep(self, plan: Plan) -> None:
        self._plans[f"{plan.community}/{plan.source}"] = plan
        save_plan(self.folders.visits, plan)

    def _chosen(self, names: frozenset[str]) -> list[Source]:
        known = load_catalogue(self.folders.communities)
        self.born = {community.slug: community.born for community in known}
        self.declared = [source for community in known for source in community.sources]
        mine = [source for source in self.declared if source.kind == self.kind and source.enabled]
        return [source for source in mine if not names or source.id in names]

    def list_addresses(self, community: str) -> frozenset[str]:
        """Return the addresses of a community's mailing lists, folded: they are nobody's own."""
        lists = (s.address for s in self.declared if s.community == community and s.address)
        return frozenset(pseudonyms.fold_address(address) for address in lists)

    def _lock(self, source: Source) -> bool:
        """Keep the source for this process until it ends; False, and said, if another one has it."""
        folder = self.folders.data / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / f"{source.community}.{source.name}").open("a+")
        if not _take(file):
            file.seek(0)
            self.logger.warning("%s is being collected already: %s", source.id, file.read().strip())
            return False
        file.truncate(0)
        file.write(json.dumps({"process": os.getpid(), "since": datetime.now(UTC).isoformat()}))
        file.flush()
        self._locks.append(file)
        return True

    def wanted(self, unit: str) -> bool:
        """Tell whether this run was asked for the unit."""
        return not self.wanted_units or unit in self.wanted_units

    def visit(self, source: Source, unit: str, url: str, verdict: Verdict, **facts: Any) -> Visit:
        """Return the visit that ends now."""
        return Visit(
            community=source.community,
            source=source.name,
            kind=self.kind,
            unit=unit,
            url=url,
            seen_at=datetime.now(UTC).replace(microsecond=0),
            verdict=verdict,
            reader=self.reader,
            key_id=self.pseudonyms.key_id,
            **facts,
        )


def _take(file: IO[str]) -> bool:
    """Lock the file, or tell that somebody else keeps it; the spider of a killed run needs a moment to end."""
    for _ in range(TRIES_FOR_A_LOCK):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sleep(0.1)
        else:
            return True
    return False
