"""Standard output and standard error whose reader may leave: a run goes on, and ends with its own exit status."""

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

NAMES = {1: "standard output", 2: "standard error"}


class PatientFile(io.FileIO):
    """A file that drops what is written after its reader has left, or after it was full once."""

    is_left = False

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write; take all for written where nobody reads. Raises OSError for any other failure, once."""
        if self.is_left:
            return memoryview(data).nbytes
        try:
            return super().write(data)
        except BrokenPipeError:
            self.is_left = True
            return memoryview(data).nbytes
        except OSError as error:
            self.is_left = True
            raise OSError(error.errno, error.strerror, NAMES.get(self.fileno())) from None


def let_readers_leave(stream: TextIO | None) -> TextIO:
    """Return a text stream to the file of a stream, which its reader may close; to nowhere where there is none."""
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    raw = PatientFile(stream.fileno(), "wb", closefd=False)
    is_live = stream is sys.stderr or stream.isatty()
    buffer = io.BufferedWriter(raw)
    return io.TextIOWrapper(buffer, encoding=stream.encoding, errors=stream.errors, line_buffering=is_live)
