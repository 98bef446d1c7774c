"""Which organisation a mail domain is evidence of: machines' hosts folded into their domain, free mail of nobody."""

import tomllib
from functools import cache
from pathlib import Path

from tldextract import TLDExtract

from pipelines.folders import RULES

FREE_MAIL = RULES / "free-mail.toml"
SHARED = frozenset({"github.com", "launchpad.net", "sourceforge.net", "googlegroups.com", "lists.sourceforge.net"})
"""Domains that forges and lists give to accounts of everybody."""


@cache
def _registrable() -> TLDExtract:
    """Return the rules of the public suffix list that the library ships; nothing is fetched."""
    return TLDExtract(suffix_list_urls=(), cache_dir=None)


@cache
def free_mail(path: Path = FREE_MAIL) -> frozenset[str]:
    """Read the reviewed hosts at which anybody can have an address."""
    return frozenset(tomllib.loads(path.read_text(encoding="utf-8"))["domains"])


def organisation(domain: str) -> str | None:
    """Return the registrable domain of a mail domain; None where it says nothing of an organisation."""
    if domain in free_mail():
        return None
    folded = _registrable()(domain).top_domain_under_public_suffix
    return folded if folded and folded not in free_mail() | SHARED else None
