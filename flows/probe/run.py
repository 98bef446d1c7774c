"""Let the spiders ask one unit of every source, into a folder that is deleted afterwards.

So a probe leaves no observation, no visit and no count. The pages and clones that came are kept, as a run keeps them.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.hosts import Group
from flows.probe.first_rows import UnitRows, read_first_rows
from flows.results import CollectResult
from flows.visiting import visit_group, visit_hosts
from pipelines.asserted import Asserted
from pipelines.folders import Folders
from pipelines.landing.pages import PAGES
from pipelines.landing.runs import begin_run
from pipelines.landing.visits import read_run
from pipelines.model import Source

KEPT = (PAGES, "clones")
ARGUMENTS = ("probe=yes",)
HOST_ANSWERS = ("answers", "The host answers.")


@dataclass(frozen=True)
class Outcome:
    """The outcome of one assertion about a source: its name, its sentence, what became of it, and how."""

    name: str
    text: str
    outcome: Asserted
    how: str


@dataclass(frozen=True)
class Probed:
    """What a probe found of a source: the outcomes, facts of the answers, and the first rows of its units.

    `units` is how many a first run would ask, at most `per_night` in one run (None: all).
    """

    source: Source
    outcomes: tuple[Outcome, ...]
    answers: tuple[dict[str, Any], ...] = ()
    units: int = 0
    per_night: int | None = None
    rows: tuple[UnitRows, ...] = ()


def probe(where: Folders, sources: Sequence[Source]) -> list[Probed]:
    """Ask every source once and return what was found; `where` keeps the pages and clones that came."""
    run = begin_run()
    with _scratch(where, sources) as own:
        visit_hosts(own, sources, run, lambda group: _ask(own, group, run))
        return [_read(own, source, run) for source in sources]


def _ask(own: Folders, group: Group, run: str) -> CollectResult:
    """Ask the sources of a group once, and say so."""
    result = visit_group(own, group.sources, run, arguments=ARGUMENTS)
    print(f"asked: {', '.join(source.id for source in group.sources)}", file=sys.stderr)
    return result


@contextmanager
def _scratch(where: Folders, sources: Sequence[Source]) -> Iterator[Folders]:
    """Give folders that are deleted afterwards; the name ends in our process, so that the next run finds stale ones."""
    folder = where.data / f".probe.{os.getpid()}"
    try:
        folder.mkdir()
        for source in sources:
            _link_clones(where.clones / source.community / source.name, folder)
        yield Folders(folder, where.communities, folder / "site")
        for name in KEPT:
            _keep(folder / name, where.data / name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _link_clones(clones: Path, folder: Path) -> None:
    """Give a probe the clones that are there: then a repository sends only what is new."""
    if clones.is_dir():
        target = folder / "clones" / clones.parent.name / clones.name
        shutil.copytree(clones, target, copy_function=os.link)


def _keep(folder: Path, target: Path) -> None:
    """Move what came to where runs keep it; what is there already stays."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        place = target / path.name
        if path.is_dir() and place.is_dir():
            _keep(path, place)
        elif not place.exists():
            target.mkdir(parents=True, exist_ok=True)
            path.rename(place)


def _read(own: Folders, source: Source, run: str) -> Probed:
    """Return what the spider of a source has written; without a word of it, the source was not reached."""
    path = own.data / "recordings" / f"{source.community}.{source.name}.json"
    if not path.exists():
        return Probed(source, (Outcome(*HOST_ANSWERS, Asserted.NOT_REACHED, _why_unasked(own, source, run)),))
    facts = json.loads(path.read_bytes())
    outcomes = tuple(Outcome(**one | {"outcome": Asserted(one["outcome"])}) for one in facts["outcomes"])
    rows = tuple(read_first_rows(own, source))
    return Probed(source, outcomes, tuple(facts["answers"]), facts["units"], facts["per_night"], rows)


def _why_unasked(own: Folders, source: Source, run: str) -> str:
    visits = (v for v in read_run(own.visits, run) if (v.community, v.source) == (source.community, source.name))
    return next((visit.reason for visit in visits if visit.reason), "its spider ended without a word")
