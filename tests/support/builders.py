"""Build what tests of the warehouse are given: sources, commits, visits, and a database to ask."""

from datetime import UTC, date, datetime

import pyarrow as pa

from pipelines.folders import Folders
from pipelines.landing import harvest
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import COMMITS
from pipelines.model import Community, Source, Verdict, Visit

TODAY = date(2026, 3, 20)
SEEN = datetime(2026, 3, 20, 3, tzinfo=UTC)
RUN = "5e" * 16


def source(community, name="core", repositories=("one",), **facts):
    urls = tuple(f"git+https://forge.example.org/{community}/{r}" for r in repositories)
    known = {"since": date(2025, 1, 15), "why": "Invented.", **facts}
    return Source(community, name, "git", urls, **known)


def community(slug, *sources):
    return Community(slug, slug.title(), f"https://{slug}.example.org/", date(2025, 1, 1), sources)


def row(number, at, who="ann", **facts):
    """One commit of COMMITS, by an author whose keys are made of `who`."""
    person = {"name_key": f"n-{who}", "address_key": f"a-{who}", "name_words": 2, "domain": "example.org"}
    accounts = {f"{role}_{k}": v for role in ("author", "committer") for k, v in person.items()}
    empty = dict.fromkeys(COMMITS.names)
    return empty | accounts | {
        "hash": f"{number:040x}", "parents": 1, "parent_hashes": [f"{number - 1:040x}"], "authored_at": at,
        "committed_at": at, "authored_offset": 0, "committed_offset": 0, "co_author_name_keys": [],
        "co_author_address_keys": [], "revert": False,
    } | facts  # fmt: skip


def monthly(start, months, authors=4, **facts):
    """Some commits by each author in every month from `start` on."""
    numbers = iter(range(start, start + 10_000))
    return [
        row(next(numbers), datetime(2025 + m // 12, m % 12 + 1, day + 1), f"author{who}", **facts)
        for m in months
        for who in range(authors)
        for day in range(2)
    ]


def visit(of, unit, verdict=Verdict.OK, seen_at=SEEN, **facts):
    url = f"git+https://forge.example.org/{unit}"
    known = {"key_id": "k1", "reader": "git/2", **facts}
    return Visit(of.community, of.name, "git", unit, url, seen_at, verdict, **known)


def visited(unit, verdict, minute=0, **facts):
    """A visit of the run RUN to a repository of birds/core, so many minutes after SEEN."""
    url, seen_at = f"git+https://forge.example.org/{unit}", SEEN.replace(minute=minute)
    return Visit("birds", "core", "git", unit, url, seen_at, verdict, **{"run": RUN} | facts)


def land(where, of, unit, rows, tags=(), **facts):
    batch = pa.RecordBatch.from_pylist(rows, schema=COMMITS)
    harvest.land(where, Harvest(visit(of, unit, **facts), 0.0, COMMITS, [batch], list(tags)))


def folders_in(top):
    """Return the folders of a data folder below `top`; nothing is made."""
    return Folders(top / "data", top / "communities", top / "site")
