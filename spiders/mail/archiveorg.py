"""The spider of kind `archiveorg`: Pipermail archives of hosts that are gone, as the Wayback Machine captured them.

Its index of captures (CDX) lists every capture of every file below the folders that a source names;
of each month the best capture is asked for as it was served, and read as Pipermail is. What the
capture of a month can have is what was there by then: its moment stands in its url. The reading half
below the spider knows no network and no clock.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from scrapy.http import Response

from pipelines.catalogue.urls import INDEX
from pipelines.landing.store import Harvest
from pipelines.landing.visits import read_visits
from pipelines.model import GOOD_VERDICTS, Source, Verdict, Visit
from spiders.core.budget import host_of
from spiders.core.pages import NoPageError, is_html, midnight, web_page
from spiders.mail.archive import LARGEST_INDEX, YEARS, ArchiveSpider, Index, Listed, Totals, later
from spiders.mail.pipermail import volume_of
from spiders.mail.reader import READER

FIELDS = ("timestamp", "original", "statuscode", "mimetype", "digest", "length")
PACKED_DAILY = timedelta(days=1)
"""Mailman packs the file of a running month once a day: what came since then is not in it."""
MOST_TRIES = 3
BLOCKED = re.compile(rb"(Robot|Administrative)AccessControlException[^\n]{0,60}")
PEACE = 429
CAPTURE = re.compile(r"/web/(\d{14})id_/")
TEXTS = r".*/[0-9]{4}-[A-Z][a-z]+[.]txt([.]gz)?"


class Capture(NamedTuple):
    """A month's file as it was captured: where it lay, when (14 digits, UTC), its type, the digest of its bytes."""

    month: date
    folder: str
    file: str
    timestamp: str
    mimetype: str
    digest: str

    @property
    def whole(self) -> bool:
        """Whether the month was over when it was captured."""
        return horizon(self.timestamp, self.file) >= midnight(later(self.month))

    @property
    def rank(self) -> tuple[bool, bool, str, bool]:
        """Order captures of a month: the newest one that is of the whole month is best, a web page is worst."""
        return self.mimetype != "text/html", self.whole, self.timestamp, self.file.endswith(".gz")


class ArchiveorgSpider(ArchiveSpider):
    """Asks which captures there are of a source's folders, then for the best one of each month that is not had yet."""

    name = "archiveorg"
    kind = "archiveorg"
    reader = f"archiveorg/1+{READER}"
    pipermail = True

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.ranked: dict[str, list[Capture]] = {}
        self.had: dict[str, dict[str, set[str]]] = {}

    def place(self, source: Source) -> str:
        """Return the index of captures for the first folder: no other host than that of the captures is asked."""
        return cdx(_base(source), source.urls[0])

    def _asleep(self, source: Source) -> Visit | None:  # noqa: ARG002
        """Return None: it was asked for by name."""
        return None

    async def index(self, source: Source) -> Index:
        """Ask which captures there are of each folder; one folder that is not had leaves the others."""
        found: list[Capture] = []
        pages: list[bytes] = []
        notes: list[str] = []
        errors: list[NoPageError] = []
        for folder in source.urls:
            try:
                response = await self.ask(cdx(_base(source), folder), LARGEST_INDEX)
                captured = list(captures(response.body, folder))
            except NoPageError as error:
                errors.append(error)
                notes.append(f"{host_of(folder)}: {error.verdict}: {error}")
            else:
                found += captured
                pages.append(response.body)
                notes.append(f"{host_of(folder)}: {len(captured):,} captures of months")
        if not pages:
            raise errors[0]
        checksum = sha256(b"".join(pages)).hexdigest()
        visit = self.visit(source, INDEX, self.place(source), Verdict.OK, checksum=checksum, note="; ".join(notes))
        ranked = best(found, _base(source))
        self.ranked |= ranked
        return Index(self.nameless(visit), [_listed(url, one[0]) for url, one in ranked.items()], b"".join(pages))

    def due(self, source: Source, listed: Listed, known: Visit | None, before: int | None) -> bool:  # noqa: ARG002
        """Tell whether a month is to be asked for: one that was captured whole is had for ever once it is had."""
        if known is None:
            return not self._rests(source, listed)
        had = self._had(source).get(listed.unit, set()) | {known.url}
        return listed.url not in had and not any(whole(url, listed.month) for url in had)

    def _had(self, source: Source) -> dict[str, set[str]]:
        """Return the urls from which today's reader has had each unit."""
        if source.id not in self.had:
            self.had[source.id] = defaultdict(set)
            for visit in read_visits(self.folders.visits / source.community / source.name):
                if visit.verdict in GOOD_VERDICTS and self.reads(visit):
                    self.had[source.id][visit.unit].add(visit.url)
        return self.had[source.id]

    def _settled_before(self, source: Source, unit: str) -> int | None:  # noqa: ARG002
        """Return None: that a later capture has more than an earlier one is what is hoped for."""
        return None

    async def _month(
        self, source: Source, listed: Listed, known: Visit | None, totals: Totals
    ) -> Harvest | Visit | None:
        """Ask for the best capture of a month, then for the next ones where what was saved there is no mail."""
        ranked = self.ranked[listed.url]
        passed: list[Visit] = []
        broken: set[str] = set()
        for capture in ranked:
            if len(passed) == MOST_TRIES or capture.digest in broken:
                continue
            one = listed._replace(url=capture_url(_base(source), capture))
            found = await super()._month(source, one, known, totals)
            if found is None:
                return None
            if isinstance(found, Harvest) or found.verdict not in (Verdict.FAILED, Verdict.GONE):
                return _noted(found, "; ".join((chosen(capture, ranked), *map(_passed, passed))))
            passed.append(found)
            broken |= {capture.digest} if found.verdict == Verdict.FAILED else set()
        return _noted(passed[0], "; ".join(("no capture of it is mail", *map(_passed, passed[1:]))))

    async def total(self, listed: Listed) -> int | None:  # noqa: ARG002
        """Return None: what the archive said of a month would be one more question for each."""
        return None

    def refused(self, response: Response) -> tuple[Verdict, str]:
        """Return the verdict on an answer without a page: the archive has its own words for two of them."""
        if reason := blocked(response.body):
            return Verdict.REFUSED, reason
        if 300 <= response.status < 400:
            return Verdict.GONE, "there is no capture of this moment any more: the archive leads to another one"
        return super().refused(response)

    def tired(self, response: Response) -> bool:
        """Tell whether the host is to be left alone: not where it only keeps one site's captures to itself."""
        return super().tired(response) and blocked(response.body) is None

    def wait(self, response: Response, pause: int | None) -> float | None:
        """Return how long to wait before asking again: whoever is told of too many questions here asks no more."""
        return None if response.status == PEACE else super().wait(response, pause)


def _base(source: Source) -> str:
    assert source.captures
    return source.captures


def _listed(url: str, capture: Capture) -> Listed:
    """Return a month as the index has it; on a host that is gone nothing is posted to it any more."""
    return Listed(f"{capture.month:%Y-%m}", capture.month, url, None, settled=True)


def _noted(found: Harvest | Visit, note: str) -> Harvest | Visit:
    """Return a harvest or a visit with a word on where it is from."""
    if isinstance(found, Harvest):
        return replace(found, visit=replace(found.visit, note=note))
    return replace(found, note=note)


def _passed(visit: Visit) -> str:
    return f"passed over {visit.url.partition('id_/')[0].rpartition('/')[2]}: {visit.reason}"


def chosen(capture: Capture, ranked: list[Capture]) -> str:
    """Say which capture of a month was taken, of how many, and whether the month was over by then."""
    of = f"of {len(ranked)} captures " if len(ranked) > 1 else ""
    return f"{of}{_said(capture)}" + ("" if capture.whole else ", while the month was still running")


def _said(capture: Capture) -> str:
    moment = moment_of(capture.timestamp)
    return f"{capture.file} of {urlsplit(capture.folder).hostname}, captured {moment:%Y-%m-%d %H:%M} UTC"


def cdx(base: str, folder: str) -> str:
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

    What lies in another folder, is of no month, or has a time that is none is passed over.
    """
    names, *rows = _rows(page) or [["timestamp", "original"]]
    if not {"timestamp", "original"} <= set(names):
        raise NoPageError(Verdict.FAILED, "the list of captures does not say what its columns are")
    for row in rows:
        if len(row) != len(names):
            raise NoPageError(Verdict.FAILED, f"a line of the list of captures has {len(row)} columns of {len(names)}")
        if (capture := _capture(dict(zip(names, row, strict=True)), folder)) is not None:
            yield capture


def _rows(page: bytes) -> list[list[str]]:
    """Return the rows of an answer of the index, the names of its columns first; no row where nothing was captured."""
    if is_html(page):
        raise NoPageError(Verdict.FAILED, web_page(page, "a list of captures"))
    if reason := blocked(page):
        raise NoPageError(Verdict.REFUSED, reason)
    try:
        rows = json.loads(page)
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise NoPageError(Verdict.FAILED, "what came is no list of captures")
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


def best(found: Iterable[Capture], base: str) -> dict[str, list[Capture]]:
    """Return the captures of each month, best first, by the url of the best; newest month first."""
    months: dict[date, list[Capture]] = {}
    for capture in sorted(found, key=lambda capture: (capture.month, capture.rank), reverse=True):
        months.setdefault(capture.month, []).append(capture)
    return {capture_url(base, ranked[0]): ranked for ranked in months.values()}


def whole(url: str, month: date | None) -> bool:
    """Tell whether the url of a capture is of a moment at which the month was over."""
    found = CAPTURE.search(url)
    return bool(found and month and horizon(found[1], url) >= midnight(later(month)))


def horizon(timestamp: str, file: str) -> datetime:
    """Return up to when a file that was captured at a moment is sure to have everything."""
    moment = moment_of(timestamp)
    assert moment
    return moment - (PACKED_DAILY if file.endswith(".gz") else timedelta())


def moment_of(timestamp: str) -> datetime | None:
    """Return the moment that 14 digits name, UTC; None where they name none, or one of an impossible year."""
    try:
        moment = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC) if len(timestamp) == 14 else None
    except ValueError:
        return None
    return moment if moment and moment.year in YEARS else None


def blocked(page: bytes) -> str | None:
    """Say that the archive keeps the captures of a site to itself, if that is what a page says."""
    found = BLOCKED.search(page[:2000])
    return f"the archive shows no captures of this site: {found[0].decode('latin-1')}" if found else None
