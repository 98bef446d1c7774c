"""Spare a process the import of pandas, which PyArrow does at its first array if it can: half a CPU second."""

import sys
from collections.abc import Generator
from contextlib import contextmanager


class Without:
    """Tells whoever looks for one of some packages that there is none."""

    def __init__(self, *packages: str) -> None:
        self.packages = packages

    def find_spec(self, name: str, *_: object) -> None:
        """Find nothing by any name; raise ModuleNotFoundError for one of the packages."""
        if name in self.packages:
            raise ModuleNotFoundError(name)


@contextmanager
def without_pandas() -> Generator[None]:
    """Hide pandas, unless it is imported already."""
    hidden = Without("pandas")
    sys.meta_path.insert(0, hidden)
    try:
        yield
    finally:
        sys.meta_path.remove(hidden)
