"""Note which files of the data folder are removed on purpose, so that they do not come back from a shared store."""

from pathlib import Path

from pipelines.folders import folders
from pipelines.landing.store import is_shared


def note_removed(*paths: Path, moved_to: Path | None = None) -> None:
    """Note that files of the data folder are about to be removed on purpose; without a shared store do nothing.

    Of a folder all files are noted; what never lies in the store, such as a clone, is not.
    """
    where = folders()
    if not is_shared(where):
        return
    from pipelines.landing.held import Noted, open_held
    from pipelines.landing.shared_keys import is_shared_key

    for path in paths:
        for file in path.rglob("*") if path.is_dir() else (path,):
            key = file.relative_to(where.data).as_posix() if file.is_relative_to(where.data) else ""
            if is_shared_key(key) and not file.is_dir():
                place = str((moved_to / file.relative_to(path)).relative_to(where.data)) if moved_to else None
                open_held(where).note(Noted(key, place))
