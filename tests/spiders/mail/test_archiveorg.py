"""Lists of hosts that are gone: the real spider against an invented Wayback Machine and its faults."""

import json
import os
import re
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, date, datetime
from time import sleep

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.crawl import HEAD
from support.tables_on_demand import ask, build_tables
from support.walk import crawl, next_night

from flows import contact
from flows.cli import main
from flows.demo import archives, catalogue, mail
from flows.demo.archives import Archives, MailingList
from flows.demo.captures import Capture, Wayback
from flows.demo.pipermail import capture
from flows.demo.server import serve
from flows.results import read_result
from pipelines.catalogue.load import CatalogueError, load_catalogue
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.runs import begin_run
from pipelines.landing.stored import stored_visits
from pipelines.landing.visits import read_plans, read_visits
from pipelines.model import Verdict
from pipelines.warehouse import build
from pipelines.warehouse.build import NothingObservedError
from spiders.core.pages import SLOTS
from spiders.core.verdicts import NoPageError
from spiders.mail import captures
from spiders.mail.pipermail_pages import stated_total, volume_of

OLD, OTHER = (
    "http://lists.birds.example.org/pipermail/users-birds.org/",
    "http://lists.host.example.net/pipermail/users-birds.org/",
)
MONTHS = {name: date(2012, number, 1) for number, name in enumerate(mail.MONTHS, 1)}
LIST = MailingList("pipermail", "/", "users@lists.birds.example.org", dict.fromkeys(MONTHS.values(), 30))
LIVE = MailingList("pipermail", "/lists.live.example.org/pipermail/users/", LIST.address, {MONTHS["March"]: 30})
PLACE = "/web.archive.org/"
LOGIN = archives.LOGIN


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shot(month, moment, folder=OLD, **facts):
    return capture(LIST, MONTHS[month], at(moment), folder, **facts)


RUNNING, OVER, LATEST = "2012-02-15T06:00", "2012-03-05T06:00", "2014-06-01T06:00"
SHOTS = [
    shot("January", "2012-01-20T06:00"), shot("January", OVER), shot("January", LATEST, OTHER, plain=True),
    shot("February", "2012-02-08T06:00", plain=True), shot("February", RUNNING),
    shot("March", LATEST), shot("March", "2019-01-01T00:00", body=LOGIN),
    shot("April", LATEST, OTHER, body=LOGIN), shot("April", "2015-01-01T00:00", body=b"<html>parked</html>"),
    shot("May", "2012-06-01T12:00"),
    shot("June", LATEST), shot("June", "2013-01-01T00:00", OTHER),
    shot("July", "2013-02-02T02:02"), shot("July", "2013-01-01T00:00"),
    shot("September", LATEST),
    shot("October", LATEST)._replace(status=404), Capture(f"{OLD}2012-October/date.html", at(LATEST), b"x"),
    Capture(f"{OLD}sub/2012-October.txt", at(LATEST), b"x"), Capture(f"{OLD}robots.txt", at(LATEST), b"x"),
]  # fmt: skip
CUT = SHOTS[10]
SHOTS[10] = CUT._replace(body=CUT.body[: len(CUT.body) // 2])
HEADLINE = "captured 2014-06-01 06:00 UTC"
WHO = 'why = "Invented."\naddress = "users@lists.birds.example.org"\naudience = "users"\n'


def source(name, base, *folders, more=""):
    urls = ", ".join(f'"{folder}"' for folder in folders)
    captures = f'captures = "{base}{PLACE}"\n' if base else ""
    return f'\n[[sources]]\nname = "{name}"\nkind = "archiveorg"\nsince = 2012-01-01\nuntil = 2012-12-31\n{WHO}{captures}urls = [{urls}]\n{more}'  # noqa: E501


def index_path(folder):
    return captures.index_url(PLACE, folder)


def path_of(capture):
    return f"{PLACE}web/{capture.timestamp}id_/{capture.url}"


def world(tmp_path, base, more=""):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    where.communities.mkdir(exist_ok=True)
    (where.communities / "birds.toml").write_text(HEAD + source("users", base, OLD, OTHER) + more)
    return where


def run(where, server, **settings):
    """Visit everything of kind archiveorg; return the latest visit to each unit and the paths that were asked for."""
    (birds,) = load_catalogue(where.communities)
    server.requests.clear()
    next_night(hours=24)
    id_of_run = begin_run()
    crawl(where, ("archiveorg",), **settings)
    assert server.complaints == []
    visits = {v.unit: v for v in read_result(where, birds.sources, id_of_run).visits if v.source == "users"}
    return visits, [request.path for request in server.requests if request.path != "/robots.txt"]


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """One visit to a list of which some months were captured, then a second one; built at its end."""
    top = tmp_path_factory.mktemp("captures")
    live = f'\n[[sources]]\nname = "live"\nkind = "pipermail"\nsince = 2012-03-01\nuntil = 2012-03-31\n{WHO}urls = ["BASE{LIVE.url}"]\ncontinued_by = "birds/after"\n'  # noqa: E501
    after = '\n[[sources]]\nname = "after"\nkind = "unreadable"\nsince = 2012-04-01\nwhy = "x"\nevidence = "x"\ncontinues = "birds/live"\n'  # noqa: E501
    with serve(top / "none") as server:
        more = (live + after).replace("BASE", server.base_url)
        where = world(top, server.base_url, more)
        server.archives = Archives(
            [LIVE],
            {path_of(shot("September", LATEST)): ["error"]},
            wayback=Wayback(PLACE, SHOTS, lost={"20130202020200"}),
        )
        nights = [run(where, server), run(where, server)]
        crawl(where, ("pipermail",))
    build_tables(where, load_catalogue(where.communities), date(2016, 1, 20))
    return where, nights


def test_the_newest_capture_of_a_month_that_was_over_is_read(first):
    visits = first[1][0][0]
    assert (visits["2012-01"].verdict, visits["2012-01"].observations) == ("ok", 30)
    assert visits["2012-01"].url.endswith(f"/web/20140601060000id_/{OTHER}2012-January.txt")
    assert visits["2012-01"].note == f"of 3 captures 2012-January.txt of lists.host.example.net, {HEADLINE}"


def test_a_month_captured_while_it_ran_is_partial_up_to_that_moment(first):
    where, ((visits, _), _) = first
    held = [m for m in mail.messages(LIST, MONTHS["February"]) if m.sent < at(RUNNING)]
    assert (visits["2012-02"].verdict, visits["2012-02"].observations) == ("ok", len(held))
    assert visits["2012-02"].note.endswith("captured 2012-02-15 06:00 UTC, while the month was still running")
    assert 0 < len(held) < 30
    ((covered, state),) = ask(
        where, "select covered, state from core.coverage where source = 'users' and month = '2012-02-01'"
    )
    # The packed file of a running month is up to a day old.
    assert (round(covered * 29, 2), state) == (13.25, "partial")
    assert ask(where, "select state from core.coverage where source = 'users' and month = '2012-05-01'") == [
        ("partial",)
    ]


def test_what_was_saved_and_is_no_mail_is_passed_over_for_the_next_capture(first):
    visits = first[1][0][0]
    assert visits["2012-03"].verdict == "ok", "a web page is taken last"
    assert visits["2012-03"].note == f"of 2 captures 2012-March.txt.gz of lists.birds.example.org, {HEADLINE}"
    assert (visits["2012-06"].verdict, visits["2012-06"].observations) == ("ok", 30)
    assert visits["2012-06"].note.endswith("captured 2013-01-01 00:00 UTC; passed over 20140601060000: cut off")
    assert visits["2012-07"].note.endswith("captured 2013-01-01 00:00 UTC; passed over 20130202020200: gone")
    assert (visits["2012-04"].verdict, visits["2012-04"].note.partition(";")[0]) == (
        "failed",
        "no capture of it is mail",
    )
    assert "came instead of mail" in visits["2012-04"].reason


def test_what_was_not_captured_is_a_gap_and_never_a_zero(first):
    where, ((visits, _), _) = first
    assert visits.keys() == {"index", *(f"2012-{n:02}" for n in (1, 2, 3, 4, 5, 6, 7, 9))}
    states = dict(
        ask(
            where,
            "select strftime(month, '%m'), state from core.coverage where source = 'users' and year(month) = 2012",
        )
    )
    seen, partial, gap = ("01", "03", "06", "07"), ("02", "05"), ("04", "08", "09", "10", "11", "12")
    assert states == dict.fromkeys(seen, "seen") | dict.fromkeys(partial, "partial") | dict.fromkeys(gap, "gap")
    rows = dict(
        ask(
            where,
            "select strftime(month, '%m'), postings from analysis.by_source "
            "where source = 'users' and year(month) = 2012",
        )
    )
    assert {month for month, postings in rows.items() if postings is None} == set(gap)
    assert rows["01"] == 30


def test_a_second_visit_asks_for_the_index_and_for_what_failed(first):
    (_, asked), (visits, again) = first[1]
    assert len(asked) == len(set(asked)) + 2, "a server in trouble is asked three times"
    assert set(again) == {index_path(OLD), index_path(OTHER), *map(path_of, (*SHOTS[7:9], SHOTS[14]))}
    assert (visits["2012-09"].verdict, visits["2012-09"].observations) == ("failed", None)


def test_no_other_host_than_that_of_the_captures_is_visited():
    (birds,) = [c for c in load_catalogue(CHECKOUT / "data/communities") if c.slug == "opennebula"]
    captured_sources = [s for s in birds.sources if s.kind == "archiveorg"]
    assert {host for s in captured_sources for host in contact.source_hosts(s)} == {"web.archive.org"}
    assert SLOTS["web.archive.org"]["delay"] >= 4


# ---- the index of captures -------------------------------------------------------------------------------------

NAMES = list(captures.FIELDS)


def listing(*rows, names=NAMES):
    return json.dumps([names, *rows]).encode()


def row(original, timestamp="20140601060000", status="200"):
    return [timestamp, original, status, "application/x-gzip", "D", "9"]


ANSWERS = {
    "nothing": (b"", Verdict.FAILED, "what came is no list of captures"),
    "object": (b"{}", Verdict.FAILED, "what came is no list of captures"),
    "rows that are none": (b'[["timestamp","original"], 7]', Verdict.FAILED, "what came is no list of captures"),
    "deep": (b"[" * 100_000, Verdict.FAILED, "what came is no list of captures"),
    "page": (LOGIN, Verdict.FAILED, 'a web page called "Sign in" came instead of a list of captures'),
    "robots": (b"org.archive.wayback.exception.RobotAccessControlException: Blocked By Robots\n", Verdict.REFUSED,
               "shows no captures of this site: RobotAccessControlException: Blocked By Robots"),
    "without names": (json.dumps([row(f"{OLD}2012-May.txt")]).encode(), Verdict.FAILED, "what its columns are"),
    "short": (listing(["20140601060000"]), Verdict.FAILED, "has 1 columns of 6"),
}  # fmt: skip


@pytest.mark.parametrize(("page", "verdict", "reason"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_is_no_list_of_captures_has_its_own_verdict(page, verdict, reason):
    with pytest.raises(NoPageError, match=re.escape(reason)) as raised:
        list(captures.captures(page, OLD))
    assert raised.value.verdict == verdict


@pytest.mark.parametrize("page", [b"[]", listing()])
def test_nothing_captured_is_an_empty_list_with_or_without_its_columns(page):
    assert list(captures.captures(page, OLD)) == []


def test_only_months_of_the_folder_are_captures_whatever_the_index_says():
    strange = [
        row("http://[bad"), row("http://elsewhere.example.org/pipermail/users-birds.org/2012-May.txt"),
        row(f"{OLD}../2012-May.txt"), row(f"{OLD}2012-Mai.txt"), row(f"{OLD}2012-May.txt?x=1"), row(""),
        row(f"{OLD}2012-May.txt", "2014"), row(f"{OLD}2012-May.txt", "20149999999999"),
        row(f"{OLD}2012-May.txt", status="404"), row("file:///etc/passwd"), [None] * 6,
    ]  # fmt: skip
    good = row(OLD.replace("http://lists", "HTTP://www.LISTS").replace(".org/", ".org:80/", 1) + "2012-May.txt.gz")
    found = list(captures.captures(listing(*strange, good), OLD))
    assert [captures.capture_url("https://web.archive.org/", one) for one in found] == [
        f"https://web.archive.org/web/20140601060000id_/{OLD}2012-May.txt.gz"
    ]


TAKEN = st.datetimes(datetime(2012, 5, 1), datetime(2020, 1, 1))


@given(
    st.lists(st.tuples(st.sampled_from(["", ".gz"]), TAKEN, st.sampled_from(["text/plain", "text/html"])), min_size=1)
)
def test_the_best_capture_is_the_newest_one_of_the_whole_month(found):
    many = [
        captures.Capture(MONTHS["May"], OLD, f"2012-May.txt{packed}", f"{taken:%Y%m%d%H%M%S}", kind, str(number))
        for number, (packed, taken, kind) in enumerate(found)
    ]
    ((url, ranked),) = captures.rank_captures(many, "https://web.archive.org/").items()
    assert sorted(ranked) == sorted(many)
    mail = [one for one in many if one.mimetype != "text/html"] or many
    whole = [one for one in mail if captures.is_whole(captures.capture_url("/", one), one.month)] or mail
    assert ranked[0].timestamp == max(one.timestamp for one in whole)
    assert f"/web/{ranked[0].timestamp}id_/" in url


# ---- hosts that refuse, runs that are broken off ---------------------------------------------------------------


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
    return {unit for _, _, unit in stored_visits(where.observations)}


@pytest.mark.long
def test_a_killed_run_goes_on_where_it_was(tmp_path, monkeypatch):
    killed = threading.Event()
    with serve(tmp_path / "none") as server:
        where = world(tmp_path, server.base_url)
        monkeypatch.setitem(archives.FAULTS, "stuck", lambda answer: (killed.wait(60), answer)[1])
        faults = {path_of(shot("May", LATEST)): ["stuck", ""]}
        server.archives = Archives([], faults, wayback=Wayback(PLACE, [shot(month, LATEST) for month in MONTHS]))
        facts = {"DATA": where.data, "KEY": "5e" * 32, "COMMUNITIES": where.communities}
        given = os.environ | {f"STACKRANK_{name}": str(value) for name, value in facts.items()}
        running = subprocess.Popen([sys.executable, "-m", "spiders", "archiveorg"], cwd=CHECKOUT, env=given)
        # Newest first: seven months come before May, with which the run is stuck.
        while len(held_months(where)) < 7 and running.poll() is None:
            sleep(0.1)
        running.kill()
        running.wait()
        killed.set()
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


# ---- real files ------------------------------------------------------------------------------------------------

SHARED = CHECKOUT.parent / "shared" / "payloads" / "pipermail"


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no samples of real archives in {SHARED}")
def test_real_files_of_months_are_read_out_of_captures_to_what_their_archive_says(tmp_path):
    files = sorted((SHARED / "berlios-opendx2-users").glob("20??-*.txt.gz"))
    shots = [Capture(f"{OLD}{file.name}", at(LATEST), file.read_bytes(), "application/x-gzip") for file in files]
    says = {}
    for file in files:
        page = file.parent / file.name.partition(".")[0] / "date.html"
        month = volume_of(f"{OLD}{file.name}").unit
        says |= {month: stated_total(page.read_bytes())} if page.exists() else {}
    with serve(tmp_path / "none") as server:
        where = world(tmp_path, server.base_url)
        server.archives = Archives([], wayback=Wayback(PLACE, shots))
        visits, _ = run(where, server)
    assert len(visits) == 1 + len(files)
    assert len(says) > 5
    assert {unit: visits[unit].observations for unit in says} == says


# ---- on demand only --------------------------------------------------------------------------------------------


@pytest.mark.long
def test_it_is_visited_where_it_is_named_and_never_by_night(tmp_path, monkeypatch, capsys):
    for name in ("STACKRANK_CONTACT", "STACKRANK_DATA", "STACKRANK_COMMUNITIES"):
        monkeypatch.delenv(name, raising=False)
    with serve(tmp_path / "none") as server:
        where = world(tmp_path, server.base_url)
        server.archives = Archives([], wayback=Wayback(PLACE, [shot("May", LATEST)]))
        for name, value in (("DATA", where.data), ("COMMUNITIES", where.communities), ("KEY", "5e" * 32)):
            monkeypatch.setenv(f"STACKRANK_{name}", str(value))
        assert main(["collect"]) == 0
        assert server.requests == []
        assert main(["collect", "--source", "birds/users"]) == 0
        assert main(["communities"]) == 0
    told = capsys.readouterr().out
    assert "2 fetched, 0 failed" in told
    assert [line.split()[6:8] for line in told.splitlines() if " users " in line] == [["on", "demand"]]
    (birds,) = load_catalogue(where.communities)
    assert [(one.visited, one.reachable, one.on_demand) for one in birds.sources] == [(False, True, True)]


def test_captures_are_read_again_by_a_better_reader_without_a_question(tmp_path):
    with serve(tmp_path / "none") as server:
        where = world(tmp_path, server.base_url)
        server.archives = Archives([], wayback=Wayback(PLACE, [shot("May", LATEST)]))
        run(where, server)
        server.requests.clear()
        crawl(where, ("archiveorg",), "reread=yes")
        assert server.requests == []
    (held,) = [visit for key, visit in stored_visits(where.observations).items() if key[2] == "2012-05"]
    assert (held.observations, held.note.partition(" on ")[0]) == (30, "read again")


# ---- one list at two places ------------------------------------------------------------------------------------


TALK = "select strftime(month, '%m'), state from core.channels where family = 'talk' and month < '2012-04-01'"
MARCH = "community = 'birds' and month = '2012-03-01'"


def built(where):
    build_tables(where, load_catalogue(where.communities), date(2016, 1, 20))


@pytest.mark.long
def test_a_list_seen_at_two_places_counts_once_and_was_seen_where_either_was(tmp_path):
    live = f'\n[[sources]]\nname = "live"\nkind = "pipermail"\nsince = 2012-01-01\nuntil = 2012-03-31\n{WHO}'
    with serve(tmp_path / "none") as server:
        where = world(tmp_path, server.base_url)
        copy = source("users", server.base_url, OLD, more='copy_of = "birds/live"\n').replace("12-31", "03-31")
        (where.communities / "birds.toml").write_text(HEAD + live + f'urls = ["{server.base_url}{LIVE.url}"]\n' + copy)
        wayback = Wayback(PLACE, [shot("January", LATEST), shot("March", LATEST)])
        server.archives = Archives([LIVE], wayback=wayback)
        crawl(where, ("pipermail",))
        built(where)
        states = ask(where, "select distinct state from core.coverage where source = 'users' and month < '2012-04-01'")
        assert states == [("gap",)], "no night will load it"
        assert dict(ask(where, TALK)) == dict.fromkeys(("01", "02", "03"), "observed"), "the living one was seen"
        crawl(where, ("archiveorg",))
    built(where)
    metrics = dict(ask(where, f"select metric, value from metrics.monthly where {MARCH}"))
    assert (metrics["messages"], metrics["postings"]) == (30, 30)
    listed = ask(where, f"select source, postings, only_here from analysis.by_source where {MARCH} order by 1")
    assert listed == [("live", 30, 30), ("users", 30, 30)]
    # The living archive says that January and February had no mail; the capture knows better of January.
    assert dict(ask(where, TALK)) == dict.fromkeys(("01", "02", "03"), "observed")
    for path in (*(where.observations / "birds/live").iterdir(), *(where.visits / "birds/live").iterdir()):
        path.unlink()
    built(where)
    assert dict(ask(where, TALK)) == {"01": "observed", "02": "unobserved", "03": "observed"}


COPIES = {
    "of nothing": ("birds/lives", "no such source: 'birds/lives'; did you mean 'birds/live'?"),
    "of itself": ("birds/users", "birds/users is no other source of the same community"),
    "of a copy": ("birds/copy", "birds/copy must be a list or a forum that is not a copy itself"),
    "of code": ("birds/core", "birds/core must be a list or a forum that is not a copy itself"),
}


@pytest.mark.parametrize(("of", "reason"), COPIES.values(), ids=COPIES)
def test_a_wrong_copy_is_told_by_file_and_key(tmp_path, of, reason):
    live = f'\n[[sources]]\nname = "live"\nkind = "pipermail"\nsince = 2012-01-01\n{WHO}urls = ["http://x.example.org/a/"]\n'
    copy = live.replace('"live"', '"copy"').replace("/a/", "/b/") + 'copy_of = "birds/live"\n'
    core = '\n[[sources]]\nname = "core"\nkind = "git"\nsince = 2012-01-01\nwhy = "x"\nurls = ["git+https://x.example.org/a/b"]\n'
    users = source("users", "http://127.0.0.1", OLD, more=f'copy_of = "{of}"\n')
    (tmp_path / "birds.toml").write_text(HEAD + live + copy + core + users)
    with pytest.raises(CatalogueError) as raised:
        load_catalogue(tmp_path)
    assert str(raised.value) == f"birds.toml: sources[3].copy_of: {reason}"


def test_captures_are_asked_at_the_wayback_machine_unless_the_catalogue_says_otherwise(tmp_path):
    (tmp_path / "birds.toml").write_text(HEAD + source("users", "", OLD))
    (birds,) = load_catalogue(tmp_path)
    assert birds.sources[0].captures == "https://web.archive.org/"
    wrong = source("users", "", OLD).replace("archiveorg", "pipermail") + 'captures = "https://web.archive.org/x"\n'
    (tmp_path / "birds.toml").write_text(HEAD + wrong)
    with pytest.raises(CatalogueError) as raised:
        load_catalogue(tmp_path)
    assert str(raised.value) == "birds.toml: sources[0].captures: only a source of kind archiveorg has it"
    wrong = source("users", "", OLD) + 'captures = "https://web.archive.org/x"\n'
    (tmp_path / "birds.toml").write_text(HEAD + wrong)
    with pytest.raises(CatalogueError, match=r"captures: the url of an archive is a folder and ends in /$"):
        load_catalogue(tmp_path)


def test_a_demo_turns_captures_to_its_server(tmp_path):
    catalogue.write_communities(
        CHECKOUT / "data/communities", tmp_path / "turned", "http://127.0.0.1:9", snapshot=False
    )
    turned = [s for one in load_catalogue(tmp_path / "turned") for s in one.sources if s.kind == "archiveorg"]
    assert {host for one in turned for host in contact.source_hosts(one)} == {"127.0.0.1"}
    assert not any(one.visited for one in turned)
