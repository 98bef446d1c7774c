"""Turns bytes as they were served or stored into the plain stream within them, piece by piece and within limits."""

import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from typing import NamedTuple, Protocol

import pyarrow as pa

BLOCK = 1 << 20
LARGEST = 8 << 30
UNSUSPICIOUS = 32 << 20
LARGEST_RATIO = 200
LAYERS = 2
BEGINNING = 4096

ReadFunction = Callable[[int], bytes]


class Readable(Protocol):
    """Anything with the `read` of a binary file."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, b"" at the end."""


class DamagedError(ValueError):
    """A stream cannot be read to its end; `early` says that only its end is missing."""

    def __init__(self, reason: str, *, early: bool = False) -> None:
        super().__init__(reason)
        self.early = early


class _Counted:
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


def _gunzipped(raw: _Counted) -> Readable:
    return gzip.GzipFile(fileobj=raw)  # type: ignore[call-overload, no-any-return]


def _unxzed(raw: _Counted) -> Readable:
    return lzma.LZMAFile(raw)  # type: ignore[arg-type]


def _unzstd(raw: _Counted) -> Readable:
    stream: Readable = pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
    return stream


PACKERS: dict[bytes, tuple[str, Callable[[_Counted], Readable]]] = {
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

    def __init__(self, raw: Readable, largest: int = LARGEST) -> None:
        self.largest, self.given = largest, 0
        self.served = self.plain = _Counted(raw)
        self.packer = ""
        for _ in range(LAYERS):
            unpacked = self._unpacked(self.plain)
            if unpacked is None:
                break
            self.plain = _Counted(unpacked)

    def _unpacked(self, raw: _Counted) -> Readable | None:
        start = self._tried(partial(raw.peek, 6))
        found = next((packer for magic, packer in PACKERS.items() if start.startswith(magic)), None)
        if found is None:
            return None
        self.packer = found[0]
        return found[1](raw)

    def read(self, size: int = BLOCK, /) -> bytes:
        """Return at most `size` bytes, b"" at the end."""
        piece = self._tried(partial(self.plain.read, min(size, BLOCK)))
        self.given += len(piece)
        swollen = self.given > max(UNSUSPICIOUS, LARGEST_RATIO * self.served.taken)
        if swollen or self.given > self.largest:
            raise DamagedError(
                f"it swells to over {self.given >> 20} MB, from {self.served.taken:,} bytes: more than mail does"
            )
        return piece

    def _tried(self, read: Callable[[], bytes]) -> bytes:
        """Read, and say in one sentence what is wrong with the packing."""
        try:
            return read()
        except EOFError:
            raise DamagedError(f"the {self.packer} stream ends early", early=True) from None
        except (gzip.BadGzipFile, zlib.error, lzma.LZMAError) as error:
            follows = "Not a gzipped file" in str(error)
            told = "is followed by something else" if follows else f"is damaged: {error}"
            raise DamagedError(f"the {self.packer} stream {told}") from None
        except OSError as error:
            if self.packer != "zstd" or error.errno is not None:
                raise
            early = "Truncated" in str(error)
            what = "ends early" if early else f"is damaged: {error}"
            raise DamagedError(f"the zstd stream {what}", early=early) from None


class StreamSummary(NamedTuple):
    """What is known of a stream that was read to its end: how it begins (not with blanks), its SHA-256."""

    start: bytes
    checksum: str


def inspect_stream(read: ReadFunction) -> StreamSummary:
    """Read a stream to its end, keeping nothing but its beginning; raises what reading raises."""
    start, digest = b"", sha256()
    for piece in pieces(read):
        digest.update(piece)
        if len(start) < BEGINNING:
            start = (start + piece).lstrip()[:BEGINNING]
    return StreamSummary(start, digest.hexdigest())


def pieces(read: ReadFunction) -> Iterator[bytes]:
    """Yield a stream piece by piece."""
    return iter(partial(read, BLOCK), b"")


class Pieces:
    """A stream out of pieces that are made as it is read."""

    def __init__(self, made: Iterator[bytes]) -> None:
        self.made, self.rest = made, b""

    def read(self, size: int = BLOCK, /) -> bytes:
        """Return at most `size` bytes, b"" at the end."""
        while not self.rest:
            made = next(self.made, None)
            if made is None:
                return b""
            self.rest = made
        piece, self.rest = self.rest[:size], self.rest[size:]
        return piece
