"""Read the index of captures of the Wayback Machine, and choose the best capture of each month."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from pipelines.model import ReasonCode
from spiders.core.bodies import is_html, web_page_reason
from spiders.core.days import midnight
from spiders.core.verdicts import NoPageError
from spiders.mail.months import YEARS, next_month
from spiders.mail.pipermail_pages import volume_of

FIELDS = ("timestamp", "original", "statuscode", "mimetype", "digest", "length")
PACKED_DAILY = timedelta(days=1)
"""Mailman packs the file of a running month once a day: later mail is not in it."""
BLOCKED = re.compile(rb"(Robot|Administrative)AccessControlException[^\n]{0,60}")
CAPTURE = re.compile(r"/web/(\d{14})id_/")
TEXTS = r".*/[0-9]{4}-[A-Z][a-z]+[.]txt([.]gz)?"


class Capture(NamedTuple):
    """A captured file of a month: its folder, the moment (14 digits, UTC), its type, the digest of its bytes."""

    month: date
    folder: str
    file: str
    timestamp: str
    mimetype: str
    digest: str

    @property
    def is_whole(self) -> bool:
        """Whether the month was over when it was captured."""
        return complete_until(self.timestamp, self.file) >= midnight(next_month(self.month))

    @property
    def rank(self) -> tuple[bool, bool, str, bool]:
        """Order captures of a month: the newest one that is of the whole month is best, a web page is worst."""
        return self.mimetype != "text/html", self.is_whole, self.timestamp, self.file.endswith(".gz")


def describe_choice(capture: Capture, ranked: list[Capture]) -> str:
    """Return which capture of a month was taken, of how many, and whether the month was over by then."""
    of = f"of {len(ranked)} captures " if len(ranked) > 1 else ""
    return f"{of}{_describe(capture)}" + ("" if capture.is_whole else ", while the month was still running")


def _describe(capture: Capture) -> str:
    moment = moment_of(capture.timestamp)
    return f"{capture.file} of {urlsplit(capture.folder).hostname}, captured {moment:%Y-%m-%d %H:%M} UTC"


def index_url(base: str, folder: str) -> str:
    """Return the url that lists all captures of the text files below a folder that were served well, oldest first.

    Nothing is collapsed: that keeps the first of several captures, and the last one is wanted.
    https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server
    """
    asked = {"url": folder.partition("://")[2], "matchType": "prefix", "output": "json", "fl": ",".join(FIELDS)}
    filters = [("filter", "statuscode:200"), ("filter", f"original:{TEXTS}")]
    return f"{base}cdx/search/cdx?{urlencode([*asked.items(), *filters])}"


def capture_url(base: str, capture: Capture) -> str:
    """Return the url of a capture as it was served then, without anything put into it."""
    return f"{base}web/{capture.timestamp}id_/{capture.folder}{capture.file}"


def captures(page: bytes, folder: str) -> Iterator[Capture]:
    """Yield the captures of months that an answer of the index lists; raises NoPageError for any other answer.

    Captures of another folder, without a month, or without a possible time are left out.
    """
    names, *rows = _rows(page) or [["timestamp", "original"]]
    if not {"timestamp", "original"} <= set(names):
        raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, "the list of captures does not say what its columns are")
    for row in rows:
        if len(row) != len(names):
            raise NoPageError(
                ReasonCode.UNEXPECTED_ANSWER, f"a line of the list of captures has {len(row)} columns of {len(names)}"
            )
        if (capture := _capture(dict(zip(names, row, strict=True)), folder)) is not None:
            yield capture


def _rows(page: bytes) -> list[list[str]]:
    """Return the rows of an answer of the index, first the names of its columns; no row where nothing was captured."""
    if is_html(page):
        raise NoPageError(ReasonCode.WEB_PAGE, web_page_reason(page, "a list of captures"))
    if reason := blocked_reason(page):
        raise NoPageError(ReasonCode.CAPTURES_BLOCKED, reason)
    try:
        rows = json.loads(page)
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, "what came is no list of captures")
    return [[str(value) for value in row] for row in rows]


def _capture(known: dict[str, str], folder: str) -> Capture | None:
    try:
        parts, own = urlsplit(known["original"]), urlsplit(folder)
    except ValueError:
        return None
    volume = volume_of(f"{own.scheme}://{own.netloc}{parts.path}", folder)
    same_host = (parts.hostname or "").removeprefix("www.") == (own.hostname or "").removeprefix("www.")
    if not same_host or parts.query or volume is None or volume.month is None:
        return None
    if known.get("statuscode", "200") != "200" or moment_of(known["timestamp"]) is None:
        return None
    file = volume.url.rpartition("/")[2]
    digest = known.get("digest") or known["timestamp"]
    return Capture(volume.month, folder, file, known["timestamp"], known.get("mimetype", ""), digest)


def rank_captures(found: Iterable[Capture], base: str) -> dict[str, list[Capture]]:
    """Return the captures of each month, best first, by the url of the best; newest month first."""
    months: dict[date, list[Capture]] = {}
    for capture in sorted(found, key=lambda capture: (capture.month, capture.rank), reverse=True):
        months.setdefault(capture.month, []).append(capture)
    return {capture_url(base, ranked[0]): ranked for ranked in months.values()}


def is_whole(url: str, month: date | None) -> bool:
    """Tell whether the url of a capture names a moment at which the month was over."""
    found = CAPTURE.search(url)
    return bool(found and month and complete_until(found[1], url) >= midnight(next_month(month)))


def complete_until(timestamp: str, file: str) -> datetime:
    """Return the moment up to which a captured file is sure to have all mail."""
    moment = moment_of(timestamp)
    assert moment
    return moment - (PACKED_DAILY if file.endswith(".gz") else timedelta())


def moment_of(timestamp: str) -> datetime | None:
    """Return the moment that 14 digits name, UTC; None for other text, or an impossible year."""
    try:
        moment = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC) if len(timestamp) == 14 else None
    except ValueError:
        return None
    return moment if moment and moment.year in YEARS else None


def blocked_reason(page: bytes) -> str | None:
    """Return the reason where a page says that the archive does not show the captures of a site, else None."""
    found = BLOCKED.search(page[:2000])
    return f"the archive shows no captures of this site: {found[0].decode('latin-1')}" if found else None
