"""Read how the visits of a run went."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.catalogue import urls
from pipelines.catalogue.count_pages import unit_without_day
from pipelines.folders import Folders
from pipelines.landing.visits import read_plans, read_run
from pipelines.model import GOOD_VERDICTS, UNANSWERED_CODES, Plan, Source, Verdict, Visit

ENDED = "not visited: its spider took too long and was ended"
OVERRAN = "not done in time: its spider was ended"


@dataclass(frozen=True)
class CollectResult:
    """How the visits of one run went; `unvisited` names what the run had to visit and did not.

    `deferred` holds the plans that defer units to another run: those units are neither unvisited nor failed.
    """

    visits: tuple[Visit, ...]
    unvisited: tuple[str, ...]
    deferred: tuple[Plan, ...] = ()

    @property
    def failed(self) -> tuple[Visit, ...]:
        """The visits that failed in any way."""
        return tuple(visit for visit in self.visits if visit.verdict not in GOOD_VERDICTS)

    @property
    def retryable(self) -> tuple[Visit, ...]:
        """The visits worth another try in the same run; a spider that was ended would take as long again."""
        return tuple(
            visit for visit in self.failed if visit.verdict == Verdict.FAILED and visit.reason not in (ENDED, OVERRAN)
        )

    @property
    def good(self) -> tuple[Visit, ...]:
        """The visits after which we have what the source has."""
        return tuple(visit for visit in self.visits if visit.verdict in GOOD_VERDICTS)

    @property
    def is_offline(self) -> bool:
        """Whether no host at all answered."""
        return bool(self.visits) and all(visit.reason_code in UNANSWERED_CODES for visit in self.visits)

    @property
    def complaints(self) -> list[str]:
        """One line for each thing that failed."""
        failed = [f"{v.community}/{v.source} {v.unit}: {v.verdict}: {v.reason}" for v in self.failed]
        return failed + [f"{name}: was not visited" for name in self.unvisited]


def read_result(
    where: Folders, sources: Sequence[Source], run: str, units: frozenset[str] = frozenset()
) -> CollectResult:
    """Return the last visit of a run to each unit of the sources."""
    latest = {(f"{v.community}/{v.source}", unit_without_day(v)): v for v in read_run(where.visits, run, sources)}
    plans = {f"{p.community}/{p.source}": p for p in read_plans(where.visits, sources) if p.run == run}
    expected = [(s.id, unit) for s in sources for unit in _planned(s, plans.get(s.id))]
    missing = [f"{s} {u}" for s, u in expected if (s, u) not in latest and (not units or u in units)]
    lists = [s.id for s in sources if s.urls_from and s.id not in plans and not any(key[0] == s.id for key in latest)]
    deferred = tuple(plan for plan in plans.values() if plan.deferred)
    return CollectResult(tuple(latest.values()), tuple(missing + lists), deferred)


def _planned(source: Source, plan: Plan | None) -> list[str]:
    """Return the units that a run had to visit: all of the source, without the deferred ones."""
    named = urls.units(source)
    planned, deferred = (plan.units, set(plan.deferred)) if plan else ((), set())
    return [unit for unit in dict.fromkeys([*named, *planned]) if unit not in deferred]
