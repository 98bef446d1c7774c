"""Feeds the mail reader what a coverage-guided fuzzer makes of the mail in test_mail.py, until a crash or the end.

    uv run --with atheris python tests/fuzzing.py FOLDER [-max_total_time=600] [-timeout=10] [-rss_limit_mb=600]

FOLDER keeps what was found to be new, and is read again; the other options are libFuzzer's. Each input is read whole
and a byte at a time: both must give the same rows, and every byte must lie in a message.
"""

import io
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))
with atheris.instrument_imports(include=["spiders.mail", "email"]):
    from spiders.mail.reader import Archive, messages
    from spiders.mail.splitter import split

from support import mail as known

from pipelines.privacy.pseudonyms import Pseudonyms

KEYED = Pseudonyms(bytes(32))
SMALL = 2000
ARCHIVES = (
    Archive(datetime(1995, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    Archive(datetime(2013, 9, 1, tzinfo=UTC), datetime(2013, 12, 1, tzinfo=UTC), date(2013, 10, 1), pipermail=True,
            list_addresses=frozenset({"dev@lists.example.org"})),
)  # fmt: skip


def read(given: bytes) -> None:
    """Read one input, whose first byte chooses the archive."""
    archive, content = ARCHIVES[given[:1] > b"\x7f"], given[1:]
    raws = list(split(io.BytesIO(content).read, pipermail=archive.pipermail))
    assert sum(raw.size for raw in raws) in (len(content), 0)
    whole = rows(content, archive, len(content) + 1)
    assert len(whole) == len(raws)
    if len(content) < SMALL:
        assert rows(content, archive, 1) == whole


def rows(content: bytes, archive: Archive, chunk: int) -> list[dict[str, object]]:
    stream = io.BytesIO(content)
    batches = messages(lambda size: stream.read(min(size, chunk)), archive, KEYED)
    return [row for batch in batches for row in batch.to_pylist()]


def seeds() -> list[bytes]:
    """The mail of the tests."""
    beginning = known.FROM_LINE + known.JANE
    return [
        *(b"\0" + line + known.JANE + b"\nx\n" + line + known.JANE for line in known.SEPARATORS.values()),
        *(b"\xff" + known.written(1, body) + known.written(2) for body in known.NOT_SEPARATORS.values()),
        *(b"\xff" + known.FROM_LINE + b"From: " + value + b"\n\nx" for value in known.SENDERS),
        *(b"\0" + beginning + b"Subject: " + value + b"\n\nx" for value in known.TEXTS),
        *(b"\0" + known.FROM_LINE + b"Date: %b\nReceived: x; %b\nReferences: <a@b> <c@d>\n\nx" % (day, day)
          for day in map(str.encode, known.DATES)),
    ]  # fmt: skip


def main() -> None:
    """Write the seeds and fuzz."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()):
        (folder / f"seed-{number:03}").write_bytes(seed)
    atheris.Setup(sys.argv, read)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
