"""Pages of counts of one day, a community for each fault of them, and one that is well."""

import os
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
from scrapy.settings import Settings
from support import tables_on_demand
from support.crawl import Crawl
from support.walk import CLOCK, TODAY

from flows.demo.counts import Listed, Project, Register, Repository
from pipelines.catalogue import count_pages
from pipelines.landing.harvest import Harvest, land
from pipelines.landing.schemas import COUNTS
from pipelines.landing.stored import unit_file
from pipelines.model import Verdict, Visit
from spiders.counts import github, openinfra

KEY = "5e" * 32
SINCE = (TODAY.replace(day=1) - timedelta(days=200)).replace(day=1)
ENDS = openinfra.month_ends(SINCE, TODAY)
GH, LP, OIF, ASF = (
    "/api.github.com",
    "/api.launchpad.net/1.0",
    "/register.example.org/api/public/v1",
    "/apache.example.org",
)
JOINED = ("2013-03-20", "2013-04-01", "2015-01-31", "2015-02-01", "soon")
PAGES = {
    f"{OIF}/members": Register(9000, SINCE),
    f"{OIF}/members/all/companies": Register(700, SINCE),
    f"{LP}/~birds/members": Listed(311),
    f"{LP}/~birds/participants": Listed(1234, linked=True),
    f"{ASF}/groups.json": Project("birds", 138, JOINED),
    f"{ASF}/committee-info.json": Project("birds", 138, JOINED),
    f"{ASF}/ldap/public_ldap_projects.json": Project("birds", 138, JOINED),
    f"{GH}/repos/birds/Wren": Repository("birds/Wren", 3000, 900, 120),
    f"{GH}/repos/birds/Wren/contributors": Listed(417),
    f"{GH}/orgs/birds/public_members": Listed(1),
}
KINDS = {"openinfra": OIF, "launchpad": LP, "asf": ASF, "github": GH}
BAD_PAGES = {
    "openinfra": f"{OIF}/members", "launchpad": f"{LP}/~birds/members", "asf": f"{ASF}/groups.json",
    "github": f"{GH}/repos/birds/Wren", "list": f"{GH}/repos/birds/Wren/contributors",
}  # fmt: skip
COMMON = {
    "login": ("failed", "a web page came instead of counts: a login, an error, or a wall against robots"),
    "error": ("failed", "the server answered 500"),
    "cut": ("failed", "the answer ends early"),
    "early": ("failed", "not JSON, or not all of it"),
    "nothing": ("failed", "not JSON, or not all of it"),
    "deep": ("failed", "not JSON, or not all of it"),
    "none": ("gone", "404"),
    "moved": ("failed", "moved to /elsewhere; the catalogue must name the new address"),
    "throttle": ("refused", "429"),
}
NUMBERS = {"negative": "is negative", "words": "is no count", "lacking": "is missing"}
OWN = {
    "openinfra": {fault: ("failed", f"total {said}") for fault, said in NUMBERS.items()}
    | {"zero": ("failed", "total is 0, which is not believed"), "list": ("failed", "no JSON object"),
       "named": ("failed", "total is no count"),
       "huge": ("failed", "the answer is larger than we take"),
       "wall": ("refused", "a wall against robots, or a login")},
    "launchpad": {fault: ("failed", f"total_size {said}") for fault, said in NUMBERS.items() if fault != "lacking"}
    | {"lacking": ("failed", "total_size is missing, and so is the link to it"), "list": ("failed", "no JSON object")},
    "asf": {"named": ("failed", "no list of accounts for asf-named"), "list": ("failed", "no JSON object")},
    "github": {fault: ("failed", f"stargazers_count {said}") for fault, said in NUMBERS.items()}
    | {"limit": ("refused", "is reached, which is low without a token (403), until 2027-01-15 08:00"),
       "secondary": ("refused", "limit of questions is reached, which is low without a token (403)"),
       "login-wanted": ("refused", "GitHub wants a token (401)"), "legal": ("refused", "for legal reasons (451)"),
       "renamed": ("failed", "moved to /repositories/1; the catalogue must name the new address"),
       "computing": ("failed", "still computing this (202)"), "empty": ("empty", "the repository is empty (409)"),
       "list": ("failed", "no JSON object"), "gone": ("gone", "404")},
    "list": {"large": ("refused", "GitHub refuses this page and no other (403)"), "named": ("failed", "is no list"),
             "without": ("empty", "the repository is empty (204)"), "computing": ("failed", "202")},
}  # fmt: skip
CASES = [(kind, fault) for kind, own in OWN.items() for fault in COMMON | own]


def block(name, kind, urls):
    listed = ", ".join(f'"{url}"' for url in urls)
    return f'\n[[sources]]\nname = "{name}"\nkind = "{kind}"\nsince = {SINCE}\nwhy = "Invented."\nurls = [{listed}]\n'


def catalogue(folder, base):
    head = 'name = "{}"\nhomepage = "https://birds.example.org/"\nborn = 2010-01-01\n'
    own = "".join(
        block(
            "members" if kind == "openinfra" else kind, kind, [base + path for path in PAGES if path.startswith(root)]
        )
        for kind, root in KINDS.items()
    )
    text = head.format("Birds") + 'registered = "individual_members"\n' + own
    (folder / "birds.toml").write_text(text.replace(f', "{base}{ASF}/ldap/public_ldap_projects.json"', ""))
    for kind, fault in CASES:
        url = f"{base}/{kind}-{fault}{BAD_PAGES[kind]}"
        (folder / f"{kind}-{fault}.toml").write_text(
            head.format("Bad") + block("one", {"list": "github"}.get(kind, kind), [url])
        )


def crawl(where, *arguments, kinds=tuple(KINDS), api="", **environ):
    """Run the spiders in one process, telling everything; return what they told."""
    known = {name: value for name, value in os.environ.items() if name not in count_pages.GITHUB_TOKENS}
    return Crawl(
        where,
        kinds,
        *arguments,
        settings={"LOG_LEVEL": "DEBUG", "GITHUB_API": api},
        environment=known | environ,
        at=CLOCK.now,
    ).ended()


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def ask(house, sql):
    return tables_on_demand.ask(house.where, sql)


def held_before(where, source, page, rows, days, **facts):
    """Land the counts of a page as if they had been asked so many days ago."""
    day = TODAY - timedelta(days=days)
    at = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    unit = count_pages.unit(page, day)
    visit = Visit(source.community, source.name, source.kind, unit, facts.pop("url"), at, Verdict.OK,
                  **facts)  # fmt: skip
    table = [{"subject": "", "basis": "stated", "version": None, "url": visit.url, "day": day} | row for row in rows]
    land(where, Harvest(visit, 0.0, COUNTS, [pa.RecordBatch.from_pylist(table, schema=COUNTS)], []))
    return unit_file(where.observations, visit)


def rows_of(where, source, unit):
    return pq.read_table(where.observations / source.community / source.name / f"{unit}.parquet").to_pylist()


def spider_of(monkeypatch, alone, environ=()):
    for name, value in {"STACKRANK_DATA": str(alone.where.data), "STACKRANK_KEY": KEY,
                        "STACKRANK_COMMUNITIES": str(alone.where.communities), **dict(environ)}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    spider = github.GithubSpider(sources="birds/github")
    known = {"UNLIMITED_HOSTS": ["127.0.0.1", "localhost"], "UNITS_PER_HOST": 9}
    spider.settings = Settings(known | {"GITHUB_API": "https://api.github.com"})
    return spider
