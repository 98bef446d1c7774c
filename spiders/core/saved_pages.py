"""Read the files that somebody saved of a site that is gone; every file ends in a visit.

A page covers what it states and nothing else. The path of its folder is never stored: it tells of the machine.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.catalogue.urls import INDEX, is_plain_name
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import TOTALS
from pipelines.model import ReasonCode, Source, Verdict, Visit
from pipelines.privacy.pseudonyms import redact
from spiders.core.pages import PageSpider, carry_over, reader_error
from spiders.core.streams import DamagedError, Stream, read_pieces
from spiders.core.verdicts import MAX_REASON, UnreadableError

MAX_PAGE = 8 << 20
UNNAMED = "a-file-without-a-plain-name"


class SavedSpider(PageSpider):
    """Reads the saved page, or the folder of them, at `path`; without one there is nothing to do."""

    def __init__(self, path: str = "", **arguments: Any) -> None:
        super().__init__(**arguments)
        self.path = path

    async def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield what the files hold, and a failed visit for each file that holds nothing of the source."""
        for found in await asyncio.to_thread(self._read_all, source) if self.path else ():
            yield found

    def _read_all(self, source: Source) -> list[Harvest | Visit]:
        path = Path(self.path)
        files = files_at(path)
        if not files:
            return [self.file_visit(source, path, FileNotFoundError(2, "no file is in this folder"))]
        return list(self.read_files(source, files))

    def read_files(self, source: Source, files: list[Path]) -> Iterator[Harvest | Visit]:
        """Yield a harvest or visit for each unit of a source in the files, and a failed visit for each other file."""
        raise NotImplementedError

    def file_visit(self, source: Source, file: Path, error: Exception) -> Visit:
        """Return the failed visit of a file that holds nothing of the source."""
        code, reason = file_problem(error)
        return self.failed_visit(source, unit_named(file), file_url(file), code, redact(reason)[:MAX_REASON])

    def unit_visit(
        self, source: Source, unit: str, files: Iterable[Path], contents: Iterable[bytes], note: str
    ) -> Visit:
        """Return the visit of a unit: unchanged where the contents are those that we have read already."""
        checksum = sha256(b"".join(sha256(content).digest() for content in contents)).hexdigest()
        stored = self.current_visit(source, unit)
        url = file_url(next(iter(files)))
        if stored and stored.checksum == checksum:
            return self.visit(source, unit, url, Verdict.UNCHANGED, **carry_over(stored), note=stored.note)
        return self.visit(source, unit, url, Verdict.OK, checksum=checksum, note=note)

    def harvest_totals(self, source: Source, file: Path, content: bytes, rows: list[dict[str, Any]]) -> Harvest | Visit:
        """Return the harvest of the totals that a page states."""
        visit = replace(self.unit_visit(source, INDEX, [file], [content], ""), key_id=None)
        if visit.verdict == Verdict.UNCHANGED:
            return visit
        batch = pa.RecordBatch.from_pylist(rows, schema=TOTALS)
        return Harvest(visit=visit, fetched_in=0.0, schema=TOTALS, batches=[batch], tags=[])


def file_problem(error: Exception) -> tuple[ReasonCode, str]:
    """Return why a file could not be read; an error that is none of ours is one of our reader."""
    if isinstance(error, OSError):
        return ReasonCode.UNREADABLE_FILE, error.strerror or str(error)
    if isinstance(error, UnreadableError):
        return error.code, str(error)
    if isinstance(error, ValueError):
        return ReasonCode.UNEXPECTED_ANSWER, str(error)
    return ReasonCode.READER_ERROR, reader_error(error)


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
        for piece in read_pieces(Stream(raw).read):
            content += piece
            if len(content) > MAX_PAGE:
                raise DamagedError(f"it has over {MAX_PAGE >> 20} MB: more than a page does", ReasonCode.TOO_LARGE)
    if not content.strip():
        raise DamagedError("nothing is in it", ReasonCode.NO_MESSAGES)
    return content


def file_url(file: Path) -> str:
    """Return the url under which a file is stored: without its folder."""
    return f"file://localhost/{unit_named(file)}"


def unit_named(file: Path) -> str:
    """Return the unit of a file: its name, where that is a plain name."""
    return file.name if is_plain_name(file.name) else UNNAMED
