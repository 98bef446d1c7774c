"""Read what a server's answer says: its facts for the visit, its wait, and why it gave no page."""

import re
import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost

from pipelines.model import ReasonCode, Visit
from spiders.core.bodies import is_html, names_nobody, title_in_words
from spiders.core.verdicts import CODES, NoPageError

NOT_MODIFIED = 304
TOO_MANY_REQUESTS = frozenset({429, 503})
SERVER_ERRORS = frozenset({408, 500, 502, 504, 520, 522, 524})
DOWNLOAD_ERRORS: dict[type[Exception], tuple[ReasonCode, str]] = {
    CannotResolveHostError: (ReasonCode.HOST_UNKNOWN, "the name of the host is not known"),
    DownloadConnectionRefusedError: (ReasonCode.CONNECTION_FAILED, "the host refuses the connection"),
    DownloadTimeoutError: (ReasonCode.TIMED_OUT, "no whole answer came in time"),
    ResponseDataLossError: (ReasonCode.CUT_OFF, "the answer ends early"),
    DownloadCancelledError: (ReasonCode.TOO_LARGE, "the answer is larger than we take"),
    DownloadFailedError: (ReasonCode.CONNECTION_FAILED, "the connection broke"),
    ConnectionDone: (ReasonCode.CONNECTION_FAILED, "the connection broke"),
    ConnectionLost: (ReasonCode.CONNECTION_FAILED, "the connection broke"),
    ConnectError: (ReasonCode.CONNECTION_FAILED, "no connection came about"),
}
UNANSWERED = (
    CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError, ConnectError,
)  # fmt: skip
"""The errors of a host that does not answer at all."""
MAX_VALIDATOR = 200
LONGEST_WAIT = 366 * 24 * 3600
"""A host that asks us to wait longer asks us never to come back: the number is not repeated."""
RATE_LIMIT_NAME = "Discourse-Rate-Limit-Error-Code"
"""The header in which a forum names the limit that was reached."""
PLAIN, PACKED = ("identity", "none", "binary", "utf-8"), ("gzip", "x-gzip", "deflate")
"""What hosts write into Content-Encoding: names of no packing, and of those that zlib unpacks."""
ENCODING = re.compile(r"[a-z0-9-]{1,20}", re.A)
RAW_DEFLATE, ANY_ZLIB = -15, 47
"""How many bits of a window zlib shall expect: of a stream without a head, of one with any head."""
PLAIN_TEXT = re.compile(r"[\w .,:;'()/-]{1,100}")


def download_error(error: Exception) -> NoPageError:
    """Return what an error of the downloader means."""
    code, words = next(found for kind, found in DOWNLOAD_ERRORS.items() if isinstance(error, kind))
    return NoPageError(code, f"{words}: {error}".removesuffix(": "))


def conditions(stored: Visit | None) -> dict[str, str]:
    """Return the headers by which a server can say that nothing changed since a visit."""
    known = {"If-None-Match": stored.etag, "If-Modified-Since": stored.last_modified} if stored else {}
    return {name: value for name, value in known.items() if value}


def facts(response: Response) -> dict[str, str | None]:
    """Return what a visit keeps of an answer: its checksum and the validators for the next request."""
    return {
        "checksum": sha256(response.body).hexdigest(),
        "etag": header(response, "ETag"),
        "last_modified": header(response, "Last-Modified"),
    }


def index_facts(response: Response) -> dict[str, Any]:
    """Return what the visit of an index keeps of its page: the facts, and the seconds it took."""
    return {**facts(response), "seconds": round(download_seconds(response), 3)}


def download_seconds(response: Response) -> float:
    """Return the seconds from a request to its answer."""
    return float(response.meta.get("download_latency", 0.0))


def header(response: Response, name: str) -> str | None:
    """Return a header that is worth keeping: printable, in ASCII, and short."""
    value = (response.headers.get(name) or b"").decode("latin-1")
    return value if value.isascii() and value.isprintable() and 0 < len(value) <= MAX_VALIDATOR else None


def retry_after(response: Response) -> float | None:
    """Return how many seconds the host asks us to wait, at least 0; None: it does not say."""
    value = header(response, "Retry-After") or ""
    if value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def without_encoding(response: Response, max_size: int) -> Response:
    """Return an answer with its body unpacked, where the host has packed it without being asked.

    Raises NoPageError for a packing that we do not know, and for a body that is damaged or too large.
    """
    encoding = packing(response)
    if encoding is None or not response.body:
        return response
    unpacker = zlib.decompressobj(RAW_DEFLATE if _is_raw(response.body, encoding) else ANY_ZLIB)
    try:
        body = unpacker.decompress(response.body, max_size + 1)
    except zlib.error:
        raise NoPageError(ReasonCode.DAMAGED, f"the {encoding} stream is damaged") from None
    if len(body) > max_size:
        raise NoPageError(ReasonCode.TOO_LARGE, f"the answer is larger than we take, unpacked from {encoding}")
    if not unpacker.eof:
        raise NoPageError(ReasonCode.CUT_OFF, f"the {encoding} stream ends early")
    return response.replace(body=body)


def packing(response: Response) -> str | None:
    """Return how an answer says that its body is packed; raises NoPageError for a packing that we do not know."""
    named = (header(response, "Content-Encoding") or "identity").strip().lower()
    if named not in (*PLAIN, *PACKED):
        shown = named if ENCODING.fullmatch(named) else "something"
        reason = f"the answer is packed as {shown}, which we did not ask for and do not read"
        raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, reason)
    return named if named in PACKED else None


def _is_raw(body: bytes, encoding: str) -> bool:
    """Tell whether a deflated body lacks the head of zlib, as some servers send it."""
    return encoding == "deflate" and (body[0] & 0x0F != 8 or int.from_bytes(body[:2]) % 31 != 0)


def refusal(response: Response) -> NoPageError:
    """Return what an answer without success means, in words that name nobody."""
    reason = f"the server answered {response.status}"
    code = CODES.get(response.status, ReasonCode.HTTP_ERROR)
    if response.status == 403 and is_html(response.body):
        title = title_in_words(response.body)
        return NoPageError(ReasonCode.BOT_WALL, f"{reason} with a web page{title}: a wall against robots, or a login")
    if response.status in TOO_MANY_REQUESTS:
        return NoPageError(code, f"{reason}, too busy{_limit(response)}")
    if target := header(response, "Location"):
        words = f"{reason}: moved to {target}; the catalogue must name the new address"
        return NoPageError(ReasonCode.REDIRECTED if 300 <= response.status < 400 else code, words)
    text = PLAIN_TEXT.fullmatch(response.body[:101].decode("latin-1").strip())
    return NoPageError(code, f"{reason}: {text[0]}" if text and names_nobody(text[0]) else reason)


def _limit(response: Response) -> str:
    """Return which limit was reached, and how long the host asks us to wait, where it says so."""
    seconds, name = retry_after(response), header(response, RATE_LIMIT_NAME)
    limit = f" ({name})" if name else ""
    if seconds is None:
        return limit
    wait = f"{seconds:,.0f} seconds" if seconds <= LONGEST_WAIT else "more than a year"
    return f"{limit}, and asks us to wait {wait}"
