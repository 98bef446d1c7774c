"""Keep the catalogue as it was read: reading thousands of files takes seconds, and asking whether one changed does not.

It counts for the same files only, by their names, sizes and times, and for the same version of what reads them.
"""

import os
import pickle
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import Path
from time import time_ns
from typing import Any

from pipelines import model
from pipelines.files import file_state, replace_synced
from pipelines.folders import RULES
from pipelines.model import Community, Fact, ReleaseDate, Source

OURS = {(each.__module__, each.__qualname__): each for each in (Community, Fact, ReleaseDate, Source, date)}
"""What a kept catalogue consists of: nothing else is made of what the file says."""
UNREADABLE = (OSError, pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError, IndexError)
SETTLED = 2_000_000_000
"""A file that is younger than so many nanoseconds may change again without another time."""


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Return one of our classes; raises UnpicklingError for anything else."""
        try:
            return OURS[module, name]
        except KeyError:
            raise pickle.UnpicklingError("it is no catalogue") from None


def read(path: Path, files: Iterable[Path]) -> tuple[Community, ...] | None:
    """Return the catalogue that was kept of these files; None where there is none, or a file has changed since."""
    with suppress(*UNREADABLE), path.open("rb") as file:
        if file.read(64).decode() == fingerprint(files):
            found: tuple[Community, ...] = _Reader(file).load()
            return found
    return None


def write(path: Path, of: str, communities: tuple[Community, ...]) -> None:
    """Keep a catalogue that was read of files with the fingerprint `of`; none where a file is too young to tell."""
    if not of:
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(of.encode() + pickle.dumps(communities, pickle.HIGHEST_PROTOCOL))
    replace_synced(draft, path)


def fingerprint(files: Iterable[Path]) -> str:
    """Return the checksum of the names, sizes and times of these files and of what reads them.

    It is empty where a file is so young that it may change again within the same time.
    """
    facts = [(str(path), *file_state(path)) for path in (*files, *_readers())]
    if max(max(times) for _, _, _, *times in facts) > time_ns() - SETTLED:
        return ""
    return sha256(repr((sys.version, facts)).encode()).hexdigest()


def _readers() -> list[Path]:
    """Return the files of the program that decide how a community file is read."""
    return [Path(model.__file__), *sorted(Path(__file__).parent.glob("*.py")), *sorted(RULES.glob("*.toml"))]
