"""Finds the headers of a message, and in them those that the reader reads."""

import re

from spiders.mail.bots import BY_HEADER

HEADERS = 1 << 18
EMPTY_LINE = re.compile(rb"\n(?:\n|\r\n(?!\n))")
MARKS = frozenset({b"from", b"date", b"subject", b"message-id"})
_ORIGINALS = (b"x-original-from", b"reply-to")
_NAMED = (*MARKS, b"in-reply-to", b"references", b"received", b"resent-from", *BY_HEADER)
_FIELD = re.compile(rb"\n(" + b"|".join(_NAMED) + rb")(?:[ \t]*+:|(?=\n)|\Z)([^\n]*+(?:\n[ \t][^\n]*+)*+)", re.I)
_ORIGINAL = re.compile(rb"\n(" + b"|".join(_ORIGINALS) + rb")[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)", re.I)


def end_of_headers(content: bytes, begin: int) -> int:
    """Return where the headers end: at the first empty line, or the end; at the last line that HEADERS bytes hold."""
    if begin and content.startswith(b"\n", begin):
        return begin
    empty = EMPTY_LINE.search(content, begin, begin + HEADERS)
    if empty:
        return empty.start()
    windows = content.find(b"\n\r\n", begin, begin + HEADERS)
    end = windows if windows >= 0 else len(content)
    return end if end - begin <= HEADERS else max(content.rfind(b"\n", begin, begin + HEADERS), begin)


def fields(content: bytes, begin: int, end: int) -> dict[bytes, bytes]:
    """Return the first value of each header we read, with its folds, by its name in lower case.

    The headers stand after the line feed at `begin`, where -1 is just before the content.
    """
    if begin < 0:
        content, begin, end = b"\n" + content[:end], 0, end + 1
    return {name.lower(): value for name, value in reversed(_FIELD.findall(content, begin, end))}


def original_senders(headers: bytes) -> list[bytes]:
    """Return the values of X-Original-From and Reply-To; b"" for one that is not there."""
    found = {name.lower(): value for name, value in _ORIGINAL.findall(headers)}
    return [found.get(name, b"") for name in _ORIGINALS]
