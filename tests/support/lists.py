"""Write community files of mailing lists, and land the messages of a real file."""

from datetime import UTC, datetime

from support.builders import visit
from support.crawl import KEYED

from pipelines.landing.harvest import Harvest, land
from pipelines.landing.schemas import MESSAGES
from spiders.core.streams import Stream
from spiders.mail.reader import Archive, messages


def block(one, base, name, since, more):
    return (
        f'[[sources]]\nname = "{name}"\nkind = "{one.kind}"\nsince = {since}\nwhy = "Invented."\n'
        f'address = "{one.address}"\nurls = ["{base}{one.url}"]\n{more}\n'
    )


def land_file(where, source, month, path):
    """Land a mailbox as the month of a list."""
    archive = Archive(datetime(1990, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC), month)
    with path.open("rb") as raw:
        batches = list(messages(Stream(raw).read, archive, KEYED))
    seen = visit(source, f"{month:%Y-%m}", seen_at=datetime(2018, 2, 20, 3, tzinfo=UTC))
    land(where, Harvest(seen, 0.0, MESSAGES, batches, []))
