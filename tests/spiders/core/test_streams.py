"""Streams: what was packed is read whole whatever the chunks; a cut, a damaged one and a bomb are refused."""

import gzip
import io
import os
import tracemalloc
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.streams import PACKERS, Chunks

from flows.demo import archives
from pipelines.model import ReasonCode
from spiders.core.streams import DamagedError, Stream, inspect_stream, read_pieces


@given(st.binary(max_size=300).map(b"From ".__add__), st.sampled_from(sorted(PACKERS)), st.integers(1, 40))
def test_a_stream_is_what_was_packed_whatever_the_chunks(content, packer, most):
    raw = Chunks(PACKERS[packer](content))
    raw.most = most
    assert b"".join(read_pieces(Stream(raw).read)) == content
    looked = inspect_stream(Stream(io.BytesIO(PACKERS[packer](content))).read)
    assert looked == (content[:4096], sha256(content).hexdigest())


@given(st.binary(min_size=50, max_size=300), st.sampled_from(["gzip", "xz", "zstd", "twice"]), st.data())
def test_a_packed_stream_without_its_end_is_never_taken_for_a_whole_one(content, packer, data):
    packed = PACKERS[packer](content)
    cut = data.draw(st.integers(8, len(packed) - 1))
    with pytest.raises(DamagedError, match="ends early") as damage:
        inspect_stream(Stream(io.BytesIO(packed[:cut])).read)
    assert damage.value.code == ReasonCode.CUT_OFF


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda packed: packed + b"junk", "the gzip stream is followed by something else"),
        (lambda packed: packed[:-8] + b"0000" + packed[-4:], "the gzip stream is damaged: CRC"),
        (lambda packed: packed[:-4] + b"0000", "the gzip stream is damaged: Incorrect length"),
        (lambda packed: packed[:10] + b"\xff" * 9 + packed[19:], "the gzip stream is damaged: Error -3"),
    ],
)
def test_a_damaged_stream_says_what_is_wrong_with_it(spoil, reason):
    packed = gzip.compress(bytes(range(256)) * 9)
    with pytest.raises(DamagedError) as damage:
        inspect_stream(Stream(io.BytesIO(spoil(packed))).read)
    assert str(damage.value).startswith(reason)
    assert damage.value.code == ReasonCode.DAMAGED


@pytest.mark.long
def test_a_bomb_takes_little_memory_and_large_mail_passes():
    mail = gzip.compress((b"From: jane@example.org\n" + os.urandom(4000)) * 4_000)
    bomb = archives.gzip_bomb()
    tracemalloc.start()
    assert inspect_stream(Stream(io.BytesIO(mail)).read).start.startswith(b"From: jane@example.org")
    with pytest.raises(DamagedError, match="more than mail does"):
        inspect_stream(Stream(io.BytesIO(bomb)).read)
    with pytest.raises(DamagedError, match="swells to over 4 MB"):
        inspect_stream(Stream(io.BytesIO(mail), max_size=3 << 20).read)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20
