"""Take from root, for a block, the right to read what nobody may read: then a test of rights needs no other user."""

import ctypes
import struct
from contextlib import contextmanager

LIBC = ctypes.CDLL(None, use_errno=True)
HEADER = ctypes.create_string_buffer(struct.pack("Ii", 0x20080522, 0))
"""The third version of the structure of capabilities, for this thread; see capget(2)."""
READS_ALL = 1 << 1 | 1 << 2
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH of capabilities(7)."""


@contextmanager
def as_everybody():
    """Let the rights of files hold for this thread."""
    before = ctypes.create_string_buffer(24)
    assert LIBC.capget(HEADER, before) == 0
    effective, *rest = struct.unpack("6I", before.raw)
    less = ctypes.create_string_buffer(struct.pack("6I", effective & ~READS_ALL, *rest), 24)
    assert LIBC.capset(HEADER, less) == 0
    try:
        yield
    finally:
        assert LIBC.capset(HEADER, before) == 0
