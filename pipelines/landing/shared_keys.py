"""Which files of a data folder lie in a store that many machines share, and below which keys."""

import logging
from collections.abc import Iterable, Iterator

from pipelines.files import UnusableError, read_object
from pipelines.landing.pages import PAGES
from pipelines.landing.set_aside import ASIDE, ELSEWHERE
from pipelines.landing.store import Entry, is_key
from pipelines.model import Source
from pipelines.privacy.decisions import OPTED_OUT, ROTATED

DECISIONS = (OPTED_OUT, ROTATED)
BY_SOURCE = ("observations/", f"{PAGES}/", "visits/")
TOPS = (*BY_SOURCE, "core/", "editions/", f"{ASIDE}/", *DECISIONS)
"""What lies in the store too. Clones, the database, the site and what a machine notes of itself do not."""
LISTS_OF_OTHERS = f"{ASIDE}/{ELSEWHERE}/"
"""Below it each worker writes what it has set aside; the files stay there."""
CLONES = f"{ASIDE}/clones/"
logger = logging.getLogger(__name__)


def is_shared_key(key: str) -> bool:
    """Return whether a file of the data folder lies in the store too; a clone that was set aside does not."""
    return key.startswith(TOPS) and not key.startswith(CLONES)


def prefixes_of(sources: Iterable[Source]) -> list[str]:
    """Return below which prefixes the objects of sources lie."""
    return [f"{top}{source.community}/{source.name}/" for source in sources for top in BY_SOURCE]


def has_place(entry: Entry) -> bool:
    """Return whether an object may become a file of ours; say so where its key leads out of the folder or is hidden."""
    is_ours = is_key(entry.key)
    if not is_ours:
        logger.warning("an object of the store is passed over, because its key is none of ours: %r", entry.key)
    return is_ours


def read_removed(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Yield keys and etags of a list of removed objects; say where a line of it cannot be used."""
    for line in content.splitlines():
        try:
            facts = read_object(line)
            yield str(facts["key"]), str(facts["etag"])
        except (UnusableError, KeyError):
            logger.warning("a line of %s in the store cannot be used, and is passed over", name)
