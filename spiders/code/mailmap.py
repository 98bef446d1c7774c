"""The spider of kind `mailmap`: files that say under which names and addresses one person has committed.

A unit is a file, `owner/name.mailmap`. The reading half below the spider turns the bytes into rows of
fingerprints; it knows no network and no clock.
"""

import re
from collections.abc import AsyncIterator

import pyarrow as pa

from pipelines.catalogue.urls import mailmap_of
from pipelines.landing.schemas import ALIASES
from pipelines.landing.store import Harvest
from pipelines.model import Source, Verdict, Visit
from pipelines.privacy.pseudonyms import Pseudonyms, redact
from spiders.core.pages import PageSpider, carry_over
from spiders.core.responses import NOT_MODIFIED, download_seconds, facts
from spiders.core.verdicts import MAX_REASON, NoPageError

LARGEST_FILE = 4 << 20
MOST_LINES = 50_000
# git passes over what stands after the last address, and so do we.
LINE = re.compile(rb"([^<>#]*)<([^<>]*)>(?:([^<>#]*)<([^<>]*)>)?(?:[^<>#]*)(?:#.*)?")
SITE = re.compile(rb"\s*<(?:!doctype|html|head|\?xml)", re.I)


class MailmapSpider(PageSpider):
    """Asks for each file, on condition that it changed, and lands who is who in it."""

    name = "mailmap"
    kind = "mailmap"
    reader = "mailmap/1"

    async def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield a harvest for each file, or only a visit where there is nothing new or nothing to read."""
        for url in source.urls:
            unit = mailmap_of(url)
            if self.is_wanted(unit) and (found := await self.attempt(source, unit, url, self.file(source, unit, url))):
                yield found

    async def file(self, source: Source, unit: str, url: str) -> Harvest | Visit:
        """Ask for one file and read it."""
        held = self.current_visit(source, unit)
        try:
            response = await self.ask(url, LARGEST_FILE, held)
            known = facts(response)
            if held and (response.status == NOT_MODIFIED or held.checksum == known["checksum"]):
                return self.visit(source, unit, url, Verdict.UNCHANGED, **carry_over(held))
            rows, odd = aliases(response.body, self.pseudonyms)
        except NoPageError as error:
            return self.error_visit(source, unit, url, error)
        except ValueError as wrong:
            return self.visit(source, unit, url, Verdict.FAILED, reason=redact(str(wrong))[:MAX_REASON])
        note = f"{odd} lines say nothing that can be read" if odd else ""
        visit = self.visit(source, unit, url, Verdict.OK, note=note, **known)
        return Harvest(visit=visit, fetched_in=download_seconds(response), schema=ALIASES, batches=[rows], tags=[])


def aliases(page: bytes, pseudonyms: Pseudonyms) -> tuple[pa.RecordBatch, int]:
    """Read a .mailmap into a batch of the schema ALIASES; return how many lines were none of its forms beside it.

    Raises ValueError for a web page and for a file beyond every measure.
    """
    if SITE.match(page):
        raise ValueError("a web page came instead of a .mailmap")
    lines = [line for line in page.splitlines() if line.strip() and not line.lstrip().startswith(b"#")]
    if len(lines) > MOST_LINES:
        raise ValueError(f"a .mailmap of more than {MOST_LINES:,} lines")
    if b"\0" in page:
        raise ValueError("what came is not text")
    found = [LINE.fullmatch(line.strip()) for line in lines]
    rows = [_alias(line, pseudonyms) for line in found if line]
    if lines and not rows:
        raise ValueError("no line of what came is one of a .mailmap")
    return pa.RecordBatch.from_pylist(rows, schema=ALIASES), len(lines) - len(rows)


def _alias(line: re.Match[bytes], pseudonyms: Pseudonyms) -> dict[str, str | int | None]:
    """Return one line: `Name <address>`, or a proper name, address or both before what stands in commits."""
    name, first, commit_name, second = (part or b"" for part in line.groups())
    proper = pseudonyms.of(name, first if line[4] is not None else b"")
    commit = pseudonyms.of(commit_name, second if line[4] is not None else first)
    return {
        "proper_name_key": proper.name_key, "proper_name_words": proper.name_words,
        "proper_address_key": proper.address_key, "commit_name_key": commit.name_key,
        "commit_address_key": commit.address_key,
    }  # fmt: skip
