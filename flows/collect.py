"""Visit sources, or read what lies on this machine, and return how the visits went."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from flows.results import CollectResult, read_result
from flows.supervise import crawl
from flows.visiting import visit_group, visit_hosts
from pipelines.catalogue.urls import ARCHIVES, CAPTURED, MAILBOX, mailbox_of
from pipelines.folders import Folders
from pipelines.landing.runs import begin_run
from pipelines.landing.visits import read_run
from pipelines.model import Source


def collect(
    where: Folders, sources: Sequence[Source], units: Iterable[str] = (), run: str | None = None
) -> CollectResult:
    """Visit the sources (only `units` of them, if given) in a run, or in a new one; return the visits of that run.

    The units of a spider that crashes are `unvisited`; those of one that overran have failed.
    """
    run, chosen = run or begin_run(), frozenset(units)
    visit_hosts(where, sources, run, lambda group: visit_group(where, group.sources, run, chosen), chosen)
    return read_result(where, sources, run, chosen)


def collect_given(where: Folders, source: Source, path: Path) -> CollectResult:
    """Read the mailbox, the saved page or the folder at `path` into a source; return its visits.

    A mailbox is one unit, named after the file; saved pages give one unit for each month or list in them.
    Raises ValueError where its name cannot be that of a unit.
    """
    unit = mailbox_of(f"file://localhost{quote(str(path.resolve()))}")
    run = begin_run()
    crawl(where, run, [source], (), [f"path={path.resolve()}"])
    visits = read_result(where, [source], run).visits
    if source.kind == MAILBOX:
        visits = tuple(visit for visit in visits if visit.unit == unit)
    return CollectResult(visits, () if visits else (f"{source.id} {unit}",))


def reread(where: Folders, sources: Sequence[Source]) -> CollectResult:
    """Read the kept pages of mail archives again, without asking any host, and return the new visits.

    Each has the time at which its page was served.
    """
    run = begin_run()
    for kind in (*ARCHIVES, CAPTURED):
        if of_kind := [source for source in sources if source.kind == kind]:
            crawl(where, run, of_kind, (), ["reread=yes"])
    return CollectResult(tuple(read_run(where.visits, run)), ())
