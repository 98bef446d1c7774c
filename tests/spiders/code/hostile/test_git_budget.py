"""A host has a budget for each run and is left alone when it asks for that; the next run goes on."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from scrapy.settings import Settings
from support.git import FORGE, block, declared, line, made
from support.git_nights import crawl

from flows.demo.server import serve
from pipelines.landing.visits import log_visit, read_plans, read_visits
from pipelines.model import Verdict
from spiders.code.git import GitSpider


def a_day_passes(where) -> None:
    """Make every visit so far a day older."""
    for file in where.visits.rglob("*.jsonl"):
        aged = []
        for noted in file.read_text().splitlines():
            facts = json.loads(noted)
            facts["seen_at"] = (datetime.fromisoformat(facts["seen_at"]) - timedelta(days=1)).isoformat()
            aged.append(json.dumps(facts) + "\n")
        file.write_text("".join(aged))


def planned(where, monkeypatch) -> list[str]:
    """Return the units that a spider would ask now, two being the most."""
    monkeypatch.setenv("STACKRANK_DATA", str(where.data))
    monkeypatch.setenv("STACKRANK_COMMUNITIES", str(where.communities))
    spider = GitSpider(sources="birds/core")
    spider.settings = Settings({"UNITS_PER_HOST": 2, "UNLIMITED_HOSTS": ""})

    async def requests():
        return [request.cb_kwargs["unit"] async for request in spider.start()]

    units = asyncio.run(requests())
    for lock in spider._locks:
        lock.close()
    return units


@pytest.mark.long
def test_a_first_load_goes_on_where_the_budget_of_the_night_ended(tmp_path, monkeypatch):
    for name in "abcde":
        made(tmp_path / "served", name, line(2))
    with serve(tmp_path / "served") as server:
        where = declared(tmp_path, block("core", urls=[f"git+{server.base_url}/{FORGE}/{name}" for name in "abcde"]))
        first = crawl(where, UNLIMITED_HOSTS="", UNITS_PER_HOST=2)
    assert {name: visit.verdict for name, visit in first.visits.items()} == {"a": "ok", "b": "ok"}
    assert first.silent == ()
    assert [plan.deferred for plan in first.left] == [("birds/c", "birds/d", "birds/e")]
    assert "birds/core: 3 of 5 deferred to the next run: at most 2 repositories a run" in first.said
    assert planned(where, monkeypatch) == [], "a second run in the same night asks no more"
    broken_nights = []
    for _ in range(3):
        a_day_passes(where)
        broken_nights.append(planned(where, monkeypatch))
        visit = next(read_visits(where.visits))
        for unit in broken_nights[-1]:
            log_visit(where.visits, replace(visit, unit=unit, seen_at=datetime.now(UTC), verdict=Verdict.UNCHANGED))
    older, newer = sorted("ab", key=lambda name: (first.visits[name].seen_at, name))
    assert broken_nights == [["birds/c", "birds/d"], ["birds/e", f"birds/{older}"], [f"birds/{newer}", "birds/c"]]
    assert next(read_plans(where.visits)).units == tuple(f"birds/{name}" for name in "abcde")


@pytest.mark.parametrize("at_a_time", ["CONCURRENT_REQUESTS", "CONCURRENT_REQUESTS_PER_DOMAIN"])
def test_a_host_that_wants_peace_is_asked_nothing_more_tonight(tmp_path, at_a_time):
    names = ("throttle", "a", "b")
    for name in names:
        made(tmp_path / "served", name, line(2))
    with serve(tmp_path / "served", {"birds/throttle": "throttle"}) as server:
        where = declared(tmp_path, block("core", urls=[f"git+{server.base_url}/{FORGE}/{name}" for name in names]))
        night = crawl(where, UNLIMITED_HOSTS="", **{at_a_time: 1})
        assert [request.status for request in server.requests] == [429]
    assert {name: visit.verdict for name, visit in night.visits.items()} == {"throttle": "refused"}
    assert night.silent == ()
    assert [plan.deferred for plan in night.left] == [("birds/a", "birds/b")]
    assert "is paused for this run" in night.left[0].reason
    assert "is paused for this run" in night.said


@pytest.mark.parametrize(("unit", "fault"), [("birds/a", "flood"), ("birds/z", "slow")])
def test_a_fault_that_is_not_known_or_nobodys_is_refused(tmp_path, unit, fault):
    made(tmp_path, "a")
    with pytest.raises(ValueError, match="no such"), serve(tmp_path, {unit: fault}):
        pass
