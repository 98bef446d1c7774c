"""The Wayback Machine of a demo: its index of captures (CDX) and the captures, from a description.

What it answers, with which columns and in which order, is that of
https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

CAPTURE = re.compile(r"web/(\d{14})id_/(.+)")
REFUSAL = "org.archive.util.io.RuntimeIOException: org.archive.wayback.exception.RobotAccessControlException: Blocked By Robots"  # noqa: E501


@dataclass(frozen=True)
class Answer:
    """What a server sends; `length` is the length it announces, where that is not the true one."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    length: int | None = None


class Capture(NamedTuple):
    """What was served at a url at a moment."""

    url: str
    taken: datetime
    body: bytes
    mimetype: str = "text/html"
    status: int = 200

    @property
    def timestamp(self) -> str:
        """The moment in 14 digits."""
        return f"{self.taken:%Y%m%d%H%M%S}"

    @property
    def urlkey(self) -> str:
        """The url as it is sorted: the host backwards, without scheme, port and capitals."""
        parts = urlsplit(self.url)
        return f"{','.join(reversed((parts.hostname or '').split('.')))}){parts.path.lower()}"

    @property
    def columns(self) -> dict[str, str]:
        """What the index has of it."""
        return {
            "urlkey": self.urlkey,
            "timestamp": self.timestamp,
            "original": self.url,
            "mimetype": self.mimetype,
            "statuscode": str(self.status),
            "digest": sha256(self.body).hexdigest()[:32].upper(),
            "length": str(len(self.body)),
        }


@dataclass(frozen=True)
class Wayback:
    """Captures below the path `url`; those of the `blocked` hosts it keeps to itself, those `lost` it lists only."""

    url: str
    captures: Collection[Capture]
    blocked: Collection[str] = ()
    lost: Collection[str] = ()

    def answer(self, rest: str) -> Answer | None:
        """Return what to send for a path with its query below `url`; None where nothing is."""
        parts = urlsplit(rest)
        if parts.path == "cdx/search/cdx":
            return self._index(parse_qs(parts.query))
        asked = CAPTURE.fullmatch(rest)
        return self._capture(asked[1], asked[2]) if asked else None

    def _index(self, query: Mapping[str, list[str]]) -> Answer:
        (url,) = query["url"]
        if url.partition("/")[0] in self.blocked:
            return _blocked()
        filters = [one.partition(":") for one in query.get("filter", ())]
        found = [
            one.columns
            for one in sorted(self.captures, key=lambda capture: (capture.urlkey, capture.timestamp))
            if _bare(one.url).startswith(url)
            and all(re.fullmatch(rule, one.columns[name]) for name, _, rule in filters)
        ]
        names = query["fl"][0].split(",")
        rows = [names, *([columns[name] for name in names] for columns in found)] if found else []
        return Answer(200, {"Content-Type": "application/json"}, json.dumps(rows).encode())

    def _capture(self, timestamp: str, url: str) -> Answer:
        if urlsplit(url).hostname in self.blocked:
            return _blocked()
        of_url = [one for one in self.captures if _bare(one.url) == _bare(url) and one.timestamp not in self.lost]
        for one in of_url:
            if one.timestamp == timestamp:
                return Answer(200, {"Content-Type": one.mimetype, "X-Archive-Orig-Server": "Apache"}, one.body)
        if not of_url:
            return Answer(404, {"Content-Type": "text/html"}, b"<html><title>Wayback Machine</title></html>")
        nearest = min(of_url, key=lambda one: abs(int(one.timestamp) - int(timestamp)))
        return Answer(302, {"Location": f"{self.url}web/{nearest.timestamp}id_/{nearest.url}"})


def _bare(url: str) -> str:
    """Return a url without scheme and port, as the index compares them."""
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}"


def _blocked() -> Answer:
    return Answer(403, {"X-Archive-Wayback-Runtime-Error": REFUSAL}, f"{REFUSAL}\n".encode())
