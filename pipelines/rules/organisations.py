"""Which organisation a mail domain is evidence of: hosts are folded into their domain, free mail belongs to nobody."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.catalogue.field_types import Texts, TomlTable
from pipelines.catalogue.toml_files import read_toml
from pipelines.folders import RULES

if TYPE_CHECKING:
    from tldextract import TLDExtract

FREE_MAIL = RULES / "free-mail.toml"
SHARED = frozenset({"github.com", "launchpad.net", "sourceforge.net", "googlegroups.com", "lists.sourceforge.net"})
"""Domains that forges and lists give to accounts of everybody."""


class FreeMailFile(TomlTable):
    """The content of free-mail.toml."""

    domains: Texts


@cache
def _registrable() -> "TLDExtract":
    """Return the rules of the public suffix list that the library ships; nothing is fetched."""
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


@cache
def free_mail(path: Path = FREE_MAIL) -> frozenset[str]:
    """Return the reviewed hosts at which anybody can have an address; raises WrongFileError."""
    return frozenset(read_toml(path, FreeMailFile).domains)


def organisation(domain: str) -> str | None:
    """Return the registrable domain of a mail domain; None where it says nothing of an organisation."""
    if domain in free_mail():
        return None
    folded = _registrable()(domain).top_domain_under_public_suffix
    return folded if folded and folded not in free_mail() | SHARED else None
