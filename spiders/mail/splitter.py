"""Cuts a stream of mail into messages: nothing dropped, nothing doubled, in bounded memory."""

import re
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import NamedTuple

from spiders.mail import from_lines
from spiders.mail.from_lines import AHEAD
from spiders.mail.message_headers import EMPTY_LINE, HEADERS

BLOCK = 1 << 17
KEPT = 1 << 20
LOOK = 1 << 18
MOST_FAILED_LOOKS = 2000
_BORDER = re.compile(rb"\nFrom ")
_BOUNDARY = re.compile(
    rb"\ncontent-type[ \t]*+:(?:[^\n]|\n[ \t])*?(?<=[;\s])boundary[ \t]*+=[ \t]*+"
    rb"(?:\"([^\"\n]{1,200})\"|([^\s;\"]{1,200}))", re.I
)  # fmt: skip
_TYPED = re.compile(rb"\n(?:\n|(content-))", re.I)
_IS_RFC822 = re.compile(rb"\ncontent-type[ \t]*+:[ \t]*+message/rfc822")
_LENGTH = re.compile(rb"\ncontent-length[ \t]*+:[ \t]*+(\d{1,12})[ \t]*\r?\n", re.I)
_PATCH = re.compile(rb"From [0-9a-f]{40} ")


class Raw(NamedTuple):
    """One message as it stands: its first KEPT bytes, the digest of what comes after, its size.

    `passed` counts the lines in it that look like the border before a message and were not taken for one.
    """

    content: bytes
    rest: bytes
    size: int
    passed: int


def split(read: Callable[[int], bytes], *, pipermail: bool = False) -> Iterator[Raw]:
    """Cut a stream at its From-lines; what comes before the first one is a message too.

    A line that begins with "From " is a From-line with a date in it and a header line after it, or after a blank
    line before the headers of a message; in Pipermail's text files only before the header From or Date. The first
    line of a patch as git writes it is one only in a file that begins with such a line. Inside a part of a multipart
    message, and inside a body of as many bytes as its Content-Length says, there is none.
    """
    return _Splitter(read, pipermail).messages()


class _Splitter:
    """Cuts a stream: `buffer` is what lies ahead, the message that is being read begins at `start` in it."""

    def __init__(self, read: Callable[[int], bytes], pipermail: bool) -> None:
        self.read, self.pipermail = read, pipermail
        self.buffer, self.start, self.scan = b"\n", 1, 0
        self.patches = self.ended = False
        self.large: _Large | None = None
        self.passed = self.failed_looks = 0

    def messages(self) -> Iterator[Raw]:
        """Yield the messages in their order."""
        while True:
            line = _BORDER.search(self.buffer, self.scan)
            at = line.start() if line else -1
            is_border = self._is_border(at) if line else None
            if is_border is None and not self.ended:
                self._read_on(at)
                continue
            is_end = is_border is None
            if (is_end or is_border) and (raw := self._cut(len(self.buffer) if is_end else at + 1)):
                yield raw
            if is_end:
                return
            self.scan = at + 5

    def _cut(self, end: int) -> Raw | None:
        """Return the message that ends here, if there is one: blank lines before the first From-line are none."""
        content, large, passed = self.buffer[self.start : end], self.large, self.passed
        self.start, self.large, self.passed = end, None, 0
        if large is None and len(content) > KEPT:
            large, content = _Large(content[:KEPT]), content[KEPT:]
        if large is not None:
            large.add(content)
            return Raw(large.beginning, large.digest.digest(), large.size, passed)
        return Raw(content, b"", len(content), passed) if content and not content.isspace() else None

    def _read_on(self, at: int) -> None:
        """Read more of the stream; `at` is the line that cannot be judged yet, -1 if there is none."""
        settled = max((at + 1 if at >= 0 else len(self.buffer)) - 8, self.scan)
        if settled - self.start > 2 * KEPT:
            if self.large is None:
                self.large = _Large(self.buffer[self.start : self.start + KEPT])
                self.start += KEPT
            self.large.add(self.buffer[self.start : settled])
            self.start = settled
        block = self.read(BLOCK)
        self.ended = not block
        cut = min(self.start, settled)
        self.buffer = self.buffer[cut:] + block
        self.start, self.scan = self.start - cut, settled - cut

    def _is_border(self, at: int) -> bool | None:
        """Tell whether a line that begins with "From " stands before a message; None until more of it was read."""
        buffer, found = self.buffer, at + 1
        if not self.ended and len(buffer) - found < AHEAD:
            return None
        if buffer[found + 45 : found + 46] == b" " and _PATCH.match(buffer, found):
            self.patches = self.patches or found == 1 == self.start
            if not self.patches:
                return False
        is_border, looks_like_one = from_lines.judge(buffer, at, pipermail=self.pipermail)
        if not is_border:
            self.passed += looks_like_one
            return False
        is_inside = self._is_inside(found)
        return None if is_inside is None else not is_inside

    def _is_inside(self, found: int) -> bool | None:
        """Tell whether a place lies inside the body of the message that is being read; None until more was read.

        A body reaches as far as the headers say, by its boundary or its length, where that is confirmed within
        the next LOOK bytes. Where many messages have lost their last boundary, only AHEAD bytes are searched.
        """
        beginning, start = (self.large.beginning, 0) if self.large else (self.buffer, self.start)
        last = len(beginning) if self.large else found
        typed = _TYPED.search(beginning, start, last)
        if typed is None or typed[1] is None:
            return False
        end = beginning.find(b"\n\n", start, last)
        end = end if end >= 0 else min(last, start + HEADERS)
        headers = beginning[start:end].lower()
        if b"message/rfc822" in headers and not self.large and not self.buffer[end:found].strip():
            return bool(_IS_RFC822.search(headers))
        if b"content-length" in headers and (length := _LENGTH.search(beginning, start, end + 1)):
            is_within = self._is_within_length(beginning, start, int(length[1]), found)
            if is_within is not False:
                return is_within
        if b"boundary" in headers and (named := _BOUNDARY.search(beginning, start, end + 1)):
            return self._is_between(b"\n--" + (named[1] or named[2]), found)
        return False

    def _is_within_length(self, beginning: bytes, start: int, length: int, found: int) -> bool | None:
        """Tell whether a body of this length holds the place and ends where another message begins, or the file."""
        empty = EMPTY_LINE.search(beginning, start, start + HEADERS)
        if empty is None:
            return False
        gone = self.large.size if self.large else 0
        end = self.start + empty.end() - start - gone + length
        if not found < end <= found + LOOK:
            return False
        if not self.ended and len(self.buffer) < end + 8:
            return None
        after = self.buffer[end : end + 7].lstrip(b"\r\n")
        return after.startswith(b"From "[: len(after)]) if end <= len(self.buffer) else False

    def _is_between(self, delimiter: bytes, found: int) -> bool | None:
        """Tell whether a part of a multipart body is open here, and a delimiter comes before another such header."""
        if self.buffer.rfind(delimiter + b"--", self.start, found) >= 0:
            return False
        if self.large is None and self.buffer.find(delimiter, self.start, found) < 0:
            return False
        name = delimiter[3:]
        look = LOOK if self.failed_looks < MOST_FAILED_LOOKS else AHEAD
        later = self.buffer.find(name, found, found + look)
        if later >= 0:
            return self.buffer[later - 3 : later] == b"\n--"
        if not self.ended and len(self.buffer) < found + look:
            return None
        self.failed_looks += 1
        return False


class _Large:
    """A message of more than KEPT bytes: its beginning, and the digest of what has come since."""

    def __init__(self, beginning: bytes) -> None:
        self.beginning, self.size, self.digest = beginning, len(beginning), blake2b(digest_size=16)

    def add(self, more: bytes) -> None:
        self.digest.update(more)
        self.size += len(more)
