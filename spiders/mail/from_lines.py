"""Tells the line before a message of an mbox from the lines in bodies that look like it."""

import re

from spiders.mail.message_headers import MARKS

AHEAD = 2048
_DAY, _MONTH = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)", rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_WHEN = (
    _DAY + rb",? +(?:" + _MONTH + rb" +\d{1,2} +\d\d?:\d\d(?::\d\d)?(?: +[A-Z]{1,5})?(?: +[+-]\d{4})? +\d{4}"
    rb"|\d{1,2} +" + _MONTH + rb" +\d{4} +\d\d?:\d\d(?::\d\d)?(?: +[+-]\d{4})?)"
)  # fmt: skip
_FROM_LINE = re.compile(
    rb"\nFrom (?P<who>\S++||[^\n]{1,900}?(?<! )) *+(?P<when>" + _WHEN + rb")[^\n]{0,99}\n"
    rb"(?P<next>>From |[!-9;-~]++[ \t]*+:)"
)
_ODD_WHEN = re.compile(rb"\d:\d\d|\b\d{4}-\d\d-\d\d\b|\b\d{1,4}/\d\d?/\d{2,4}\b")
_SAYS_NO_MORE = re.compile(rb"From\s+(?:\S{1,300}\s*)?")
_OF_PROGRAMS = (b"From - ", b"From ???@??? ")
"""How Thunderbird and Eudora begin such a line: nobody quotes it, whatever comes after it."""
_HEADER_LINE = re.compile(rb">From |([!-9;-~]++)[ \t]*+:|[ \t]")
_POSTED = re.compile(_WHEN)
_USUAL_FIRST_HEADER = re.compile(
    rb">From |(?:return-path|received|from|date|message-id|delivered-to|x-[a-z0-9-]+|subject|to|mime-version"
    rb"|content-[a-z-]+|reply-to|sender|list-[a-z]+|dkim-signature|authentication-results|status)[ \t]*:", re.I
)  # fmt: skip


def judge(buffer: bytes, at: int, *, pipermail: bool) -> tuple[bool, bool]:
    """Tell whether the line after the line feed at `at`, which begins with "From ", is a border, or looks like one.

    The next AHEAD bytes of the stream lie in the buffer, or all the rest of it.
    """
    found = at + 1
    line = _FROM_LINE.match(buffer, at, found + AHEAD)
    if line is None:
        return _judge_odd(buffer, found, pipermail)
    if pipermail:
        return line["next"].lower() in (b"from:", b"date:"), True
    return _is_after_blank(buffer, found) or bool(_USUAL_FIRST_HEADER.match(line["next"])), True


def posted_at(content: bytes, end: int) -> bytes | None:
    """Return the time in the From-line that ends at `end`; None where it says none."""
    posted = _POSTED.search(content, 5, end)
    return posted[0] if posted else content[5:end].strip().partition(b" ")[2] or None


def _judge_odd(buffer: bytes, found: int, pipermail: bool) -> tuple[bool, bool]:
    """Tell it of a line without a date, or without a header after it."""
    if pipermail or not _is_after_blank(buffer, found):
        return False, False
    line, _, after = buffer[found : found + AHEAD].partition(b"\n")
    marks = _marks(after)
    is_dated = bool(_POSTED.search(line))
    if is_dated and line.startswith(_OF_PROGRAMS):
        return True, True
    says_no_more = bool(_SAYS_NO_MORE.fullmatch(line)) and b"from" in marks
    is_border = len(marks) > 1 and (is_dated or says_no_more or bool(_ODD_WHEN.search(line)))
    return is_border, is_dated or len(marks) > 1


def _is_after_blank(buffer: bytes, found: int) -> bool:
    return found < 2 or buffer[found - 2 : found] == b"\n\n" or buffer[found - 3 : found] == b"\n\r\n"


def _marks(block: bytes) -> frozenset[bytes]:
    """Return which of MARKS a block of headers holds, whose first line may be damaged; none where it is prose."""
    headers, end, _ = block.replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = headers.split(b"\n")
    found = [_HEADER_LINE.match(line) for line in (lines if end else lines[:-1])]
    if not all(found[1:]):
        return frozenset()
    return MARKS & {line[1].lower() for line in found if line and line[1]}
