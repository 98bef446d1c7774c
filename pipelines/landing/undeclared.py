"""Find what is held and no longer declared in the catalogue, and say what becomes of it in the counts."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from pipelines.catalogue import count_pages
from pipelines.catalogue.urls import units
from pipelines.folders import Folders
from pipelines.landing.stored import stored_visits
from pipelines.model import Community, Source, Visit

REPOSITORIES = ("git", "series_status", "mailmap")
"""The kinds whose units are their urls: a unit that no url names was replaced."""


class Undeclared(NamedTuple):
    """What is held, what becomes of it, and what a person may do."""

    held: str
    effect: str
    fix: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.held}: {self.effect}; {self.fix}"


def find_undeclared(where: Folders, communities: Sequence[Community]) -> list[Undeclared]:
    """Return what is held and not declared, and repositories that two communities declare, in the order of names."""
    declared = {source.id: source for community in communities for source in community.sources}
    visits = sorted(stored_visits(where.observations).values(), key=_source_id)
    by_source = ((name, list(held)) for name, held in groupby(visits, key=_source_id))
    found = [each for name, held in by_source for each in _of_source(name, declared.get(name), held)]
    return [*found, *_in_two_communities(declared.values())]


def is_replaced(source: Source, unit: str) -> bool:
    """Tell whether a held unit of a source is none of its urls any more, so that another one stands in its place."""
    return source.kind in REPOSITORIES and not source.urls_from and unit not in units(source)


def _of_source(name: str, source: Source | None, held: list[Visit]) -> Iterator[Undeclared]:
    if source is None:
        fix = f'if it was renamed, write renamed_from = "{name}" beside its new name'
        yield Undeclared(f"{name}: {_amount(held)}", "no source has this name: it is left out of all counts", fix)
        return
    if not source.enabled:
        since = max(visit.seen_at for visit in held)
        effect = f"it is switched off: what it had stays, and it is a gap from {since:%B %Y} on"
        yield Undeclared(f"{name}: {_amount(held)}", effect, "switch it on, or give it an until if it has ended")
    for unit, visits in groupby(sorted(held, key=count_pages.unit_without_day), key=count_pages.unit_without_day):
        if is_replaced(source, unit):
            fix = "name its url again to count it; where it has moved, its successor has its history"
            yield Undeclared(
                f"{name} {unit}: {_amount(list(visits))}", "no url names it: it is left out of all counts", fix
            )
        elif _is_page_without_url(source, unit):
            effect = "no url names it: its counts stay, and no new ones come"
            yield Undeclared(f"{name} {unit}: {_amount(list(visits))}", effect, "name its url again to count on")


def _is_page_without_url(source: Source, page: str) -> bool:
    known = (*units(source), *count_pages.BESIDE.get(source.kind, ()))
    return source.kind in count_pages.KINDS and page not in known


def _in_two_communities(sources: Iterable[Source]) -> Iterator[Undeclared]:
    owners: dict[str, list[str]] = {}
    for source in sources:
        for url in source.urls if source.kind == "git" and source.enabled else ():
            owners.setdefault(url, []).append(source.id)
    for url, names in owners.items():
        if len({name.partition("/")[0] for name in names}) > 1:
            yield Undeclared(
                url, f"{' and '.join(names)} declare it: its commits count in each", "leave it to one of them"
            )


def _amount(held: list[Visit]) -> str:
    if held[0].kind in count_pages.KINDS:
        days = len({visit.unit for visit in held})
        return f"{days:,} dated counts of pages"
    return f"{sum(visit.observations or 0 for visit in held):,} observations"


def _source_id(visit: Visit) -> str:
    return f"{visit.community}/{visit.source}"
