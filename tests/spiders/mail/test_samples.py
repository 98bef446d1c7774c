"""Every mailbox among the real samples, against what was counted without this project: `samples.csv` has the counts.

Runs where the samples lie beside the checkout. `messages` is what our reader finds, `quarantined` how many of them
it could not read, `said` what the archive itself says (the page of the month, or the total of the API), `mailbox`
what the standard library finds in the unpacked file.
"""

import csv
import gzip
import mailbox
import re
from collections import Counter
from email import message_from_bytes
from pathlib import Path

import pytest
from support.samples import KEYED, SHARED, read, samples

from spiders.mail.message_ids import normal_id
from spiders.mail.pipermail_pages import stated_total

TABLE = Path(__file__).with_name("samples.csv")

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the samples of real archives are not beside this checkout"),
]


def unpacked(path, folder):
    data = path.read_bytes()
    plain = folder / "plain.mbox"
    plain.write_bytes(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data)
    return plain


def said(path):
    """What the archive says of the file; None where no page about it is among the samples."""
    by_date = path.parent / path.name.partition(".")[0] / "date.html"
    return stated_total(by_date.read_bytes()) if by_date.is_file() else None


def counts(path, folder):
    rows = read(path)
    quarantined = sum(row["quarantine"] is not None for row in rows)
    return {
        "messages": len(rows), "quarantined": quarantined, "said": said(path),
        "mailbox": len(mailbox.mbox(unpacked(path, folder), create=False)),
    }  # fmt: skip


def written_down():
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row.pop("file"): row for row in csv.DictReader(file)}


def test_r03_every_mailbox_has_the_messages_that_are_written_down(tmp_path):
    found = {name: counts(path, tmp_path) for name, path in samples().items()}
    known = written_down()
    assert found.keys() == known.keys()
    for name, row in found.items():
        why = known[name].pop("why")
        assert {key: "" if value is None else str(value) for key, value in row.items()} == known[name], name
        others = {count for count in (row["said"], row["mailbox"]) if count is not None}
        assert others == {row["messages"]} or why, f"{name}: a difference needs its reason"


def test_r02_no_message_is_lost_that_the_standard_library_keeps(tmp_path):
    """Each Message-ID that `mailbox` reads is among ours, as often or more."""
    lost, compared = {}, 0
    for name, path in samples().items():
        ours = Counter(row["message_id_key"] for row in read(path))
        box = mailbox.mbox(unpacked(path, tmp_path), create=False)
        theirs = Counter(identified(message_from_bytes(box.get_bytes(key))) for key in box.keys())  # noqa: SIM118
        del theirs[None]
        compared += theirs.total()
        if missing := theirs - ours:
            lost[name] = missing.total()
    assert lost == {}
    assert compared > 1500


def identified(message):
    told = re.search(r"<([^<>\s]+)>", str(message.get("Message-ID", "")))
    return KEYED.key("message id", normal_id(told[1].encode())) if told else None
