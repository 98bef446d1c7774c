"""Read mailboxes on this machine: which files they have, in which order, and their mail as streams.

A mailbox is a file, or a folder: a Maildir, an MH folder, or any number of mailbox files below it, in
the order of their names. Each file may be packed (gzip, xz, zstd). A file with the name of a month of
Pipermail is read as that month.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pipelines.model import ReasonCode
from pipelines.privacy.pseudonyms import redact
from spiders.core.streams import DamagedError, PieceStream, ReadFunction, Stream, read_pieces
from spiders.core.verdicts import UnreadableError
from spiders.mail.check import MAIL_START, check_mail_start, is_mail
from spiders.mail.months import believed_times
from spiders.mail.pipermail_pages import volume_of
from spiders.mail.reader import Archive

# The day cannot be: the line separates messages and does not say when they came.
SEPARATOR = b"\n\nFrom MAILER-DAEMON Thu Jan  0 00:00:00 1970"
HEADLESS = b"\nX-No-Headers: in this file\n"
NEW_MAIL = ("cur", "new")
START = 4096
MAX_NAMES = 3


@dataclass(frozen=True)
class Mailbox:
    """A mailbox: its files in their order, whether each is one message, and the other files of its folder."""

    files: tuple[Path, ...]
    single: bool = False
    other_files: tuple[Path, ...] = ()

    @property
    def note(self) -> str:
        """What a person should know of the other files."""
        names = ", ".join(redact(path.name) for path in self.other_files[:MAX_NAMES])
        more = " and others" if len(self.other_files) > MAX_NAMES else ""
        return f"{len(self.other_files)} files are no mail: {names}{more}" if self.other_files else ""

    def checksum(self) -> str:
        """Return the SHA-256 over names and contents of all files, as they are stored."""
        whole = sha256()
        for path in self.files:
            digest = sha256()
            with path.open("rb") as file:
                for piece in read_pieces(file.read):
                    digest.update(piece)
            whole.update(path.name.encode(errors="surrogateescape") + b"\0" + digest.digest())
        return whole.hexdigest()

    def streams(self, archive: Archive) -> Iterator[tuple[ReadFunction, Archive]]:
        """Yield each stream of mail with the rules by which it is read."""
        if self.single:
            yield PieceStream(_join(self.files)).read, archive
            return
        for path in self.files:
            with path.open("rb") as file:
                yield Stream(file).read, _rules(path, archive)


def mailbox_at(path: Path) -> Mailbox:
    """Return the mailbox at a path; raises FileNotFoundError, or UnreadableError where no mail is."""
    if not path.exists():
        raise FileNotFoundError(2, "no such file or folder")
    if path.is_file():
        check_mail_start(_start(path))
        return Mailbox((path,))
    folders = [path / name for name in NEW_MAIL if (path / name).is_dir()]
    found = sorted(f for folder in folders or [path] for f in folder.rglob("*") if f.is_file() and _is_visible(f, path))
    numbers = {file: int(file.name) for file in found if file.name.isdecimal()}
    numbered = bool(numbers) and not any(_start(file).startswith(b"From ") for file in numbers)
    if folders or numbered:
        return Mailbox(tuple(sorted(numbers, key=lambda file: numbers[file]) if numbered else found), single=True)
    mailboxes = tuple(file for file in found if is_mail(_start(file)))
    if not mailboxes:
        raise UnreadableError(ReasonCode.NOT_MAIL, "no mail is in this folder")
    return Mailbox(mailboxes, other_files=tuple(file for file in found if file not in set(mailboxes)))


def _is_visible(file: Path, folder: Path) -> bool:
    return not any(part.startswith(".") for part in file.relative_to(folder).parts)


def _start(path: Path) -> bytes:
    """Return how a file begins, unpacked and without blanks; b"" where it cannot be unpacked."""
    with path.open("rb") as file:
        try:
            return Stream(file).read(START).lstrip()
        except DamagedError:
            return b""


def _rules(path: Path, archive: Archive) -> Archive:
    """Return the rules for a file: those of a month of Pipermail where it has the name of one."""
    volume = volume_of(f"file:///{path.name}")
    if volume is None or volume.month is None:
        return archive
    return Archive(*believed_times(volume.month), volume.month, pipermail=True, list_addresses=archive.list_addresses)


def _join(files: tuple[Path, ...]) -> Iterator[bytes]:
    """Yield files of one message each as one stream of as many messages."""
    for path in files:
        headless = not MAIL_START.match(_start(path))
        yield SEPARATOR + (HEADLESS if headless else b"")
        pending = b"\n"
        with path.open("rb") as file:
            for piece in read_pieces(Stream(file).read):
                text = (pending + piece).replace(b"\nFrom ", b"\n>From ")
                yield text[:-5]
                pending = text[-5:]
        yield pending
