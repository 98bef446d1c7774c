"""Visits to captures that a host refuses, that are broken off, or that find nothing."""

import os
import subprocess
import sys
import threading
from collections import Counter
from datetime import date
from time import sleep

import pytest
from support.captures import LATEST, MONTHS, OTHER, PLACE, index_path, path_of, run, shot, source, world
from support.crawl import HEAD
from support.tables_on_demand import ask, build_tables
from support.walk import crawl

from flows.demo import archives
from flows.demo.archives import Archives
from flows.demo.captures import Wayback
from flows.demo.server import serve
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.stored import stored_visits
from pipelines.landing.visits import read_plans, read_visits
from pipelines.warehouse import build
from pipelines.warehouse.build import NothingObservedError


def test_too_many_questions_end_the_run_and_the_next_one_goes_on(tmp_path, monkeypatch):
    shots = [shot(month, LATEST) for month in MONTHS]
    with serve(tmp_path / "none") as server:
        where = world(tmp_path, server.base_url)
        server.archives = Archives([], {path_of(shot("June", LATEST)): ["many", ""]}, wayback=Wayback(PLACE, shots))
        monkeypatch.setitem(archives.FAULTS, "many", lambda _: archives.Answer(429))
        visits, asked = run(where, server, UNLIMITED_HOSTS=[])
        assert asked.count(path_of(shot("June", LATEST))) == 1, "who is told of too many questions does not ask again"
        refused = [unit for unit, visit in visits.items() if visit.verdict == "refused"]
        assert (refused, visits["2012-06"].reason) == (["2012-06"], "the server answered 429, too busy")
        had = {unit for unit, visit in visits.items() if visit.verdict == "ok"} - {"index"}
        (plan,) = read_plans(where.data / "visits")
        assert sorted(plan.deferred) == sorted({f"2012-{n:02}" for n in range(1, 13)} - had - {"2012-06"})
        assert plan.deferred
        later, asked = run(where, server, UNLIMITED_HOSTS=[])
    assert {unit for unit, visit in later.items() if visit.verdict == "ok"} == {"2012-06", *plan.deferred}
    assert len(asked) == 2 + len(plan.deferred) + 1, "what was had is had for ever"


def test_a_night_asks_for_no_more_months_than_the_host_may_be_asked(tmp_path):
    with serve(tmp_path / "none") as server:
        where = world(tmp_path, server.base_url)
        server.archives = Archives([], wayback=Wayback(PLACE, [shot(month, LATEST) for month in MONTHS]))
        visits, _ = run(where, server, UNLIMITED_HOSTS=[], UNITS_PER_HOST=5)
        assert len(visits) == 5
        assert len(next(read_plans(where.visits)).deferred) == 8
    build_tables(where, load_catalogue(where.communities), date(2016, 1, 20))
    states = Counter(state for (state,) in ask(where, "select state from core.coverage where year(month) = 2012"))
    assert states == {"seen": 4, "pending": 8}, "what is left for another night is no hole yet"


def held_months(where):
    """Months that are held and whose visit is noted: a kill between the two has the month asked again."""
    noted = {visit.unit for visit in read_visits(where.visits)}
    return {unit for _, _, unit in stored_visits(where.observations)} & noted


@pytest.mark.long
def test_a_killed_run_goes_on_where_it_was(tmp_path, monkeypatch):
    asked_may, killed, shot_of_may = threading.Event(), threading.Event(), path_of(shot("May", LATEST))
    with serve(tmp_path / "none") as server:
        where = world(tmp_path, server.base_url)
        monkeypatch.setitem(archives.FAULTS, "stuck", lambda answer: (asked_may.set(), killed.wait(60), answer)[2])
        faults = {shot_of_may: ["stuck", ""]}
        server.archives = Archives([], faults, wayback=Wayback(PLACE, [shot(month, LATEST) for month in MONTHS]))
        facts = {"DATA": where.data, "KEY": "5e" * 32, "COMMUNITIES": where.communities}
        given = os.environ | {f"STACKRANK_{name}": str(value) for name, value in facts.items()}
        running = subprocess.Popen([sys.executable, "-m", "spiders", "archiveorg"], cwd=CHECKOUT, env=given)
        # Newest first: seven months come before May, with which the run is stuck.
        while not (len(held_months(where)) >= 7 and asked_may.is_set()) and running.poll() is None:
            sleep(0.1)
        running.kill()
        running.wait()
        killed.set()
        while shot_of_may not in {request.path for request in server.requests}:
            sleep(0.1)
        had = held_months(where)
        assert had == {f"2012-{number:02}" for number in range(6, 13)}
        visits, asked = run(where, server)
    done = {unit for unit, visit in visits.items() if visit.verdict == "ok"}
    assert done - had == {"index", *(f"2012-{number:02}" for number in range(1, 6))}
    assert len(asked) == 2 + 5


def test_a_list_that_nobody_captured_is_a_hole(tmp_path):
    with serve(tmp_path / "none") as server:
        where = world(tmp_path, server.base_url)
        server.archives = Archives([], wayback=Wayback(PLACE, []))
        visits, asked = run(where, server)
        assert {unit: (v.verdict, v.observations) for unit, v in visits.items()} == {"index": ("empty", 0)}
        assert len(asked) == 2
        given = build.Folders(where.data, where.communities, where.site)
        (given.communities.parent / "history").mkdir()
        with pytest.raises(NothingObservedError):
            build_tables(given, load_catalogue(where.communities), date(2016, 1, 20))


def test_one_host_whose_captures_are_kept_back_leaves_the_other(tmp_path):
    with serve(tmp_path / "none") as server:
        where = world(tmp_path, server.base_url)
        shots = [shot("May", LATEST, OTHER), shot("June", LATEST)]
        server.archives = Archives([], wayback=Wayback(PLACE, shots, blocked={"lists.birds.example.org"}))
        visits, _ = run(where, server)
        assert {unit: str(visit.verdict) for unit, visit in visits.items()} == {"index": "ok", "2012-05": "ok"}
        assert "lists.birds.example.org: captures blocked;" in visits["index"].note
        server.archives = Archives([], wayback=Wayback(PLACE, shots, blocked={
            "lists.birds.example.org", "lists.host.example.net"}))  # fmt: skip
        visits, asked = run(where, server)
    assert (visits["index"].verdict, len(asked)) == ("refused", 2)


INDEX_FAULTS = {
    "login": ("failed", "came instead of a list of captures"), "json": ("failed", "no list of captures"),
    "nothing": ("failed", "no list of captures"), "busy": ("failed", "answered 503, too busy"),
    "error": ("failed", "answered 500"), "cut": ("failed", "the answer ends early"),
    "throttle": ("refused", "answered 429"), "wall": ("refused", "a wall against robots, or a login"),
}  # fmt: skip


def test_each_fault_of_the_index_has_its_verdict_and_no_month_is_asked(tmp_path):
    with serve(tmp_path / "none") as server:
        where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
        where.communities.mkdir()
        folder = {fault: f"http://{fault}.example.org/pipermail/users/" for fault in INDEX_FAULTS}
        for fault in INDEX_FAULTS:
            (where.communities / f"{fault}.toml").write_text(HEAD + source("users", server.base_url, folder[fault]))
        shots = [shot("May", LATEST, one) for one in folder.values()]
        faults = {index_path(one): [fault] for fault, one in folder.items()}
        server.archives = Archives([], faults, wayback=Wayback(PLACE, shots))
        crawl(where, ("archiveorg",))
        visits = list(read_visits(where.visits))
        asked = [request.path for request in server.requests]
    assert not any("id_" in path for path in asked)
    assert {visit.community: str(visit.verdict) for visit in visits} == {f: v for f, (v, _) in INDEX_FAULTS.items()}
    assert all(INDEX_FAULTS[visit.community][1] in visit.reason for visit in visits)
