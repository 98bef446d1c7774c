"""Nobody is visited who could not ask back: live collection needs a contact in `STACKRANK_CONTACT`."""

import os
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from pipelines.model import Source

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
ADDRESS = re.compile(r"[A-Za-z0-9._+-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
PAGE = re.compile(r"https://([A-Za-z0-9-]+\.)+[A-Za-z]{2,}(:\d+)?(/[A-Za-z0-9._~/?=&%#+-]*)?")
HOW = "set it to an email address or an https page, such as: export STACKRANK_CONTACT=you@example.org"


class NoContactError(Exception):
    """Hosts on the network would be visited without a word on whom they can ask."""


def check(sources: Iterable[Source], environ: Mapping[str, str] = os.environ) -> None:
    """Raise NoContactError if one of the sources is live and `STACKRANK_CONTACT` is no address or page."""
    if not live(sources):
        return
    if complaint := wrong(environ):
        raise NoContactError(f"{complaint}: the servers that are visited must be told whom to ask; {HOW}")


def wrong(environ: Mapping[str, str] = os.environ) -> str | None:
    """Say what is wrong with the contact; None if nothing is."""
    contact = environ.get("STACKRANK_CONTACT", "")
    if not contact:
        return "STACKRANK_CONTACT is not set"
    if not ADDRESS.fullmatch(contact) and not PAGE.fullmatch(contact):
        return f"STACKRANK_CONTACT is neither an email address nor an https url: {contact!r:.80}"
    return None


def live(sources: Iterable[Source]) -> list[Source]:
    """Return the sources that are visited on other machines."""
    return [source for source in sources if source.reachable and not hosts(source) <= LOOPBACK]


def hosts(source: Source) -> frozenset[str]:
    """Return the hosts that a source is visited on; a file on this machine is on `localhost`.

    Captures of dead hosts are asked of their own host: whoever has a dead one's name now is not visited.
    """
    urls = (source.captures,) if source.captures else (*source.urls, source.urls_from, source.url_template)
    return frozenset(urlsplit(url).hostname or "" for url in urls if url)
