"""The public address of the site, where it has one."""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from flows.commands.checks import UsageError

NAME = "STACKRANK_SITE_URL"


def site_address(environ: Mapping[str, str] = os.environ) -> str:
    """Return the address of the site with a slash at its end, or nothing; raises UsageError for what is no address."""
    said = environ.get(NAME, "")
    if not said:
        return ""
    try:
        parts = urlsplit(said)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
    except ValueError:
        is_address = False
    if not is_address or "@" in said or not said.isascii() or any(letter in said for letter in " \"'<>\\"):
        raise UsageError(
            f"{NAME}={said!r} is no address of a site. Nothing was done. Write such as https://example.org/rank/"
        )
    return f"{said.rstrip('/')}/"
