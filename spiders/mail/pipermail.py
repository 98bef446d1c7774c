"""Collect the archives of Mailman 2: a table of months with a text file for each."""

import re

from pipelines.catalogue.urls import INDEX
from pipelines.model import Verdict
from spiders.core.budget import HostPausedError
from spiders.core.responses import NOT_MODIFIED, index_facts
from spiders.core.verdicts import NoPageError
from spiders.mail.archive import MAX_INDEX, ArchiveSpider
from spiders.mail.assertions import PIPERMAIL
from spiders.mail.due import ListedMonth
from spiders.mail.land import Index
from spiders.mail.months import is_settled
from spiders.mail.pipermail_pages import Volume, stated_total, volume_of, volumes
from spiders.mail.stored_list import StoredList
from spiders.readers import VERSIONS

TEXT_FILE = re.compile(r"\.txt(\.gz)?$")
RUNNING = 2
"""How many volumes that are no months, at the top of the table, every run asks for."""


class PipermailSpider(ArchiveSpider):
    """Ask for the table, then for the text files of the months."""

    name = "pipermail"
    kind = "pipermail"
    reader = VERSIONS["pipermail"]
    assertions = PIPERMAIL
    pipermail = True

    async def ask_index(self, stored: StoredList) -> Index:
        """Ask for the table, on condition that it changed."""
        url = stored.source.urls[0]
        held = self.current_visit(stored.source, INDEX)
        response = await self.ask(url, MAX_INDEX, held)
        known, page = index_facts(response), None
        if response.status == NOT_MODIFIED and held:
            known |= {"checksum": held.checksum, "etag": held.etag, "last_modified": held.last_modified}
            found = [volume for row in stored.index_rows if (volume := volume_of(row["url"]))]
        else:
            page = response.body
            found = volumes(page, url)
        visit = self.without_key_id(self.visit(stored.source, INDEX, url, Verdict.OK, **known))
        listed = [self._listed(n, volume) for n, volume in enumerate(found) if not volume.is_impossible]
        impossible = [volume.unit for volume in found if volume.is_impossible]
        return Index(visit, listed, page, impossible=impossible)

    def _listed(self, place: int, volume: Volume) -> ListedMonth:
        settled = is_settled(volume.month, self.today) if volume.month else place >= RUNNING
        return ListedMonth(volume.unit, volume.month, volume.url, None, settled)

    async def ask_total(self, listed: ListedMonth) -> int | None:
        """Return the total on the month's page by date; None where it cannot be had or states none.

        Raises NoPageError for a total that cannot be.
        """
        try:
            response = await self.ask(TEXT_FILE.sub("/date.html", listed.url), MAX_INDEX)
        except (NoPageError, HostPausedError) as error:
            self.logger.info("%s: the archive's own total: %s", listed.url, error)
            return None
        return stated_total(response.body)
