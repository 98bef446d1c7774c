"""What the spiders of saved pages share: the files that somebody has of a site that is gone, and how each one ends.

A page covers what it states and nothing else. The path of its folder says something of this machine
and is kept nowhere.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.catalogue.urls import INDEX, is_plain_name
from pipelines.landing.schemas import TOTALS
from pipelines.landing.store import Harvest
from pipelines.model import Source, Verdict, Visit
from pipelines.privacy.pseudonyms import redact
from spiders.core.pages import LARGEST_REASON, PageSpider, carry_over
from spiders.core.streams import DamagedError, Stream, pieces

LARGEST_PAGE = 8 << 20
UNNAMED = "a-file-without-a-plain-name"


class SavedSpider(PageSpider):
    """Reads the saved page, or the folder of them, at `path`; without one there is nothing to do."""

    def __init__(self, path: str = "", **arguments: Any) -> None:
        super().__init__(**arguments)
        self.path = path

    async def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield what the files tell, and a visit for each one that tells nothing."""
        for found in await asyncio.to_thread(self._all, source) if self.path else ():
            yield found

    def _all(self, source: Source) -> list[Harvest | Visit]:
        path = Path(self.path)
        files = files_at(path)
        if not files:
            return [
                self.visit(source, unit_named(path), shown(path), Verdict.FAILED, reason="no file is in this folder")
            ]
        return list(self.saved(source, files))

    def saved(self, source: Source, files: list[Path]) -> Iterator[Harvest | Visit]:
        """Yield what files tell of a source: one harvest or visit for each unit, and a visit for each useless file."""
        raise NotImplementedError

    def useless(self, source: Source, file: Path, reason: str) -> Visit:
        """Return the visit to a file that tells nothing of the source."""
        told = redact(reason)[:LARGEST_REASON]
        return self.visit(source, unit_named(file), shown(file), Verdict.FAILED, reason=told)

    def started(self, source: Source, unit: str, files: Iterable[Path], contents: Iterable[bytes], note: str) -> Visit:
        """Return the visit to a unit that files tell of: unchanged where they are those that we have read already."""
        checksum = sha256(b"".join(sha256(content).digest() for content in contents)).hexdigest()
        held = self.readable(source, unit)
        url = shown(next(iter(files)))
        if held and held.checksum == checksum:
            return self.visit(source, unit, url, Verdict.UNCHANGED, **carry_over(held), note=held.note)
        return self.visit(source, unit, url, Verdict.OK, checksum=checksum, note=note)

    def totals(self, source: Source, file: Path, content: bytes, rows: list[dict[str, Any]]) -> Harvest | Visit:
        """Return the harvest of what a page states of how much there is."""
        visit = replace(self.started(source, INDEX, [file], [content], ""), key_id=None)
        if visit.verdict == Verdict.UNCHANGED:
            return visit
        batch = pa.RecordBatch.from_pylist(rows, schema=TOTALS)
        return Harvest(visit=visit, fetched_in=0.0, schema=TOTALS, batches=[batch], tags=[])


def files_at(path: Path) -> list[Path]:
    """Return the files at a path, in the order of their names: itself, or those below it that are not hidden."""
    if path.is_file():
        return [path]
    found = (file for file in path.rglob("*") if file.is_file())
    return sorted(file for file in found if not any(part.startswith(".") for part in file.relative_to(path).parts))


def content_of(file: Path) -> bytes:
    """Return a page, unpacked where it is packed; raises ValueError for one that is too large, empty or damaged."""
    content = b""
    with file.open("rb") as raw:
        for piece in pieces(Stream(raw).read):
            content += piece
            if len(content) > LARGEST_PAGE:
                raise DamagedError(f"it has over {LARGEST_PAGE >> 20} MB: more than a page does")
    if not content.strip():
        raise DamagedError("nothing is in it")
    return content


def shown(file: Path) -> str:
    """Return the url of a file as it is kept: without its folder."""
    return f"file://localhost/{unit_named(file)}"


def unit_named(file: Path) -> str:
    """Return the name of a file where a unit can be called so."""
    return file.name if is_plain_name(file.name) else UNNAMED
