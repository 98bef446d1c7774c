"""Captures of a list of a host that is gone: which of them are read, and what their months are."""

from datetime import date

import pytest
from support.captures import (
    LATEST,
    LIST,
    LIVE,
    LOGIN,
    MONTHS,
    OLD,
    OTHER,
    OVER,
    PLACE,
    RUNNING,
    WHO,
    at,
    index_path,
    path_of,
    run,
    shot,
    world,
)
from support.tables_on_demand import ask, build_tables
from support.walk import crawl

from flows import contact
from flows.demo import mail
from flows.demo.archives import Archives
from flows.demo.captures import Capture, Wayback
from flows.demo.server import serve
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CHECKOUT
from spiders.core.pages import SLOTS
from spiders.mail.pipermail_pages import stated_total, volume_of

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
