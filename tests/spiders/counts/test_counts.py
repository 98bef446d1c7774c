"""Dated counts: four real spiders against the demo's answers and every fault they can have, and what the build
makes of them."""

import json
import os
from asyncio import run
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scrapy.http import Response, TextResponse
from scrapy.settings import Settings
from support import tables_on_demand
from support.crawl import Crawl
from support.walk import CLOCK, TODAY, next_night

from flows import doctor, status
from flows.demo.counts import CANARY_NAME, Counts, Listed, Project, Register, Repository, invent_pages
from flows.demo.server import serve
from flows.results import read_result
from pipelines.catalogue import count_pages, history, measures, urls
from pipelines.catalogue.load import CatalogueError, load_catalogue
from pipelines.folders import CATALOGUE, CHECKOUT, Folders
from pipelines.landing import stored
from pipelines.landing.runs import begin_run
from pipelines.landing.schemas import COUNTS
from pipelines.landing.store import Harvest, land
from pipelines.landing.stored import latest_count_file, read_unit, read_visit, unit_file
from pipelines.landing.visits import read_visits
from pipelines.model import Verdict, Visit
from pipelines.warehouse import query
from pipelines.warehouse.build import CheckFailedError, build_database
from spiders.core.budget import HostPausedError
from spiders.core.verdicts import NoPageError
from spiders.counts import asf, count_page, github, github_pages, openinfra

KEY = "5e" * 32
TOKEN = "ghp_cAnArYtOkEn0123456789"
SHARED = CHECKOUT.parent / "shared" / "payloads"
NEEDS_SAMPLES = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no samples of real answers in {SHARED}")
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
TODAYS = {
    ("members", "individual_members", "", 9000), ("members", "member_companies", "", 700),
    ("launchpad", "team_members", "birds", 311), ("launchpad", "team_participants", "birds", 1234),
    ("asf", "committers", "", 138), ("asf", "pmc_members", "", 5),
    ("github", "stars", "birds/Wren", 3000), ("github", "forks", "birds/Wren", 900),
    ("github", "watchers", "birds/Wren", 120), ("github", "contributors", "birds/Wren", 417),
    ("github", "organisation_members", "birds", 1),
}  # fmt: skip
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


# ---- a community for each fault, and one that is well ----------------------------------------------------------


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


def pages():
    """The pages of every community: those of a fault are beneath its own name, and the project is called as it is."""
    bad = {f"/{kind}-{fault}{BAD_PAGES[kind]}": PAGES[BAD_PAGES[kind]] for kind, fault in CASES}
    return PAGES | bad


def faults():
    return {f"/{kind}-{fault}{BAD_PAGES[kind]}": [fault] for kind, fault in CASES}


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


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """One day asked twice, and a database: folders, what was collected and asked each time, and what was told."""
    top = tmp_path_factory.mktemp("counts")
    where = Folders(top / "data", top / "communities", top / "site")
    where.communities.mkdir()
    runs = []
    with serve(top / "none") as server:
        catalogue(where.communities, server.base_url)
        server.counts = Counts(pages(), server.base_url, faults())
        sources = [s for c in load_catalogue(where.communities) for s in c.sources]
        for names in ("", "sources=birds/members,birds/launchpad,birds/asf,birds/github"):
            next_night()
            run = begin_run()
            server.counts.asked.clear()
            told = crawl(where, *filter(None, [names]))
            runs.append(SimpleNamespace(
                visits={(f"{v.community}/{v.source}", v.unit): v for v in read_result(where, sources, run).visits},
                asked=list(server.counts.asked), told=told, files=tree(where.observations),
            ))  # fmt: skip
            files = tree(where.data)
        assert server.complaints == []
    build_database(where, load_catalogue(where.communities), TODAY)
    return SimpleNamespace(where=where, runs=runs, sources=sources, files=files, base=server.base_url)


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def ask(house, sql):
    return tables_on_demand.ask(house.where, sql)


def test_every_page_lands_its_totals_of_the_day(house):
    rows = ask(house, f"select source, measure, subject, value from core.counts where day = '{TODAY}' "
                      "and community = 'birds'")  # fmt: skip
    assert set(rows) == TODAYS
    assert len(rows) == len(TODAYS), "one row for a source, measure, subject and day, though two files state it"
    assert ask(house, "select distinct basis, version from core.counts where seen_at is null or url is null") == []
    files = [path for path in house.runs[0].files if path.startswith("birds/")]
    assert len(files) == 10
    assert all(path.endswith(f"-{TODAY}.parquet") for path in files)


@pytest.mark.parametrize(("kind", "fault"), CASES)
def test_a_fault_has_its_verdict_and_lands_nothing(house, kind, fault):
    verdict, reason = (COMMON | OWN[kind])[fault]
    ((unit, visit),) = (
        (unit, v) for (source, unit), v in house.runs[0].visits.items()
        if source == f"{kind}-{fault}/one" and not unit.startswith("joined")
    )  # fmt: skip
    assert unit.endswith(f"-{TODAY}")
    assert visit.verdict == verdict, visit
    assert reason in visit.reason + visit.note
    assert not any(path.startswith(f"{kind}-{fault}/one/{unit}") for path in house.runs[0].files)
    assert ask(
        house, f"select count(*) from raw.units where community = '{kind}-{fault}' and unit not like 'joined%'"
    ) == [(0,)]


def test_of_people_and_pages_nothing_is_kept_or_told(house):
    for name, content in house.files.items():
        assert CANARY_NAME.encode() not in content, name
        if name.endswith(".parquet"):
            assert CANARY_NAME not in json.dumps(pq.read_table(house.where.data / name).to_pylist(), default=str)
    assert CANARY_NAME not in house.where.database.read_bytes().decode("latin-1")
    for day in house.runs:
        assert CANARY_NAME not in day.told
        assert all(visit.key_id is None for visit in day.visits.values())
    assert not (house.where.data / "pages").exists()


def test_a_day_is_asked_once_and_never_written_again(house):
    first, second = house.runs
    assert second.asked == []
    assert second.files == first.files
    assert {v.verdict for v in second.visits.values()} == {"unchanged"}
    assert len(second.visits) == 10


def test_only_one_of_a_list_is_asked_for_and_never_a_second_page(house):
    asked = [path for path, _ in house.runs[0].asked]
    assert all("per_page=1" in path for path in asked if "/members" in path and GH not in path and LP not in path)
    assert all("page=2" not in path and "page=417" not in path for path in asked)
    filters = [path for path in asked if path.startswith(f"{OIF}/members?")]
    assert all("active%3D%3D1" in path and "membership_type%3D%3DIndividual" in path for path in filters)
    own = [path for path in asked if path.startswith(GH)]
    assert len(own) == 3, "the bound of twelve questions a run for the twelve pages of the catalogue"


def test_months_before_are_asked_once_as_restated(house):
    rows = ask(house, "select day, value, basis from core.counts where measure = 'individual_members' "
                      "and basis = 'restated' and community = 'birds' order by day desc")  # fmt: skip
    assert [day for day, _, _ in rows] == ENDS
    values = [value for _, value, _ in rows]
    assert values == sorted(values, reverse=True)
    assert max(values) <= 9000
    visit = house.runs[0].visits["birds/members", f"joined-{TODAY}"]
    assert (visit.verdict, visit.note) == ("ok", f"{len(ENDS)} of {len(ENDS)} months that were never asked")


def test_join_dates_are_counts_of_survivors_and_unread_ones_are_told(house):
    found = dict(ask(house, "select day, value from core.counts where measure = 'pmc_members' and basis = 'restated'"))
    assert (found[date(2013, 3, 31)], found[date(2013, 4, 30)], found[date(2014, 12, 31)]) == (1, 2, 2)
    assert (found[date(2015, 1, 31)], found[date(2015, 2, 28)]) == (3, 4)
    assert house.runs[0].visits["birds/asf", f"committee-info-{TODAY}"].note == "1 of 5 join dates could not be read"


def test_sources_of_counts_have_no_months_and_disturb_none(house):
    assert ask(house, "select count(*) from core.coverage") == [(0,)]
    assert ask(house, "select distinct family from core.channels") == [("register",)]
    assert ask(house, "select count(*) from analysis.by_source") == [(0,)]
    assert ask(house, "select count(*) from core.archive_months") == [(0,)]
    units = ask(house, "select unit from core.unit_horizons where community = 'birds' and dated")
    assert {unit for (unit,) in units} == {
        "members", "companies", "joined", "birds__members", "birds__participants", "groups", "committee-info",
        "birds__Wren", "birds__Wren__contributors", "birds__public_members",
    }  # fmt: skip


def test_status_and_page_tell_of_pages_and_not_of_days(house):
    seen = {s.source.id: s for s in status.read_status(house.where, house.sources).sources}
    assert set(seen["birds/github"].good) == {"birds__Wren", "birds__Wren__contributors", "birds__public_members"}
    assert [visit.verdict for visit in seen["github-legal/one"].failed] == ["refused"]
    question = (CHECKOUT / "reports/queries/site/sources.sql").read_text()
    rows = {(r["community"], r["source"]): r for r in query.ask(house.where.database, question).to_pylist()}
    github_row = rows["birds", "github"]
    assert (github_row["units"], github_row["known_units"], github_row["waiting_units"]) == (3, 3, 0)
    assert (github_row["living_months"], github_row["pending_months"]) == (0, 0)


# ---- nights that follow each other -----------------------------------------------------------------------------


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


@pytest.fixture
def alone(tmp_path):
    """A community of its own with one server; `source(kind)` is its source of a kind."""
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    where.communities.mkdir()
    with serve(tmp_path / "none") as server:
        server.counts = Counts(PAGES, server.base_url)
        catalogue(where.communities, server.base_url)
        (birds,) = (c for c in load_catalogue(where.communities) if c.slug == "birds")
        yield SimpleNamespace(
            where=where, server=server, source=lambda kind: next(s for s in birds.sources if s.kind == kind)
        )
        assert server.complaints == []


def rows_of(where, source, unit):
    return pq.read_table(where.observations / source.community / source.name / f"{unit}.parquet").to_pylist()


def test_a_page_that_is_what_it_was_proves_its_counts_for_another_day(alone):
    source, where = alone.source("github"), alone.where
    url = source.urls[0]
    tag = alone.server.counts.answer(f"{GH}/repos/birds/Wren", {}).headers["ETag"]
    rows = [{"measure": "stars", "value": 3000, "subject": "birds/Wren"}]
    before = held_before(where, source, "birds__Wren", rows, 1, url=url, etag=tag, reader="github/1")
    bytes_before = before.read_bytes()
    crawl(where, "sources=birds/github", "units=birds__Wren", kinds=["github"])
    (now,) = rows_of(where, source, f"birds__Wren-{TODAY}")
    assert (now["value"], now["day"], now["basis"]) == (3000, TODAY, "stated")
    assert latest_count_file(where.observations, source, "birds__Wren").note == count_page.UNCHANGED_NOTE
    assert before.read_bytes() == bytes_before
    assert alone.server.requests[-1].status == 304


def test_a_back_fill_goes_on_where_the_last_night_ended(alone):
    source, where = alone.source("openinfra"), alone.where
    had = [{"measure": "individual_members", "value": 5, "day": end, "basis": "restated"} for end in ENDS[:3]]
    held_before(where, source, "joined", had, 1, url=source.urls[0], reader="openinfra/1")
    alone.server.counts.faults = {}
    crawl(where, "sources=birds/members", kinds=["openinfra"])
    assert [row["day"] for row in rows_of(where, source, f"joined-{TODAY}")] == ENDS[3:]


def test_a_back_fill_that_breaks_off_lands_what_it_had(alone):
    source, where = alone.source("openinfra"), alone.where
    before = int(datetime(ENDS[2].year, ENDS[2].month, ENDS[2].day, tzinfo=UTC).timestamp()) + 86399
    asked = f"{OIF}/members?filter%5B%5D=active%3D%3D1&filter%5B%5D=membership_type%3D%3DIndividual"
    alone.server.counts.faults = {f"{asked}&filter%5B%5D=created%3C%3D{before}&per_page=1&page=1": ["zero"]}
    crawl(where, "sources=birds/members", kinds=["openinfra"])
    assert [row["day"] for row in rows_of(where, source, f"joined-{TODAY}")] == ENDS[:2]
    note = read_visit(where.observations / "birds/members" / f"joined-{TODAY}.parquet").note
    assert note == f"2 of {len(ENDS)} months that were never asked; then: total is 0, which is not believed"


def test_a_back_fill_stays_within_the_budget_of_a_night(monkeypatch, alone):
    for name, value in {"STACKRANK_DATA": alone.where.data, "STACKRANK_COMMUNITIES": alone.where.communities}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("STACKRANK_KEY", KEY)
    spider = openinfra.OpeninfraSpider(sources="birds/members")
    spider.settings = Settings({"UNLIMITED_HOSTS": [], "UNITS_PER_HOST": 3})

    async def ask(url, max_size):
        return TextResponse(url, body=b'{"total": 41, "data": []}')

    monkeypatch.setattr(spider, "ask", ask)
    had, stopped = run(spider._ask_months("https://register.example.org/members", ENDS, 41))
    assert [count.day for count in had] == ENDS[:3]
    assert str(stopped) == "at most 3 questions a run are asked of one host"
    had, stopped = run(spider._ask_months("https://other.example.org/members", ENDS, 40))
    assert had == []
    assert str(stopped) == f"more had joined by {ENDS[0]} than there are today: the filter is ignored"


def test_a_link_to_a_total_is_followed_on_its_own_host_only(alone):
    path = f"{LP}/~birds/participants?ws.size=1"
    alone.server.counts.faults = {path: ["elsewhere"], f"{LP}/~birds/members": ["no-number"]}
    crawl(alone.where, "sources=birds/launchpad", kinds=["launchpad"])
    seen = {v.unit: v for v in read_visits(alone.where.visits)}
    reason = seen[f"birds__participants-{TODAY}"].reason
    assert reason == "the link to total_size leads to another host"
    assert [asked for asked, _ in alone.server.counts.asked if "ws.show" in asked] == []


# ---- the token ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("variable", count_pages.GITHUB_TOKENS)
def test_with_a_token_one_question_tells_of_all_repositories_and_the_token_is_nowhere(alone, variable):
    told = crawl(alone.where, "sources=birds/github", kinds=["github"], api=alone.server.base_url, **{variable: TOKEN})
    asked = [path for path, _ in alone.server.counts.asked]
    assert asked == [f"{GH}/graphql", f"{GH}/repos/birds/Wren/contributors?per_page=1&anon=1",
                     f"{GH}/orgs/birds/public_members?per_page=1"]  # fmt: skip
    assert {headers["Authorization"] for _, headers in alone.server.counts.asked} == {f"Bearer {TOKEN}"}
    rows = rows_of(alone.where, alone.source("github"), f"birds__Wren-{TODAY}")
    assert {row["measure"]: row["value"] for row in rows} == {"stars": 3000, "forks": 900, "watchers": 120}
    assert TOKEN not in told
    assert all(TOKEN.encode() not in content for content in tree(alone.where.data).values())


def test_the_token_goes_nowhere_where_a_page_has_moved_to(alone):
    alone.server.counts.faults = {f"{GH}/graphql": ["renamed"], f"{GH}/repos/birds/Wren": ["renamed"]}
    wren = ("sources=birds/github", "units=birds__Wren")
    crawl(alone.where, *wren, kinds=["github"], api=alone.server.base_url, GITHUB_TOKEN=TOKEN)
    asked = [request.path for request in alone.server.requests if request.path != "/robots.txt"]
    assert asked == [f"{GH}/graphql", f"{GH}/repos/birds/Wren", "/repositories/1"]


def test_what_graphql_does_not_tell_is_asked_of_its_own_page(alone):
    alone.server.counts.faults = {f"{GH}/graphql": ["login-wanted"]}
    told = crawl(alone.where, "sources=birds/github", kinds=["github"], api=alone.server.base_url, GITHUB_TOKEN=TOKEN)
    assert "GitHub does not take the token in the environment (401)" in told
    assert f"{GH}/repos/birds/Wren" in [path for path, _ in alone.server.counts.asked]
    assert len(rows_of(alone.where, alone.source("github"), f"birds__Wren-{TODAY}")) == 3
    assert TOKEN not in told


def spider_of(monkeypatch, alone, environ=()):
    for name, value in {"STACKRANK_DATA": str(alone.where.data), "STACKRANK_KEY": KEY,
                        "STACKRANK_COMMUNITIES": str(alone.where.communities), **dict(environ)}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    spider = github.GithubSpider(sources="birds/github")
    known = {"UNLIMITED_HOSTS": ["127.0.0.1", "localhost"], "UNITS_PER_HOST": 9}
    spider.settings = Settings(known | {"GITHUB_API": "https://api.github.com"})
    return spider


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://api.github.com/repos/a/b", True),
        ("http://127.0.0.1:8000/api.github.com/repos/a/b", False),
        ("http://api.github.com/repos/a/b", False),
        ("https://api.github.com.example.org/repos/a/b", False),
        ("https://api.github.com:8443/repos/a/b", False),
        ("https://example.org/api.github.com/repos/a/b", False),
    ],
)
def test_the_token_goes_to_githubs_own_host_only(monkeypatch, alone, url, sent):
    spider = spider_of(monkeypatch, alone, {"GITHUB_TOKEN": TOKEN})
    assert ("Authorization" in spider.headers(url)) == sent


def test_a_token_that_a_server_sends_back_is_not_noted(monkeypatch, alone):
    spider = spider_of(monkeypatch, alone, {"GITHUB_TOKEN": TOKEN})
    url = alone.source("github").urls[0]
    echo = Response(url, status=301, headers={"Location": f"/repos/{TOKEN}"})
    visit = spider.error_visit(alone.source("github"), "birds__Wren", url, spider.refusal(echo))
    assert visit.reason == "the server answered 301: moved to /repos/[token]; the catalogue must name the new address"


def test_what_is_no_token_is_not_sent(monkeypatch, alone):
    assert spider_of(monkeypatch, alone, {"GITHUB_TOKEN": "no token\r\nX-Evil: 1"}).token is None
    assert count_pages.github_token({"STACKRANK_GITHUB_TOKEN": "", "GITHUB_TOKEN": TOKEN}) == ("GITHUB_TOKEN", TOKEN)
    assert count_pages.github_token({}) is None


def test_at_its_limit_the_host_is_left_alone_and_a_single_refusal_is_not_that(monkeypatch, alone):
    spider = spider_of(monkeypatch, alone)
    limited = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800000000"}
    assert spider.is_rate_limited(Response("https://api.github.com/", status=403, headers=limited))
    assert spider.is_rate_limited(Response("https://api.github.com/", status=403, headers={"Retry-After": "60"}))
    assert spider.is_rate_limited(Response("https://api.github.com/", status=429))
    assert not spider.is_rate_limited(
        Response("https://api.github.com/", status=403, headers={"X-RateLimit-Remaining": "7"})
    )
    assert spider.retry_delay(Response("https://api.github.com/", status=429, headers={"Retry-After": "1"}), 5) is None
    spider.pause_host("https://api.github.com/", "the limit")
    with pytest.raises(HostPausedError, match="is paused for this run"):
        spider.check_paused("https://api.github.com/orgs/birds")


@pytest.mark.parametrize(
    ("environ", "state", "said"),
    [
        ({}, "ok", "none, and none is needed: 3 of the 60 requests an hour"),
        ({"GITHUB_TOKEN": TOKEN}, "ok", "taken from GITHUB_TOKEN, sent to GitHub only"),
        ({"STACKRANK_GITHUB_TOKEN": "Two words"}, "note", "is not a token, so it is not sent; none is needed"),
    ],
)
def test_the_doctor_names_the_variable_of_the_token_and_never_the_token(monkeypatch, alone, environ, state, said):
    for name in count_pages.GITHUB_TOKENS:
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    (found,) = doctor._token([alone.source("github")])
    assert (found.state, said in found.text) == (state, True)
    assert not [value for value in environ.values() if value in str(found)]
    assert list(doctor._token([alone.source("asf")])) == []


@pytest.mark.parametrize(
    ("body", "headers", "limited"),
    [
        (b'{"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}', {}, True),
        (b'{"message": "You have triggered an abuse detection mechanism."}', {}, True),
        (b'{"message": "The history is too large to list contributors."}', {}, False),
        (b"{}", {"Retry-After": "60"}, True),
    ],
)
def test_githubs_secondary_limit_rests_the_host_without_retry_after_too(monkeypatch, alone, body, headers, limited):
    spider = spider_of(monkeypatch, alone)
    answer = TextResponse("https://api.github.com/repos/a/b", status=403, body=body, headers=headers)
    assert spider.is_rate_limited(answer) == limited
    assert (spider.refusal(answer).code == "rate_limited") == limited


@pytest.mark.parametrize("value", [None, True, 1.5, "7", [7], {"n": 7}, -1, 10**13, float("nan")])
def test_what_is_no_count_is_never_taken_for_one_and_never_repeated(value):
    with pytest.raises(NoPageError, match=r"^stars is (missing|negative|no count)$"):
        count_page.check_count(value, "stars")


@pytest.mark.parametrize(
    ("link", "body", "found"),
    [
        ('<https://h/r?page=2>; rel="next", <https://h/r?per_page=1&anon=1&page=523>; rel="last"', b"[{}]", 523),
        ("", b"[{}]", 1),
        ("", b"[]", 0),
        ('<https://h/r?per_page=1&page=x>; rel="last"', b"[{}]", None),
        ('<https://h/r?page=2>; rel="next"', b"[{}]", None),
        ('<https://h/r?per_page=1&page=99999999999999>; rel="last"', b"[{}]", None),
        ('<https://h/r?per_page=100&page=5>; rel="last"', b"[{}]", None),
        ('<https://h/r?per_page=1&page=372>; title="y"; rel="last"', b"[{}]", 372),
    ],
)
def test_a_list_is_as_long_as_its_last_page_of_one_says(link, body, found):
    answer = TextResponse("https://h/r", headers={"Link": link} if link else {}, body=body)
    if found is None:
        with pytest.raises(NoPageError, match="the number of the last page is missing"):
            github_pages.list_length(answer)
    else:
        assert github_pages.list_length(answer) == found


def test_three_files_of_apache_are_read_alike():
    accounts = {f"a{number}": {"name": "Ada Invented", "date": "2013-03-20"} for number in range(5)}
    ldap = {"roster_counts": {"birds": {"members": 9, "owners": 5}}}
    assert [c.value for c in asf.rosters(ldap, "birds", TODAY)] == [9, 5]
    assert [c.value for c in asf.groups({"birds": [*"abca"], "birds-pmc": ["a"]}, "birds", TODAY)] == [3, 1]
    known = {"committees": {"birds": {"roster": accounts}}}
    assert [c.value for c in asf.committee(known, "birds", TODAY)] == [5]
    for wrong in ({}, {"birds": []}, {"birds": [1], "birds-pmc": [2]}):
        with pytest.raises(NoPageError):
            asf.groups(wrong, "birds", TODAY)


@NEEDS_SAMPLES
def test_real_answers_give_their_totals():
    groups = count_page.parse_json(TextResponse("https://h/", body=(SHARED / "asf-projects/groups.json").read_bytes()))
    assert [c.value for c in asf.groups(groups, "cloudstack", TODAY)] == [138, 57]
    members = (SHARED / "openstack-members/openinfraid-api/openinfra_page_1.json").read_bytes()
    assert openinfra._total(count_page.parse_json(TextResponse("https://h/", body=members))) == 15
    told = count_page.parse_json(TextResponse("https://h/", body=(SHARED / "github/perceval/github_repo").read_bytes()))
    values = {measure: count_page.check_count(told[key], key) for measure, key in github_pages.OF_REPOSITORY.items()}
    assert values == {"stars": 48188, "forks": 16687, "watchers": 2904}


# ---- what may stand in the catalogue, and what the build makes of counts ---------------------------------------


@pytest.mark.parametrize(
    ("kind", "url", "page"),
    [
        ("github", "https://api.github.com/repos/a/b.c", "a__b.c"),
        ("github", "https://api.github.com/repos/a/b/contributors", "a__b__contributors"),
        ("github", "https://api.github.com/orgs/a/public_members", "a__public_members"),
        ("github", "https://api.github.com/orgs/a/members", None),
        ("github", "https://api.github.com/repos/a/..", None),
        ("launchpad", "https://api.launchpad.net/1.0/~birds/members", "birds__members"),
        ("launchpad", "https://api.launchpad.net/1.0/birds/members", None),
        ("openinfra", "https://x.example.org/api/public/v1/members", "members"),
        ("openinfra", "https://x.example.org/api/public/v1/members/all/companies", "companies"),
        ("openinfra", "https://x.example.org/api/public/v1/members/7", None),
        ("asf", "https://x.example.org/groups.json", "groups"),
        ("asf", "https://x.example.org/people.json", None),
    ],
)
def test_a_url_is_a_page_that_states_counts_or_a_mistake(kind, url, page):
    if page is None:
        with pytest.raises(ValueError, match=f"a page of kind {kind} ends in"):
            urls.KINDS[kind](url)
    else:
        assert urls.KINDS[kind](url) == page


def test_the_catalogue_asks_github_at_most_twelve_questions_a_night():
    sources = [s for c in load_catalogue(CATALOGUE) for s in c.sources if s.kind == "github" and s.enabled]
    assert 0 < sum(len(source.urls) for source in sources) <= 12


def test_only_a_measure_of_who_is_registered_counts_members(tmp_path):
    text = (CATALOGUE / "opennebula.toml").read_text()
    (tmp_path / "birds.toml").write_text(text.replace('"registered_users"', '"committers"'))
    with pytest.raises(CatalogueError, match="registered: no measure of the kind registered: 'committers'"):
        load_catalogue(tmp_path)


def test_every_measure_says_what_it_is_and_its_breaks_are_of_known_communities():
    known = measures.load()
    slugs = {community.slug for community in load_catalogue(CATALOGUE)}
    assert {"registered_users", "active_users_30_days", "participating_users_30_days"} <= known.keys()
    for measure in known.values():
        assert measure.definition.endswith(".")
        assert {each.community for each in measure.breaks} <= slugs
    assert [each.day.year for each in known["individual_members"].breaks] == [2025]
    assert {known[name].kind for name in ("stars", "forks", "watchers")} == {"attention"}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Flock has members who were counted now and then; Herd nobody counts; the figures are those of data/history."""
    top = tmp_path_factory.mktemp("built")
    where = Folders(top / "data", CATALOGUE, top / "site")
    declared = load_catalogue(CATALOGUE)
    source = next(s for c in declared for s in c.sources if s.id == "openstack/members")
    days = [date(2026, 1, 31), date(2026, 2, 10), date(2026, 5, 2)]
    for number, day in enumerate(days):
        past = (TODAY - day).days
        rows = [{"measure": "individual_members", "value": 100 + number}]
        held_before(where, source, "members", rows, past, url="https://register.example.org/members")
    late = [{"measure": "individual_members", "value": 7, "day": day, "basis": "restated"}
            for day in (date(2025, 12, 31), days[0])]  # fmt: skip
    held_before(where, source, "joined", late, 5, url="https://register.example.org/members")
    build_database(where, declared, date(2026, 7, 10))
    return SimpleNamespace(where=where)


@pytest.mark.long
def test_registered_members_are_the_last_count_of_45_days_before_a_months_end(built):
    rows = ask(built, "select strftime(month, '%Y-%m'), value, state from metrics.monthly where metric = 'registered' "
                      "and community = 'openstack' and month >= '2025-12-01' order by month")  # fmt: skip
    assert rows == [
        ("2025-12", 7, "partial"), ("2026-01", 100, "observed"), ("2026-02", 101, "observed"),
        ("2026-03", None, "unobserved"), ("2026-04", None, "unobserved"), ("2026-05", 102, "observed"),
        ("2026-06", None, "unobserved"), ("2026-07", None, "unobserved"),
    ]  # fmt: skip
    others = ask(built, "select distinct community from metrics.monthly where metric = 'registered' order by 1")
    assert others == [("opennebula",), ("openstack",)], "committers are no members, and Eucalyptus has none"
    before = ask(built, "select distinct state from metrics.monthly where metric = 'registered' "
                        "and community = 'openstack' and month < '2012-07-01'")  # fmt: skip
    assert before == [("not_applicable",)]


@pytest.mark.long
def test_what_was_stated_goes_before_what_is_restated_later(built):
    rows = ask(
        built, "select value, basis from core.counts where day = '2026-01-31' and measure = 'individual_members'"
    )
    assert rows == [(100, "stated")]


@pytest.mark.long
def test_published_figures_stand_beside_with_their_source(built):
    rows = ask(built, "select day, value, basis, url from core.counts where community = 'openstack' "
                      "and basis = 'published' order by day")  # fmt: skip
    assert rows[1] == (date(2012, 9, 30), 5600, "published", "foundation announcement 2012-09")
    assert [value for _, value, _, _ in rows] == [5000, 5600, 6710, 18000], "a talk's 10,000 were other members"


COMMITTEES = """
select measure, value from core.counts
where community = 'cloudstack' and basis = 'published' and day <= $day and month >= '2018-01-01'
qualify row_number() over (partition by measure order by day desc) = 1 order by measure
"""


@pytest.mark.long
@pytest.mark.parametrize(
    ("month", "committers", "committee"), [("2018-04-30", 117, 47), ("2020-01-31", 121, 51), ("2022-01-31", 130, 52),
                                           ("2024-01-01", 134, 54), ("2024-10-31", 138, 57)],
)  # fmt: skip
def test_committers_and_committee_of_cloudstack_are_as_published(built, month, committers, committee):
    table = query.ask(built.where.database, COMMITTEES, {"day": date.fromisoformat(month)})
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ("committers", committers),
        ("pmc_members", committee),
    ]


@pytest.mark.long
def test_a_count_without_a_definition_stops_the_build(alone):
    rows = [{"measure": "walks", "value": 5}]
    held_before(alone.where, alone.source("openinfra"), "members", rows, 1, url=alone.source("openinfra").urls[0])
    with pytest.raises(CheckFailedError, match="every count has a measure and stands once"):
        build_database(alone.where, load_catalogue(alone.where.communities), TODAY)


def test_the_demo_has_every_page_of_the_catalogue_and_what_was_published():
    declared = load_catalogue(CATALOGUE)
    sources = [source for community in declared for source in community.sources]
    figures = history.load(CATALOGUE.parent / "history", [community.slug for community in declared])
    pages = invent_pages(sources, figures)
    assert len(pages) == sum(len(source.urls) for source in sources if source.kind in count_pages.KINDS)
    project = pages["/projects.apache.org/json/foundation/groups.json"]
    assert (project.committers, len(project.joined)) == (138, 57)


def test_a_spider_opens_the_newest_day_of_a_page_only(alone, monkeypatch):
    source = alone.source("github")
    for days in range(1, 40):
        rows = [{"measure": "stars", "value": days, "subject": "birds/Wren"}]
        held_before(alone.where, source, "birds__Wren", rows, days, url=source.urls[0], reader="github/1")
    opened = []
    monkeypatch.setattr(stored, "read_visit", lambda path: opened.append(path.name) or read_unit(path).visit)
    spider = spider_of(monkeypatch, alone)
    assert opened == [f"birds__Wren-{TODAY - timedelta(days=1)}.parquet"]
    assert list(spider.stored) == [("birds", "github", "birds__Wren")]


def test_a_count_of_a_day_that_is_held_is_never_replaced(alone):
    source = alone.source("openinfra")
    for value in (5, 6):
        rows = [{"measure": "individual_members", "value": value}]
        path = held_before(alone.where, source, "members", rows, 3, url=source.urls[0])
    assert pq.read_table(path)["value"].to_pylist() == [5]
    assert [visit.verdict for visit in read_visits(alone.where.visits)] == ["ok", "unchanged"]


def test_units_without_a_day_stay_as_they_are():
    def visit(kind, unit):
        return Visit("birds", "one", kind, unit, "", CLOCK.now, Verdict.OK)

    assert count_pages.unit_without_day(visit("github", "a__b-2026-11-24")) == "a__b"
    assert count_pages.unit_without_day(visit("discourse", "about-2026-11-24")) == "about"
    assert count_pages.unit_without_day(visit("mbox", "dev-2026-11-24")) == "dev-2026-11-24"
    assert count_pages.unit_without_day(visit("pipermail", "2026-11")) == "2026-11"
