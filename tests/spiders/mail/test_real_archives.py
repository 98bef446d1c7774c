"""Real archives, where their samples lie beside the checkout: each month has as many messages as its page states."""

import io
import json
import re
from collections import Counter
from datetime import UTC, datetime

import pytest
from support.crawl import KEYED, SHARED

from spiders.core.streams import PieceStream, Stream, inspect_stream
from spiders.mail import hyperkitty, mailboxes, pipermail_pages
from spiders.mail.reader import Archive, messages

NEEDS_SAMPLES = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no samples of real archives in {SHARED}")


@NEEDS_SAMPLES
def test_the_tables_and_months_of_real_archives():
    """Each month that has a page of its own says how many messages it has, and so many are read."""
    compared = Counter()
    for table in sorted(SHARED.glob("pipermail/*/**/index.html")):
        page = table.read_bytes()
        if b".txt" not in page:
            continue
        found = pipermail_pages.volumes(page, f"https://lists.example.org/{table.parent.name}/")
        assert len(found) == len(set(re.findall(rb'href="([^"]+\.txt(?:\.gz)?)"', page, re.I))), table
        assert all(volume.month or volume.is_impossible for volume in found)
        for volume in filter(lambda one: one.month, found):
            file = table.parent / volume.url.rpartition("/")[2]
            by_date = table.parent / file.name.partition(".")[0] / "date.html"
            if file.exists() and by_date.exists():
                compared[pipermail_pages.stated_total(by_date.read_bytes()) == read(file, volume.month)] += 1
    assert compared == {True: compared[True]}
    assert compared[True] > 20


def read(file, month):
    archive = mailboxes._rules(file, Archive(datetime(1990, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC), month))
    with file.open("rb") as raw:
        return sum(batch.num_rows for batch in messages(Stream(raw).read, archive, KEYED))


@NEEDS_SAMPLES
def test_real_answers_of_hyperkitty():
    made = SHARED / "hyperkitty/made-here-1.3.12"
    answer = json.loads((made / "api_emails_p1.json").read_text())
    sizes = {}
    for file in sorted(made.glob("export*.gz")):
        sizes[file.name] = read(file, None)
        looked = inspect_stream(
            PieceStream(hyperkitty.with_equal_borders(Stream(io.BytesIO(file.read_bytes())).read)).read
        )
        assert (looked.start == b"") == ("empty" in file.name)
    assert sizes.pop("export_empty_2016-01.mbox.gz") == 0
    assert hyperkitty.stated_total(answer) == sum(sizes.values()) == 538
