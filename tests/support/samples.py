"""Read the samples of real archives that may lie beside the checkout."""

from datetime import UTC, datetime

from pipelines.folders import CHECKOUT
from pipelines.privacy.pseudonyms import Pseudonyms
from spiders.core.streams import Stream
from spiders.mail import mailboxes
from spiders.mail.reader import Archive, messages

SHARED = CHECKOUT.parent / "shared" / "payloads"
KEYED = Pseudonyms(bytes.fromhex("5e" * 32))
MAILBOXES = ("pipermail/**/*.txt.gz", "pipermail/**/*.txt", "hyperkitty/**/export*.gz", "**/*.mbox", "mbox-odd/mbox/*",
             "ponymail/**/*.eml", "mbox-odd/utils/*.txt", "hyperkitty/hyperkitty-tests/*.txt")  # fmt: skip
NO_MAIL = ("robots.txt", "COPYING.txt", "LICENSE.txt")


def samples():
    found = {path for pattern in MAILBOXES for path in SHARED.glob(pattern) if path.name not in NO_MAIL}
    return {str(path.relative_to(SHARED)): path for path in sorted(found) if path.is_file()}


def read(path):
    archive = mailboxes._rules(path, Archive(datetime(1990, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)))
    with path.open("rb") as raw:
        return [row for batch in messages(Stream(raw).read, archive, KEYED) for row in batch.to_pylist()]
