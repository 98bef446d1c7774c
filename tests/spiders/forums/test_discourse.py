"""Forums of Discourse: the real spider against the demo's old and new servers, and every fault they can have."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import mean
from threading import Event
from time import monotonic, sleep

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.builders import community, visit
from support.crawl import HEAD, KEY, KEYED, PREVIOUS, RUNNING, SHARED, TODAY, Crawl, back, mailman2
from support.tables_on_demand import ask, build_tables
from support.walk import CLOCK, crawl, next_night

from flows.demo import catalogue, lists
from flows.demo.archives import FAULTS, Archives
from flows.demo.forums import FAULTS as OWN_FAULTS
from flows.demo.forums import Forum
from flows.demo.mail import messages
from flows.demo.server import serve
from flows.results import read_result
from pipelines.catalogue.load import CatalogueError, load_catalogue
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.runs import begin_run
from pipelines.landing.schemas import MESSAGES
from pipelines.landing.store import Harvest, land
from pipelines.landing.stored import stored_visits
from pipelines.landing.visits import log_visit, read_plans, read_visits
from pipelines.model import Source, Verdict, Visit
from spiders.core.days import is_recheck_day
from spiders.core.verdicts import NoPageError
from spiders.forums import discourse_posts
from spiders.forums.discourse import MAX_PAGES
from spiders.forums.discourse_blocks import due_blocks, has_reached, next_before, number_of, through
from spiders.forums.discourse_counts import count_rows, creation_note, read_statistics
from spiders.forums.discourse_posts import post_row, read_posts
from spiders.settings import FORUM_ROTATION

REAL = SHARED / "discourse"
NEEDS_SAMPLES = pytest.mark.skipif(not REAL.is_dir(), reason=f"no samples of real forums in {REAL}")
ABOUT = f"about-{TODAY}"
KNOWN_FAULTS = FAULTS | OWN_FAULTS
OK, FAILED, REFUSED, GONE, EMPTY = "ok", "failed", "refused", "gone", "empty"
UNCHANGED, SHRUNK = "unchanged", "shrunk"
SINCE = back(10)
MONTHS = {back(9): 60, back(7): 30, back(6): 0, PREVIOUS: 45, RUNNING: 5}
READER = discourse_posts.Forum("forum.example.org", CLOCK.now + timedelta(days=1), KEYED)


def forum(name, months=MONTHS, **facts):
    return Forum(f"/{name}/", months, **facts)


def post(number, **facts):
    """One post as the server writes it."""
    return {
        "id": number, "name": "Jane Invented", "username": "jane_i", "user_id": 7,
        "created_at": "2024-05-03T10:00:00.123Z", "cooked": "<p>Hello</p>", "post_number": 1, "post_type": 1,
        "reply_to_post_number": None, "topic_id": 5, "topic_title": "Thing",
    } | facts  # fmt: skip


ODD = {
    900: post(900, created_at=None),
    901: post(901, created_at="yesterday"),
    902: post(902, topic_id="five"),
    903: post(903, username=["jane_i"]),
    904: post("904"),
    905: [],
    906: post(906, post_type=3),
    907: post(907, username="discobot", user_id=-2),
    908: post(908, created_at="4919-05-03T10:00:00Z", cooked="\ud800"),
    909: post(909, name=None, username=None, user_id=None),
}
POSTS_FAULTS = {
    "login": (FAILED, 'a web page called "Sign in" came instead of a page of posts'),
    "wall": (REFUSED, "a wall against robots"),
    "closed": (REFUSED, "the server answered 403"),
    "throttle": (REFUSED, "answered 429, too busy, and asks us to wait 86,400 seconds"),
    "limited": (REFUSED, "answered 429, too busy (ip_60_secs_limit), and asks us to wait 86,400 seconds"),
    "error": (FAILED, "answered 500"),
    "gone": (GONE, "answered 404"),
    "moved": (FAILED, "moved to /elsewhere; the catalogue must name the new address"),
    "nothing": (FAILED, "what came is not a page of posts"),
    "json": (FAILED, "what came is not a page of posts"),
    "numbers": (FAILED, "what came is not a page of posts"),
    "deep": (FAILED, "what came is not a page of posts"),
    "early": (FAILED, "what came is not a page of posts"),
    "cut": (FAILED, "the answer ends early"),
    "giant": (FAILED, "the answer is larger than we take"),
    "idless": (FAILED, "none of the posts that came has an id"),
}
ABOUT_FAULTS = {
    "login": (FAILED, 'a web page called "Sign in" came instead of what a forum says of itself'),
    "closed": (REFUSED, "the server answered 403"),
    "limited": (REFUSED, "too busy (ip_60_secs_limit)"),
    "early": (FAILED, "what came is not what a forum says of itself"),
}
LATER = {
    "login": "a page of posts", "repeats": "not those that were asked for", "cut": "ends early",
    "idless": "has an id", "early": "a page of posts",
}  # fmt: skip
STEP = 30
FORUMS = {
    "new": forum("new", step=STEP, private=9),
    "old": forum("old", step=STEP, old=True, private=9),
    "hidden": forum("hidden", {RUNNING: 3}, hidden=True),
    "shared": forum("shared", {RUNNING: 3}, hidden=True, shared=True),
    "empty": forum("empty", {}),
    "silent": forum("silent", {}, private=15),
    "odd": forum("odd", {}, odd=ODD),
    "hurried": forum("hurried", {RUNNING: 3}),
    "deleting": forum("deleting", {back(3): 20, RUNNING: 4}),
    "purged": forum("purged", {back(3): 60}),
    "vanished": forum("vanished", {RUNNING: 3}),
    "fewer": forum("fewer", {RUNNING: 3}, private=-1),
    **{f"posts-{fault}": forum(f"posts-{fault}", {RUNNING: 3}) for fault in POSTS_FAULTS},
    **{f"about-{fault}": forum(f"about-{fault}", {RUNNING: 3}) for fault in ABOUT_FAULTS},
    **{f"later-{fault}": forum(f"later-{fault}", step=STEP) for fault in LATER},
}


def first_faults():
    return (
        {f"/posts-{fault}/posts.json": [fault] for fault in POSTS_FAULTS}
        | {f"/about-{fault}/about.json": [fault] for fault in ABOUT_FAULTS}
        | {f"/later-{fault}/posts.json?before=3000": [fault] for fault in LATER}
        | {"/hurried/posts.json": ["hurried", "busy", ""]}
    )


def second_night():
    """Return the forums of the second night: new posts, and posts that were deleted."""
    grown = MONTHS | {RUNNING: 8}
    return FORUMS | {
        "new": replace(FORUMS["new"], months=grown),
        "old": replace(FORUMS["old"], months=grown),
        "deleting": replace(FORUMS["deleting"], gone=frozenset({21, 24})),
        "purged": replace(FORUMS["purged"], gone=frozenset(range(20, 55))),
        "vanished": forum("vanished", {}),
        "empty": forum("empty", {RUNNING: 2}),
    }


def block(base, name, since=SINCE, more=""):
    return (
        f'\n[[sources]]\nname = "{name}"\nkind = "discourse"\nsince = {since}\nwhy = "Invented."\n'
        f'urls = ["{base}/{name}/"]\n{more}'
    )


def folders(top):
    where = Folders(top / "data", top / "communities", top / "site")
    where.communities.mkdir()
    return where


NEVER = {"FORUM_RECOUNT": 10**9, "FORUM_ROTATION": 10**9}
"""No block has its night, whatever day it is."""


def started(where, **changed):
    """Start the spider with other settings in a process of its own."""
    return Crawl(where, ("discourse",), settings=NEVER | changed)


def run(where, **changed):
    """Let the spider pass one night."""
    crawl(where, ("discourse",), **(NEVER | changed))


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Three nights of the real spider, the last one quiet: folder, what was collected and asked, by night."""
    top = tmp_path_factory.mktemp("forums")
    where, told = folders(top), []
    with serve(top / "none") as server:
        # Ids come from the host, and all forums here are on one: each is a community of its own.
        for name in FORUMS:
            (where.communities / f"{name}.toml").write_text(HEAD + block(server.base_url, name))
        sources = [source for one in load_catalogue(where.communities) for source in one.sources]
        for served, wrong in ((FORUMS, first_faults()), (second_night(), {}), (second_night(), {})):
            server.archives = Archives([], wrong, sites=list(served.values()), known=KNOWN_FAULTS)
            server.requests.clear()
            next_night()
            id_of_run = begin_run()
            run(where)
            told.append((read_result(where, sources, id_of_run), [request.path for request in server.requests]))
        assert server.complaints == []
    return where, told


def visits(nights, night, name):
    return {visit.unit: visit for visit in nights[1][night][0].visits if visit.source == name}


def verdicts(nights, night, name):
    return {unit: str(visit.verdict) for unit, visit in visits(nights, night, name).items()}


def rows(where, name, unit="*"):
    found = [
        pq.read_table(path).to_pylist() for path in sorted((where.observations / name / name).glob(f"{unit}.parquet"))
    ]
    return [row for file in found for row in file]


def asked(nights, night, name):
    return [path for path in nights[1][night][1] if path.startswith(f"/{name}/")]


@pytest.mark.long
@pytest.mark.parametrize("night", [0, 1, 2])
def test_no_forum_is_passed_over_in_silence_and_every_verdict_has_its_reason(nights, night):
    told, _ = nights[1][night]
    assert told.unvisited == ()
    assert {one.source for one in told.visits if one.unit == "index"} == set(FORUMS)
    for one in told.visits:
        assert bool(one.reason) == (one.verdict not in ("ok", "unchanged", "empty")), one


@pytest.mark.long
def test_old_and_new_servers_give_the_same_rows(nights):
    old, new = rows(nights[0], "old", "posts-*"), rows(nights[0], "new", "posts-*")
    assert old == new
    shown = second_night()["new"].shown()
    assert len(new) == len(shown) == sum(MONTHS.values()) + 3
    assert sorted(row["message_id_key"] for row in new) == sorted(
        KEYED.key("message id", f"post/{number}@127.0.0.1".encode()) for number in shown
    )
    assert {str(row["sent_at"])[:19] for row in new} == {
        shown[number]["created_at"][:19].replace("T", " ") for number in shown
    }
    assert len(asked(nights, 0, "new")) == 7, (
        "two questions for the first page, one for each of five blocks of few posts"
    )


@pytest.mark.long
def test_a_first_load_lands_blocks_and_what_the_forum_says(nights):
    assert verdicts(nights, 0, "new") == {ABOUT: OK, "index": OK} | {f"posts-{n:06}": OK for n in range(5)}
    assert [row["messages"] for row in rows(nights[0], "new", "index")] == [sum(MONTHS.values()) + 9]
    assert [(r["measure"], r["value"], r["version"], r["day"]) for r in rows(nights[0], "new", ABOUT)] == [
        ("registered_users", 40, "3.6.0.beta1", TODAY), ("active_users_30_days", 13, "3.6.0.beta1", TODAY),
        ("participating_users_30_days", 8, "3.6.0.beta1", TODAY),
    ]  # fmt: skip
    assert {(r["basis"], r["subject"]) for r in rows(nights[0], "new", ABOUT)} == {("stated", "")}
    assert [(r["measure"], r["value"], r["version"]) for r in rows(nights[0], "old", ABOUT)] == [
        ("registered_users", 40, "1.9.4"), ("active_users_30_days", 13, "1.9.4"),
    ]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("fault", POSTS_FAULTS)
def test_newest_posts_that_cannot_be_had_have_their_verdict_and_are_no_empty_forum(nights, fault):
    verdict, reason = POSTS_FAULTS[fault]
    assert verdicts(nights, 0, f"posts-{fault}") == {ABOUT: OK, "index": verdict}
    assert reason in visits(nights, 0, f"posts-{fault}")["index"].reason
    assert verdicts(nights, 1, f"posts-{fault}") == {"posts-000000": OK, "index": OK}


@pytest.mark.long
@pytest.mark.parametrize("fault", ABOUT_FAULTS)
def test_users_that_cannot_be_had_have_their_verdict_and_are_never_zero(nights, fault):
    verdict, reason = ABOUT_FAULTS[fault]
    assert verdicts(nights, 0, f"about-{fault}") == {ABOUT: verdict, "posts-000000": OK, "index": OK}
    assert reason in visits(nights, 0, f"about-{fault}")[ABOUT].reason
    assert verdicts(nights, 1, f"about-{fault}")[ABOUT] == OK


@pytest.mark.long
@pytest.mark.parametrize("fault", LATER)
def test_a_block_that_cannot_be_had_fails_alone_and_is_asked_again(nights, fault):
    name = f"later-{fault}"
    expected = {ABOUT: OK, "index": OK} | {f"posts-{n:06}": OK for n in range(5)}
    assert verdicts(nights, 0, name) == expected | {"posts-000002": FAILED}
    assert LATER[fault] in visits(nights, 0, name)["posts-000002"].reason
    assert verdicts(nights, 1, name) == {"posts-000002": OK, "posts-000004": UNCHANGED, "index": UNCHANGED}
    assert asked(nights, 1, name)[1:] == [f"/{name}/posts.json?before=3000"]
    assert len(rows(nights[0], name, "posts-*")) == sum(MONTHS.values())


def test_every_fault_that_an_answer_in_json_can_have_is_tried():
    tried = {fault for names in first_faults().values() for fault in names if fault}
    of_mail = {"damaged", "bomb", "encoded", "half", "miscount", "disabled", "braces"}
    assert tried == set(KNOWN_FAULTS) - of_mail


@pytest.mark.long
def test_a_hurried_server_is_asked_again_in_the_same_night(nights):
    assert verdicts(nights, 0, "hurried") == {ABOUT: OK, "posts-000000": OK, "index": OK}
    assert asked(nights, 0, "hurried").count("/hurried/posts.json") == 3


@pytest.mark.long
def test_hidden_statistics_are_refused_with_a_reason_unless_they_are_shared(nights):
    (hidden, shared) = (visits(nights, 0, name)[ABOUT] for name in ("hidden", "shared"))
    assert (str(hidden.verdict), hidden.observations) == (REFUSED, None)
    assert hidden.reason.startswith(
        "about.json states no number of users; site/statistics.json: the server answered 404"
    )
    assert (str(shared.verdict), shared.observations) == (OK, 3)
    assert {row["url"].rpartition("/shared/")[2] for row in rows(nights[0], "shared", ABOUT)} == {
        "site/statistics.json"
    }
    assert rows(nights[0], "hidden", ABOUT) == []
    assert [row["messages"] for row in rows(nights[0], "hidden", "index")] == [None]


@pytest.mark.long
def test_a_forum_without_a_post_is_empty_only_where_it_says_so(nights):
    assert verdicts(nights, 0, "empty") == {ABOUT: OK, "index": EMPTY}
    silent = visits(nights, 0, "silent")["index"]
    assert (str(silent.verdict), silent.reason) == (FAILED, "no post came, although the forum says 15")
    assert verdicts(nights, 1, "empty") == {"posts-000000": OK, "index": OK}
    gone = visits(nights, 1, "vanished")["index"]
    assert (str(gone.verdict), gone.reason) == (SHRUNK, "it shows no post any more: what it showed before is kept")
    assert len(rows(nights[0], "vanished", "posts-*")) == 3


@pytest.mark.long
def test_what_is_no_post_is_put_aside_with_a_reason_and_the_others_land(nights):
    found = rows(nights[0], "odd", "posts-*")
    assert len(found) == len(ODD), "in = stored + put aside"
    assert sorted(filter(None, (row["quarantine"] for row in found))) == [
        "its created_at is no time", "its created_at is no time", "its topic_id is no number",
        "its username is no text", "no id of a post", "no id of a post",
    ]  # fmt: skip
    assert visits(nights, 0, "odd")["posts-000000"].note == "6 could not be read as messages"
    assert sorted((row["class"], row["date_quality"], row["sender_quality"]) for row in found if row["class"]) == [
        ("human", "date", "missing"), ("human", "none", "account"),
        ("system", "date", "account"), ("system", "date", "account"),
    ]  # fmt: skip
    assert verdicts(nights, 2, "odd")["posts-000000"] == UNCHANGED


@pytest.mark.long
def test_the_second_night_asks_only_for_new_posts(nights):
    for name in ("new", "old"):
        assert verdicts(nights, 1, name) == {"posts-000004": OK, "index": UNCHANGED}
        assert asked(nights, 1, name)[0] == f"/{name}/posts.json"
    assert len(asked(nights, 1, "new")) == 1, "the counts of the day were had"
    assert len(asked(nights, 1, "old")) <= 3, "50 ids at once, of which one in 30 is shown"


@pytest.mark.long
def test_a_quiet_night_asks_for_the_newest_posts_only(nights):
    assert verdicts(nights, 2, "new") == {"posts-000004": UNCHANGED, "index": UNCHANGED}
    assert asked(nights, 2, "new") == ["/new/posts.json"]
    (held,) = [v for key, v in stored_visits(nights[0].observations).items() if key == ("new", "new", "posts-000004")]
    assert (held.observations, held.checksum) == (8 + 2, through(sum(MONTHS.values()) * STEP + 3 * STEP))


@pytest.mark.long
def test_a_quiet_night_of_another_day_asks_three_questions(nights, tmp_path):
    where = folders(tmp_path)
    name = "hurried"
    for kind in ("observations", "visits"):
        target = getattr(where, kind) / name / name
        target.parent.mkdir(parents=True)
        shutil.copytree(getattr(nights[0], kind) / name / name, target)
    (where.observations / name / name / f"{ABOUT}.parquet").unlink()
    with serve(tmp_path / "none") as server:
        server.archives = Archives([], sites=[FORUMS[name]])
        (where.communities / f"{name}.toml").write_text(HEAD + block(server.base_url, name))
        run(where)
        assert [request.path for request in server.requests] == [
            f"/{name}/about.json", f"/{name}/posts.json",
        ]  # fmt: skip


@pytest.mark.long
def test_counts_of_a_day_are_never_overwritten(nights):
    assert verdicts(nights, 1, "new").keys().isdisjoint({ABOUT})
    assert not [path for path in asked(nights, 1, "new") + asked(nights, 2, "new") if "about" in path]


@pytest.mark.long
def test_deleted_posts_leave_and_a_block_that_loses_many_is_kept_until_somebody_looks(nights):
    deleting, purged = (visits(nights, 1, name)["posts-000000"] for name in ("deleting", "purged"))
    assert (str(deleting.verdict), deleting.observations) == (OK, 22), "two of the newest 24 are gone"
    assert (str(purged.verdict), purged.reason) == (SHRUNK, "shrank from 60 to 25: the earlier harvest is kept")
    assert len(rows(nights[0], "purged", "posts-*")) == 60


@pytest.mark.long
def test_nobody_is_named_in_what_lands(nights):
    people = {post_["username"] for one in FORUMS.values() for post_ in one.shown().values() if isinstance(post_, dict)
              and isinstance(post_["username"], str)} - {"system"}  # fmt: skip
    people |= {post_["name"] for post_ in FORUMS["new"].shown().values() if post_["name"]} - {"system"}
    assert len(people) > 5
    files = [p for p in nights[0].data.rglob("*") if p.is_file()]
    assert len(files) > 50
    for file in files:
        content = file.read_bytes()
        assert not [who for who in people if who.encode() in content], file
    texts = [str(row) for name in ("new", "odd") for row in rows(nights[0], name)]
    assert not [text for text in texts if any(who in text for who in people) or "Enough of" in text]
    assert not (nights[0].data / "pages").exists(), "texts are not kept"


# ---- many nights -----------------------------------------------------------------------------------------------


def built(where, today=TODAY):
    build_tables(where, load_catalogue(where.communities), today)
    return where


def states(where, source="talk"):
    return dict(ask(where, f"select month, state from core.coverage where source = '{source}' order by month"))


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


# ---- in the warehouse ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """A community that went from a list to a forum, one block of which failed; both have a person of one name."""
    top = tmp_path_factory.mktemp("moved")
    where, dev = folders(top), mailman2("dev", {back(10): 20, back(9): 10})
    talk = forum("talk", step=STEP, private=9)
    with serve(top / "none") as server:
        faults = {"/talk/posts.json?before=3000": ["error"]}
        server.archives = Archives([dev], faults, sites=[talk])
        (where.communities / "birds.toml").write_text(
            HEAD + f'\n[[sources]]\nname = "dev"\nkind = "pipermail"\nsince = {back(10)}\nuntil = {back(8)}\n'
            f'why = "Invented."\naddress = "{dev.address}"\nurls = ["{server.base_url}{dev.url}"]\n'
            'continued_by = "birds/talk"\n'
            + block(server.base_url, "talk", back(9), 'continues = "birds/dev"\naudience = "everyone"\n')
        )  # fmt: skip
        crawl(where, ("pipermail", "discourse"))
        assert server.complaints == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKRANK_KEY", KEY)
        built(where)
    return where, dev, talk


def test_a_failed_block_makes_its_months_a_gap_and_no_other(moved):
    where, _, _ = moved
    found = states(where)
    assert found[back(10)] == "not_started"
    # Ids 2,000 to 2,999 are posts from seven months ago to the previous month.
    assert [found[back(n)] for n in (9, 8, 6, 2, 1)] == ["seen", "seen", "gap", "gap", "gap"]
    assert ask(
        where, f"select value, state from metrics.monthly where metric = 'messages' and month = '{back(6)}'"
    ) == [(None, "unobserved")]


def test_a_topic_is_a_thread_also_without_its_first_post(moved):
    where, _, talk = moved
    held = {number: shown for number, shown in talk.shown().items() if not 2000 <= number < 3000}
    topics = {shown["topic_id"] for shown in held.values()}
    found = ask(where, "select thread_key, count(*) from core.messages where source = 'talk' group by all")
    assert len(found) == len(topics)
    sizes = sorted(sum(shown["topic_id"] == topic for shown in held.values()) for topic in topics)
    assert sorted(size for _, size in found) == sizes
    (whole,) = ask(where, "select count(*) filter (whole), count(*) from core.threads where source = 'talk'")
    begun = {shown["topic_id"] for shown in held.values() if shown["post_number"] == 1}
    assert whole == (len(begun), len(topics))
    assert len(begun) < len(topics)


def test_who_shows_a_whole_name_is_the_same_person_on_list_and_forum(moved):
    where, dev, talk = moved
    names = {message.name for month in dev.months for message in messages(dev, month)}
    held = [shown for number, shown in talk.shown().items() if not 2000 <= number < 3000]
    shown = {post_["name"] for post_ in held if post_["name"] and " " in post_["name"]}
    hidden = {post_["username"] for post_ in held if not post_["name"] or " " not in post_["name"]}
    (people,) = ask(where, "select count(distinct sender_key) from core.messages")
    assert people == (len(names | shown) + len(hidden),)
    assert names & shown


def test_what_discourse_writes_itself_is_no_message_of_people(moved):
    where, _, talk = moved
    by_class = dict(ask(where, "select \"class\", count(*) from core.messages where source = 'talk' group by all"))
    held = [number for number in talk.shown() if not 2000 <= number < 3000]
    assert by_class == {"system": 1, "human": len(held) - 1}
    rules = ask(where, "select id, condition from raw.mail_bot_rules where \"class\" = 'system' order by id")
    assert rules == [
        ("discourse-accounts", "accounts system, discobot, -1, -2 of a forum"),
        ("discourse-actions", "post_type 2, 3, 4"),
    ]


def test_a_list_that_went_on_in_a_forum_is_a_move_of_the_talk_family(moved):
    where, _, _ = moved
    (move,) = ask(where, "select family, from_source, to_source, action from core.moves")
    assert move == ("talk", "dev", "talk", "stitch")
    kinds = ask(where, "select distinct source from analysis.by_source order by all")
    assert kinds == [("dev",), ("talk",)]


@pytest.mark.long
def test_the_forums_own_total_is_wider_and_no_false_alarm(moved, nights, monkeypatch):
    where, _, talk = moved
    waiting = ask(where, "select month, total, state from core.reconciliation where source = 'talk'")
    assert waiting == [(None, len(talk.shown()) + 9, "not held")]
    monkeypatch.setenv("STACKRANK_KEY", KEY)
    built(nights[0])
    found = dict(ask(nights[0], "select source, state from core.reconciliation"))
    assert (found["new"], found["hidden"], found["hurried"]) == ("wider total", "no total", "equal")
    assert ask(nights[0], "select count(*) from core.quarantine where source = 'odd'") == [(6,)]
    assert found["fewer"] == "differs", "it shows a post more than it says that it has"


TALK = Source("birds", "talk", "discourse", ("https://forum.example.org/",), date(2025, 10, 1), "Invented.")
SPRING = date(2026, 3, 20)


def on(day):
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=3)


def land_block(where, number, *days, seen, last=None, source="talk"):
    """Land a block with one post a day on these days, seen up to its last id or another one."""
    first = number * 1000
    page = read_posts(
        {"latest_posts": [post(first + n, created_at=f"{day}T12:00:00Z") for n, day in enumerate(days, 1)]}, READER
    )
    known = visited(f"posts-{number:06}", seen, OK, checksum=through(last or first + 999))
    batch = pa.RecordBatch.from_pylist(list(page.rows.values()), schema=MESSAGES)
    land(where, Harvest(replace(known, source=source), 0.0, MESSAGES, [batch], []))


def visited(unit, day, verdict, **facts):
    reason = "the server answered 500" if verdict == FAILED else ""
    return replace(visit(TALK, unit, Verdict(verdict), on(day), reason=reason, **facts), kind="discourse")


def note(where, *told, **facts):
    log_visit(where.visits, visited(*told, **facts))


def month_states(where):
    build_tables(where, [community("birds", TALK, replace(TALK, name="other"))], SPRING)
    return {f"{month:%m}": state for month, state in states(where).items()}


@pytest.fixture
def spring(tmp_path):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    land_block(where, 0, date(2025, 10, 2), date(2025, 11, 20), seen=date(2026, 1, 10))
    land_block(where, 1, date(2025, 12, 5), date(2026, 1, 8), seen=date(2026, 1, 10), last=1500)
    note(where, "index", date(2026, 1, 10), OK, observations=0)
    return where


def test_months_after_the_last_good_night_wait_or_are_a_gap_where_it_failed(spring):
    seen = {"10": "seen", "11": "seen", "12": "seen", "01": "partial"}
    assert month_states(spring) == seen | {"02": "pending", "03": "pending"}
    note(spring, "index", date(2026, 3, 19), FAILED)
    assert month_states(spring) == seen | {"02": "gap", "03": "gap"}
    note(spring, "posts-000000", date(2026, 3, 19), FAILED)
    assert month_states(spring)["10"] == "seen", "a failed recount takes nothing away"


def test_a_block_that_filled_up_while_nobody_looked_hides_what_came_after_its_last_post(spring):
    land_block(spring, 2, date(2026, 3, 1), date(2026, 3, 19), seen=date(2026, 3, 20), last=2700)
    note(spring, "index", date(2026, 3, 20), OK)
    found = month_states(spring)
    assert (found["12"], found["01"], found["02"]) == ("seen", "partial", "pending")
    note(spring, "posts-000001", date(2026, 3, 20), UNCHANGED, checksum=through(1999), observations=2)
    assert month_states(spring) == {
        "10": "seen",
        "11": "seen",
        "12": "seen",
        "01": "seen",
        "02": "seen",
        "03": "partial",
    }


@pytest.mark.long
def test_a_block_of_which_nothing_is_shown_hides_nothing(spring):
    land_block(spring, 3, date(2026, 3, 1), seen=date(2026, 3, 20), last=3700)
    note(spring, "posts-000001", date(2026, 3, 20), UNCHANGED, checksum=through(1999), observations=2)
    note(spring, "posts-000002", date(2026, 3, 20), FAILED)
    note(spring, "index", date(2026, 3, 20), OK)
    assert [month_states(spring)[month] for month in ("01", "02")] == ["partial", "gap"]
    note(spring, "posts-000002", date(2026, 3, 21), EMPTY, checksum=through(2999), observations=0)
    assert [month_states(spring)[month] for month in ("01", "02")] == ["seen", "seen"]


def test_an_empty_forum_is_a_true_zero_and_one_that_was_never_asked_is_none(tmp_path):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    land_block(where, 0, date(2025, 10, 2), seen=date(2026, 1, 10), source="other")
    assert set(month_states(where).values()) == {"pending"}
    note(where, "index", date(2026, 3, 20), EMPTY, observations=0)
    assert month_states(where) == dict.fromkeys(("10", "11", "12", "01", "02"), "seen") | {"03": "partial"}


# ---- which blocks are due --------------------------------------------------------------------------------------


def had(number, checksum=None):
    return Visit("birds", "talk", "discourse", f"posts-{number:06}", "https://x", datetime.now(UTC), Verdict.OK,
                 observations=5, checksum=checksum or through(number * 1000 + 999))  # fmt: skip


def test_blocks_come_unfinished_first_then_the_newest_then_those_that_failed_last():
    known = {number: had(number) for number in (0, 8, 9)} | {7: had(7, through(7300))}
    yesterday, before = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    assert due_blocks(9, known, {6: yesterday, 5: before}, {8, 9, 10}.__contains__) == [7, 4, 3, 2, 1, 5, 6, 8]
    assert due_blocks(9, {number: had(number) for number in range(12)}, {}, {9, 10}.__contains__) == []


def is_recheck(day, number):
    return is_recheck_day(day, number, FORUM_ROTATION)


def test_every_block_has_its_night_and_a_forum_of_60_000_posts_bears_it():
    known = {number: had(number) for number in range(60)}
    days = [TODAY + timedelta(days=n) for n in range(FORUM_ROTATION)]
    nights = [due_blocks(60, known, {}, partial(is_recheck, day)) for day in days]
    assert sorted(number for night in nights for number in night) == list(range(60))
    assert 3 + mean(20 * len(night) for night in nights) < 10


@given(st.sets(st.integers(1, 3000), max_size=300), st.booleans(), st.integers(0, 2))
@example({2000}, True, 2)
@example({1}, True, 0)
def test_every_post_of_a_block_is_had_from_either_server_whatever_the_gaps(ids, old, number):
    """Walk a block as the spider does, over pages of ids as both servers cut them."""
    before, found, pages, done = (number + 1) * 1000, set(), 0, False
    while not done:
        page = sorted((i for i in ids if (before - 50 < i <= before if old else i < before)), reverse=True)[:50]
        found |= {i for i in page if number * 1000 <= i < (number + 1) * 1000}
        following = next_before({i: {} for i in page}, before)
        assert following < before
        before, pages = following, pages + 1
        done = has_reached(dict.fromkeys(page), before, number * 1000)
    assert found == {i for i in ids if i // 1000 == number}
    assert pages <= MAX_PAGES or old


# ---- reading ---------------------------------------------------------------------------------------------------


def test_a_post_is_a_row_without_a_name():
    row = post_row(post(33, post_number=4, reply_to_post_number=2), READER)
    assert row.keys() == set(MESSAGES.names)
    assert (row["sent_at"], row["archive_month"]) == (datetime(2024, 5, 3, 10), date(2024, 5, 1))
    assert (row["is_reply"], row["class"], row["sender_quality"], row["sender_domain"]) == (
        True,
        "human",
        "account",
        None,
    )
    assert row["sender_login_key"] is None
    assert row["sender_name_bag_key"] == post_row(post(34, name="Invented, Jane"), READER)["sender_name_bag_key"]
    assert post_row(post(34, username="admin"), READER)["sender_role"] is False
    assert row["message_id_key"] == KEYED.key("message id", b"post/33@forum.example.org")
    assert row["reference_keys"] == [
        KEYED.key("message id", f"topic/5{more}@forum.example.org".encode()) for more in ("", "/2")
    ]
    assert row["in_reply_to_key"] == row["reference_keys"][-1]
    first = post_row(post(30), READER)
    assert (first["is_reply"], first["in_reply_to_key"]) == (False, None)
    assert first["reference_keys"] == row["reference_keys"][:1]
    other = discourse_posts.Forum("other.example.org", READER.latest, KEYED)
    assert post_row(post(30), other)["sender_address_key"] != first["sender_address_key"]
    assert post_row(post(30), other)["sender_name_key"] == first["sender_name_key"]
    assert post_row(post(30, username="JANE_I"), READER)["sender_address_key"] == first["sender_address_key"]
    assert post_row(post(30, topic_id=6), READER)["subject_key"] != first["subject_key"], "two topics are two threads"


@pytest.mark.parametrize(("changed", "rule"), [
    ({"post_type": 2}, "discourse-actions"), ({"post_type": 3}, "discourse-actions"),
    ({"post_type": 4}, "discourse-actions"), ({"post_type": 9}, None),
    ({"username": "system", "user_id": -1}, "discourse-accounts"), ({"username": "System"}, "discourse-accounts"),
    ({"username": "renamed", "user_id": -1}, "discourse-accounts"), ({"username": "systems"}, None),
    ({"user_id": "-1"}, None),
])  # fmt: skip
def test_what_discourse_writes_is_told_by_its_account_or_its_type(changed, rule):
    row = post_row(post(1, **changed), READER)
    assert (row["class"], row["class_rule"]) == (("system", rule) if rule else ("human", None))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.long
@given(st.lists(st.dictionaries(st.sampled_from(sorted(post(1))), JSON, max_size=4) | JSON, max_size=5))
def test_whatever_stands_in_a_page_is_stored_or_put_aside(changes):
    made = [post(number) | change if isinstance(change, dict) else change for number, change in enumerate(changes, 1)]
    page = read_posts({"latest_posts": made}, READER)
    found = [*page.rows.values(), *(row for _, row in page.without_id)]
    ids = [one["id"] for one in made if isinstance(one, dict) and discourse_posts.post_id(one)]
    assert len(found) == len(made) - (len(ids) - len(set(ids)))
    assert all((row["quarantine"] is None) == (row["class"] is not None) for row in found)
    assert read_posts({"latest_posts": made}, READER) == page, "the same bytes, the same rows"


@pytest.mark.parametrize(("answer", "expected"), [
    ({"about": {"stats": {"user_count": 7, "post_count": 9}, "version": "1.9.4"}},
     (9, {"registered_users": 7}, "1.9.4")),
    ({"user_count": 7, "active_users_30_days": 3}, (None, {"registered_users": 7, "active_users_30_days": 3}, None)),
    ({"about": {"stats": {"users_count": "7", "posts_count": True}, "version": "<b>"}}, (None, {}, None)),
    ({"about": {"can_see_about_stats": False, "version": "3.5"}}, (None, {}, "3.5")),
    ({"about": {"stats": {"users_count": -1, "user_count": 1 << 70}}}, (None, {}, None)),
    ({"about": []}, (None, {}, None)),
])  # fmt: skip
def test_what_a_forum_says_of_itself_is_read_in_old_and_new_words(answer, expected):
    assert read_statistics(answer)[:3] == expected


@pytest.mark.long
def test_a_forum_that_is_older_than_the_catalogue_says_is_noted(nights):
    made = {"about": {"site_creation_date": "2014-12-09T08:00:00.000Z", "stats": {"users_count": 7}}}
    assert read_statistics(made).created == date(2014, 12, 9)
    assert read_statistics({"about": {"site_creation_date": 2014}}).created is None
    assert creation_note(date(2014, 12, 9), date(2015, 1, 1)).startswith("the forum was made on 2014-12-09")
    assert creation_note(date(2014, 12, 9), date(2014, 12, 9)) == creation_note(None, date(2014, 12, 9)) == ""
    assert visits(nights, 0, "new")[ABOUT].note == ""


@pytest.mark.parametrize(("old", "new", "expected"), [
    ('/"]', '"]', "sources[0].urls[0]: the url of an archive is a folder"),
    ('/"]', '/", "https://b.example.org/"]', "sources[0].urls: one url, the start page of one forum"),
    ('why', 'evidence = "x"\nwhy', "sources[0].evidence: only a source that is gone or unreadable has it"),
    ('why', 'releases = "x"\nwhy', "sources[0].releases: only a source of kind git has it"),
])  # fmt: skip
def test_a_mistake_in_a_forum_is_told_by_its_key(tmp_path, old, new, expected):
    (tmp_path / "birds.toml").write_text(HEAD + block("https://a.example.org", "talk"))
    assert load_catalogue(tmp_path)[0].sources[0].visited
    (tmp_path / "birds.toml").write_text(HEAD + block("https://a.example.org", "talk").replace(old, new, 1))
    with pytest.raises(CatalogueError) as told:
        load_catalogue(tmp_path)
    assert f"birds.toml: {expected}" in str(told.value)


# ---- in the demo ------------------------------------------------------------------------------------------


def test_a_demo_invents_the_forum_of_the_catalogue(tmp_path):
    shipped = [source for one in load_catalogue(CHECKOUT / "data/communities") for source in one.sources]
    (declared,) = [source for source in shipped if source.kind == "discourse"]
    assert (declared.id, declared.urls) == ("opennebula/forum", ("https://forum.opennebula.io/",))
    (one,) = lists.invent_forums(shipped, date(2015, 4, 2))
    assert (one.url, one.community, list(one.months)) == (
        "/forum.opennebula.io/", "opennebula",
        [date(2014, 12, 1), date(2015, 1, 1), date(2015, 2, 1), date(2015, 3, 1)],
    )  # fmt: skip
    assert lists.invent_forums([replace(declared, enabled=False)], TODAY) == []
    catalogue.write_communities(
        CHECKOUT / "data/communities", tmp_path / "turned", "http://127.0.0.1:9", snapshot=False
    )
    turned = [source for one in load_catalogue(tmp_path / "turned") for source in one.sources]
    assert [s.urls for s in turned if s.kind == "discourse"] == [("http://127.0.0.1:9/forum.opennebula.io/",)]


# ---- real payloads ---------------------------------------------------------------------------------------------


@NEEDS_SAMPLES
def test_real_posts_are_read_as_many_as_they_are():
    for name, expected in (("posts_latest", [15, 14, 10, 2]), ("posts_before", [14, 10, 2])):
        page = read_posts(json.loads((REAL / f"discourse_api/{name}.json").read_bytes()), READER)
        assert (list(page.rows), page.without_id) == (expected, [])
        assert [row["class"] for row in page.rows.values()] == ["human"] * (len(expected) - 2) + ["system"] * 2
        assert {row["quarantine"] for row in page.rows.values()} == {None}
    assert not post_row(json.loads((REAL / "api_docs/posts/get_post_response.json").read_bytes()), READER)["quarantine"]


@NEEDS_SAMPLES
@pytest.mark.parametrize(
    "name", ["perceval/discourse_topic_1149", "perceval/discourse_topic_1150", "discourse_api/topic"]
)
def test_real_topics_have_as_many_posts_as_they_state(name):
    topic = json.loads((REAL / f"{name}.json").read_bytes())
    page = read_posts({"latest_posts": topic["post_stream"]["posts"]}, READER)
    assert len(page.rows) == topic["posts_count"] == len(topic["post_stream"]["stream"])
    assert {row["quarantine"] for row in page.rows.values()} == {None}
    assert len({row["reference_keys"][0] for row in page.rows.values()}) == 1


@NEEDS_SAMPLES
def test_real_statistics_are_read_to_the_numbers_that_they_state():
    stated = read_statistics(json.loads((REAL / "discourse-fixtures/about.json").read_bytes()))
    assert stated[:3] == (490_358, {"registered_users": 41_719, "active_users_30_days": 2_026}, "2.2.0.beta8")
    assert [row["value"] for row in count_rows(stated, TODAY, "https://x")] == [41_719, 2_026]
    categories = json.loads((REAL / "discourse_api/categories.json").read_bytes())
    with pytest.raises(NoPageError, match="not a page of posts"):
        read_posts(categories, READER)
