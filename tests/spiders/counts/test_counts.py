"""A day of counts of four kinds of source: each page lands its totals, each fault has its verdict and lands nothing."""

import json
from datetime import date
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest
from support.counts import BAD_PAGES, CASES, COMMON, ENDS, GH, LP, OIF, OWN, PAGES, ask, catalogue, crawl, tree
from support.walk import TODAY, next_night

from flows import status
from flows.demo.counts import CANARY_NAME, Counts
from flows.demo.server import serve
from flows.results import read_result
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.runs import begin_run
from pipelines.warehouse import query
from pipelines.warehouse.build import build_database

TODAYS = {
    ("members", "individual_members", "", 9000), ("members", "member_companies", "", 700),
    ("launchpad", "team_members", "birds", 311), ("launchpad", "team_participants", "birds", 1234),
    ("asf", "committers", "", 138), ("asf", "pmc_members", "", 5),
    ("github", "stars", "birds/Wren", 3000), ("github", "forks", "birds/Wren", 900),
    ("github", "watchers", "birds/Wren", 120), ("github", "contributors", "birds/Wren", 417),
    ("github", "organisation_members", "birds", 1),
}  # fmt: skip


def pages():
    """The pages of every community: those of a fault are beneath its own name, and the project is called as it is."""
    bad = {f"/{kind}-{fault}{BAD_PAGES[kind]}": PAGES[BAD_PAGES[kind]] for kind, fault in CASES}
    return PAGES | bad


def faults():
    return {f"/{kind}-{fault}{BAD_PAGES[kind]}": [fault] for kind, fault in CASES}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
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


def test_every_page_lands_its_totals_of_the_day(crawled):
    rows = ask(crawled, f"select source, measure, subject, value from core.counts where day = '{TODAY}' "
                      "and community = 'birds'")  # fmt: skip
    assert set(rows) == TODAYS
    assert len(rows) == len(TODAYS), "one row for a source, measure, subject and day, though two files state it"
    assert ask(crawled, "select distinct basis, version from core.counts where seen_at is null or url is null") == []
    files = [path for path in crawled.runs[0].files if path.startswith("birds/")]
    assert len(files) == 10
    assert all(path.endswith(f"-{TODAY}.parquet") for path in files)


@pytest.mark.parametrize(("kind", "fault"), CASES)
def test_a_fault_has_its_verdict_and_lands_nothing(crawled, kind, fault):
    verdict, reason = (COMMON | OWN[kind])[fault]
    ((unit, visit),) = (
        (unit, v) for (source, unit), v in crawled.runs[0].visits.items()
        if source == f"{kind}-{fault}/one" and not unit.startswith("joined")
    )  # fmt: skip
    assert unit.endswith(f"-{TODAY}")
    assert visit.verdict == verdict, visit
    assert reason in visit.reason + visit.note
    assert not any(path.startswith(f"{kind}-{fault}/one/{unit}") for path in crawled.runs[0].files)
    assert ask(
        crawled, f"select count(*) from raw.units where community = '{kind}-{fault}' and unit not like 'joined%'"
    ) == [(0,)]


def test_of_people_and_pages_nothing_is_kept_or_told(crawled):
    for name, content in crawled.files.items():
        assert CANARY_NAME.encode() not in content, name
        if name.endswith(".parquet"):
            assert CANARY_NAME not in json.dumps(pq.read_table(crawled.where.data / name).to_pylist(), default=str)
    assert CANARY_NAME not in crawled.where.database.read_bytes().decode("latin-1")
    for day in crawled.runs:
        assert CANARY_NAME not in day.told
        assert all(visit.key_id is None for visit in day.visits.values())
    assert not (crawled.where.data / "pages").exists()


def test_a_day_is_asked_once_and_never_written_again(crawled):
    first, second = crawled.runs
    assert second.asked == []
    assert second.files == first.files
    assert {v.verdict for v in second.visits.values()} == {"unchanged"}
    assert len(second.visits) == 10


def test_only_one_of_a_list_is_asked_for_and_never_a_second_page(crawled):
    asked = [path for path, _ in crawled.runs[0].asked]
    assert all("per_page=1" in path for path in asked if "/members" in path and GH not in path and LP not in path)
    assert all("page=2" not in path and "page=417" not in path for path in asked)
    filters = [path for path in asked if path.startswith(f"{OIF}/members?")]
    assert all("active%3D%3D1" in path and "membership_type%3D%3DIndividual" in path for path in filters)
    own = [path for path in asked if path.startswith(GH)]
    assert len(own) == 3, "the bound of twelve questions a run for the twelve pages of the catalogue"


def test_months_before_are_asked_once_as_restated(crawled):
    rows = ask(crawled, "select day, value, basis from core.counts where measure = 'individual_members' "
                      "and basis = 'restated' and community = 'birds' order by day desc")  # fmt: skip
    assert [day for day, _, _ in rows] == ENDS
    values = [value for _, value, _ in rows]
    assert values == sorted(values, reverse=True)
    assert max(values) <= 9000
    visit = crawled.runs[0].visits["birds/members", f"joined-{TODAY}"]
    assert (visit.verdict, visit.note) == ("ok", f"{len(ENDS)} of {len(ENDS)} months that were never asked")


def test_join_dates_are_counts_of_survivors_and_unread_ones_are_told(crawled):
    of_the_committee = "select day, value from core.counts where measure = 'pmc_members' and basis = 'restated'"
    found = dict(ask(crawled, of_the_committee))
    assert (found[date(2013, 3, 31)], found[date(2013, 4, 30)], found[date(2014, 12, 31)]) == (1, 2, 2)
    assert (found[date(2015, 1, 31)], found[date(2015, 2, 28)]) == (3, 4)
    assert crawled.runs[0].visits["birds/asf", f"committee-info-{TODAY}"].note == "1 of 5 join dates could not be read"


def test_sources_of_counts_have_no_months_and_disturb_none(crawled):
    assert ask(crawled, "select count(*) from core.coverage") == [(0,)]
    assert ask(crawled, "select distinct family from core.channels") == [("register",)]
    assert ask(crawled, "select count(*) from analysis.by_source") == [(0,)]
    assert ask(crawled, "select count(*) from core.archive_months") == [(0,)]
    units = ask(crawled, "select unit from core.unit_horizons where community = 'birds' and dated")
    assert {unit for (unit,) in units} == {
        "members", "companies", "joined", "birds__members", "birds__participants", "groups", "committee-info",
        "birds__Wren", "birds__Wren__contributors", "birds__public_members",
    }  # fmt: skip


def test_status_and_page_tell_of_pages_and_not_of_days(crawled):
    seen = {s.source.id: s for s in status.read_status(crawled.where, crawled.sources).sources}
    assert set(seen["birds/github"].good) == {"birds__Wren", "birds__Wren__contributors", "birds__public_members"}
    assert [visit.verdict for visit in seen["github-legal/one"].failed] == ["refused"]
    question = (CHECKOUT / "reports/queries/site/sources.sql").read_text()
    rows = {(r["community"], r["source"]): r for r in query.ask(crawled.where.database, question).to_pylist()}
    github_row = rows["birds", "github"]
    assert (github_row["units"], github_row["known_units"], github_row["waiting_units"]) == (3, 3, 0)
    assert (github_row["living_months"], github_row["pending_months"]) == (0, 0)
