"""The spider of kind `mbox`: mailboxes on this machine, for archives that were obtained by hand.

A unit is a file, or a folder: a Maildir, an MH folder, or any number of mailbox files below it, in
the order of their names. Each file may be packed (gzip, xz, zstd); one that is called like a month of
Pipermail is read as one. The reading half below the spider is plain functions over paths.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pyarrow as pa

from pipelines.catalogue.urls import mailbox_of
from pipelines.landing.schemas import MESSAGES
from pipelines.landing.store import Harvest
from pipelines.model import Source, Verdict, Visit
from pipelines.privacy.pseudonyms import redact
from spiders.core.pages import LARGEST_REASON, PageSpider, carry_over, counted, midnight
from spiders.core.streams import DamagedError, Pieces, ReadFunction, Stream, pieces
from spiders.mail.archive import BEGINS_LIKE_MAIL, around, no_mail
from spiders.mail.pipermail import volume_of
from spiders.mail.reader import READER, Archive, messages

# The day is none on purpose: such a line separates messages and says nothing of when they came.
SEPARATOR = b"\n\nFrom MAILER-DAEMON Thu Jan  0 00:00:00 1970"
HEADLESS = b"\nX-No-Headers: in this file\n"
NEW_MAIL = ("cur", "new")
START = 4096
MOST_NAMES = 3


class MboxSpider(PageSpider):
    """Reads the mailboxes that the catalogue names, or the one at `path`, whenever they changed."""

    name = "mbox"
    kind = "mbox"
    reader = f"mbox/1+{READER}"

    def __init__(self, path: str = "", **arguments: str) -> None:
        super().__init__(**arguments)
        self.path = path

    async def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield a harvest for each mailbox, or only a visit where nothing changed or nothing can be read."""
        for url in [f"file://localhost{quote(self.path)}"] if self.path else source.urls:
            unit = mailbox_of(url)
            if not self.wanted(unit):
                continue
            reading = asyncio.to_thread(self.mailbox, source, unit, url)
            if found := await self.attempt(source, unit, f"file://localhost/{unit}", reading):
                yield found

    def mailbox(self, source: Source, unit: str, url: str) -> Harvest | Visit:
        """Look at one mailbox; its url is kept without its folder, which says something of this machine."""
        shown = f"file://localhost/{unit}"
        held = self.readable(source, unit)
        try:
            box = box_at(Path(unquote(urlsplit(url).path)))
            checksum = box.checksum()
        except (OSError, ValueError) as error:
            reason = redact(getattr(error, "strerror", None) or str(error))[:LARGEST_REASON]
            verdict = Verdict.GONE if isinstance(error, FileNotFoundError) else Verdict.FAILED
            return self.visit(source, unit, shown, verdict, reason=reason)
        if held and held.checksum == checksum:
            return self.visit(source, unit, shown, Verdict.UNCHANGED, **carry_over(held))
        visit = self.visit(source, unit, shown, Verdict.OK, checksum=checksum, note=box.note)
        remarks: list[str] = []
        own = frozenset({source.address} if source.address else ())
        archive = Archive(midnight(source.since), visit.seen_at + timedelta(days=1), own_addresses=own)
        batches = counted(self._rows(box, archive), None, remarks)
        return Harvest(visit=visit, fetched_in=0.0, schema=MESSAGES, batches=batches, tags=[], notes=remarks)

    def _rows(self, box: "Box", archive: Archive) -> Iterator[pa.RecordBatch]:
        for read, rules in box.streams(archive):
            yield from messages(read, rules, self.pseudonyms)


@dataclass(frozen=True)
class Box:
    """A mailbox: its files in their order, whether each of them is one message, and what lies there and is no mail."""

    files: tuple[Path, ...]
    single: bool = False
    no_mail: tuple[Path, ...] = ()

    @property
    def note(self) -> str:
        """What a person should know of the files that are not read."""
        names = ", ".join(redact(path.name) for path in self.no_mail[:MOST_NAMES])
        more = " and others" if len(self.no_mail) > MOST_NAMES else ""
        return f"{len(self.no_mail)} files are no mail: {names}{more}" if self.no_mail else ""

    def checksum(self) -> str:
        """Return the SHA-256 over names and contents of all files, as they lie there."""
        whole = sha256()
        for path in self.files:
            digest = sha256()
            with path.open("rb") as file:
                for piece in pieces(file.read):
                    digest.update(piece)
            whole.update(path.name.encode(errors="surrogateescape") + b"\0" + digest.digest())
        return whole.hexdigest()

    def streams(self, archive: Archive) -> Iterator[tuple[ReadFunction, Archive]]:
        """Yield each stream of mail with the rules by which it is read."""
        if self.single:
            yield Pieces(_joined(self.files)).read, archive
            return
        for path in self.files:
            with path.open("rb") as file:
                yield Stream(file).read, _rules(path, archive)


def box_at(path: Path) -> Box:
    """Return the mailbox at a path; raises FileNotFoundError, or ValueError where no mail is."""
    if not path.exists():
        raise FileNotFoundError(2, "no such file or folder")
    if path.is_file():
        if reason := no_mail(_start(path)):
            raise ValueError(reason)
        return Box((path,))
    folders = [path / name for name in NEW_MAIL if (path / name).is_dir()]
    found = sorted(f for folder in folders or [path] for f in folder.rglob("*") if f.is_file() and _shown(f, path))
    numbers = {file: int(file.name) for file in found if file.name.isdecimal()}
    numbered = bool(numbers) and not any(_start(file).startswith(b"From ") for file in numbers)
    if folders or numbered:
        return Box(tuple(sorted(numbers, key=lambda file: numbers[file]) if numbered else found), single=True)
    mailboxes = tuple(file for file in found if no_mail(_start(file)) is None)
    if not mailboxes:
        raise ValueError("no mail is in this folder")
    return Box(mailboxes, no_mail=tuple(file for file in found if file not in set(mailboxes)))


def _shown(file: Path, folder: Path) -> bool:
    return not any(part.startswith(".") for part in file.relative_to(folder).parts)


def _start(path: Path) -> bytes:
    """Return how a file begins, unpacked and without blanks; nothing where it cannot be unpacked."""
    with path.open("rb") as file:
        try:
            return Stream(file).read(START).lstrip()
        except DamagedError:
            return b""


def _rules(path: Path, archive: Archive) -> Archive:
    """Return the rules for a file: those of a month of Pipermail where it is called like one."""
    volume = volume_of(f"file:///{path.name}")
    if volume is None or volume.month is None:
        return archive
    return Archive(*around(volume.month), volume.month, pipermail=True, own_addresses=archive.own_addresses)


def _joined(files: tuple[Path, ...]) -> Iterator[bytes]:
    """Yield files of one message each as one stream in which they are as many messages."""
    for path in files:
        headless = not BEGINS_LIKE_MAIL.match(_start(path))
        yield SEPARATOR + (HEADLESS if headless else b"")
        rest = b"\n"
        with path.open("rb") as file:
            for piece in pieces(Stream(file).read):
                text = (rest + piece).replace(b"\nFrom ", b"\n>From ")
                yield text[:-5]
                rest = text[-5:]
        yield rest
