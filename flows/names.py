"""Refuse a name that nobody knows, and name the nearest one that is known."""

from collections.abc import Collection

from flows.commands.checks import UsageError
from pipelines.catalogue.toml_files import nearest
from pipelines.folders import typed


def check_name(name: str, known: Collection[str], what: str, see: str) -> None:
    """Raise UsageError where a name is not known; `see` is the command that lists the known ones."""
    if name not in known:
        hint = nearest(name, known)
        end = "" if hint.endswith("?") else "."
        raise UsageError(f"no {what} is called {name}{hint}{end} Nothing was done. See: {typed(see)}")
