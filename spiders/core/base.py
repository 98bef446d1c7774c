"""Choose the sources of a run, load what is stored of them, lock them, and plan what is asked."""

import fcntl
import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from time import sleep
from typing import IO, Any, ClassVar, TypeVar

import scrapy

from pipelines.catalogue.count_pages import unit_without_day
from pipelines.catalogue.load import load_catalogue
from pipelines.catalogue.urls import INDEX
from pipelines.folders import folders
from pipelines.landing.asked import host_of, recent_visits
from pipelines.landing.runs import current_run
from pipelines.landing.stored import stored_visits
from pipelines.landing.visits import read_visits, save_plan
from pipelines.model import Plan, ReasonCode, Source, Verdict, Visit
from pipelines.privacy import key_file
from pipelines.privacy.pseudonyms import fold_address
from spiders.core.budget import Budget, HostPausedError
from spiders.core.recording import COMMON, Assertion
from spiders.core.verdicts import verdict_of

LOCK_ATTEMPTS = 30
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
Unit = TypeVar("Unit")


class SourceSpider(scrapy.Spider):
    """A spider of one kind of source; `-a sources=a/x,b/y -a units=u,v` limits what it visits.

    `-a asked=host=3,other=0` says how many units of hosts were asked for other sources; else their visits say it.
    `-a probe=yes` asks one unit of each source, and judges `assertions` by what came.
    Every unit ends in exactly one visit, whatever happens to it, or the plan of its source names it
    as deferred to the next run.
    """

    kind: ClassVar[str]
    reader: ClassVar[str]
    units_are: ClassVar[str] = "repositories"
    assertions: ClassVar[tuple[Assertion, ...]] = COMMON
    probes_every_unit: ClassVar[bool] = False

    @classmethod
    def prepare(cls) -> None:
        """Start what must be there before the process has threads."""

    def __init__(self, sources: str = "", units: str = "", probe: str = "", asked: str = "", **arguments: Any) -> None:
        super().__init__(**arguments)
        self.asked_by_others = _read_asked(asked) if asked else None
        self.probes = bool(probe)
        self.walking: Source | None = None
        self.asking = ""
        self.due_units: Counter[str] = Counter()
        self.folders = folders()
        self.wanted_units = frozenset(units.split(",")) if units else frozenset()
        self.pseudonyms = key_file.load()
        self._locks: list[IO[str]] = []
        self.paused: dict[str, str] = {}
        self._plans: dict[str, Plan] = {}
        chosen = self._chosen(frozenset(sources.split(",")) if sources else frozenset())
        self.sources = [source for source in chosen if self._lock(source)]
        self.stored = self.load_stored()

    def load_stored(self) -> dict[tuple[str, str, str], Visit]:
        """Return the visit that brought each stored unit of the sources, by community, source and unit."""
        return stored_visits(self.folders.observations, self.sources)

    def stored_visit(self, source: Source, unit: str) -> Visit | None:
        """Return the visit that brought a stored unit; None where nothing of it is stored."""
        return self.stored.get((source.community, source.name, unit))

    @cached_property
    def budget(self) -> Budget:
        """How much may still be asked of each host."""
        known, unlimited = self.asked_by_others, self.settings.getlist("UNLIMITED_HOSTS")
        recent = recent_visits(self.folders.visits, datetime.now(UTC), None if known is None else self.sources)
        return Budget(recent, self.settings.getint("UNITS_PER_HOST"), unlimited, known)

    def plan_requests(self, source: Source, urls: Mapping[str, str], limit: int | None = None) -> list[str]:
        """Return which units of a source to ask in this run, of `urls` by unit; save the plan with the deferred ones.

        Where the budget has no room for all, those never visited go first, then those visited longest
        ago. At most `limit` units of the source are asked.
        """
        wanted = [unit for unit in urls if self.is_wanted(unit)]
        self.due_units[source.id] += len([unit for unit in wanted if unit != INDEX])
        wanted, beyond = wanted[:limit], wanted[len(wanted[:limit]) :]
        wanted = wanted if self.probes_every_unit else self.sample(wanted)
        if not self.budget.has_room_for([host_of(urls[unit]) for unit in wanted]):
            last_visits = self._last_visits(source)
            wanted.sort(key=lambda unit: last_visits.get(unit, BEFORE_ALL))
        asked = [unit for unit in wanted if self.budget.take(host_of(urls[unit]))]
        deferred = [unit for unit in [*wanted, *beyond] if unit not in set(asked)]
        reason = self._deferral_reason(limit) if deferred else ""
        if deferred:
            self.logger.warning(
                "%s: %d of %d deferred to the next run: %s", source.id, len(deferred), len(urls), reason
            )
        if not self.wanted_units:
            self._save(Plan(source.community, source.name, datetime.now(UTC), tuple(urls), tuple(deferred), reason))
        return asked

    def sample(self, units: Sequence[Unit]) -> list[Unit]:
        """Return all units, or the one that a probe asks: the middle one, because the first and last may be partial."""
        return list(units[len(units) // 2 :][:1] if self.probes else units)

    def units_per_night(self, source: Source) -> int | None:
        """Return how many units of a source one run asks at most; None where it asks all."""
        urls = (*source.urls, source.urls_from or source.captures or "")
        return None if self.budget.unlimited.issuperset(map(host_of, filter(None, urls))) else self.budget.limit

    def _last_visits(self, source: Source) -> dict[str, datetime]:
        visits = read_visits(self.folders.visits / source.community / source.name)
        return {unit_without_day(visit): visit.seen_at for visit in visits}

    def _deferral_reason(self, limit: int | None) -> str:
        bound = f"{self.budget.limit} {self.units_are} a run"
        bound = bound if limit is None else f"{min(limit, self.budget.limit)} more {self.units_are} in this run"
        return f"at most {bound} are asked of one host"

    def pause_host(self, url: str, reason: str) -> None:
        """Ask the host of a url nothing more in this run; hosts without limits go on."""
        host = host_of(url)
        if host not in self.budget.unlimited and host not in self.paused:
            self.paused[host] = f"{host} is paused for this run: {reason}"
            self.logger.warning("%s", self.paused[host])

    def check_paused(self, url: str) -> None:
        """Raise HostPausedError where the host of a url is paused."""
        if reason := self.paused.get(host_of(url)):
            raise HostPausedError(reason)

    def defer(self, source: Source, unit: str, reason: str) -> None:
        """Defer a planned unit to the next run, without a visit."""
        if plan := self._plans.get(source.id):
            self._save(replace(plan, deferred=(*plan.deferred, unit), reason=reason))

    def _save(self, plan: Plan) -> None:
        plan = replace(plan, run=current_run())
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
        return frozenset(fold_address(address) for address in lists)

    def _lock(self, source: Source) -> bool:
        """Lock the source until this process ends; return False, with a warning, if another process has it."""
        folder = self.folders.data / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / f"{source.community}.{source.name}").open("a+")
        if not _lock_file(file):
            file.seek(0)
            self.logger.warning("%s is being collected already: %s", source.id, file.read().strip())
            return False
        file.truncate(0)
        file.write(json.dumps({"process": os.getpid(), "since": datetime.now(UTC).isoformat()}))
        file.flush()
        self._locks.append(file)
        self.folders.begun.mkdir(exist_ok=True)
        self._begun_file(source).unlink(missing_ok=True)
        return True

    def begin(self, source: Source, unit: str) -> None:
        """Note that a unit has begun: the parent of a spider that hangs sees in which unit."""
        self.asking = unit
        with self._begun_file(source).open("a", encoding="utf-8") as file:
            file.write(f"{unit}\n")

    def _begun_file(self, source: Source) -> Path:
        return self.folders.begun / f"{source.community}.{source.name}"

    def overrun(self) -> str:
        """Return the reason of a unit that took too long."""
        return f"not done after {self.settings.getint('UNIT_TIMEOUT') // 60} minutes"

    def is_wanted(self, unit: str) -> bool:
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

    def failed_visit(self, source: Source, unit: str, url: str, code: ReasonCode, reason: str, **facts: Any) -> Visit:
        """Return the visit that ends now without rows, with the verdict of its code."""
        return self.visit(source, unit, url, verdict_of(code), reason=reason, reason_code=code, **facts)


def _lock_file(file: IO[str]) -> bool:
    """Lock the file, or return False; the spider of a killed run needs a moment to end."""
    for _ in range(LOCK_ATTEMPTS):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sleep(0.1)
        else:
            return True
    return False


def _read_asked(text: str) -> Counter[str]:
    """Return how many units of each host others have asked, from `host=3,other=0`."""
    return Counter({host: int(number) for host, _, number in (one.partition("=") for one in text.split(","))})
