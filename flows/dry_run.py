"""Say what a nightly run would ask of whom, without asking anybody."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from flows import contact
from flows.contact import source_hosts
from flows.findings import shorten_list
from pipelines.catalogue import urls
from pipelines.catalogue.urls import INDEX
from pipelines.folders import Folders
from pipelines.landing.visits import read_plans
from pipelines.model import Plan, Source


def format_dry_run(where: Folders, declared: Sequence[Source]) -> Iterator[str]:
    """Yield a line for each host, one for each of its sources with its units, and the totals."""
    plans = {f"{plan.community}/{plan.source}": plan for plan in read_plans(where.visits)}
    sources = [source for source in declared if source.visited]
    by_host = _by_host(sources)
    for host, asked in sorted(by_host.items()):
        yield host
        yield from (f"  {source.id:28} {source.kind:14} {_units(source, host, plans)}" for source in asked)
    named = sum(len(urls.units(source)) for source in sources)
    yield f"{len(by_host)} hosts, {len(sources)} sources, {named} units that the catalogue names; nobody was asked"
    if contact.has_live(sources) and (mistake := contact.find_mistake()):
        yield f"a real run would be refused: {mistake}. {contact.HOW}"


def _by_host(sources: Sequence[Source]) -> dict[str, list[Source]]:
    found: dict[str, list[Source]] = {}
    for source in sources:
        for host in sorted({_name(host) for host in source_hosts(source)}):
            found.setdefault(host, []).append(source)
    return found


def _name(host: str) -> str:
    return "this machine" if host in contact.LOOPBACK else host


def _units(source: Source, host: str, plans: Mapping[str, Plan]) -> str:
    """Say which units a source names on a host, or how many the last run found in its list of units."""
    named = urls.units(source)
    if named and INDEX not in named:
        found = zip(named, source.urls, strict=True)
        return shorten_list([unit for unit, url in found if _name(urlsplit(url).hostname or "") == host])
    if plan := plans.get(source.id):
        deferred = f", {len(plan.deferred)} deferred by the last run" if plan.deferred else ""
        return f"its list of units: {len(plan.units)} in the last run{deferred}"
    return "its list of units: not read yet"
