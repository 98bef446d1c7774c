"""The spider of kind `mailmap`: files that say under which names and addresses one person has committed.

A unit is a file, `owner/name.mailmap`. The reading half below the spider turns the bytes into rows of
fingerprints; it knows no network and no clock.
"""

import re
from collections.abc import AsyncIterator
from typing import NamedTuple

import pyarrow as pa

from pipelines.catalogue.urls import mailmap_of
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import ALIASES
from pipelines.model import Source, Verdict, Visit
from pipelines.privacy.pseudonyms import Pseudonyms, redact
from spiders.core.pages import PageSpider, carry_over
from spiders.core.responses import NOT_MODIFIED, download_seconds, facts
from spiders.core.verdicts import MAX_REASON, NoPageError
from spiders.readers import VERSIONS

LARGEST_FILE = 4 << 20
MOST_LINES = 50_000
ENTRY = re.compile(rb"([^<]*+)<([^>]*+)>")
SITE = re.compile(rb"\s*<(?:!doctype|html|head|\?xml)", re.I)


class MailmapSpider(PageSpider):
    """Asks for each file, on condition that it changed, and lands who is who in it."""

    name = "mailmap"
    kind = "mailmap"
    reader = VERSIONS["mailmap"]

    async def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield a harvest for each file, or only a visit where there is nothing new or nothing to read."""
        self.due_units[source.id] = len(source.urls)
        for url in self.sample(source.urls):
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


class Line(NamedTuple):
    """One line of a .mailmap: the proper name and address, and the name and address in commits (b"": not given)."""

    proper_name: bytes
    proper_address: bytes
    commit_name: bytes
    commit_address: bytes


class Mapping(NamedTuple):
    """What a .mailmap makes of one commit address, under one commit name or (b"") under any other; `line` decided."""

    commit_address: bytes
    commit_name: bytes
    proper_name: bytes
    proper_address: bytes
    line: int


def aliases(page: bytes, pseudonyms: Pseudonyms) -> tuple[pa.RecordBatch, int]:
    """Read a .mailmap into a batch of the schema ALIASES; return with it how many lines git passes over.

    Raises ValueError for a web page and for a file beyond every measure.
    """
    if SITE.match(page):
        raise ValueError("a web page came instead of a .mailmap")
    lines = [line for line in page.split(b"\n") if line.strip() and not line.lstrip().startswith(b"#")]
    if len(lines) > MOST_LINES:
        raise ValueError(f"a .mailmap of more than {MOST_LINES:,} lines")
    if b"\0" in page:
        raise ValueError("what came is not text")
    odd = sum(read_line(line) is None for line in lines)
    if lines and odd == len(lines):
        raise ValueError("no line of what came is one of a .mailmap")
    rows = [_alias(mapping, pseudonyms) for mapping in mappings(page)]
    return pa.RecordBatch.from_pylist(rows, schema=ALIASES), odd


def mappings(page: bytes) -> list[Mapping]:
    """Return what a .mailmap says as git understands it: of lines about one address and name the last one holds.

    Of lines about an address under any name, the last name and the last address hold, also from two lines.
    """
    found: dict[tuple[bytes, bytes], Mapping] = {}
    for number, text in enumerate(page.split(b"\n"), 1):
        if line := read_line(text):
            key = line.commit_address.lower(), line.commit_name.lower()
            mapping = Mapping(*key, line.proper_name, line.proper_address, number)
            found[key] = mapping if line.commit_name else _later(found.get(key), mapping)
    return [mapping for mapping in found.values() if mapping.proper_name or mapping.proper_address]


def _later(before: Mapping | None, after: Mapping) -> Mapping:
    if before is None:
        return after
    name, address = after.proper_name or before.proper_name, after.proper_address or before.proper_address
    return after._replace(proper_name=name, proper_address=address)


def read_line(text: bytes) -> Line | None:
    """Return one line as git reads it; None for a comment, or where no address stands in it.

    git passes over what stands after the last address, and only a line that begins with `#` is a comment.
    """
    first = None if text.startswith(b"#") else ENTRY.match(text)
    if first is None or not first[2]:
        return None
    second = ENTRY.match(text, first.end())
    if second is None:
        return Line(first[1].strip(), b"", b"", first[2])
    return Line(first[1].strip(), first[2], second[1].strip(), second[2])


def _alias(mapping: Mapping, pseudonyms: Pseudonyms) -> dict[str, str | int | None]:
    proper = pseudonyms.of(mapping.proper_name, mapping.proper_address)
    commit = pseudonyms.of(mapping.commit_name, mapping.commit_address)
    return {
        "proper_name_key": proper.name_key, "proper_name_words": proper.name_words,
        "proper_address_key": proper.address_key, "commit_name_key": commit.name_key,
        "commit_address_key": commit.address_key, "line": mapping.line,
    }  # fmt: skip
