"""Invented communities, from harvest to published site, for the tests of the report and of the browser."""

import csv
import re
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import duckdb
import pyarrow as pa
from support.tables_on_demand import read_once

from pipelines.catalogue import history
from pipelines.folders import Folders
from pipelines.landing import harvest
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import COMMITS
from pipelines.landing.visits import log_visit
from pipelines.model import Community, Fact, Source, Verdict, Visit
from pipelines.warehouse.build import build_database
from pipelines.warehouse.query import open_database
from reports import site
from reports.languages.pages import languages_of_site
from reports.pages.context import read_context

TODAY = date(2026, 3, 20)
NIGHT, EARLIER, AUTUMN = (datetime(*day, 3, tzinfo=UTC) for day in ((2026, 3, 20), (2026, 3, 10), (2025, 11, 11)))
BAD = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe\u061c\x1b[31m"
SHOWN = re.sub("[\u202e\u061c\x1b]", "\ufffd", BAD)
EVIL = f"=cmd(){BAD}"
HOMEPAGES = {"alpha": 'https://alpha.example.org/" onmouseover="alert(3)', "evil": f"javascript:alert(4)//{BAD}"}
FACTS = {
    "alpha": (
        Fact("licence", "the file LICENSE", "2013-11", ("GPLv3",), note="BSD before."),
        Fact("licence", "the file LICENSE", "2026-03", ("Apache 2.0",), url="https://alpha.example.org/licence"),
        Fact("first-release", "the press", text="1.0, March 2025", version="1.0", day=date(2025, 3, 1)),
        Fact("release", "the tags", "2026-02", text="1.1.1", version="1.1.1", day=date(2025, 7, 3)),
        Fact("cadence", "hearsay", "2026-02", text="Monthly.", confirmed=False, per_year=(12, 12)),
        Fact("hypervisors", "the manual", "2013", ("KVM", "LXC (containers)"), talk_said="Xen"),
        Fact("image-formats", "the manual", "2013-10-18", ("raw", "qcow2")),
        Fact("image-formats", "the manual", "2026", ("qcow2",)),
    ),
    "evil": (
        Fact("origin", EVIL, text=EVIL, note=BAD, talk_said=BAD, url="javascript:alert(5)"),
        Fact("release", BAD, "2026", text=BAD, version="9.9"),
        Fact("image-formats", BAD, "2026", (BAD, "raw")),
    ),
}


def community(slug, name, **facts):
    url = f"git+https://forge.example.org/{slug}/one"
    core = Source(slug, "core", "git", (url,), **{"since": date(2025, 1, 1), "why": "Invented.", **facts})
    homepage = HOMEPAGES.get(slug, f"https://{slug}.example.org/")
    return Community(slug, name, homepage, date(2025, 1, 1), (core,), facts=FACTS.get(slug, ()))


def visit(of, seen_at, verdict=Verdict.OK, **facts):
    (core,) = of.sources
    unit = f"{of.slug}/one"
    return Visit(of.slug, core.name, "git", unit, core.urls[0], seen_at, verdict, key_id="k1", **facts)


def commits(months, authors, each):
    """So many commits by each author in each month; month 0 is January 2025."""
    for m, who, n in ((m, who, n) for m in range(months) for who in range(authors) for n in range(each)):
        at = datetime(2025 + m // 12, m % 12 + 1, 1) + timedelta(hours=n)
        yield commit(f"{m:02}{who:02}{n:036}", at, at, f"n-{who}")


def commit(name, written, recorded, author):
    return dict.fromkeys(COMMITS.names) | {
        "hash": name, "parents": 1, "committed_at": recorded, "authored_at": written,
        "author_name_key": author, "author_name_words": 2, "committer_name_key": author, "committer_name_words": 2,
    }  # fmt: skip


def imported(day, how_many):
    """Commits that one person recorded within minutes, and another one wrote a day each from January 2025 on."""
    for n in range(how_many):
        written = datetime(2025, 1, 1) + timedelta(days=n)
        yield commit(f"ff{n:038}", written, day + timedelta(seconds=n), "n-long-ago") | {"committer_name_key": "n-0"}


def tag(name, day):
    return {"tag": name, "hash": f"{0:040}", "seconds": int(day.timestamp()), "dated_by": "tag"}


def land(where, of, seen_at, rows, tags=()):
    batch = pa.RecordBatch.from_pylist(list(rows), schema=COMMITS)
    harvest.land(where, Harvest(visit(of, seen_at), 0.0, COMMITS, [batch], list(tags)))


def folders(top):
    return Folders(top / "data", top / "communities", top / "data" / "site")


def measured(where, slug, metric, month, value, sentence=None):
    """One figure of data/history that was measured earlier, by our own definition unless a sentence is given."""
    sentence = sentence or next(t.sentence for t in read_once() if t.name == f"metrics.{metric}")
    where.history.mkdir(parents=True)
    with (where.history / "measured.csv").open("w", newline="") as file:
        csv.writer(file).writerows([history.COLUMNS, (slug, metric, sentence, month, value, "measured", "invented")])


RELEASES = {"releases": r"v(.+)"}
ALPHA, BETA = community("alpha", "Alpha Cloud", **RELEASES), community("beta", "Beta Stack")
EVILS = community("evil", EVIL, **RELEASES)
GAMMA = community("gamma", "Gamma", until=date(2025, 12, 31))
IMPORT = datetime(2025, 8, 20, 12)


def build(top):
    """Alpha is seen, with releases and an import; Beta not since autumn; Evil's words are bad, its last visit
    failed; Gamma was never visited, and one month of it was measured earlier. Returns the folders."""  # fmt: skip
    where = folders(top)
    tags = [tag(f"v{version}", datetime(2025, month, 3)) for version, month in (("1.0", 2), ("1.1", 6), ("1.1.1", 7))]
    land(where, ALPHA, NIGHT, [*commits(15, 6, 4), *imported(IMPORT, 120)], tags)
    land(where, BETA, AUTUMN, commits(11, 5, 3))
    land(where, EVILS, EARLIER, commits(15, 4, 2), [tag(f"v{BAD}", datetime(2025, 5, 3))])
    log_visit(where.visits, visit(BETA, NIGHT, Verdict.REFUSED, reason="the server asked for a password"))
    log_visit(where.visits, visit(EVILS, NIGHT, Verdict.FAILED, reason=f'said "{BAD}"', note=f"+1 {BAD}"))
    measured(where, "gamma", "commits", "2025-05", 20)
    build_database(where, (ALPHA, BETA, EVILS, GAMMA), TODAY)
    return where


def build_quiet(top):
    """Every visit was good, and nobody has enough history for a place. Returns the folders."""
    where = folders(top)
    young = [replace(c, sources=(replace(c.sources[0], since=date(2026, 1, 1)),)) for c in (ALPHA, BETA)]
    for each in young:
        land(where, each, NIGHT, commits(15, 4, 1))
    build_database(where, young, TODAY, "Demo: people <invented>")
    return where


def build_bare(top):
    """Nothing was ever visited, and the only figure counts what no metric counts. Returns the folders."""
    where = folders(top)
    measured(where, "alpha", "subscribers", "2025-05", 7, "Addresses on a list.")
    build_database(where, (ALPHA, BETA), TODAY)
    return where


def published(once):
    """The folders of `build` with its site and a page of December 2025, made once for all tests: write nothing."""
    return folders(once("invented-site", lambda top: site.publish(build(top), date(2025, 12, 1))))


def translated(once):
    """The folders of `build` with its site in every language, made once for all tests: write nothing."""
    made = published(once)
    return folders(once("translated-site", lambda top: _translate(made, folders(top))))


def _translate(made, where):
    shutil.copytree(made.data, where.data)
    site.publish(where, languages=languages_of_site())


def quiet(once):
    """The folders of `build_quiet`, made once for all tests: write nothing."""
    return folders(once("quiet-database", build_quiet))


def bare(once):
    """The folders of `build_bare`, made once for all tests: write nothing."""
    return folders(once("bare-database", build_bare))


def render(where, page, *more):
    """The text of a page of the database."""
    with open_database(where.database) as database:
        return page(read_context(database), *more)


def altered(where, top, *statements):
    """The same folders with a copy of the database in which something else stands."""
    other = folders(top)
    other.data.mkdir(parents=True)
    shutil.copyfile(where.database, other.database)
    with duckdb.connect(str(other.database)) as con:
        for statement in statements:
            con.execute(statement)
    return other
