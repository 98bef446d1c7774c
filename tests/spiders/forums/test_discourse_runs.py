"""Runs that are bounded, killed, throttled or forbidden leave a plan, and the next run goes on with it."""

from dataclasses import replace
from threading import Event
from time import monotonic, sleep

import pyarrow.parquet as pq
import pytest
from support.crawl import HEAD, KEY, PREVIOUS, RUNNING, Crawl, back
from support.discourse import KNOWN_FAULTS, NEVER, REFUSED, STEP, block, built, folders, forum, run, states
from support.tables_on_demand import ask
from support.walk import crawl

from flows.demo.archives import Archives
from flows.demo.server import serve
from pipelines.landing.stored import stored_visits
from pipelines.landing.visits import read_plans, read_visits
from spiders.forums.discourse_blocks import number_of


def started(where, **changed):
    """Start the spider with other settings in a process of its own."""
    return Crawl(where, ("discourse",), settings=NEVER | changed)


@pytest.mark.long
def test_a_first_load_goes_on_night_by_night_and_months_not_reached_are_pending(tmp_path, monkeypatch):
    monkeypatch.setenv("STACKRANK_KEY", KEY)
    where, talk = folders(tmp_path), forum("talk", step=STEP)
    with serve(tmp_path / "none") as server:
        server.archives = Archives([], sites=[talk])
        (where.communities / "birds.toml").write_text(HEAD + block(server.base_url, "talk"))
        left, seen = [], []
        for _ in range(3):
            run(where, FORUM_BLOCKS=2)
            (plan,) = read_plans(where.visits)
            left.append(plan.deferred)
            seen.append(states(built(where)))
        asked = [request.path for request in server.requests if "before" in request.path]
    assert [len(one) for one in left] == [2, 0, 0]
    assert len(asked) == len(set(asked)) == 5, "no block was asked for twice"
    assert plan.units == ()
    first = seen[0]
    assert [first[month] for month in (back(10), back(9), back(7), PREVIOUS)] == ["pending"] * 3 + ["seen"]
    assert [first[back(n)] for n in (6, 5, 4, 3, 2)] == ["seen"] * 5
    assert {state for month, state in seen[-1].items() if month < RUNNING} == {"seen"}
    zero = f"select value, state from metrics.monthly where metric = 'messages' and month = '{back(6)}'"
    assert ask(where, zero) == [(0, "observed")]


def landed_blocks(where, number):
    """Return the blocks whose visits are logged, which comes after they land, once there are so many of them."""
    end = monotonic() + 300
    while len(found := {v.unit for v in read_visits(where.visits) if v.unit.startswith("posts")}) < number:
        assert monotonic() < end, "the spider lands nothing"
        sleep(0.01)
    return found


def test_a_run_that_is_killed_loses_a_block_at_most_and_the_next_one_goes_on(tmp_path, monkeypatch):
    monkeypatch.setenv("STACKRANK_KEY", KEY)
    where, talk = folders(tmp_path), forum("talk", step=STEP, old=True)
    free = Event()
    held = {"held": lambda answer: free.wait(300) and answer}
    with serve(tmp_path / "none") as server:
        server.archives = Archives([], {"/talk/posts.json?before=3000": ["held"]}, sites=[talk], known=held)
        (where.communities / "birds.toml").write_text(HEAD + block(server.base_url, "talk"))
        night = started(where)
        landed = landed_blocks(where, 2)
        night.killed()
        free.set()
        assert landed_blocks(where, 2) == landed == {"posts-000004", "posts-000003"}
        server.archives = Archives([], sites=[talk])
        server.requests.clear()
        run(where)
        again = [number_of(f"posts-{(int(r.path.partition('=')[2]) - 1) // 1000:06}") for r in server.requests
                 if "=" in r.path]  # fmt: skip
    assert {f"posts-{n:06}" for n in again} - {"posts-000004"} == {f"posts-{n:06}" for n in range(5)} - landed
    found = [row["message_id_key"] for path in (where.observations / "birds/talk").glob("posts-*.parquet")
             for row in pq.read_table(path).to_pylist()]  # fmt: skip
    assert len(found) == len(set(found)) == len(talk.shown())


def test_a_host_that_wants_peace_is_left_alone_and_what_is_left_is_planned(tmp_path):
    where, talk = folders(tmp_path), forum("talk", step=STEP)
    with serve(tmp_path / "none") as server:
        server.archives = Archives([], {"/talk/posts.json?before=3000": ["limited"]}, sites=[talk], known=KNOWN_FAULTS)
        (where.communities / "birds.toml").write_text(HEAD + block(server.base_url, "talk"))
        run(where, UNLIMITED_HOSTS=[])
        assert server.requests[-1].path == "/talk/posts.json?before=3000", "nothing was asked after it"
    (plan,) = read_plans(where.visits)
    assert plan.deferred == ("posts-000001", "posts-000000")
    assert "is paused for this run" in plan.reason
    (failed,) = [visit for visit in read_visits(where.visits) if visit.reason]
    assert (failed.unit, str(failed.verdict)) == ("posts-000002", REFUSED)


def test_a_post_that_was_deleted_long_after_leaves_when_its_block_has_its_night(tmp_path):
    where, talk = folders(tmp_path), forum("talk", step=STEP)
    oldest, newest = STEP, max(talk.shown())
    with serve(tmp_path / "none") as server:
        (where.communities / "birds.toml").write_text(HEAD + block(server.base_url, "talk"))
        found = []
        for gone, settings in (
            ((), {}),
            ((oldest, newest), {}),
            ((oldest, newest), {"FORUM_ROTATION": 1, "FORUM_RECOUNT": 1}),
        ):
            server.archives = Archives([], sites=[replace(talk, gone=frozenset(gone))])
            run(where, **settings)
            found.append({unit: visit.observations for (*_, unit), visit in stored_visits(where.observations).items()})
    counts = [(night["posts-000000"], night["posts-000004"]) for night in found]
    assert counts == [(33, 7), (33, 6), (32, 6)], (
        "the newest post's end is seen at once, that of an old one on its night"
    )


def test_runs_of_one_night_share_the_bound_of_a_forum(tmp_path):
    where, talk = folders(tmp_path), forum("talk", step=STEP)
    with serve(tmp_path / "none") as server:
        server.archives = Archives([], sites=[talk])
        (where.communities / "birds.toml").write_text(HEAD + block(server.base_url, "talk"))
        for _ in range(2):
            run(where, UNLIMITED_HOSTS=[], FORUM_BLOCKS=2)
        asked = [request.path for request in server.requests if "before" in request.path]
    assert asked == ["/talk/posts.json?before=4000", "/talk/posts.json?before=3000"]
    (plan,) = read_plans(where.visits)
    assert (plan.deferred, plan.reason) == (
        ("posts-000001", "posts-000000"), "at most 0 more blocks of posts in this run are asked of one host",
    )  # fmt: skip


def test_a_unit_is_asked_for_again_by_its_name(tmp_path):
    where, talk = folders(tmp_path), forum("talk", step=STEP)
    with serve(tmp_path / "none") as server:
        server.archives = Archives([], {"/talk/posts.json?before=3000": ["error"]}, sites=[talk], known=KNOWN_FAULTS)
        (where.communities / "birds.toml").write_text(HEAD + block(server.base_url, "talk"))
        run(where)
        server.archives = Archives([], sites=[talk])
        server.requests.clear()
        crawl(where, ("discourse",), "units=posts-000002")
        assert [r.path for r in server.requests] == ["/talk/posts.json", "/talk/posts.json?before=3000"]
    assert len(stored_visits(where.observations)) == 7


def test_robots_may_forbid_a_forum(tmp_path):
    where = folders(tmp_path)
    with serve(tmp_path / "none") as server:
        server.archives = Archives([], {}, b"User-agent: *\nDisallow: /\n", [forum("talk")])
        (where.communities / "birds.toml").write_text(HEAD + block(server.base_url, "talk"))
        started(where).ended()
        assert [request.path for request in server.requests] == ["/robots.txt"]
    found = {visit.unit: visit for visit in read_visits(where.visits)}
    assert {str(visit.verdict) for visit in found.values()} == {REFUSED}
    assert "robots.txt" in found["index"].reason
