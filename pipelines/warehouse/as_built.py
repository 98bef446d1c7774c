"""Say whether the database is what a build would make again: of the same inputs, by the same code, and undamaged."""

import os
from contextlib import suppress
from dataclasses import replace
from functools import cache
from hashlib import file_digest, sha256
from importlib.metadata import version
from pathlib import Path

from pipelines.files import replace_synced
from pipelines.folders import RULES, Folders
from pipelines.landing.visit_files import visit_files
from pipelines.warehouse.inputs import Inputs

PIPELINES = Path(__file__).parents[1]
LIBRARIES = ("duckdb", "numpy", "tldextract")
"""What computes the tables beside our code."""


def is_as_built(where: Folders, given: Inputs) -> bool:
    """Tell whether the database was built of these inputs and no byte of it has changed since."""
    with suppress(OSError):
        if where.database.with_name(f"{where.database.name}.wal").exists():  # DuckDB would read it into the database
            return False
        return where.built.read_bytes().strip() == fingerprint(where, given).encode()
    return False


def record(where: Folders, given: Inputs) -> None:
    """Note that the database was built of these inputs."""
    draft = where.built.with_name(f".{where.built.name}.{os.getpid()}")
    draft.write_text(f"{fingerprint(where, given)}\n")
    replace_synced(draft, where.built)


def fingerprint(where: Folders, given: Inputs) -> str:
    """Return the checksum of the database and of all that a build reads; raises OSError where there is none."""
    files = [*(unit.path for unit in given.units), *visit_files(where.visits)]
    states = [(found.st_size, found.st_mtime_ns) for found in map(Path.stat, files)]
    with where.database.open("rb") as database:
        held = file_digest(database, "sha256").hexdigest()
    return sha256(repr((_code(), states, replace(given, visits=[]), held)).encode()).hexdigest()


@cache
def _code() -> str:
    folders = {PIPELINES, RULES}
    files = sorted({path for folder in folders for path in folder.rglob("*") if _is_read(path)})
    versions = (version(library).encode() for library in LIBRARIES)
    return sha256(b"\0".join([*versions, *(path.read_bytes() for path in files)])).hexdigest()


def _is_read(path: Path) -> bool:
    return path.suffix in (".py", ".sql", ".toml", ".csv")
