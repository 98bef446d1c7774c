"""Collect mailboxes on this machine, for archives that somebody obtained by hand. A unit is a mailbox."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pyarrow as pa

from pipelines.catalogue.urls import mailbox_of
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import MESSAGES
from pipelines.model import ReasonCode, Source, Verdict, Visit
from pipelines.privacy.pseudonyms import redact
from spiders.core.batches import check_batches
from spiders.core.days import midnight
from spiders.core.pages import PageSpider, carry_over
from spiders.core.saved_pages import file_problem
from spiders.core.verdicts import MAX_REASON
from spiders.mail.mailboxes import Mailbox, mailbox_at
from spiders.mail.reader import Archive, messages
from spiders.readers import VERSIONS


class MboxSpider(PageSpider):
    """Read the mailboxes that the catalogue names, or the one at `path`, whenever they changed."""

    name = "mbox"
    kind = "mbox"
    reader = VERSIONS["mbox"]

    def __init__(self, path: str = "", **arguments: str) -> None:
        super().__init__(**arguments)
        self.path = path

    async def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield a harvest for each mailbox, or only a visit where nothing changed or nothing can be read."""
        for url in [f"file://localhost{quote(self.path)}"] if self.path else source.urls:
            unit = mailbox_of(url)
            if not self.is_wanted(unit):
                continue
            reading = asyncio.to_thread(self.read_mailbox, source, unit, Path(unquote(urlsplit(url).path)))
            if found := await self.attempt(source, unit, f"file://localhost/{unit}", reading):
                yield found

    def read_mailbox(self, source: Source, unit: str, path: Path) -> Harvest | Visit:
        """Return what one mailbox brings; its url is stored without its folder, which tells of the machine."""
        url = f"file://localhost/{unit}"
        stored = self.current_visit(source, unit)
        try:
            box = mailbox_at(path)
            checksum = box.checksum()
        except (OSError, ValueError) as error:
            return self._file_visit(source, unit, url, error)
        if stored and stored.checksum == checksum:
            return self.visit(source, unit, url, Verdict.UNCHANGED, **carry_over(stored))
        visit = self.visit(source, unit, url, Verdict.OK, checksum=checksum, note=box.note)
        notes: list[str] = []
        lists = self.list_addresses(source.community)
        archive = Archive(midnight(source.since), visit.seen_at + timedelta(days=1), list_addresses=lists)
        batches = check_batches(self._rows(box, archive), None, notes)
        return Harvest(visit=visit, fetched_in=0.0, schema=MESSAGES, batches=batches, tags=[], notes=notes)

    def _file_visit(self, source: Source, unit: str, url: str, error: Exception) -> Visit:
        code, reason = file_problem(error)
        if isinstance(error, FileNotFoundError):
            code = ReasonCode.GONE
        return self.failed_visit(source, unit, url, code, redact(reason)[:MAX_REASON])

    def _rows(self, box: Mailbox, archive: Archive) -> Iterator[pa.RecordBatch]:
        for read, rules in box.streams(archive):
            yield from messages(read, rules, self.pseudonyms)
