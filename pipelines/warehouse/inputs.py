"""What a build reads: the catalogue, visits, harvests, rules, decisions and closed editions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from pipelines.folders import Folders
from pipelines.model import Community, Plan, Source, Visit

if TYPE_CHECKING:
    from pipelines.catalogue.corrections import Correction
    from pipelines.catalogue.history import Figure
    from pipelines.catalogue.measures import Measure
    from pipelines.landing.stored import DamagedFile, StoredUnit
    from pipelines.privacy.decisions import NeverMerge, OptOut
    from pipelines.ranking.method import Method
    from pipelines.warehouse.revisions import ClosedCounts


@dataclass(frozen=True)
class Inputs:
    """Everything that a build reads: equal inputs give equal tables, but for `built_at`."""

    units: "list[StoredUnit]"
    damaged: "list[DamagedFile]"
    visits: list[Visit]
    plans: list[Plan]
    communities: Sequence[Community]
    figures: "list[Figure]"
    method: "Method"
    never_merge: "list[NeverMerge]"
    opted_out: "list[OptOut]"
    rotated_keys: list[tuple[str, date]]
    corrections: "list[Correction]"
    measures: "dict[str, Measure]"
    closed: "list[ClosedCounts]"
    today: date
    shows: str | None
    key_id: str | None = None

    @cached_property
    def usable(self) -> "list[StoredUnit]":
        """The units that were read under one key: under two keys one person would count as two.

        It is the present key, or where nothing was read under it the one that was used last. It is no rotated one.
        """
        units = sorted(self.units, key=lambda unit: unit.visit.seen_at)
        used = [key for unit in units if (key := unit.visit.key_id) and key not in dict(self.rotated_keys)]
        chosen = self.key_id if self.key_id in used else next(reversed(used), None)
        return [unit for unit in self.units if unit.visit.key_id in (None, chosen)]

    @property
    def sources(self) -> list[Source]:
        """The sources that are counted: those that are switched on, and of the others what is held."""
        known = _with_data(self.communities, {source_of(unit.visit) for unit in self.units}).values()
        return [source for source in known if not source.replay_only]

    @property
    def replay_units(self) -> list[tuple[str, str, str]]:
        """The repositories that a replay counts, as community, replay-only source and unit.

        They are those of the source, and those that the counted sources of its community name by a url.
        """
        from pipelines.catalogue.urls import units

        replays = [source for community in self.communities for source in community.sources if source.replay_only]
        named = [(s.community, unit) for s in self.sources if s.kind == "git" for unit in units(s)]
        own = [(s.community, s.name, unit) for s in replays for unit in units(s)]
        return [*own, *((s.community, s.name, unit) for s in replays for slug, unit in named if slug == s.community)]

    @property
    def sha256(self) -> str:
        """Checksum over all that counts, without the visits of this run and without what was closed before."""
        held = (replace(unit.visit, seen_at=datetime.min, seconds=None, run="") for unit in self.units)
        listed = [(plan.community, plan.source, plan.units) for plan in self.plans]
        judged = (
            repr(self.measures),
            repr(self.corrections),
            repr(self.never_merge),
            repr(self.opted_out),
            repr(self.rotated_keys),
        )
        facts = (repr(self.communities), repr(self.figures), repr(listed), *judged)
        texts = (self.method.sha256, *facts, *map(repr, held))
        return sha256("\n".join(texts).encode()).hexdigest()


def read_inputs(where: Folders, communities: Sequence[Community], today: date, shows: str | None = None) -> Inputs:
    """Read what a build would be made of; raises WrongFileError for a mistake in one of our files.

    Files of observations that cannot be read are listed apart and left out. So is a repository that was replaced in its
    source. A source that was switched off keeps what it had.
    """
    from pipelines.catalogue import corrections, history, measures
    from pipelines.landing.stored import DamagedFile, StoredUnit, read_unit, stored_files
    from pipelines.landing.undeclared import is_replaced
    from pipelines.landing.visits import read_plans, read_visits
    from pipelines.privacy import decisions, key_file
    from pipelines.ranking import method
    from pipelines.warehouse.revisions import find_closed_counts

    decisions.give_ids(where)
    files = [read_unit(path) for path in stored_files(where.observations)]
    held = [unit for unit in files if isinstance(unit, StoredUnit)]
    known = _with_data(communities, {source_of(unit.visit) for unit in held})
    return Inputs(
        units=[
            _as_used(unit, source)
            for unit in held
            if (source := known.get(source_of(unit.visit))) and not is_replaced(source, unit.visit.unit)
        ],
        damaged=[file for file in files if isinstance(file, DamagedFile)],
        visits=[visit for visit in read_visits(where.visits) if source_of(visit) in known],
        plans=[plan for plan in read_plans(where.visits) if source_of(plan) in known],
        communities=communities,
        figures=history.load(where.history, [c.slug for c in communities]),
        method=method.load(),
        never_merge=decisions.never_merge(where, [c.slug for c in communities]),
        opted_out=decisions.opted_out(where),
        rotated_keys=decisions.rotated_keys(where),
        corrections=corrections.load(where.corrections, [s.id for c in communities for s in c.sources]),
        measures=measures.load(),
        closed=find_closed_counts(where.editions),
        today=today,
        shows=shows,
        key_id=key_file.present_key_id(),
    )


def _as_used(unit: "StoredUnit", source: Source) -> "StoredUnit":
    """Return a unit with the name under which its rows are loaded: those of a replay stay apart from the counted."""
    return unit._replace(rows=f"replay_{unit.rows}") if source.replay_only else unit


def _with_data(communities: Sequence[Community], held: set[tuple[str, str]]) -> dict[tuple[str, str], Source]:
    """Return the sources that are switched on or hold something, by community and name."""
    sources = {(s.community, s.name): s for c in communities for s in c.sources}
    return {name: source for name, source in sources.items() if source.enabled or name in held}


def source_of(about: Visit | Plan) -> tuple[str, str]:
    """Return community and source of a visit or a plan."""
    return about.community, about.source
