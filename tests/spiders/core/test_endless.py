"""No foreign bytes keep a reader busy: every place where they meet a pattern, on its worst input."""

import json
import subprocess
import sys

import pytest

from pipelines.folders import CHECKOUT

SECONDS = 5
"""What one input may take of a processor: generous, the slowest takes a fifth; what backtracks takes hours."""

READ = """
import json, sys, time
from hashlib import blake2b
from io import BytesIO
from datetime import UTC, datetime
from pipelines.privacy.pseudonyms import Pseudonyms, fold_address, redact
from spiders.code import git_people, mailmap
from spiders.core import bodies
from spiders.mail import message_ids, mod_mbox_pages, pipermail_pages, reader, senders

MB = 1 << 20
TABLE = "https://lists.example.org/pipermail/dev/"
HEAD, LINK = b"<html><title>The Dev Archives</title>", b'<a href="2013-May.txt">x</a>'
KEYED = Pseudonyms(b"5" * 32)
BORDER = b"From - \\nFrom: a\\nDate: b\\n"
ARCHIVE = reader.Archive(datetime(1990, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))


def table(broken, size):
    return [volume.unit for volume in pipermail_pages.volumes(HEAD + LINK + broken * (size // len(broken)), TABLE)]


def mails(content):
    return sum(batch.num_rows for batch in reader.messages(BytesIO(content).read, ARCHIVE, KEYED))


INPUTS = {
    "58 KB of broken links": lambda: table(b"<a href=", 58 << 10),
    "2 MB of broken links": lambda: table(b"<a href=", 2 * MB),
    "2 MB of anchors": lambda: table(b"<a ", 2 * MB),
    "1 MB of brackets": lambda: table(b"<", MB),
    "blanks in a total": lambda: pipermail_pages.stated_total(b"</b>" + b" " * MB),
    "blanks in a title": lambda: bodies.web_page_reason(b"<title>" + b" " * 20_000, "mail"),
    "titles": lambda: bodies.web_page_reason(b"<title " * 3_000, "mail"),
    "addresses on a list's page": lambda: mod_mbox_pages.ADDRESS.findall("a." * (MB // 2)),
    "blanks in a co-author": lambda: [
        git_people.co_author_of(one) for one in git_people.CO_AUTHOR.findall(b"co-authored-by:" + b" <" * MB)],
    "words to redact": lambda: len(redact("a." * (MB // 2))),
    "blanks in an address": lambda: fold_address("a" + " " * MB + "b"),
    "From-lines of blanks": lambda: mails((b"\\nFrom " + b" " * 899) * 200),
    "a line of a .mailmap": lambda: mailmap.read_line(b"a<b>" + b"a" * MB + b"<").commit_address,
    "attached mail without an end": lambda: mails(
        b"".join(BORDER + b"Content-Type: x/y; boundary=q%d\\n\\n--q%d\\n\\n" % (n, n) for n in range(9000))),
    "ids in prose": lambda: len(message_ids.answered_ids(b"from <a" * 30_000 + b">")),
    "folds of a type": lambda: mails(
        b"From: a\\nContent-Type: x" + b"\\n ;content-type:" * 9000 + b" boundary\\n\\n\\n" + BORDER),
    "a person among commas": lambda: senders.sender(b"a via b <b@c>", frozenset(), b"", b'",' * (MB // 4)).quality,
    "a sender of words": lambda: KEYED.of(b"a " * 100_000, b"").name_words,
}
for name, read in INPUTS.items():
    started = time.process_time()
    found = read()
    print(json.dumps([name, repr(found), time.process_time() - started]), flush=True)
"""

FOUND = {
    "58 KB of broken links": "['2013-05']", "2 MB of broken links": "['2013-05']", "2 MB of anchors": "['2013-05']",
    "1 MB of brackets": "['2013-05']", "blanks in a total": "None",
    "blanks in a title": "'a web page came instead of mail: a login, an error, or a wall against robots'",
    "titles": "'a web page came instead of mail: a login, an error, or a wall against robots'",
    "addresses on a list's page": "[]", "blanks in a co-author": "[None]", "words to redact": str(1 << 20),
    "blanks in an address": "'ab'", "From-lines of blanks": "1", "a line of a .mailmap": "b'b'",
    "attached mail without an end": "9000", "ids in prose": "1", "folds of a type": "2",
    "a person among commas": "'list'",
    "a sender of words": "1024",
}  # fmt: skip


@pytest.fixture(scope="module")
def read():
    """Return what was found in each input, and the seconds of a processor; an input that never ends fails all."""
    child = subprocess.run(
        [sys.executable, "-c", READ], cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=600
    )
    assert child.returncode == 0, child.stderr
    return {name: (found, seconds) for name, found, seconds in map(json.loads, child.stdout.splitlines())}


@pytest.mark.long
@pytest.mark.parametrize("name", FOUND)
def test_the_worst_input_is_read_to_its_end_in_little_time(read, name):
    found, seconds = read[name]
    assert found == FOUND[name]
    assert seconds < SECONDS
