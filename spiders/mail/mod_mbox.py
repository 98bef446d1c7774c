"""Collect saved pages and mailboxes of the archive that Apache had before Pony Mail.

The page of a list states how many messages each month has. The name of a month's mailbox is its year
and month (`201305.mbox`).
"""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.catalogue.urls import INDEX
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import MESSAGES
from pipelines.landing.stored import unit_file
from pipelines.model import ReasonCode, Source, Verdict, Visit
from spiders.core.batches import check_batches
from spiders.core.pages import carry_over
from spiders.core.saved_pages import SavedSpider, content_of, file_url
from spiders.core.streams import Stream, inspect_stream, read_pieces
from spiders.core.verdicts import UnreadableError
from spiders.mail.check import check_mail_start
from spiders.mail.mod_mbox_pages import is_page, month_of, month_totals
from spiders.mail.months import believed_times, unit_of
from spiders.mail.reader import Archive, messages
from spiders.readers import VERSIONS


class ModMboxSpider(SavedSpider):
    """Read the list's page first, then the mailboxes of its months."""

    name = "mod_mbox"
    kind = "mod_mbox"
    reader = VERSIONS["mod_mbox"]

    def read_files(self, source: Source, files: list[Path]) -> Iterator[Harvest | Visit]:
        """Yield the totals that the list's pages state, then each mailbox of a month."""
        pages = [file for file in files if is_page(file)]
        stated = self._stored_totals(source)
        for file in pages:
            try:
                content = content_of(file)
                found = month_totals(content, source.address)
            except Exception as error:
                yield self.file_visit(source, file, error)
                continue
            stated |= found
            rows = [{"month": month, "messages": count, "url": file_url(file)} for month, count in found.items()]
            yield self.harvest_totals(source, file, content, rows)
        for file in files:
            if file not in set(pages):
                try:
                    yield self.read_mailbox(source, file, stated)
                except Exception as error:
                    yield self.file_visit(source, file, error)

    def read_mailbox(self, source: Source, file: Path, stated: dict[date, int]) -> Harvest | Visit:
        """Return the harvest of the mailbox of a month; raises OSError or ValueError where it is none."""
        month = check_mailbox(file)
        checksum = _checksum(file)
        unit, stored = unit_of(month), self.current_visit(source, unit_of(month))
        if stored and stored.checksum == checksum:
            kept = carry_over(stored) | {"note": stored.note}
            return self.visit(source, unit, file_url(file), Verdict.UNCHANGED, **kept)
        visit = self.visit(source, unit, file_url(file), Verdict.OK, checksum=checksum)
        notes: list[str] = []
        lists = self.list_addresses(source.community)
        rows = self._rows(file, Archive(*believed_times(month), month, list_addresses=lists))
        batches = check_batches(rows, stated.get(month), notes)
        return Harvest(visit=visit, fetched_in=0.0, schema=MESSAGES, batches=batches, tags=[], notes=notes)

    def _rows(self, file: Path, archive: Archive) -> Iterator[pa.RecordBatch]:
        with file.open("rb") as raw:
            yield from messages(Stream(raw).read, archive, self.pseudonyms)

    def _stored_totals(self, source: Source) -> dict[date, int]:
        """Return the totals of a page that was read before."""
        stored = self.stored_visit(source, INDEX)
        if stored is None:
            return {}
        rows: list[dict[str, Any]] = pq.read_table(unit_file(self.folders.observations, stored)).to_pylist()
        return {row["month"]: row["messages"] for row in rows}


def check_mailbox(file: Path) -> date:
    """Return the first day of the month of a mailbox; raises UnreadableError for any other file."""
    month = month_of(file.name)
    if month is None:
        reason = "its name does not say of which month it is, as in 201305.mbox"
        raise UnreadableError(ReasonCode.IMPOSSIBLE_MONTH, reason)
    with file.open("rb") as raw:
        start = inspect_stream(Stream(raw).read).start
    if not start:
        raise UnreadableError(ReasonCode.NO_MESSAGES, "nothing is in it")
    check_mail_start(start)
    return month


def _checksum(file: Path) -> str:
    digest = sha256()
    with file.open("rb") as raw:
        for piece in read_pieces(raw.read):
            digest.update(piece)
    return digest.hexdigest()
