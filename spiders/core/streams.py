"""Turns bytes as they were served or stored into the plain stream within them, piece by piece and within limits."""

import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from typing import NamedTuple, Protocol

import pyarrow as pa

from pipelines.model import ReasonCode
from spiders.core.verdicts import UnreadableError

BLOCK = 1 << 20
MAX_SIZE = 8 << 30
ALWAYS_ALLOWED = 32 << 20
MAX_RATIO = 200
MAX_LAYERS = 2
START_SIZE = 4096

ReadFunction = Callable[[int], bytes]


class Readable(Protocol):
    """Anything with the `read` of a binary file."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, b"" at the end."""


class DamagedError(UnreadableError):
    """A stream cannot be read to its end; the code CUT_OFF says that only its end is missing."""

    def __init__(self, reason: str, code: ReasonCode = ReasonCode.DAMAGED) -> None:
        super().__init__(code, reason)


class _CountingStream:
    """A stream that can be looked at before it is read, and knows how much was read."""

    closed = False

    def __init__(self, raw: Readable) -> None:
        self.raw, self.taken, self.start = raw, 0, b""

    def peek(self, size: int) -> bytes:
        while len(self.start) < size and (more := self.raw.read(size - len(self.start))):
            self.start += more
        return self.start

    def read(self, size: int = BLOCK, /) -> bytes:
        begun, self.start = self.start[:size], self.start[size:]
        piece = begun + self.raw.read(size - len(begun)) if len(begun) < size else begun
        self.taken += len(piece)
        return piece

    def close(self) -> None:
        """Leave the stream open: whoever opened it closes it."""


def _gunzipped(raw: _CountingStream) -> Readable:
    return gzip.GzipFile(fileobj=raw)  # type: ignore[call-overload, no-any-return]


def _unxzed(raw: _CountingStream) -> Readable:
    return lzma.LZMAFile(raw)  # type: ignore[arg-type]


def _unzstd(raw: _CountingStream) -> Readable:
    stream: Readable = pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
    return stream


PACKERS: dict[bytes, tuple[str, Callable[[_CountingStream], Readable]]] = {
    b"\x1f\x8b": ("gzip", _gunzipped),
    b"\xfd7zXZ\x00": ("xz", _unxzed),
    b"\x28\xb5\x2f\xfd": ("zstd", _unzstd),
}
"""The packers that are known, by the first bytes of what they write."""


class Stream:
    """The plain bytes of a file, unpacked as its first bytes say, whatever its name says.

    Reading raises DamagedError for a file that breaks off, is damaged, or swells beyond every
    measure.
    """

    def __init__(self, raw: Readable, max_size: int = MAX_SIZE) -> None:
        self.max_size, self.yielded = max_size, 0
        self.served = self.plain = _CountingStream(raw)
        self.packer = ""
        for _ in range(MAX_LAYERS):
            unpacked = self._open_packed(self.plain)
            if unpacked is None:
                break
            self.plain = _CountingStream(unpacked)

    def _open_packed(self, raw: _CountingStream) -> Readable | None:
        start = self._read_or_explain(partial(raw.peek, 6))
        found = next((packer for magic, packer in PACKERS.items() if start.startswith(magic)), None)
        if found is None:
            return None
        self.packer = found[0]
        return found[1](raw)

    def read(self, size: int = BLOCK, /) -> bytes:
        """Return at most `size` bytes, b"" at the end."""
        piece = self._read_or_explain(partial(self.plain.read, min(size, BLOCK)))
        self.yielded += len(piece)
        swollen = self.yielded > max(ALWAYS_ALLOWED, MAX_RATIO * self.served.taken)
        if swollen or self.yielded > self.max_size:
            raise DamagedError(
                f"it swells to over {self.yielded >> 20} MB, from {self.served.taken:,} bytes: more than mail does",
                ReasonCode.TOO_LARGE,
            )
        return piece

    def _read_or_explain(self, read: Callable[[], bytes]) -> bytes:
        """Read, and say in one sentence what is wrong with the packing."""
        try:
            return read()
        except EOFError:
            raise DamagedError(f"the {self.packer} stream ends early", ReasonCode.CUT_OFF) from None
        except (gzip.BadGzipFile, zlib.error, lzma.LZMAError) as error:
            follows = "Not a gzipped file" in str(error)
            problem = "is followed by something else" if follows else f"is damaged: {error}"
            raise DamagedError(f"the {self.packer} stream {problem}") from None
        except OSError as error:
            if self.packer != "zstd" or error.errno is not None:
                raise
            if "Truncated" in str(error):
                raise DamagedError("the zstd stream ends early", ReasonCode.CUT_OFF) from None
            raise DamagedError(f"the zstd stream is damaged: {error}") from None


class StreamSummary(NamedTuple):
    """What is known of a stream that was read to its end: how it begins (not with blanks), its SHA-256."""

    start: bytes
    checksum: str


def inspect_stream(read: ReadFunction) -> StreamSummary:
    """Read a stream to its end, keeping nothing but its beginning; raises what reading raises."""
    start, digest = b"", sha256()
    for piece in read_pieces(read):
        digest.update(piece)
        if len(start) < START_SIZE:
            start = (start + piece).lstrip()[:START_SIZE]
    return StreamSummary(start, digest.hexdigest())


def read_pieces(read: ReadFunction) -> Iterator[bytes]:
    """Yield a stream piece by piece."""
    return iter(partial(read, BLOCK), b"")


class PieceStream:
    """A stream out of pieces that are made as it is read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.pending = pieces, b""

    def read(self, size: int = BLOCK, /) -> bytes:
        """Return at most `size` bytes, b"" at the end."""
        while not self.pending:
            piece = next(self.pieces, None)
            if piece is None:
                return b""
            self.pending = piece
        piece, self.pending = self.pending[:size], self.pending[size:]
        return piece
