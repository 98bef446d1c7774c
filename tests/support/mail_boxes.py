"""Write a local mailbox of each form, and what is none."""

import gzip
import lzma
import mailbox
from datetime import date
from email.message import EmailMessage

import pyarrow as pa
from support.crawl import mailman2
from support.mail_lists import FAILED, GONE, OK

from flows.demo import archives
from flows.demo.pipermail import answer as pipermail_page

BOXES = {
    "plain": (OK, 3, ""), "packed": (OK, 3, ""), "xz": (OK, 3, ""), "zst": (OK, 3, ""),
    "maildir": (OK, 4, "1 could not be read as messages"), "mh": (OK, 3, ""),
    "folder": (OK, 11, "2 files are no mail: date.html, notes.json"),
    "missing": (GONE, None, "no such file or folder"),
    "page": (FAILED, None, 'page called "Sign in" came instead of mail'),
    "nothing": (FAILED, None, "no mail is in this folder"), "cut": (FAILED, None, "the gzip stream ends early"),
}  # fmt: skip


def letter(number, day=date(2024, 5, 3)):
    """One message whose body would split in a careless reader."""
    mail = EmailMessage()
    mail["From"], mail["Message-ID"] = "Jane Invented <jane@example.org>", f"<box.{number}@example.org>"
    mail["Date"], mail["Subject"] = f"{day:%a, %d %b %Y} 10:00:00 +0000", "Thing"
    mail.set_content("Hello\n\nFrom joe@example.net Fri May  3 10:00:00 2024\nDate: now\n\nas he wrote\n")
    return mail


def boxes(folder):
    """Write a mailbox of each form, three messages in each, and what is none; return their blocks of the catalogue."""
    folder.mkdir()
    made = mailbox.mbox(folder / "plain")
    for number in range(3):
        made.add(letter(number))
    made.flush()
    content = (folder / "plain").read_bytes()
    (folder / "packed").write_bytes(gzip.compress(content))
    (folder / "xz").write_bytes(lzma.compress(content))
    with pa.output_stream(folder / "zst", compression="zstd") as file:
        file.write(content)
    maildir, mh = mailbox.Maildir(folder / "maildir"), mailbox.MH(folder / "mh")
    for number in range(3):
        maildir.add(letter(number))
        mh.add(letter(number))
    (folder / "maildir/cur/9:2,S").write_bytes(b"nothing that is a message\n")
    (folder / "maildir/tmp/half").write_bytes(b"From: x\n")
    (folder / "folder/2024").mkdir(parents=True)
    (folder / "folder/a.mbox").write_bytes(content)
    (folder / "folder/2024/201805").write_bytes(content)
    one = mailman2("old", {date(2018, 6, 1): 5})
    (folder / "folder/2018-June.txt.gz").write_bytes(pipermail_page(one, "2018-June.txt.gz", {}).body)
    (folder / "folder/date.html").write_bytes(archives.LOGIN)
    (folder / "folder/notes.json").write_bytes(b"{}")
    (folder / "folder/.hidden").write_bytes(content)
    (folder / "page").write_bytes(archives.LOGIN)
    (folder / "nothing").mkdir()
    (folder / "cut").write_bytes(gzip.compress(content)[:-20])
    return "".join(
        f'\n[[sources]]\nname = "{name}"\nkind = "mbox"\nsince = 2015-01-01\nwhy = "Invented."\n'
        f'urls = ["file://localhost{folder / name}"]\n' for name in BOXES
    )  # fmt: skip
