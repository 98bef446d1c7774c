"""Choose sources and units by the names that a person typed; a name that nobody knows is refused before any visit."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from flows.commands.checks import UsageError
from flows.names import check_name
from pipelines.catalogue import urls
from pipelines.catalogue.urls import ARCHIVES, CAPTURED, INDEX
from pipelines.folders import Folders, typed
from pipelines.landing.visits import read_plans
from pipelines.model import Source

HAVE_MONTHS = (*ARCHIVES, CAPTURED)
MAX_SPANS = 3
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def choose_sources(declared: Mapping[str, Source], names: Sequence[str]) -> list[Source]:
    """Return the named sources, in the order of the catalogue; without names all that a run visits."""
    for name in names:
        _check_source(declared, name)
    return [s for s in declared.values() if (s.id in names if names else s.visited)]


def _check_source(declared: Mapping[str, Source], name: str) -> None:
    if own := [s.id for s in declared.values() if s.community == name]:
        raise UsageError(f"{name} is a community. Nothing was done. Name its sources: {' '.join(own)}")
    check_name(name, declared, "source", "communities")
    if not declared[name].enabled:
        raise UsageError(f"{name} is switched off. Nothing was done. Set enabled = true in its community file.")
    if not declared[name].reachable:
        raise UsageError(f"{name} cannot be visited; read your own copy of it: {typed('collect --mbox, --pages')}")


def choose_by_kind(declared: Mapping[str, Source], name: str, kinds: Collection[str]) -> Source:
    """Return a source that is read from files of a person; raises UsageError for one of another kind."""
    of_kind = {s.id: s for s in declared.values() if s.kind in kinds and s.enabled}
    check_name(name, of_kind, f"source of kind {' or '.join(kinds)}", "communities")
    return of_kind[name]


def check_units(where: Folders, sources: Sequence[Source], units: Iterable[str]) -> None:
    """Raise UsageError for a unit that none of the sources can have."""
    planned = {f"{plan.community}/{plan.source}": plan.units for plan in read_plans(where.visits)}
    known = {unit for s in sources for unit in (*urls.units(s), *planned.get(s.id, ()))} - {INDEX}
    for unit in units:
        if unit not in known and not any(_may_have(s, unit, is_listed=s.id in planned) for s in sources):
            _refuse_unit(unit, known, sources)


def _refuse_unit(unit: str, known: Collection[str], sources: Sequence[Source]) -> None:
    lists = [source for source in sources if source.kind in HAVE_MONTHS]
    if lists and not known:
        spans = (f"{source.id} has {source.since:%Y-%m} to {_last_month(source)}" for source in lists[:MAX_SPANS])
        raise UsageError(f"no unit is called {unit}. Nothing was done. A list has months: {'; '.join(spans)}")
    check_name(unit, known, "unit", "collect --help")


def _may_have(source: Source, unit: str, *, is_listed: bool) -> bool:
    """Tell whether a source may have a unit that it does not name: a month of its life, or one of an unread list."""
    if source.kind in HAVE_MONTHS:
        return bool(MONTH.fullmatch(unit)) and f"{source.since:%Y-%m}" <= unit <= _last_month(source)
    return not is_listed and (source.urls_from is not None or source.kind == urls.FORUM)


def _last_month(source: Source) -> str:
    return f"{source.until or datetime.now(UTC).date():%Y-%m}"
