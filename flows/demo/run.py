"""The demo: a server on loopback with invented histories, and the real nightly run against it."""

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
from pipelines.folders import CATALOGUE, DemoMarker, Folders, current_day, folders, read_demo_marker, write_demo_marker
from pipelines.model import Community, Source
from reports.text import demo as notice

OWN_FOLDERS = ("served", "communities", "clones", "observations", "visits", "pages", "core", "site")


class RealDataError(Exception):
    """The data folder holds data that the demo did not make."""


class TooManyFaultsError(Exception):
    """More faults were asked for than there are repositories."""


def prepare(
    histories_folder: Path | None, declared: Sequence[Community], shown: Mapping[str, Window] | None = None
) -> tuple[Folders, Path]:
    """Empty the demo's own data folder and make its histories; return folders and server root.

    Communities with a window in `shown`, by slug, get its totals. Raises RealDataError for a
    folder that the demo did not make, and leaves it as it is.
    """
    where = own_folders()
    for name in OWN_FOLDERS:
        shutil.rmtree(where.data / name, ignore_errors=True)
    where.database.unlink(missing_ok=True)
    root = where.data / "served"
    sources = narrow(declared, shown or {})
    if histories_folder is None:
        today = max((window.end for window in (shown or {}).values()), default=datetime.now(UTC).date())
        histories.generate(root, sources, today, shown)
        series.write(root, sources, today)
        said = notice.MEASURED.format(months=_months(declared, shown)) if shown else notice.INVENTED
        write_demo_marker(where, DemoMarker(f"{said} {notice.LISTS} {notice.COUNTS}", today))
    else:
        _print_left_out(histories.unbundle(histories_folder, root, sources))
        newest = catalogue.newest_commit(root)
        write_demo_marker(where, DemoMarker(notice.RECORDED.format(newest=newest), newest))
    return where, root


def narrow(declared: Iterable[Community], shown: Mapping[str, Window]) -> list[Source]:
    """Return the enabled sources; those of a community with a window are limited to it."""
    sources = [source for community in declared for source in community.sources if source.enabled]
    return [shown[s.community].narrow(s) if s.community in shown else s for s in sources]


def _months(declared: Sequence[Community], shown: Mapping[str, Window]) -> str:
    """Name the months of each window: `OpenStack and CloudStack: July 2021 to June 2026; ...`."""
    names: dict[str, list[str]] = {}
    for community in declared:
        if window := shown.get(community.slug):
            span = notice.SPAN.format(first=f"{window.first:%B %Y}", last=f"{window.last:%B %Y}")
            names.setdefault(span, []).append(community.name)
    return notice.SEPARATOR.join(
        notice.MONTHS_OF.format(months=months, names=", ".join(named)) for months, named in names.items()
    )


def own_folders() -> Folders:
    """Return the demo's folders as `find_folders` does, and mark them."""
    where = find_folders()
    where.data.mkdir(parents=True, exist_ok=True)
    write_demo_marker(where, DemoMarker(notice.INVENTED, datetime.now(UTC).date()))
    return where


def find_folders() -> Folders:
    """Return the demo's folders, in `data/demo` or in STACKRANK_DATA where that is set.

    Raises RealDataError for a folder with data that the demo did not make.
    """
    if "STACKRANK_DATA" not in os.environ:
        os.environ["STACKRANK_DATA"] = str(folders().data / "demo")
    where = folders()
    if where.data.exists() and any(where.data.iterdir()) and read_demo_marker(where) is None:
        raise RealDataError(
            f"{where.data} holds data that the demo did not make. Nothing was changed. Name another STACKRANK_DATA."
        )
    return where


def find_histories(folder: Path) -> list[Path]:
    """Return the histories in a folder that a source names."""
    declared = load_catalogue(Path(os.environ.get("STACKRANK_COMMUNITIES") or CATALOGUE))
    return histories.find_histories(folder, [source for community in declared for source in community.sources])


def _print_left_out(found: histories.Unbundled) -> None:
    for what, names in (("no history for", found.missing), ("named by no source", found.unnamed)):
        if names:
            print(f"{what}: {', '.join(str(name) for name in names)}")
    for broken in found.broken:
        print(f"broken: {broken}")


def run_demo(histories_folder: Path | None, faults: Sequence[str] = (), *, whole: bool = False) -> tuple[int, Folders]:
    """Serve the histories and do the nightly run against them; return its exit status and the folders.

    Each of `faults` is given to one repository. Prefect starts while the histories are made. Raises
    AlreadyRunningError while another demo runs, TooManyFaultsError if there are fewer repositories.
    """
    declared_in = Path(os.environ.get("STACKRANK_COMMUNITIES") or CATALOGUE)
    declared = load_catalogue(declared_in)
    where = own_folders()
    shown = {} if histories_folder else _windows(declared_in, declared, whole=whole)
    with locks.single_run(where, "stackrank demo"), prefect_api.serving(where):
        _, root = prepare(histories_folder, declared, shown)
        with serve(root, _assign_faults(root, narrow(declared, shown), faults, where)) as server:
            if histories_folder is None:
                forums = lists.invent_forums(narrow(declared, shown), current_day(where))
                server.archives = Archives(_lists(declared_in, declared, shown, where), sites=forums)
                pages = counts.invent_pages(narrow(declared, shown), _figures(declared_in, declared))
                server.counts = counts.Counts(pages, server.base_url)
            communities = where.data / "communities"
            catalogue.write_communities(
                declared_in, communities, server.base_url, snapshot=histories_folder is not None,
                only=narrow(declared, shown) if shown else (),
            )  # fmt: skip
            os.environ["STACKRANK_COMMUNITIES"] = str(communities)
            from flows.run import run_nightly

            return run_nightly(), folders()


def _lists(
    declared_in: Path, declared: Sequence[Community], shown: Mapping[str, Window], where: Folders
) -> list[MailingList]:
    return lists.invent_lists(narrow(declared, shown), _figures(declared_in, declared), current_day(where))


def _figures(declared_in: Path, declared: Iterable[Community]) -> list[history.Figure]:
    return history.load(declared_in.parent / "history", [community.slug for community in declared])


def _windows(declared_in: Path, declared: Iterable[Community], *, whole: bool) -> dict[str, Window]:
    return totals.windows(_figures(declared_in, declared), whole=whole)


def _assign_faults(root: Path, sources: Iterable[Source], faults: Sequence[str], where: Folders) -> dict[str, str]:
    """Return the fault of each repository, the largest sources first; print it and show it on the page."""
    places = sorted(visited(sources).items(), key=lambda found: -len(found[1].urls))
    units = [unit(at) for at, _ in places if at in served(root)]
    if len(faults) > len(units):
        raise TooManyFaultsError(f"{len(faults)} faults are too many for {len(units)} repositories")
    assigned = dict(zip(units, faults, strict=False))
    for name, fault in assigned.items():
        print(f"fault {fault}: {name} {FAULTS[fault]}")
    if assigned and (marker := read_demo_marker(where)):
        text = "; ".join(f"{name} {FAULTS[fault]}" for name, fault in assigned.items())
        write_demo_marker(where, replace(marker, shows=f"{marker.shows} {notice.FAULTS.format(faults=text)}"))
    return assigned
