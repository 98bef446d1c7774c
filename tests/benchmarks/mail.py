"""What the mail reader takes for one large mailbox, compared with the standard library and with Perceval.

    uv run python tests/benchmarks/mail.py [--messages N] [--rounds N] [--long] [--perceval] [--memory]

The mailbox is invented by the demo, as Pony Mail stores it. Prints one table in Markdown. `--memory` lets
only our reader work: on nothing, a small mailbox and a hundred times as many messages (1.3 GB in the temporary folder).
"""

import argparse
import shutil
import sys
import tempfile
from datetime import date
from functools import partial
from pathlib import Path

import sides
from measuring import Outcome, Side, compare, print_headings, run

from flows.demo import archives

A_MONTH = 5000
FEW, MANY, TIMES = 20_000, 200_000, 10
FILLER = b"> The wren sings in the hedge before the sun is up, and the sparrow answers.\n" * 68
READER = "stackrank's reader, to columns"
SIDE_READERS = "stackrank's readers, a process for each core"
OURS = """
import gc, sys
from datetime import UTC, datetime
from pipelines.without_pandas import Without
from spiders.__main__ import FEWER_COLLECTIONS
sys.meta_path.insert(0, Without("pandas"))
from pipelines.privacy.pseudonyms import Pseudonyms
from spiders.mail.reader import Archive, messages
gc.freeze()
gc.set_threshold(*FEWER_COLLECTIONS)
archive = Archive(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
with open(sys.argv[1], "rb") as file:
    read = sum(batch["quarantine"].null_count for batch in messages(file.read, archive, Pseudonyms(bytes(32))))
open(sys.argv[2], "w").write(str(read))
"""
SPREAD = """
import gc, sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from pipelines.without_pandas import Without
from spiders.__main__ import FEWER_COLLECTIONS
sys.meta_path.insert(0, Without("pandas"))
from pipelines.landing.item_pipeline import READERS
from pipelines.privacy.pseudonyms import Pseudonyms
from spiders.mail.reader import Archive
from spiders.mail.side_readers import Page, SideReaders
gc.freeze()
gc.set_threshold(*FEWER_COLLECTIONS)
archive = Archive(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
def as_served(read):
    return read
readers = SideReaders(READERS, Pseudonyms(bytes(32)))
def count(month):
    return sum(batch["quarantine"].null_count for batch in readers.read(Page(month, archive, as_served)))
with ThreadPoolExecutor(READERS) as pool:
    read = sum(pool.map(count, sorted(Path(sys.argv[1]).parent.with_name("months").iterdir())))
readers.end()
open(sys.argv[2], "w").write(str(read))
"""
THEIRS = """
import mailbox, sys
from email.header import decode_header, make_header
from email.utils import parseaddr, parsedate_to_datetime
read = 0
for mail in mailbox.mbox(sys.argv[1], create=False):
    parseaddr(str(make_header(decode_header(mail["From"]))))
    str(make_header(decode_header(mail["Subject"])))
    parsedate_to_datetime(mail["Date"])
    mail["Message-ID"], mail["In-Reply-To"], mail["References"]
    read += 1
open(sys.argv[2], "w").write(str(read))
"""


def main() -> None:
    """Write the mailbox, let each side read it, print the table."""
    chosen = parser().parse_args()
    print_headings(chosen.rounds, sides.versions())
    with tempfile.TemporaryDirectory(prefix="stackrank-benchmark-") as work:
        if chosen.memory:
            compare("Peak memory of stackrank's reader", readings(Path(work)), chosen.rounds)
            return
        box = Path(work) / "box" / "list.mbox"
        write(box, chosen.messages, FILLER if chosen.long else b"")
        known = [
            Side(READER, partial(script, OURS, box), agrees=True),
            Side(SIDE_READERS, partial(script, SPREAD, box), READER, agrees=True),
            Side("Python's `mailbox`, headers parsed", partial(script, THEIRS, box), READER, agrees=True),
        ]
        if chosen.perceval:
            program = sides.installed_perceval(Path(work))
            known.append(Side("Perceval, to JSON lines", partial(perceval, program, box), READER, agrees=True))
        compare(f"{chosen.messages:,} messages, {box.stat().st_size / 1e6:.0f} MB", known, chosen.rounds)


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    top = argparse.ArgumentParser(prog="tests/benchmarks/mail.py", description=__doc__.splitlines()[0])
    top.add_argument("--messages", type=int, default=200_000, metavar="N", help="how many (default: 200,000)")
    top.add_argument("--rounds", type=int, default=3, metavar="N", help="how often each side works (default: 3)")
    top.add_argument("--long", action="store_true", help="messages of 5.8 kB, as those of developers' lists")
    top.add_argument("--perceval", action="store_true", help="install Perceval by the way and let it read too")
    top.add_argument("--memory", action="store_true", help="compare the reader's memory for few and many messages")
    return top


def readings(work: Path) -> list[Side]:
    """Return our reader on nothing, on few messages, and on many: the same ones in turn, far apart."""
    nothing, few, one, many = (work / name / "list.mbox" for name in ("nothing", "few", "one", "many"))
    write(nothing, 0)
    write(few, FEW)
    write(one, MANY)
    many.parent.mkdir()
    with many.open("wb") as file:
        for _ in range(TIMES):
            with one.open("rb") as again:
                shutil.copyfileobj(again, file)
    boxes = {"nothing, the import alone": nothing, f"{FEW:,} messages": few, f"{MANY * TIMES:,} messages": many}
    return [Side(name, partial(script, OURS, box)) for name, box in boxes.items()]


def write(box: Path, count: int, filler: bytes = b"") -> None:
    """Write a mailbox of so many invented messages, each with the filler at its end, and its months beside it."""
    months = [date(2010 + n // 12, n % 12 + 1, 1) for n in range(-(-count // A_MONTH))]
    shares = {month: min(A_MONTH, count - n * A_MONTH) for n, month in enumerate(months)}
    one = archives.MailingList("ponymail", "/api/", "dev@birds.example.org", shares)
    box.parent.mkdir()
    beside = box.parent.with_name("months")
    beside.mkdir(exist_ok=True)
    with box.open("wb") as file:
        for month in months:
            found = archives.KINDS["ponymail"](
                one, "mbox.lua", {"list": "dev", "domain": "birds.example.org", "d": f"{month:%Y-%m}"}
            )
            assert found
            mail = found.body.replace(b"\nFrom ", b"\n" + filler + b"\nFrom ")
            (beside / f"{month:%Y-%m}.mbox").write_bytes(mail)
            file.write(mail)


def script(code: str, box: Path, folder: Path) -> Outcome:
    """Let a script read the mailbox and say how many messages it found."""
    cost = run(sys.executable, "-c", code, box, folder / "count", PYTHONPATH=str(Path(__file__).parents[2]))
    return Outcome(cost, f"{int((folder / 'count').read_text()):,} messages")


def perceval(program: Path, box: Path, folder: Path) -> Outcome:
    """Let Perceval read the mailbox's folder; count its lines."""
    lines = folder / "perceval.jsonl"
    cost = run(program, "mbox", "https://lists.example.org/dev", box.parent, "--json-line", "--output", lines)
    with lines.open("rb") as produced:
        return Outcome(cost, f"{sum(1 for _ in produced):,} messages")


if __name__ == "__main__":
    main()
