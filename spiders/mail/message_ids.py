"""Reads message ids in the headers of mail, and writes each in one form."""

import re
from collections.abc import Iterable
from itertools import pairwise

_MESSAGE_ID = re.compile(rb"<([^<>]+)>")
_BARE_ID = re.compile(rb"\s*([^\s<>()\",;:]+@[^\s<>()\",;:]+)\s*")
_WORD = re.compile(rb"[^\W\d_]{2}|[\x80-\xff]")
_OF_SOMEBODY = re.compile(rb"\b(?:from|by|von|de|par|van|da|di|od)\b[^<>]*$", re.I)
_NORMAL_ID = re.compile(rb"<([^<>\s@]++@[^<>\s@A-Z]++)>")
_PERCENT = re.compile(rb"%(40|2[Bb])")


def normal_ids(value: bytes) -> Iterable[bytes]:
    """Return the message ids in a header in their order, each in its normal form."""
    names = _NORMAL_ID.findall(value)
    if names and len(names) >= value.count(b"<"):
        return names
    return map(normal_id, _MESSAGE_ID.findall(value) or (value,))


def normal_answered_ids(value: bytes) -> Iterable[bytes]:
    """Return the message ids in an In-Reply-To header, each in its normal form."""
    return map(normal_id, answered_ids(value))


def answered_ids(value: bytes) -> list[bytes]:
    """Return the message ids in an In-Reply-To header, as they stand there: RFC 5322 has only ids, RFC 822 prose too.

    After prose the last one is the id, before prose the first; who wrote may stand there with an address.
    """
    found = list(_MESSAGE_ID.finditer(value))
    if not found:
        bare = _BARE_ID.fullmatch(value)
        return [bare[1]] if bare else []
    if _WORD.search(value, 0, found[0].start()):
        lead = value[found[-2].end() if len(found) > 1 else 0 : found[-1].start()]
        return [] if _OF_SOMEBODY.search(lead) else [found[-1][1]]
    gaps = (value[one.end() : other.start()] for one, other in pairwise(found))
    whole = next((number for number, gap in enumerate(gaps, 1) if _WORD.search(gap)), len(found))
    return [one[1] for one in found[:whole]]


def _byte(code: re.Match[bytes]) -> bytes:
    return bytes([int(code[1], 16)])


def normal_id(value: bytes) -> bytes:
    """Return a message id without brackets, comments, folds and percent signs, its host in lower case."""
    plain = b"".join(value.split()).strip(b"<>")
    if b"%" in plain and b"@" not in plain:
        plain = _PERCENT.sub(_byte, plain)
    local, at, host = plain.rpartition(b"@")
    return local + at + host.lower() if at else plain
