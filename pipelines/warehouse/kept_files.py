"""Keep the tables of a community as Parquet: `core/<community>/<fingerprint>/<table>.parquet`, for their owner only.

A table without rows has no file. `tables.json` names the files with their checksums, and the columns of all tables;
its first line is its own checksum. A folder is renamed when all of it is on the disk, so there is never half of one.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

from pipelines.files import replace_synced, sync
from pipelines.folders import OWNER_ONLY
from pipelines.landing.removed import note_removed

LIST = "tables.json"
Columns = dict[str, dict[str, str]]
"""Names and types of the columns of each table."""


class DamagedCoreError(Exception):
    """A kept folder is not what was written; the text says why."""


@dataclass(frozen=True)
class KeptFiles:
    """The tables of one community that are kept: their folder, the checksums of the files, the columns of all."""

    folder: Path
    files: dict[str, str]
    columns: Columns

    def file(self, table: str) -> Path | None:
        """Return the file of a table, None where it has no rows."""
        return table_file(self.folder, table) if table in self.files else None


def table_file(folder: Path, table: str) -> Path:
    """Return where a table lies in a folder."""
    return folder / f"{table}.parquet"


def begin_folder(community: Path, fingerprint: str) -> Path:
    """Make the empty draft of a folder."""
    for folder in (community.parent, community):
        folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    draft = community / f".{fingerprint}.{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=OWNER_ONLY)
    return draft


def finish_folder(draft: Path, fingerprint: str, columns: Columns) -> KeptFiles:
    """Write the list of the files of a draft, put it in its place, on the disk, and return what is kept there."""
    paths = sorted(draft.glob("*.parquet"))
    for path in paths:
        path.chmod(0o600)
        sync(path)
    files = {path.stem: _checksum(path) for path in paths}
    text = json.dumps({"files": files, "columns": columns}).encode()
    (draft / LIST).write_bytes(sha256(text).hexdigest().encode() + b"\n" + text)
    (draft / LIST).chmod(0o600)
    sync(draft / LIST)
    target = draft.with_name(fingerprint)
    shutil.rmtree(target, ignore_errors=True)
    sync(draft)
    replace_synced(draft, target)
    return KeptFiles(target, files, columns)


def read_folder(folder: Path) -> KeptFiles:
    """Return what is kept in a folder; raises DamagedCoreError unless all of it is as it was written."""
    try:
        checksum, _, text = (folder / LIST).read_bytes().partition(b"\n")
        if sha256(text).hexdigest().encode() != checksum:
            raise DamagedCoreError(f"{LIST} is damaged")
        kept = KeptFiles(folder, **json.loads(text))
        wrong = [table for table, known in kept.files.items() if _checksum(table_file(folder, table)) != known]
    except OSError as error:
        raise DamagedCoreError(os.strerror(error.errno or 0).lower()) from None
    if wrong:
        raise DamagedCoreError(f"{wrong[0]}.parquet is damaged")
    return kept


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def prune(core: Path, fingerprints: Mapping[str, str]) -> None:
    """Delete what is kept and not needed: other communities, other fingerprints, drafts of crashes."""
    for community in core.iterdir() if core.is_dir() else ():
        needed = fingerprints.get(community.name)
        for folder in community.iterdir() if needed else ():
            if folder.name != needed:
                note_removed(folder)
                shutil.rmtree(folder)
        if not needed:
            note_removed(community)
            shutil.rmtree(community)
