"""The mail archives of a demo's server, and the faults that they can have.

An archive is made from a small description (`flows.demo.mail`); people and mail are invented.
`Archives.answer` answers one request.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from flows.demo import hyperkitty, pipermail, ponymail
from flows.demo.captures import Answer, Wayback
from flows.demo.mail import MailingList

KINDS: Mapping[str, Callable[[MailingList, str, Mapping[str, str]], Answer | None]] = {
    "pipermail": pipermail.answer,
    "hyperkitty": hyperkitty.answer,
    "ponymail": ponymail.answer,
}
"""What answers for a list of each kind: given the list, the rest of the path and the query."""


Fault = Callable[[Answer], Answer]


@lru_cache
def gzip_bomb() -> bytes:
    """Return 64 MB of nothing, packed."""
    return gzip.compress(b"\n" * (64 << 20))


def _first_messages(mail: bytes) -> bytes:
    """Return about the first half of a mailbox, whole messages, packed as it was."""
    if mail.startswith(b"\x1f\x8b"):
        return gzip.compress(_first_messages(gzip.decompress(mail)), mtime=0)
    return mail[: mail.index(b"\nFrom ", len(mail) // 2) + 1]


def _without(headers: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in names}


MONTH_FILE = re.compile(rb"(\d{4})-[A-Z][a-z]+")
LOGIN = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n"
WALL = b"<!doctype html><html><head><title>Making sure you are not a bot!</title></head><body></body></html>"
HTML = {"Content-Type": "text/html; charset=utf-8"}

FAULTS: dict[str, Fault] = {
    "login": lambda _: Answer(200, HTML, LOGIN),
    "wall": lambda _: Answer(403, HTML, WALL),
    "throttle": lambda _: Answer(429, {"Retry-After": "86400"}),
    "busy": lambda _: Answer(503, {"Retry-After": "0"}),
    "error": lambda _: Answer(500),
    "gone": lambda _: Answer(404, HTML, b"<html><head><title>404 Not Found</title></head></html>"),
    "moved": lambda _: Answer(302, {"Location": "/elsewhere"}),
    "json": lambda _: Answer(200, {"Content-Type": "application/json"}, b'{"error": "no such list"}'),
    "nothing": lambda a: replace(a, body=b""),
    "cut": lambda a: replace(a, body=a.body[: len(a.body) // 2], length=len(a.body)),
    "early": lambda a: replace(a, body=a.body[: len(a.body) * 2 // 3]),
    "damaged": lambda a: replace(a, body=a.body[:-8] + b"\0\1\2\3" + a.body[-4:]),
    "bomb": lambda a: replace(a, body=gzip_bomb()),
    "encoded": lambda a: replace(a, headers={**a.headers, "Content-Encoding": "x-gzip"}),
    "half": lambda a: replace(a, body=_first_messages(a.body)),
    "miscount": lambda a: replace(a, body=a.body.replace(b"<b>Messages:</b> ", b"<b>Messages:</b> 9")),
    "disabled": lambda _: Answer(400, {"Content-Type": "text/html"}, b"Archive download disabled."),
    "braces": lambda _: Answer(200, {"Content-Type": "application/json"}, b"{}"),
}
"""Faults by name: what each makes of a good answer."""
SURPRISES: dict[str, Fault] = {
    "unmarked": lambda a: replace(a, headers=_without(a.headers, "ETag", "Last-Modified")),
    "quarters": lambda a: replace(a, body=MONTH_FILE.sub(rb"\1q1", a.body)),
    "unnamed": lambda a: replace(a, body=json.dumps({"count": 0, "results": []}).encode()),
}
"""What makes an answer differ from what we assume, without making it a bad one: a probe says so."""


class Site(Protocol):
    """What a server has beside mailing lists: it answers the paths below its own url."""

    @property
    def url(self) -> str:
        """Where it is served."""

    def page(self, rest: str, query: Mapping[str, str]) -> Answer | None:
        """Return what to send for the rest of a path; None where nothing is there."""


@dataclass
class Archives:
    """The archives that a server has; `faults` names, by path with query, one fault for each request to come.

    The last fault of a path stays for all later requests; "" is a good answer. `known` has what each fault does.
    """

    lists: Iterable[MailingList]
    faults: dict[str, list[str]] = field(default_factory=dict)
    robots: bytes | None = None
    sites: Iterable[Site] = ()
    known: Mapping[str, Fault] = field(default_factory=lambda: FAULTS)
    wayback: Wayback | None = None

    def answer(self, path: str, headers: Mapping[str, str]) -> Answer | None:
        """Return what to send for a path with its query; None where no archive is there."""
        if path == "/robots.txt" and self.robots is not None:
            return Answer(200, {"Content-Type": "text/plain"}, self.robots)
        answer = self._page(path)
        if answer is None:
            return None
        waiting = self.faults.get(path) or [""]
        fault = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if fault:
            return self.known[fault](answer)
        validators = (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))
        known = any(name in answer.headers and headers.get(asked) == answer.headers[name] for name, asked in validators)
        return Answer(304, answer.headers) if known else answer

    def _page(self, path: str) -> Answer | None:
        if self.wayback and path.startswith(self.wayback.url):
            return self.wayback.answer(path.removeprefix(self.wayback.url))
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        for one in self.lists:
            place = urlsplit(one.url).path
            root = place.rpartition("/list/")[0] + "/" if one.kind == "hyperkitty" else place
            if one.kind == "ponymail" and parts.path == f"{root}preferences.lua":
                return ponymail.answer_preferences([other for other in self.lists if other.url == one.url])
            if one.kind == "hyperkitty" and parts.path == f"{root}api/lists/":
                return hyperkitty.answer_lists([other for other in self.lists if other.kind == one.kind])
            if parts.path.startswith(root):
                found = KINDS[one.kind](one, parts.path.removeprefix(root), query)
                if found is not None:
                    return found
        at = ((site, parts.path.removeprefix(site.url)) for site in self.sites if parts.path.startswith(site.url))
        return next((found for site, rest in at if (found := site.page(rest, query)) is not None), None)
