"""Counts of nights that follow each other: a day is asked once, a back-fill goes on where it ended."""

from asyncio import run
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
from scrapy.http import TextResponse
from scrapy.settings import Settings
from support.counts import ENDS, GH, KEY, LP, OIF, crawl, held_before, rows_of, spider_of
from support.walk import TODAY

from pipelines.landing import stored
from pipelines.landing.stored import latest_count_file, read_unit, read_visit
from pipelines.landing.visits import read_visits
from spiders.counts import count_page, openinfra


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
