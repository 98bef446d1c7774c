"""Collect Pipermail archives of hosts that are gone, as the Wayback Machine captured them.

Its index of captures (CDX) lists every capture of every file below the folders that a source names. The
best capture of each month is asked for as it was served, and read as Pipermail is. A capture has the mail
up to its moment, which stands in its url.
"""

from collections import defaultdict
from dataclasses import replace
from hashlib import sha256
from typing import Any

from scrapy.http import Response

from pipelines.catalogue.urls import INDEX
from pipelines.landing.asked import host_of
from pipelines.landing.harvest import Harvest
from pipelines.landing.visits import read_visits
from pipelines.model import GOOD_VERDICTS, ReasonCode, Source, Verdict, Visit
from spiders.core.verdicts import NoPageError, NothingThereError
from spiders.mail.archive import MAX_INDEX, ArchiveSpider
from spiders.mail.assertions import ARCHIVEORG
from spiders.mail.captures import (
    Capture,
    blocked_reason,
    capture_url,
    captures,
    describe_choice,
    index_url,
    is_whole,
    rank_captures,
)
from spiders.mail.due import DueMonth, DueReason, ListedMonth, StoredMonth, outdated_reason
from spiders.mail.land import Index, ListRun
from spiders.mail.stored_list import StoredList
from spiders.readers import VERSIONS

MAX_TRIES = 3
RATE_LIMITED = 429


class ArchiveorgSpider(ArchiveSpider):
    """Ask which captures there are of a source's folders, then for the best one of each month that is missing."""

    name = "archiveorg"
    kind = "archiveorg"
    reader = VERSIONS["archiveorg"]
    assertions = ARCHIVEORG
    pipermail = True
    may_grow = True

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.ranked: dict[str, list[Capture]] = {}

    def first_url(self, source: Source) -> str:
        """Return the index of captures for the first folder: no other host than that of the captures is asked."""
        return index_url(_base(source), source.urls[0])

    def is_index_due(self, source: Source) -> bool:  # noqa: ARG002
        """Tell that the index is due: a person asked for this source by name."""
        return True

    # ---- the index ----

    async def ask_index(self, stored: StoredList) -> Index:
        """Ask which captures there are of each folder; a folder that cannot be had leaves the others."""
        source = stored.source
        found: list[Capture] = []
        pages: list[bytes] = []
        notes: list[str] = []
        errors: list[NoPageError] = []
        for folder in source.urls:
            try:
                page = (await self.ask(index_url(_base(source), folder), MAX_INDEX)).body
                captured = list(captures(page, folder))
            except NoPageError as error:
                errors.append(error)
                notes.append(f"{host_of(folder)}: {_words(error.code)}")
            else:
                found += captured
                pages.append(page)
                notes.append(f"{host_of(folder)}: {len(captured):,} captures of months")
        if not pages:
            raise errors[0]
        return self._index(source, found, b"".join(pages), "; ".join(notes))

    def _index(self, source: Source, found: list[Capture], page: bytes, note: str) -> Index:
        checksum = sha256(page).hexdigest()
        visit = self.visit(source, INDEX, self.first_url(source), Verdict.OK, checksum=checksum, note=note)
        ranked = rank_captures(found, _base(source))
        self.ranked |= ranked
        return Index(self.without_key_id(visit), [_listed(url, one[0]) for url, one in ranked.items()], page)

    # ---- which months are due ----

    def due(self, run: ListRun) -> list[DueMonth]:
        """Return the months that are due: a month that was captured whole is read once."""
        stored, read = run.stored.months(run.index.listed), self._urls_read(run.source)
        found = ((one, self._due_reason(one, stored.get(one.unit), run, read)) for one in run.index.listed)
        return [DueMonth(one, reason) for one, reason in found if reason]

    def _due_reason(
        self, listed: ListedMonth, stored: StoredMonth | None, run: ListRun, read: dict[str, set[str]]
    ) -> DueReason | None:
        known = run.stored.current(listed.unit)
        if known is None:
            return outdated_reason(listed, stored)
        urls = read.get(listed.unit, set()) | {known.url}
        has_whole = any(is_whole(url, listed.month) for url in urls)
        return None if listed.url in urls or has_whole else DueReason.BETTER_CAPTURE

    def _urls_read(self, source: Source) -> dict[str, set[str]]:
        """Return the urls out of which the current reader has read each unit."""
        read: dict[str, set[str]] = defaultdict(set)
        for visit in read_visits(self.folders.visits / source.community / source.name):
            if visit.verdict in GOOD_VERDICTS and self.is_current(visit):
                read[visit.unit].add(visit.url)
        return read

    # ---- one month ----

    async def fetch_month(self, run: ListRun, listed: ListedMonth) -> Harvest | Visit | None:
        """Ask for the best capture of a month, then for the next ones where a capture is no mail."""
        ranked = self.ranked[listed.url]
        failed: list[Visit] = []
        unreadable: set[str] = set()
        for capture in ranked:
            if len(failed) == MAX_TRIES or capture.digest in unreadable:
                continue
            one = listed._replace(url=capture_url(_base(run.source), capture))
            found = await super().fetch_month(run, one)
            if found is None:
                return None
            if isinstance(found, Harvest) or found.verdict not in (Verdict.FAILED, Verdict.GONE):
                return _with_note(found, "; ".join((describe_choice(capture, ranked), *map(_failure, failed))))
            failed.append(found)
            unreadable |= {capture.digest} if found.verdict == Verdict.FAILED else set()
        return _with_note(failed[0], "; ".join(("no capture of it is mail", *map(_failure, failed[1:]))))

    async def ask_total(self, listed: ListedMonth) -> int | None:  # noqa: ARG002
        """Return None: the archive's own total would cost one more request for each month."""
        return None

    # ---- what the Wayback Machine answers ----

    def refusal(self, response: Response) -> NoPageError | NothingThereError:
        """Return what an answer without success means: the archive has its own words for two cases."""
        if reason := blocked_reason(response.body):
            return NoPageError(ReasonCode.CAPTURES_BLOCKED, reason)
        if 300 <= response.status < 400:
            reason = "there is no capture of this moment any more: the archive leads to another one"
            return NoPageError(ReasonCode.GONE, reason)
        return super().refusal(response)

    def is_rate_limited(self, response: Response) -> bool:
        """Tell whether the host is to be paused: not where it only does not show the captures of one site."""
        return super().is_rate_limited(response) and blocked_reason(response.body) is None

    def retry_delay(self, response: Response, pause: int | None) -> float | None:
        """Return how long to wait before asking again; None after status 429: this host does not want a retry."""
        return None if response.status == RATE_LIMITED else super().retry_delay(response, pause)


def _base(source: Source) -> str:
    assert source.captures
    return source.captures


def _listed(url: str, capture: Capture) -> ListedMonth:
    """Return a month of the index; it is settled, for nothing is posted on a host that is gone."""
    return ListedMonth(f"{capture.month:%Y-%m}", capture.month, url, None, is_settled=True)


def _with_note(found: Harvest | Visit, note: str) -> Harvest | Visit:
    if isinstance(found, Harvest):
        return replace(found, visit=replace(found.visit, note=note))
    return replace(found, note=note)


def _failure(visit: Visit) -> str:
    """Return which capture was passed over, and why by its code: a note is published, the words of a host are not."""
    return f"passed over {visit.url.partition('id_/')[0].rpartition('/')[2]}: {_words(visit.reason_code)}"


def _words(code: str) -> str:
    return code.replace("_", " ")
