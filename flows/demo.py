"""The rehearsal: a server on loopback with histories, visited by the real night."""

import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from flows import locks, prefect_api
from flows.rehearsal import catalogue, histories, note, series
from flows.rehearsal.server import serve
from pipelines import communities
from pipelines.folders import CATALOGUE, Folders, folders
from pipelines.nouns import Community

INVENTED = (
    "Demo: invented people and invented histories, served on this machine. "
    "Nothing here is true of the real communities."
)
RECORDED = (
    "Demo: real histories as they were copied, served on this machine. The newest commit among them "
    "is of {newest}; what happened after the newest commit of a copy is not known here."
)
MADE = ("served", "communities", "clones", "observations", "visits", "site")


class RealDataError(Exception):
    """The demo was pointed at a data folder that is not its own."""


def prepare(histories_folder: Path | None, declared: Sequence[Community]) -> tuple[Folders, Path]:
    """Empty the demo's own data folder and make its histories; return folders and server root.

    Raises RealDataError rather than touch a folder that a rehearsal has not made.
    """
    where = own_folders()
    for name in MADE:
        shutil.rmtree(where.data / name, ignore_errors=True)
    where.database.unlink(missing_ok=True)
    root = where.data / "served"
    sources = [source for community in declared for source in community.sources if source.enabled]
    today = datetime.now(UTC).date()
    if histories_folder is None:
        histories.generate(root, sources, today)
        series.write(root, sources, today)
        note.write(where, note.Rehearsal(INVENTED, today))
    else:
        _tell(histories.unbundle(histories_folder, root, sources))
        newest = catalogue.newest_commit(root)
        note.write(where, note.Rehearsal(RECORDED.format(newest=newest), newest))
    return where, root


def own_folders() -> Folders:
    """Return the demo's folders, in `data/demo` or in STACKRANK_DATA where that is set, marked as a rehearsal's.

    Raises RealDataError for a data folder with anything in it that a rehearsal has not made.
    """
    if "STACKRANK_DATA" not in os.environ:
        os.environ["STACKRANK_DATA"] = str(folders().data / "demo")
    where = folders()
    if where.data.exists() and any(where.data.iterdir()) and note.read(where) is None:
        raise RealDataError(f"{where.data} holds data that no rehearsal made; name another STACKRANK_DATA")
    where.data.mkdir(parents=True, exist_ok=True)
    note.write(where, note.Rehearsal(INVENTED, datetime.now(UTC).date()))
    return where


def _tell(found: histories.Unbundled) -> None:
    for what, names in (("no history for", found.missing), ("named by no source", found.unnamed)):
        if names:
            print(f"{what}: {', '.join(str(name) for name in names)}")
    for broken in found.broken:
        print(f"broken: {broken}")


def rehearse(histories_folder: Path | None) -> tuple[int, Folders]:
    """Serve the histories, run the night against them; return its exit status and the folders.

    Prefect starts while the histories are made. Raises BusyError while another demo is at work.
    """
    declared_in = Path(os.environ.get("STACKRANK_COMMUNITIES") or CATALOGUE)
    where = own_folders()
    with locks.only_run(where, "stackrank demo"), prefect_api.serving(where):
        _, root = prepare(histories_folder, communities.load(declared_in))
        with serve(root) as server:
            rehearsed = where.data / "communities"
            catalogue.rehearse(declared_in, rehearsed, server.base_url, snapshot=histories_folder is not None)
            os.environ["STACKRANK_COMMUNITIES"] = str(rehearsed)
            from flows.cli import run_night

            return run_night(), folders()
