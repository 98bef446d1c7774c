"""Build a site whose communities have counts of members."""

import csv
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
from support.site import BAD, TODAY, folders

from pipelines.catalogue import history
from pipelines.landing import harvest
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import COUNTS
from pipelines.model import Community, Source, Verdict, Visit
from pipelines.warehouse.build import build_database
from reports import site


def counting(slug, name, kind, url, registered=None, **facts):
    """A community with one source that states counts."""
    source = Source(slug, "counts", kind, (url,), date(2025, 1, 1), "Invented.", **facts)
    return Community(slug, name, f"https://{slug}.example.org/", date(2025, 1, 1), (source,), registered=registered)


ALPHA = counting("alpha", "Alpha Cloud", "openinfra", "https://register.example.org/members", "individual_members")
BETA = counting("beta", "Beta Stack", "github", "https://api.github.com/repos/beta/one")
EVIL = counting("evil", f"Evil {BAD}", "github", "https://api.github.com/repos/evil/one")
FORUM = counting(
    "forum", "Forum Cloud", "launchpad", "https://api.launchpad.net/1.0/~forum/members", "registered_users"
)
UNASKED = counting("wait", "Waiting", "openinfra", "https://register.example.net/members", "individual_members")


def land(where, of, page, day, *rows, url=None):
    (source,) = of.sources
    at = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    visit = Visit(of.slug, "counts", source.kind, f"{page}-{day}", url or source.urls[0], at, Verdict.OK)
    keys = ("measure", "value", "subject", "day", "basis", "version", "url")
    table = [
        dict(zip(keys, (*row, *(("", day, "stated", None, visit.url)[len(row) - 2 :])), strict=True)) for row in rows
    ]
    batch = pa.RecordBatch.from_pylist(table, schema=COUNTS)
    harvest.land(where, Harvest(visit, 0.0, COUNTS, [batch], []))


def build_counting(top):
    """Alpha's members are counted, Beta's and Evil's repositories are looked at, nobody has asked the other two."""
    where = folders(top)
    for days, value in ((0, 8123), (40, 8100), (41, 8099)):
        land(where, ALPHA, "members", TODAY - timedelta(days=days), ("individual_members", value))
    restated = [("individual_members", 7000 + n, "", date(2025, n, 28), "restated") for n in range(1, 13)]
    land(where, ALPHA, "joined", TODAY, *restated)
    land(where, BETA, "beta__one", TODAY, ("stars", 11, "beta/one"), ("contributors", 5, "beta/one"))
    evil = f"javascript:alert(4)//{BAD}"
    land(where, EVIL, "evil__one", TODAY, ("stars", 12, BAD), ("forks", 3, f"=cmd() {BAD}"), url=evil)
    where.history.mkdir(parents=True)
    with (where.history / "figures.csv").open("w", newline="") as file:
        told = ("alpha", "registered", "foundation individual members", "2024-06", 5600, "stated", f"a talk {BAD}")
        csv.writer(file).writerows([history.COLUMNS, told])
    build_database(where, (ALPHA, BETA, EVIL, FORUM, UNASKED), TODAY)
    return where


def published(once):
    """The folders of `build_counting` with its site, made once for all tests: write nothing."""
    return folders(once("counting-site", lambda top: site.publish(build_counting(top))))
