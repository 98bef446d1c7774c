"""The command `init`."""

import argparse
import shlex
import shutil
from pathlib import Path

from flows.commands.checks import UsageError
from flows.exit_status import ALL_WELL
from pipelines.folders import DECLARED, typed

HELP = "make a folder of community files that you can edit"
EDITABLE = ("communities", "history", "never-merge.toml", "corrections.toml", "community.schema.json")
"""The community files, and what is read from beside them."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder to make; it is new or empty")


def run(arguments: argparse.Namespace) -> int:
    """Copy the community files of this installation, and say how the other commands use the copy."""
    folder = arguments.folder.resolve()
    try:
        _require_empty(folder)
        _copy(folder)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}. Name another folder.") from None
    communities = folder / "communities"
    print(f"community files: {communities}")
    print(f"use them: export STACKRANK_COMMUNITIES={shlex.quote(str(communities))}")
    print(f"check them: {typed('communities')}")
    return ALL_WELL


def _require_empty(folder: Path) -> None:
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty. Nothing was written. Name a new folder.")


def _copy(folder: Path) -> None:
    """Copy contents only: the packages may be read-only, and the copy must not be."""
    for path in _editable_files():
        copy = folder / path.relative_to(DECLARED)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _editable_files() -> list[Path]:
    below = (path for name in EDITABLE for path in (DECLARED / name, *(DECLARED / name).rglob("*")))
    return sorted(path for path in below if path.is_file())
