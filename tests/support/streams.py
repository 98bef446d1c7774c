"""Pack bytes as archives do, and give them in small chunks."""

import gzip
import io
import lzma

import pyarrow as pa


def zstd(content):
    packed = pa.BufferOutputStream()
    with pa.CompressedOutputStream(packed, "zstd") as file:
        file.write(content)
    return packed.getvalue().to_pybytes()


PACKERS = {"plain": bytes, "gzip": gzip.compress, "xz": lzma.compress, "zstd": zstd,
           "twice": lambda content: gzip.compress(gzip.compress(content)),
           "in two": lambda content: gzip.compress(content[:7]) + gzip.compress(content[7:])}  # fmt: skip


class Chunks(io.BytesIO):
    """A file that gives at most `most` bytes at once."""

    most = 3

    def read(self, size=-1, /):
        return super().read(self.most if size < 0 else min(size, self.most))
