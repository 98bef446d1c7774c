"""Make what several workers need once: the first makes it, the others wait for it."""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path


class Once:
    """Folders below `top`, one for each name, that are filled once by whichever process asks first."""

    def __init__(self, top: Path) -> None:
        self.top = top

    def __call__(self, name: str, make: Callable[[Path], object]) -> Path:
        """Return the folder of the name, after `make(folder)` has filled it; what a failed `make` left is removed."""
        folder, done = self.top / name, self.top / f".{name}.made"
        with (self.top / f".{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                done.touch()
        return folder
