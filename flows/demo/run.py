"""The rehearsal: a server on loopback with histories, visited by the real night."""

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from flows import locks, prefect_api
from flows.demo import catalogue, counts, histories, lists, series, totals
from flows.demo.archives import Archives, MailingList
from flows.demo.places import served, unit, visited
from flows.demo.server import FAULTS, serve
from flows.demo.totals import Window
from pipelines.catalogue import history
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CATALOGUE, DemoNote, Folders, current_day, folders, read_demo_note, write_demo_note
from pipelines.model import Community, Source

INVENTED = (
    "Demo: invented people and invented histories, served on this machine. "
    "Nothing here is true of the real communities."
)
MEASURED = (
    "Demo: invented people and invented histories, served on this machine. True are only the numbers of commits and "
    "of their authors in each month: they are as measured in the real histories. Shown are {months}."
)
RECORDED = (
    "Demo: real histories as they were copied, served on this machine. The newest commit among them "
    "is of {newest}; what happened after the newest commit of a copy is not known here."
)
MADE = ("served", "communities", "clones", "observations", "visits", "pages", "site")


class RealDataError(Exception):
    """The demo was pointed at a data folder that is not its own."""


class TooManyFaultsError(Exception):
    """More faults were asked for than there are repositories."""


def prepare(
    histories_folder: Path | None, declared: Sequence[Community], shown: Mapping[str, Window] | None = None
) -> tuple[Folders, Path]:
    """Empty the demo's own data folder and make its histories; return folders and server root.

    Communities with a window in `shown`, by slug, get the totals of that. Raises RealDataError
    rather than touch a folder that a rehearsal has not made.
    """
    where = own_folders()
    for name in MADE:
        shutil.rmtree(where.data / name, ignore_errors=True)
    where.database.unlink(missing_ok=True)
    root = where.data / "served"
    sources = narrowed(declared, shown or {})
    if histories_folder is None:
        today = max((window.end for window in (shown or {}).values()), default=datetime.now(UTC).date())
        histories.generate(root, sources, today, shown)
        series.write(root, sources, today)
        told = MEASURED.format(months=_months(declared, shown)) if shown else INVENTED
        write_demo_note(where, DemoNote(f"{told} {lists.TOLD} {counts.TOLD}", today))
    else:
        _tell(histories.unbundle(histories_folder, root, sources))
        newest = catalogue.newest_commit(root)
        write_demo_note(where, DemoNote(RECORDED.format(newest=newest), newest))
    return where, root


def narrowed(declared: Iterable[Community], shown: Mapping[str, Window]) -> list[Source]:
    """Return the enabled sources, those of a community with a window as they are rehearsed."""
    sources = [source for community in declared for source in community.sources if source.enabled]
    return [shown[s.community].narrowed(s) if s.community in shown else s for s in sources]


def _months(declared: Sequence[Community], shown: Mapping[str, Window]) -> str:
    """Name the months of each window: `OpenStack and CloudStack: July 2021 to June 2026; ...`."""
    names: dict[str, list[str]] = {}
    for community in declared:
        if window := shown.get(community.slug):
            names.setdefault(f"{window.first:%B %Y} to {window.last:%B %Y}", []).append(community.name)
    return "; ".join(f"{months} for {', '.join(named)}" for months, named in names.items())


def own_folders() -> Folders:
    """Return the demo's folders, in `data/demo` or in STACKRANK_DATA where that is set, marked as a rehearsal's.

    Raises RealDataError for a data folder with anything in it that a rehearsal has not made.
    """
    if "STACKRANK_DATA" not in os.environ:
        os.environ["STACKRANK_DATA"] = str(folders().data / "demo")
    where = folders()
    if where.data.exists() and any(where.data.iterdir()) and read_demo_note(where) is None:
        raise RealDataError(f"{where.data} holds data that no rehearsal made; name another STACKRANK_DATA")
    where.data.mkdir(parents=True, exist_ok=True)
    write_demo_note(where, DemoNote(INVENTED, datetime.now(UTC).date()))
    return where


def _tell(found: histories.Unbundled) -> None:
    for what, names in (("no history for", found.missing), ("named by no source", found.unnamed)):
        if names:
            print(f"{what}: {', '.join(str(name) for name in names)}")
    for broken in found.broken:
        print(f"broken: {broken}")


def rehearse(histories_folder: Path | None, faults: Sequence[str] = (), *, whole: bool = False) -> tuple[int, Folders]:
    """Serve the histories, run the night against them; return its exit status and the folders.

    Each of `faults` strikes one repository. Prefect starts while the histories are made. Raises
    BusyError while another demo is at work, TooManyFaultsError if there are fewer repositories.
    """
    declared_in = Path(os.environ.get("STACKRANK_COMMUNITIES") or CATALOGUE)
    declared = load_catalogue(declared_in)
    where = own_folders()
    shown = {} if histories_folder else _windows(declared_in, declared, whole=whole)
    with locks.single_run(where, "stackrank demo"), prefect_api.serving(where):
        _, root = prepare(histories_folder, declared, shown)
        with serve(root, _strike(root, narrowed(declared, shown), faults, where)) as server:
            if histories_folder is None:
                forums = lists.forums(narrowed(declared, shown), current_day(where))
                server.archives = Archives(_lists(declared_in, declared, shown, where), sites=forums)
                stated = counts.rehearsed(narrowed(declared, shown), _figures(declared_in, declared))
                server.counts = counts.Counts(stated, server.base_url)
            rehearsed = where.data / "communities"
            catalogue.rehearse(
                declared_in, rehearsed, server.base_url, snapshot=histories_folder is not None,
                narrowed=narrowed(declared, shown) if shown else (),
            )  # fmt: skip
            os.environ["STACKRANK_COMMUNITIES"] = str(rehearsed)
            from flows.run import run_night

            return run_night(), folders()


def _lists(
    declared_in: Path, declared: Sequence[Community], shown: Mapping[str, Window], where: Folders
) -> list[MailingList]:
    return lists.rehearsed(narrowed(declared, shown), _figures(declared_in, declared), current_day(where))


def _figures(declared_in: Path, declared: Iterable[Community]) -> list[history.Figure]:
    return history.load(declared_in.parent / "history", [community.slug for community in declared])


def _windows(declared_in: Path, declared: Iterable[Community], *, whole: bool) -> dict[str, Window]:
    return totals.windows(_figures(declared_in, declared), whole=whole)


def _strike(root: Path, sources: Iterable[Source], faults: Sequence[str], where: Folders) -> dict[str, str]:
    """Return which repository has which fault, those of the largest sources first; say so, and on the page too."""
    places = sorted(visited(sources).items(), key=lambda found: -len(found[1].urls))
    units = [unit(at) for at, _ in places if at in served(root)]
    if len(faults) > len(units):
        raise TooManyFaultsError(f"{len(faults)} faults cannot strike {len(units)} repositories")
    struck = dict(zip(units, faults, strict=False))
    for name, fault in struck.items():
        print(f"fault {fault}: {name} {FAULTS[fault]}")
    if struck and (rehearsal := read_demo_note(where)):
        told = "; ".join(f"{name} {FAULTS[fault]}" for name, fault in struck.items())
        write_demo_note(where, replace(rehearsal, shows=f"{rehearsal.shows} Faults are switched on: {told}."))
    return struck
