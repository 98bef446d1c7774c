"""Visiting other machines needs a contact in `STACKRANK_CONTACT`, so that their operators can ask."""

import os
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from pipelines.model import Source

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
ADDRESS = re.compile(r"[A-Za-z0-9._+-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
PAGE = re.compile(r"https://([A-Za-z0-9-]+\.)+[A-Za-z]{2,}(:\d+)?(/[A-Za-z0-9._~/?=&%#+-]*)?")
HOW = "Set it to an email address or an https page, such as: export STACKRANK_CONTACT=you@example.org"


class NoContactError(Exception):
    """Other machines would be visited without a contact."""


def require_contact(sources: Iterable[Source], environ: Mapping[str, str] = os.environ) -> None:
    """Raise NoContactError if one of the sources is live and `STACKRANK_CONTACT` is no address or page."""
    if not has_live(sources):
        return
    if mistake := find_mistake(environ):
        raise NoContactError(f"{mistake}. Nothing was visited: the servers must know whom to ask. {HOW}")


def find_mistake(environ: Mapping[str, str] = os.environ) -> str | None:
    """Say what is wrong with the contact; None if nothing is."""
    contact = environ.get("STACKRANK_CONTACT", "")
    if not contact:
        return "STACKRANK_CONTACT is not set"
    if not ADDRESS.fullmatch(contact) and not PAGE.fullmatch(contact):
        return f"STACKRANK_CONTACT is neither an email address nor an https url: {contact!r:.80}"
    return None


def has_live(sources: Iterable[Source]) -> bool:
    """Tell whether any source is visited on another machine."""
    return any(source.reachable and not source_hosts(source) <= LOOPBACK for source in sources)


def source_hosts(source: Source) -> frozenset[str]:
    """Return the hosts that a source is visited on; a file on this machine is on `localhost`.

    Captures of a dead host come from the host of the captures; the dead host's name is not visited.
    """
    urls = (source.captures,) if source.captures else (*source.urls, source.urls_from, source.url_template)
    return frozenset(urlsplit(url).hostname or "" for url in urls if url)
