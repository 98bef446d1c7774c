"""Standard output and standard error whose reader may leave: a run goes on, and ends with its own exit status."""

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

NAMES = {1: "standard output", 2: "standard error"}


class PatientText(io.TextIOWrapper):
    """A text stream that drops what is written after its reader has left, or after its file was full once.

    All below it is C code, so an interrupt never comes between a write and the note that it was done.
    """

    is_left = False

    def write(self, text: str, /) -> int:
        """Write; take all for written where nobody reads. Raises OSError for any other failure, once."""
        self._attempt(lambda: super(PatientText, self).write(text))
        return len(text)

    def flush(self) -> None:
        """Flush; raises OSError as `write` does."""
        self._attempt(super().flush)

    def close(self) -> None:
        """Close; what could not be written is dropped."""
        try:
            super().close()
        except OSError:
            if not self.is_left:
                raise

    def _attempt(self, act: Callable[[], object]) -> None:
        if self.is_left:
            return
        try:
            act()
        except BrokenPipeError:
            self.is_left = True
        except OSError as error:
            self.is_left = True
            raise OSError(error.errno, error.strerror, NAMES.get(self.fileno())) from None


def let_readers_leave(stream: TextIO | None) -> TextIO:
    """Return a text stream to the file of a stream, which its reader may close; to nowhere where there is none."""
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    is_live = stream is sys.stderr or stream.isatty()
    buffer = io.BufferedWriter(io.FileIO(stream.fileno(), "wb", closefd=False))
    return PatientText(buffer, encoding=stream.encoding, errors=stream.errors, line_buffering=is_live)
