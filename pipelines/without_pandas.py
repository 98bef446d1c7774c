"""Spare a process the import of pandas, which PyArrow does at its first array if it can: half a CPU second."""

import sys
from collections.abc import Generator
from contextlib import contextmanager


class WithoutPandas:
    """Tells whoever looks for pandas that there is none."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """Find nothing by any name; raise ModuleNotFoundError for pandas."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


@contextmanager
def without_pandas() -> Generator[None]:
    """Hide pandas, unless it is imported already."""
    sys.meta_path.insert(0, WithoutPandas)
    try:
        yield
    finally:
        sys.meta_path.remove(WithoutPandas)
