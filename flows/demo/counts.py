"""The pages of a demo that state dated counts: answers in their exact forms, with faults on demand.

Every answer is made from a small description. All people in it have one canary name, so that a
test finds it in whatever a spider writes.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from flows.demo import archives
from flows.demo.archives import Answer, Fault
from flows.demo.lists import place
from pipelines.catalogue import count_pages
from pipelines.catalogue.history import Figure
from pipelines.catalogue.urls import units
from pipelines.model import Source

CANARY_NAME = "invented-canary"
"""The canary name of every account and every person in these answers."""
INACTIVE = 3
"""A register has one inactive account for each three active members."""


class Register(NamedTuple):
    """A register of members: how many there are, and since when they have joined."""

    members: int
    since: date

    def joined_by(self, moment: int) -> int:
        """How many had joined by a moment, evenly from `since` until now."""
        begun = datetime(self.since.year, self.since.month, self.since.day, tzinfo=UTC).timestamp()
        share = (moment - begun) / (datetime.now(UTC).timestamp() - begun)
        return min(self.members, max(1, round(self.members * share)))


class Listed(NamedTuple):
    """A list of which one entry is shown: how long it is; `linked` says that the total is behind a link."""

    total: int
    linked: bool = False


class Repository(NamedTuple):
    """A repository on GitHub, as it is called now."""

    name: str
    stars: int
    forks: int
    watchers: int


class Project(NamedTuple):
    """A project of Apache's: how many accounts may commit, and when those of its committee joined."""

    name: str
    committers: int
    joined: tuple[str, ...]


Page = Register | Listed | Repository | Project


def _moved(_: Answer) -> Answer:
    return Answer(301, {"Location": "/repositories/1"})


def _numbers(change: Callable[[int], Any]) -> Fault:
    """Return the fault that changes every number of an answer; where that gives None the number is missing."""

    def changed(found: Any) -> Any:
        if isinstance(found, dict):
            return {key: new for key, value in found.items() if (new := changed(value)) is not None}
        if isinstance(found, list):
            return [changed(value) for value in found]
        return change(found) if type(found) is int else found

    def fault(answer: Answer) -> Answer:
        headers = {key: value for key, value in answer.headers.items() if key != "Link"}
        return replace(answer, headers=headers, body=json.dumps(changed(json.loads(answer.body))).encode())

    return fault


JSON = {"Content-Type": "application/json; charset=utf-8"}
LIMIT = {"X-RateLimit-Limit": "60"}
SAID = f'{{"message": "{CANARY_NAME} has no such page"}}'.encode()
FAULTS: dict[str, Fault] = archives.FAULTS | {
    "limit": lambda _: Answer(403, JSON | {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800000000"}, SAID),
    "secondary": lambda _: Answer(403, JSON | {"Retry-After": "60"}, SAID),
    "large": lambda _: Answer(403, JSON | {"X-RateLimit-Remaining": "40"}, SAID),
    "login-wanted": lambda _: Answer(401, JSON, SAID),
    "none": lambda _: Answer(404, {"Content-Type": "text/plain"}, f"{CANARY_NAME} is not here".encode()),
    "renamed": _moved,
    "computing": lambda _: Answer(202, JSON, b"{}"),
    "empty": lambda _: Answer(409, JSON, SAID),
    "without": lambda _: Answer(204),
    "legal": lambda _: Answer(451, JSON, SAID),
    "named": lambda _: _json(dict.fromkeys(("total", "total_size", "roster"), CANARY_NAME)),
    "negative": _numbers(lambda number: -number - 1),
    "words": _numbers(lambda number: f"{CANARY_NAME} {number}"),
    "zero": _numbers(lambda _: 0),
    "lacking": _numbers(lambda _: None),
    "list": lambda _: Answer(200, JSON, f'["{CANARY_NAME}"]'.encode()),
    "deep": lambda _: Answer(200, JSON, b"[" * 100_000),
    "elsewhere": lambda a: replace(a, body=a.body.replace(b"http://127.0.0.1", b"http://localhost")),
    "huge": lambda a: replace(a, body=a.body + b" " * (2 << 20)),
    "no-number": lambda _: Answer(200, {"Content-Type": "text/plain"}, f"{CANARY_NAME}".encode()),
}  # fmt: skip
"""Faults by name: those of the mail archives, and those of an API."""
SURPRISES: dict[str, Fault] = archives.SURPRISES | {
    "ignored": _numbers(lambda _: 5000),
    "scarce": lambda a: replace(a, headers={**a.headers, "X-RateLimit-Limit": "10"}),
    "unlinked": lambda a: replace(a, headers={key: value for key, value in a.headers.items() if key != "Link"}),
}
"""What makes a count differ from what we assume, by name."""


@dataclass
class Counts:
    """The pages that a server has, by path; `faults` names for a path one fault of FAULTS for each request to come.

    A path may have its query. The last fault of a path stays; "" is a good answer. `asked` is every
    request, with its headers.
    """

    pages: Mapping[str, Page]
    base_url: str = ""
    faults: dict[str, list[str]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def answer(self, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer | None:
        """Return what to send for a path with its query; None where none of the pages is there."""
        answer = self._graph(path, body) if body else self._page(path)
        if answer is None:
            return None
        self.asked.append((path, dict(headers)))
        waiting = self.faults.get(path) or self.faults.get(urlsplit(path).path) or [""]
        if fault := waiting.pop(0) if len(waiting) > 1 else waiting[0]:
            return (FAULTS | SURPRISES)[fault](answer)
        tag = f'"{sha256(answer.body).hexdigest()[:16]}"'
        if "If-None-Match" in headers and headers["If-None-Match"] == tag:
            return Answer(304, {"ETag": tag})
        return replace(answer, headers={**answer.headers, "ETag": tag})

    def _page(self, path: str) -> Answer | None:
        parts = urlsplit(path)
        query = parse_qs(parts.query)
        page = self.pages.get(parts.path)
        if isinstance(page, Register):
            return _register(page, query, is_of_people=parts.path.endswith("/members"))
        if isinstance(page, Listed):
            return self._listed(page, parts.path, query)
        if isinstance(page, Repository):
            return _json({"full_name": page.name, "owner": {"login": CANARY_NAME}, "stargazers_count": page.stars,
                          "watchers_count": page.stars, "forks_count": page.forks,
                          "subscribers_count": page.watchers}, LIMIT)  # fmt: skip
        return _project(page, parts.path.rpartition("/")[2]) if page else None

    def _listed(self, page: Listed, path: str, query: Mapping[str, list[str]]) -> Answer:
        if "/~" not in path:
            here = f"{self.base_url}{path}?per_page=1&page"
            last = f'<{here}=2>; rel="next", <{here}={page.total}>; rel="last"'
            return _json([{"login": CANARY_NAME}], LIMIT | ({"Link": last} if page.total > 1 else {}))
        if query.get("ws.show") == ["total_size"]:
            return Answer(200, {"Content-Type": "text/plain"}, str(page.total).encode())
        link = {"total_size_link": f"{self.base_url}{path}?ws.show=total_size"}
        return _json(
            {"start": 0, "entries": [{"name": CANARY_NAME}]} | (link if page.linked else {"total_size": page.total})
        )

    def _graph(self, path: str, body: bytes) -> Answer | None:
        if not path.endswith("/graphql"):
            return None
        asked = json.loads(body)["query"].split("repository(")[1:]
        known = {page.name.lower(): page for page in self.pages.values() if isinstance(page, Repository)}
        names = ["/".join(part.split('"')[1:4:2]).lower() for part in asked]
        return _json({"data": {f"r{n}": _node(known.get(name)) for n, name in enumerate(names)}})


def _register(page: Register, query: Mapping[str, list[str]], *, is_of_people: bool) -> Answer:
    filters = query.get("filter[]", ())
    limits = [each for each in filters if each.startswith("created<=")]
    total = page.joined_by(int(limits[0].removeprefix("created<="))) if limits else page.members
    total += page.members // INACTIVE if is_of_people and not filters else 0
    person = {"id": 1, "first_name": CANARY_NAME, "last_name": CANARY_NAME, "email": f"{CANARY_NAME}@example.org"}
    return _json({"total": total, "per_page": 1, "current_page": 1, "last_page": total, "data": [person]})


def _project(page: Project, name: str) -> Answer:
    ids = [f"{CANARY_NAME}-{number}" for number in range(page.committers)]
    members = dict(zip(ids, page.joined, strict=False))
    if name == "groups.json":
        return _json({page.name: ids, f"{page.name}-pmc": list(members)})
    if name == "public_ldap_projects.json":
        return _json({"roster_counts": {page.name: {"members": len(ids), "owners": len(members)}},
                      "projects": {page.name: {"members": ids, "owners": list(members)}}})  # fmt: skip
    roster = {account: {"name": CANARY_NAME, "date": day} for account, day in members.items()}
    return _json({"committees": {page.name: {"roster_count": len(roster), "roster": roster}}})


def _node(page: Repository | None) -> dict[str, Any] | None:
    if page is None:
        return None
    return {"nameWithOwner": page.name, "stargazerCount": page.stars, "forkCount": page.forks,
            "watchers": {"totalCount": page.watchers}}  # fmt: skip


def _json(found: object, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(200, JSON | dict(headers or {}), json.dumps(found).encode())


# ---- those of the catalogue -----------------------------------------------------------------------------------


def invent_pages(sources: Iterable[Source], figures: Iterable[Figure]) -> dict[str, Page]:
    """Return the pages of all sources that state counts, by path; what was published of them is as it was last."""
    known = {(f.community, f.metric): int(f.value) for f in sorted(figures, key=lambda f: f.period)}
    return dict(_invented(sources, known))


def _invented(sources: Iterable[Source], known: Mapping[tuple[str, str], int]) -> Iterator[tuple[str, Page]]:
    for source in sources:
        named = zip(units(source), source.urls, strict=True) if source.kind in count_pages.KINDS else ()
        for name, url in named:
            dice = Random(url.lower())  # noqa: S311 - invented counts hold no secret
            yield place(url), _page(source, name, url, dice, known)


def _page(source: Source, name: str, url: str, dice: Random, known: Mapping[tuple[str, str], int]) -> Page:
    if source.kind == "asf":
        people, committee = (known.get((source.community, metric), 9) for metric in ("committers", "pmc_members"))
        days = [source.since + timedelta(days=30 * number) for number in range(committee)]
        return Project(source.community, people, tuple(f"{day}" for day in days))
    if source.kind == "openinfra":
        return Register(dice.randrange(100, 900) * (1 if name == "companies" else 30), source.since)
    if name.endswith(("__contributors", "__public_members")) or source.kind == "launchpad":
        return Listed(dice.randrange(20, 900), linked=name.endswith("__participants"))
    return Repository(url.partition("/repos/")[2], *(dice.randrange(50, 3000) // share for share in (1, 3, 9)))
