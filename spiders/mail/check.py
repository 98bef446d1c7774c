"""Check that what came for a month is mail, whole and undamaged."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import NamedTuple

from pipelines.model import ReasonCode
from spiders.core.bodies import is_html, web_page_reason
from spiders.core.streams import ReadFunction, Stream, StreamSummary, inspect_stream
from spiders.core.verdicts import NoPageError, UnreadableError

MAX_TOTAL = 10**9
TOO_MANY = f"the archive says more than {MAX_TOTAL:,} messages, which cannot be"
MAIL_START = re.compile(rb"(?:>?From |[!-9;-~]+[ \t]*:)")
GZIP = b"\x1f\x8b"


class MonthPage(NamedTuple):
    """The mail of a month as it was served, how it begins (b"": no message), and what its visit keeps of it."""

    body: bytes
    start: bytes
    facts: dict[str, str | None]
    seconds: float


class NoMessages(NamedTuple):
    """What a month without a message is: a failure with its code and reason, or really empty (no code), with a note."""

    code: ReasonCode | None
    text: str


def check_mail(body: bytes, normalise: Callable[[ReadFunction], ReadFunction]) -> StreamSummary:
    """Read a body to its end, without keeping it; raises NoPageError unless it is mail, or nothing.

    The checksum in the summary is that of the stream after `normalise`.
    """
    try:
        found = inspect_stream(normalise(Stream(BytesIO(body)).read))
        check_mail_start(found.start)
    except UnreadableError as error:
        raise NoPageError(error.code, str(error)) from None
    return found


def check_mail_start(start: bytes) -> None:
    """Raise UnreadableError for what begins like no mail; nothing at all may still be a month without mail."""
    if is_html(start):
        raise UnreadableError(ReasonCode.WEB_PAGE, web_page_reason(start, "mail"))
    if start[:1] in (b"{", b"["):
        raise UnreadableError(ReasonCode.NOT_MAIL, "JSON came instead of mail")
    if start and not MAIL_START.match(start) and b"\nFrom " not in start:
        raise UnreadableError(ReasonCode.NOT_MAIL, "what came does not begin like mail")


def is_mail(start: bytes) -> bool:
    """Tell whether something that begins like this may be mail."""
    try:
        check_mail_start(start)
    except UnreadableError:
        return False
    return True


def explain_no_messages(body: bytes, total: int | None, *, is_stored: bool) -> NoMessages:
    """Say what a month without a message is: empty only where the archive itself says so."""
    size = f"{len(body):,} bytes"
    if total:
        return NoMessages(
            ReasonCode.NO_MESSAGES, f"nothing came ({size}), although the archive says {total:,} messages"
        )
    if is_stored:
        return NoMessages(ReasonCode.VANISHED, f"nothing is there any more ({size}): the earlier harvest is kept")
    if total == 0:
        return NoMessages(None, "the archive says 0 messages")
    if body.startswith(GZIP):
        return NoMessages(None, f"the file of the month is whole and empty, {size}")
    return NoMessages(ReasonCode.NO_MESSAGES, f"nothing came ({size}), which is no evidence that nothing is there")
