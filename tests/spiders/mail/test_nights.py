"""Two nights of the three kinds of mail archives and of local mailboxes, with every fault that they can have."""

import gzip
import io
import json
import lzma
import mailbox
import os
import re
import subprocess
import sys
from asyncio import run
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from hashlib import sha256

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scrapy.http import HtmlResponse
from support.crawl import HEAD, KEY, KEYED, PREVIOUS, RUNNING, TODAY, back, crawl_process, mailman2
from support.walk import crawl, next_night, spider_of

from flows.cli import main
from flows.demo import archives, mail
from flows.demo.archives import FAULTS, Archives, MailingList
from flows.demo.pipermail import answer as pipermail_page
from flows.demo.server import serve
from flows.demo.totals import later
from flows.results import read_result
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.pages import keep_page, kept_page
from pipelines.landing.runs import begin_run
from pipelines.landing.stored import stored_visits
from pipelines.landing.visits import read_visits
from pipelines.model import ReasonCode, Verdict, Visit
from spiders.core.batches import check_batches
from spiders.core.budget import HostPausedError
from spiders.core.streams import Stream
from spiders.core.verdicts import NoPageError
from spiders.mail.due import ListedMonth, is_due_for_recheck
from spiders.mail.reader import Archive, messages

OK, FAILED, REFUSED, GONE, EMPTY = "ok", "failed", "refused", "gone", "empty"
UNCHANGED, SHRUNK = "unchanged", "shrunk"


def never_rechecked(month):
    one = ListedMonth("", month, "", None, True)
    return not any(is_due_for_recheck(one, TODAY, period) for period in (7, 180, 360))


QUIET = [month for month in map(back, range(3, 60)) if never_rechecked(month)]
TURNING = next(
    m for m in map(back, range(3, 190)) if is_due_for_recheck(ListedMonth("", m, "", None, True), TODAY, 180)
)
A, B, C, D = QUIET[:4]


def unit(month):
    return f"{month:%Y-%m}"


def mailman3(name, months):
    address = f"{name}@lists.example.org"
    return MailingList("hyperkitty", f"/lists.example.org/archives/list/{address}/", address, months)


def pony(name, months, **facts):
    return MailingList("ponymail", "/lists.example.net/api/", f"{name}@birds.example.net", months, **facts)


def text_file(one, month):
    name = f"{month.year}-{mail.MONTHS[month.month - 1]}"
    return f"{one.url}{name}.txt" + ("" if month in one.plain else ".gz")


def page_by_date(one, month):
    return re.sub(r"\.txt(\.gz)?$", "/date.html", text_file(one, month))


def mbox_lua(one, month):
    name, _, domain = one.address.partition("@")
    return f"{one.url}mbox.lua?list={name}&domain={domain}&d={unit(month)}"


def stats_lua(one):
    return mbox_lua(one, RUNNING).replace("mbox.lua", "stats.lua").partition("&d=")[0] + "&d=lte%3D1d&quick=true"


def export(one, first, end):
    return f"{one.url}export/{first}.mbox.gz?start={first}&end={end}"


USUAL = {RUNNING: 9, PREVIOUS: 12, A: 40, B: 7}
INDEX_FAULTS = {
    "login": (FAILED, 'a web page called "Sign in" came instead of a table of months: a login'),
    "wall": (REFUSED, 'answered 403 with a web page called "Making sure you are not a bot!": a wall against robots'),
    "throttle": (REFUSED, "answered 429, too busy, and asks us to wait 86,400 seconds"),
    "error": (FAILED, "answered 500"),
    "gone": (GONE, "answered 404"),
    "moved": (FAILED, "answered 302: moved to /elsewhere; the catalogue must name the new address"),
    "json": (FAILED, "no web page with a table of months"),
    "nothing": (FAILED, "no web page with a table of months"),
    "cut": (FAILED, "the answer ends early"),
}
MONTH_FAULTS = {
    "login": (FAILED, 'a web page called "Sign in" came instead of mail'),
    "wall": (REFUSED, "a wall against robots, or a login"),
    "throttle": (REFUSED, "asks us to wait 86,400 seconds"),
    "busy": (FAILED, "answered 503, too busy, and asks us to wait 0 seconds"),
    "error": (FAILED, "answered 500"),
    "gone": (GONE, "answered 404"),
    "json": (FAILED, "JSON came instead of mail"),
    "nothing": (FAILED, "nothing came (0 bytes), although the archive says 5 messages"),
    "cut": (FAILED, "the answer ends early"),
    "early": (FAILED, "the gzip stream ends early"),
    "damaged": (FAILED, "the gzip stream is damaged: CRC check failed"),
    "bomb": (FAILED, "it swells to over 3"),
    "encoded": (OK, ""),
}
FAULTY = dict(zip(QUIET[4:], MONTH_FAULTS, strict=False))
INDEXES = {f"index-{fault}": mailman2(f"index-{fault}", {A: 4}) for fault in INDEX_FAULTS}
LISTS = {
    "dev": mailman2("dev", USUAL | {C: 0}, plain=frozenset({RUNNING})),
    "turning": mailman2("turning", {TURNING: 5, A: 5}),
    "none": mailman2("none", {}),
    "faulty": mailman2("faulty", dict.fromkeys(FAULTY, 5)),
    "recovering": mailman2("recovering", {A: 5}),
    "miscounted": mailman2("miscounted", {A: 5, B: 5, C: 5}),
    "silent": mailman2("silent", {A: 5}),
    "emptied": mailman2("emptied", USUAL),
    "shrinking": mailman2("shrinking", {PREVIOUS: 60}),
    "unlisted": mailman2("unlisted", {A: 5, B: 5}),
    "turned": mailman2("turned", {A: 5, RUNNING: 5}),
    **INDEXES,
    "talk": mailman3("talk", USUAL),
    "halves": mailman3("halves", USUAL),
    "broken": mailman3("broken", USUAL),
    "closed": mailman3("closed", {RUNNING: 4}),
    "talk-login": mailman3("talk-login", {RUNNING: 4}),
    "users": pony("users", USUAL | {C: 8, D: 0}),
    "users-cn": pony("users-cn", USUAL, shape="list"),
    "pony-none": pony("pony-none", {}),
    "pony-lost": replace(pony("pony-lost", {}), url="/lost.example.net/api/"),
    "pony-braces": pony("pony-braces", USUAL),
    "pony-login": pony("pony-login", USUAL),
    "pony-faulty": pony("pony-faulty", {A: 6, B: 6, C: 12, D: 6, RUNNING: 6}),
    "impossible": mailman2("impossible", {A: 5, B: 5}),
    "talk-impossible": mailman3("talk-impossible", {RUNNING: 4}),
    "pony-impossible": pony("pony-impossible", {A: 5, B: 5}),
}
SINCE = {"halves": A, "broken": A, "talk": min(A, B)}
NAMES = {"users": ("users", "stats"), "users-cn": ("users-cn", "stats")}


def faults():
    """Return the faults of the first night."""
    index = {one.url: [name.removeprefix("index-")] for name, one in INDEXES.items()}
    month = {text_file(LISTS["faulty"], month): [fault] for month, fault in FAULTY.items()}
    halves, broken = LISTS["halves"], LISTS["broken"]
    middle, end = A.replace(day=16), later(A)
    faulty = LISTS["pony-faulty"]
    return index | month | {
        text_file(LISTS["recovering"], A): ["busy", "error", ""],
        page_by_date(LISTS["miscounted"], A): ["miscount"],
        page_by_date(LISTS["miscounted"], B): ["gone"],
        text_file(LISTS["silent"], A): ["nothing"],
        page_by_date(LISTS["silent"], A): ["gone"],
        export(halves, A, end): ["early"],
        export(broken, A, end): ["cut"],
        export(broken, middle, end): ["early"],
        export(LISTS["closed"], RUNNING, later(RUNNING)): ["disabled"],
        "/lists.example.org/archives/api/list/talk-login@lists.example.org/emails/?format=json&limit=1": ["login"],
        stats_lua(LISTS["pony-braces"]): ["braces"],
        stats_lua(LISTS["pony-login"]): ["login"],
        "/lost.example.net/api/preferences.lua": ["braces"],
        mbox_lua(faulty, A): ["login"],
        mbox_lua(faulty, B): ["nothing"],
        mbox_lua(faulty, C): ["half"],
        mbox_lua(faulty, D): ["cut"],
        LISTS["impossible"].url: ["impossible"],
        page_by_date(LISTS["impossible"], B): ["endless"],
        "/lists.example.org/archives/api/list/talk-impossible@lists.example.org/emails/?format=json&limit=1": ["huge"],
        stats_lua(LISTS["pony-impossible"]): ["years"],
    }  # fmt: skip


def impossible_table(answer):
    return replace(answer, body=answer.body.replace(b"</table>", b"<a href=0000-January.txt>x</a></table>"))


def impossible_years(answer):
    told = json.loads(answer.body)
    told["active_months"] |= {"9999-12": 3, "0000-01": 3, unit(B): 10**29}
    return replace(answer, body=json.dumps(told).encode())


IMPOSSIBLE = {
    "impossible": impossible_table, "years": impossible_years,
    "endless": lambda a: replace(a, body=a.body.replace(b"<b>Messages:</b> ", b"<b>Messages:</b> " + b"9" * 30)),
    "huge": lambda a: replace(a, body=b'{"count": 1%s, "results": []}' % (b"0" * 29)),
}  # fmt: skip


@pytest.mark.long
def test_what_cannot_be_is_a_failed_visit_and_its_neighbours_are_read(nights):
    too_many = "the archive says more than 1,000,000,000 messages, which cannot be"
    for name, names in (("impossible", "0000-January"), ("pony-impossible", "'9999-12', '0000-01'")):
        visit = visit_to(nights, 0, name, "no-month")
        assert (visit.verdict, visit.reason) == (FAILED, f"the archive lists months that cannot be: {names}")
        assert verdicts(nights, 0, name) == {"index": OK, "no-month": FAILED, unit(A): OK, unit(B): FAILED}
        assert visit_to(nights, 0, name, B).reason == too_many
    assert verdicts(nights, 0, "talk-impossible")["index"] == FAILED
    assert verdicts(nights, 0, "talk-impossible")[unit(RUNNING)] == OK
    assert visit_to(nights, 0, "talk-impossible", "index").reason == too_many


def later_lists():
    """Return the lists of the second night, without faults but those below."""
    changed = {
        "dev": USUAL | {C: 0, RUNNING: 14, A: 50},
        "emptied": USUAL | {RUNNING: 0},
        "shrinking": {PREVIOUS: 30},
        "unlisted": {},
        "users": {RUNNING: 9, PREVIOUS: 15, A: 41, B: 7, C: 4, D: 0},
        "talk": USUAL | {RUNNING: 10},
    }
    return {name: replace(one, months=changed.get(name, one.months)) for name, one in LISTS.items()}


ROBOTS = b"User-agent: *\nDisallow: /lists.example.org/pipermail/private/\n"


def block(one, base, name):
    return (
        f'\n[[sources]]\nname = "{name}"\nkind = "{one.kind}"\nsince = {SINCE.get(name, PREVIOUS)}\nwhy = "Invented."\n'
        f'address = "{one.address}"\nurls = ["{base}{one.url}"]\n'
    )


BOXES = {
    "plain": (OK, 3, ""), "packed": (OK, 3, ""), "xz": (OK, 3, ""), "zst": (OK, 3, ""),
    "maildir": (OK, 4, "1 could not be read as messages"), "mh": (OK, 3, ""),
    "folder": (OK, 11, "2 files are no mail: date.html, notes.json"),
    "missing": (GONE, None, "no such file or folder"),
    "page": (FAILED, None, 'page called "Sign in" came instead of mail'),
    "nothing": (FAILED, None, "no mail is in this folder"), "cut": (FAILED, None, "the gzip stream ends early"),
}  # fmt: skip


def letter(number, day=date(2024, 5, 3)):
    """One message whose body would split in a careless reader."""
    mail = EmailMessage()
    mail["From"], mail["Message-ID"] = "Jane Invented <jane@example.org>", f"<box.{number}@example.org>"
    mail["Date"], mail["Subject"] = f"{day:%a, %d %b %Y} 10:00:00 +0000", "Thing"
    mail.set_content("Hello\n\nFrom joe@example.net Fri May  3 10:00:00 2024\nDate: now\n\nas he wrote\n")
    return mail


def boxes(folder):
    """Write a mailbox of each form, three messages in each, and what is none; return their blocks of the catalogue."""
    folder.mkdir()
    made = mailbox.mbox(folder / "plain")
    for number in range(3):
        made.add(letter(number))
    made.flush()
    content = (folder / "plain").read_bytes()
    (folder / "packed").write_bytes(gzip.compress(content))
    (folder / "xz").write_bytes(lzma.compress(content))
    with pa.output_stream(folder / "zst", compression="zstd") as file:
        file.write(content)
    maildir, mh = mailbox.Maildir(folder / "maildir"), mailbox.MH(folder / "mh")
    for number in range(3):
        maildir.add(letter(number))
        mh.add(letter(number))
    (folder / "maildir/cur/9:2,S").write_bytes(b"nothing that is a message\n")
    (folder / "maildir/tmp/half").write_bytes(b"From: x\n")
    (folder / "folder/2024").mkdir(parents=True)
    (folder / "folder/a.mbox").write_bytes(content)
    (folder / "folder/2024/201805").write_bytes(content)
    one = mailman2("old", {date(2018, 6, 1): 5})
    (folder / "folder/2018-June.txt.gz").write_bytes(pipermail_page(one, "2018-June.txt.gz", {}).body)
    (folder / "folder/date.html").write_bytes(archives.LOGIN)
    (folder / "folder/notes.json").write_bytes(b"{}")
    (folder / "folder/.hidden").write_bytes(content)
    (folder / "page").write_bytes(archives.LOGIN)
    (folder / "nothing").mkdir()
    (folder / "cut").write_bytes(gzip.compress(content)[:-20])
    return "".join(
        f'\n[[sources]]\nname = "{name}"\nkind = "mbox"\nsince = 2015-01-01\nwhy = "Invented."\n'
        f'urls = ["file://localhost{folder / name}"]\n' for name in BOXES
    )  # fmt: skip


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Two nights of the real spiders against one server: folder, what was collected and asked, by night."""
    top = tmp_path_factory.mktemp("nights")
    where = Folders(top / "data", top / "communities", top / "site")
    where.communities.mkdir()
    told = []
    by_hand = '\n[[sources]]\nname = "by-hand"\nkind = "mbox"\nsince = 2015-01-01\nwhy = "Invented."\n'
    with serve(top / "none") as server:
        (where.communities / "birds.toml").write_text(
            HEAD
            + "".join(block(one, server.base_url, name) for name, one in LISTS.items())
            + boxes(top / "boxes")
            + by_hand
        )
        (birds,) = load_catalogue(where.communities)
        for lists, wrong in ((LISTS, faults()), (later_lists(), {LISTS["turned"].url: ["login"]})):
            server.archives = Archives(list(lists.values()), wrong, ROBOTS, known=FAULTS | IMPOSSIBLE)
            server.requests.clear()
            next_night()
            run = begin_run()
            crawl(where, ("pipermail", "hyperkitty", "ponymail", "mbox"))
            told.append((read_result(where, birds.sources, run), list(server.requests)))
        assert server.complaints == []
    return where, told


def verdicts(nights, night, name):
    """Return the verdict on each unit of a source, of the visits that one night made."""
    visits = [v for v in nights[1][night][0].visits if v.source == name]
    return {v.unit: str(v.verdict) for v in visits}


def visit_to(nights, night, name, month):
    unit_ = month if isinstance(month, str) else unit(month)
    (visit,) = [v for v in nights[1][night][0].visits if (v.source, v.unit) == (name, unit_)]
    return visit


def held(nights, name):
    """Return how many rows are held of each unit of a source."""
    known = stored_visits(nights[0].observations)
    return {unit: visit.observations for (_, source, unit), visit in known.items() if source == name}


def asked(nights, night, one):
    """Return the paths that were asked of a list, its own part of them, sorted."""
    place = one.url.replace("/list/", "/api/list/")
    mine = f"list={one.address.partition('@')[0]}&"
    paths = [r.path for r in nights[1][night][1]]
    if one.kind == "ponymail":
        return sorted(p for p in paths if mine in p)
    return sorted(p for p in paths if p.startswith((one.url, place)))


@pytest.mark.long
@pytest.mark.parametrize("night", [0, 1])
def test_no_list_is_passed_over_in_silence(nights, night):
    collected, _ = nights[1][night]
    assert collected.unvisited == ()
    assert {v.source for v in collected.visits if v.unit == "index"} == set(LISTS)
    assert {v.source for v in collected.visits if v.kind == "mbox"} == set(BOXES)
    for visit in collected.visits:
        assert bool(visit.reason) == (visit.verdict not in ("ok", "unchanged", "empty")), visit
        assert visit.verdict != EMPTY or visit.note or visit.unit == "index"


@pytest.mark.long
def test_healthy_lists_land_whole_with_what_the_archive_says_of_them(nights):
    _, ((first, _), _) = nights
    for name in ("users", "users-cn", "turned", "emptied", "encoded"):
        months = LISTS[name].months if name in LISTS else {}
        for month, count in months.items():
            visit = visit_to(nights, 0, name, month)
            assert (str(visit.verdict), visit.observations, visit.note) == (
                (OK, count, "") if count else (EMPTY, 0, "the archive says 0 messages")
            ), (name, month)
    dev = verdicts(nights, 0, "dev")
    assert dev == {"index": OK, unit(C): EMPTY} | {unit(month): OK for month in USUAL}
    talk = verdicts(nights, 0, "talk")
    assert {u: v for u, v in talk.items() if v == OK} == {"index": OK} | {unit(month): OK for month in USUAL}
    assert set(talk.values()) == {OK, EMPTY}
    (empty,) = {v.note for v in first.visits if v.source == "talk" and v.verdict == EMPTY}
    assert empty == "the file of the month is whole and empty, 20 bytes"


def totals(where, name):
    rows = pq.read_table(where.observations / "birds" / name / "index.parquet").to_pylist()
    return {row["month"]: row["messages"] for row in rows}


@pytest.mark.long
def test_the_index_lands_what_the_archive_says_it_holds(nights):
    where = nights[0]
    assert totals(where, "dev") == USUAL | {C: 0, RUNNING: 14}, "a settled month is not asked again, so its total stays"
    assert totals(where, "users") == later_lists()["users"].months
    assert totals(where, "users-cn") == USUAL
    assert totals(where, "miscounted") == {A: 95, B: None, C: 5}
    talk = totals(where, "talk")
    assert talk.pop(None) == 69
    assert set(talk.values()) == {None}
    assert (min(talk), max(talk)) == (min(A, B), RUNNING)


@pytest.mark.long
@pytest.mark.parametrize("fault", INDEX_FAULTS)
def test_r01_an_index_that_cannot_be_had_has_its_verdict_and_no_month_is_asked(nights, fault):
    verdict, reason = INDEX_FAULTS[fault]
    assert verdicts(nights, 0, f"index-{fault}") == {"index": verdict}
    assert reason in visit_to(nights, 0, f"index-{fault}", "index").reason
    assert set(verdicts(nights, 1, f"index-{fault}").values()) == {OK}
    assert held(nights, f"index-{fault}") == {"index": 1, unit(A): 4}


@pytest.mark.long
@pytest.mark.parametrize(("month", "fault"), FAULTY.items(), ids=FAULTY.values())
def test_r01_a_month_that_cannot_be_had_has_its_verdict_and_is_never_an_empty_one(nights, month, fault):
    verdict, reason = MONTH_FAULTS[fault]
    visit = visit_to(nights, 0, "faulty", month)
    assert (str(visit.verdict), visit.observations) == (verdict, 5 if verdict == OK else None)
    assert reason in visit.reason
    assert held(nights, "faulty")[unit(month)] == 5, "the second night brings it"
    assert len(reason) < 100


def test_every_fault_of_the_demo_is_tried():
    tried = {fault for names in faults().values() for fault in names if fault}
    assert tried == set(FAULTS | IMPOSSIBLE)


@pytest.mark.long
def test_a_busy_archive_is_asked_again_in_the_same_night(nights):
    assert verdicts(nights, 0, "recovering") == {"index": OK, unit(A): OK}
    path = text_file(LISTS["recovering"], A)
    assert [r.status for r in nights[1][0][1] if r.path == path] == [503, 500, 200]
    assert [r.status for r in nights[1][0][1] if r.path == LISTS["index-throttle"].url] == [429], "a day is too long"


@pytest.mark.long
def test_a_total_that_is_not_what_was_read_is_noted_and_the_month_lands(nights):
    notes = {month: visit_to(nights, 0, "miscounted", month).note for month in (A, B, C)}
    assert notes == {A: "the archive says 95 messages, 5 were read", B: "", C: ""}
    assert held(nights, "miscounted") == {"index": 3} | {unit(month): 5 for month in (A, B, C)}
    half = visit_to(nights, 0, "pony-faulty", C)
    assert (half.verdict, half.note) == (OK, f"the archive says 12 messages, {half.observations} were read")
    assert 3 < half.observations < 9


@pytest.mark.long
def test_r01_an_archive_without_months_is_empty_only_where_it_is_one(nights):
    assert verdicts(nights, 0, "none") == verdicts(nights, 0, "pony-none") == {"index": EMPTY}
    assert verdicts(nights, 0, "pony-lost") == {"index": GONE}
    assert visit_to(nights, 0, "pony-lost", "index").reason == "the archive has no list of this address"
    assert verdicts(nights, 0, "pony-braces") == verdicts(nights, 0, "pony-login") == {"index": FAILED}
    assert held(nights, "none") == {}
    silent = visit_to(nights, 0, "silent", A)
    no_evidence = "nothing came (0 bytes), which is no evidence that nothing is there"
    assert (silent.verdict, silent.reason) == (FAILED, no_evidence)


@pytest.mark.long
def test_half_months_are_asked_for_after_a_stream_that_ended_early_and_land_only_together(nights):
    one = LISTS["halves"]
    visit = visit_to(nights, 0, "halves", A)
    assert (visit.verdict, visit.observations) == (OK, 40)
    middle, end = A.replace(day=16), later(A)
    paths = [export(one, A, middle), export(one, A, end), export(one, middle, end)]
    assert sorted(p for p in asked(nights, 0, one) if f"start={A:%Y-%m}" in p) == sorted(paths)
    broken = visit_to(nights, 0, "broken", A)
    assert (broken.verdict, broken.reason) == (FAILED, "the gzip stream ends early")
    assert visit_to(nights, 1, "broken", A).observations == 40
    assert visit_to(nights, 0, "closed", RUNNING).reason == "the server answered 400: Archive download disabled."
    assert verdicts(nights, 0, "talk-login") == {"index": FAILED}


@pytest.mark.long
def test_r25_the_second_night_asks_only_for_what_may_have_changed(nights):
    dev, plain, packed = LISTS["dev"], text_file(LISTS["dev"], RUNNING), text_file(LISTS["dev"], PREVIOUS)
    assert asked(nights, 1, dev) == sorted([dev.url, plain, page_by_date(dev, RUNNING), packed])
    assert verdicts(nights, 1, "dev") == {"index": OK, unit(RUNNING): OK, unit(PREVIOUS): UNCHANGED}
    statuses = Counter((r.path, r.status) for r in nights[1][1][1])
    assert statuses[packed, 304] == statuses[dev.url, 304] == 1
    talk = LISTS["talk"]
    exports = [export(talk, month, later(month)) for month in (RUNNING, PREVIOUS)]
    index = "/lists.example.org/archives/api/list/talk@lists.example.org/emails/?format=json&limit=1"
    assert asked(nights, 1, talk) == sorted([index, *exports])
    assert verdicts(nights, 1, "talk") == {"index": OK, unit(RUNNING): OK, unit(PREVIOUS): UNCHANGED}
    users = LISTS["users"]
    changed = [mbox_lua(users, month) for month in (PREVIOUS, A, C)]
    assert asked(nights, 1, users) == sorted([stats_lua(users), *changed])
    assert visit_to(nights, 1, "users", A).note == "the month was settled and has grown from 40 to 41"
    assert visit_to(nights, 1, "users", PREVIOUS).note == "", "it was not settled"
    assert visit_to(nights, 1, "users", RUNNING).note == "the archive's total is what it was"
    cn = LISTS["users-cn"]
    assert asked(nights, 1, cn) == [stats_lua(cn)]
    assert verdicts(nights, 1, "users-cn") == dict.fromkeys(("index", unit(RUNNING), unit(PREVIOUS)), UNCHANGED)


@pytest.mark.long
def test_r25_a_settled_month_is_asked_for_again_on_its_night(nights):
    turning = LISTS["turning"]
    assert asked(nights, 1, turning) == sorted([turning.url, text_file(turning, TURNING)])
    assert verdicts(nights, 1, "turning") == {"index": UNCHANGED, unit(TURNING): UNCHANGED}


@pytest.mark.long
def test_r14_what_was_had_stays_where_less_comes_later(nights):
    assert held(nights, "shrinking")[unit(PREVIOUS)] == 60
    assert visit_to(nights, 1, "shrinking", PREVIOUS).reason == "shrank from 60 to 30: the earlier harvest is kept"
    emptied = visit_to(nights, 1, "emptied", RUNNING)
    assert (emptied.verdict, emptied.reason[:35]) == (SHRUNK, "nothing is there any more (20 bytes")
    unlisted = visit_to(nights, 1, "unlisted", "index")
    assert (unlisted.verdict, unlisted.reason) == (SHRUNK, "it lists no month any more: what it listed before is kept")
    assert verdicts(nights, 1, "turned") == {"index": FAILED}
    assert held(nights, "emptied")[unit(RUNNING)] == 9
    assert held(nights, "unlisted") == {"index": 2, unit(A): 5, unit(B): 5}
    assert held(nights, "turned") == {"index": 2, unit(A): 5, unit(RUNNING): 5}
    assert visit_to(nights, 1, "users", C).verdict == SHRUNK


def rows(nights, name, month):
    return pq.read_table(nights[0].observations / "birds" / name / f"{unit(month)}.parquet").to_pylist()


@pytest.mark.long
def test_the_same_mail_gives_the_same_rows_in_two_archives(nights):
    one = LISTS["users"]
    there = mail.messages(later_lists()["users"], A)
    ids = [KEYED.key("message id", m.message_id.strip("<>").encode()) for m in there]
    found = rows(nights, "users", A)
    assert [row["message_id_key"] for row in found] == ids
    assert {row["date_quality"] for row in found} == {"date"}
    assert {row["archive_month"] for row in found} == {A}
    packed = pipermail_page(replace(one, kind="pipermail", months={A: 41}), text_name(A), {})
    archive = Archive(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC), A, True)
    batches = list(messages(Stream(io.BytesIO(packed.body)).read, archive, KEYED))
    (table,) = [pa.Table.from_batches(batches)]
    assert table["message_id_key"].to_pylist() == ids
    assert table["sender_name_key"].to_pylist() == [row["sender_name_key"] for row in found]
    assert table["sender_address_key"].to_pylist() == [row["sender_address_key"] for row in found]
    assert table["in_reply_to_key"].to_pylist() == [row["in_reply_to_key"] for row in found]


def text_name(month):
    return f"{month.year}-{mail.MONTHS[month.month - 1]}.txt.gz"


@pytest.mark.long
def test_pages_are_kept_as_they_were_served_and_found_by_their_visit(nights):
    where = nights[0]
    there = stored_visits(where.observations).items()
    known = {key: visit for key, visit in there if visit.observations and visit.kind != "mbox"}
    for (_, source, unit_), visit in known.items():
        page = kept_page(where.data, visit)
        assert page is not None, (source, unit_)
        if page.suffix == ".gz" and LISTS[source].kind == "pipermail":
            assert page.read_bytes()[:2] == b"\x1f\x8b"
            assert sha256(page.read_bytes()).hexdigest() == visit.checksum
    assert {v.key_id for (_, _, u), v in known.items() if u == "index"} == {None}
    assert {v.key_id for (_, _, u), v in known.items() if u != "index"} == {KEYED.key_id}


@pytest.fixture(scope="module")
def reread(nights):
    """The two nights, then the commands that read kept pages again and a mailbox: folder, what was before, output."""
    where = nights[0]
    before = stored_visits(where.observations), len(list(read_visits(where.visits)))
    boxes = where.data.parent / "boxes"
    told = [
        stackrank(where, "collect", "--reread", "birds/dev", "birds/plain"),
        stackrank(where, "collect", "--mbox", str(boxes / "packed"), "--source", "birds/by-hand"),
        stackrank(where, "collect", "--mbox", str(boxes / "cut"), "--source", "birds/by-hand"),
    ]
    return where, *before, told


def stackrank(where, *arguments):
    """Run a command of the real command line on the folder of the nights."""
    finished = subprocess.run(
        [sys.executable, "-m", "flows.cli", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False,
        env=os.environ | {"STACKRANK_DATA": str(where.data), "STACKRANK_COMMUNITIES": str(where.communities),
                          "STACKRANK_KEY": KEY},
    )  # fmt: skip
    assert "Traceback" not in finished.stderr, finished.stderr
    return finished


@pytest.mark.long
def test_r25_kept_pages_are_read_again_without_asking_anybody(reread):
    where, before, seen, (told, *_) = reread
    key = ("birds", "dev", unit(A))
    after = stored_visits(where.observations)[key]
    assert (after.observations, after.seen_at, after.checksum) == (40, before[key].seen_at, before[key].checksum)
    assert after.note.startswith("read again on ")
    months = [k for k in before if k[1] == "dev" and k[2] != "index"]
    assert (told.returncode, told.stdout) == (0, f"{len(months)} fetched, 0 failed\n")
    assert len(list(read_visits(where.visits))) == seen + len(months) + 2, "and two mailboxes"


@pytest.mark.long
@pytest.mark.parametrize("name", BOXES)
def test_every_form_of_mailbox_is_read_whole(nights, name):
    verdict, count, told = BOXES[name]
    visit = visit_to(nights, 0, name, name)
    assert (str(visit.verdict), visit.observations) == (verdict, count)
    assert told in (visit.note if verdict == OK else visit.reason)
    assert bool(told) == bool(visit.note + visit.reason)
    assert str(nights[0].communities.parent) not in visit.url + visit.reason + visit.note
    again = visit_to(nights, 1, name, name)
    assert (str(again.verdict), again.observations) == (UNCHANGED if verdict == OK else verdict, count)


@pytest.mark.long
def test_mail_of_one_box_is_the_same_in_every_form(nights):
    def ids(name):
        table = pq.read_table(nights[0].observations / "birds" / name / f"{name}.parquet")
        return [key for key in table["message_id_key"].to_pylist() if key]

    letters = [KEYED.key("message id", f"box.{number}@example.org".encode()) for number in range(3)]
    for name in ("plain", "packed", "xz", "zst", "mh"):
        assert ids(name) == letters, name
    assert sorted(ids("maildir")) == sorted(letters)
    found = pq.read_table(nights[0].observations / "birds/folder/folder.parquet").to_pylist()
    assert Counter(row["archive_month"] for row in found) == {None: 6, date(2018, 6, 1): 5}
    assert {row["sent_at"].date() for row in found if row["archive_month"] is None} == {date(2024, 5, 3)}


@pytest.mark.long
def test_a_message_in_a_file_of_its_own_says_nothing_of_when_it_came(nights):
    for name in ("maildir", "mh"):
        table = pq.read_table(nights[0].observations / "birds" / name / f"{name}.parquet")
        assert set(table["arrived_at"].to_pylist()) == {None}


@pytest.mark.long
def test_a_mailbox_that_was_obtained_by_hand_lands_without_a_url_in_the_catalogue(reread):
    assert held(reread, "by-hand") == {"packed": 3}
    visit = stored_visits(reread[0].observations)["birds", "by-hand", "packed"]
    assert visit.url == "file://localhost/packed"
    _, good, cut = reread[3]
    assert (good.returncode, good.stdout) == (0, "1 fetched, 0 failed\n")
    assert (cut.returncode, cut.stdout) == (4, "0 fetched, 1 failed\n")
    assert "birds/by-hand: cut: failed: the reading stopped: the gzip stream ends early" in cut.stderr


WRONG = {
    ("collect", "--mbox", "x"): "a mailbox needs its source: uv run stackrank collect --mbox x --source",
    ("collect", "--source", "birds/by-hand"): "birds/by-hand cannot be visited; read your own copy of it",
    ("collect", "--mbox", "nowhere", "--source", "birds/by-hand"): "nowhere is neither a file nor a folder",
    ("collect", "--mbox", ".", "--source", "birds/dev"): "no source of kind mbox is called birds/dev",
    ("collect", "--mbox", ".", "--source", "birds/none"): "no source of kind mbox is called birds/none",
    ("collect", "--mbox", ".", "--reread"): "--mbox and --pages go with --source only",
    ("collect", "birds/dev", "--mbox", ".", "--source", "birds/by-hand"): "--mbox and --pages go with --source only",
    ("collect", "--reread", "--unit", "2013-10"): "--reread goes with names of sources only",
    (
        "collect",
        "birds/by-hand",
    ): "birds/by-hand cannot be visited; read your own copy of it: uv run stackrank collect --mbox",
    ("prune", "--days", "0"): "0 is not from 1 to 36500",
}


@pytest.mark.parametrize(("command", "complaint"), WRONG.items(), ids=map(" ".join, WRONG))
def test_what_cannot_be_read_here_is_wrong_usage(spider, capsys, command, complaint):
    assert main(command) == 2
    assert complaint in capsys.readouterr().err


def test_pages_are_pruned_by_command(spider, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("STACKRANK_DATA", str(tmp_path))
    (source,) = spider.sources
    visits = [visit_of(source, "x", 1, checksum=c * 64) for c in "ab"]
    for visit, days in zip(visits, (89, 91), strict=True):
        then = (datetime.now(UTC) - timedelta(days=days)).timestamp()
        os.utime(keep_page(tmp_path, visit, b"mail"), (then, then))
    assert main(["prune", "--yes"]) == 0
    assert capsys.readouterr().out == "1 kept pages deleted\n"
    assert [bool(kept_page(tmp_path, visit)) for visit in visits] == [True, False]
    assert main(["prune", "--days", "88", "--yes"]) == 0
    assert kept_page(tmp_path, visits[0]) is None


def test_r01_a_page_without_a_single_message_is_no_harvest(spider):
    archive = landing_of(spider).rules(unit(A), datetime.now(UTC))
    batches = list(messages(io.BytesIO(b"Error: no such list\n").read, archive, KEYED))
    with pytest.raises(ValueError, match="nothing of it could be read as a message, 1 parts"):
        list(check_batches(batches, None, []))
    assert list(check_batches([], 0, [])) == []


@pytest.fixture
def spider(nights):
    with spider_of(nights[0], "pipermail", sources="birds/dev") as spider:
        yield spider


def landing_of(spider):
    return spider._landing(spider.load_list(spider.sources[0]))


def visit_of(source, unit_, observations, **facts):
    return Visit(source.community, source.name, source.kind, unit_, "https://x", datetime.now(UTC), Verdict.OK,
                 observations=observations, **facts)  # fmt: skip


def test_which_times_are_believed_of_a_month_and_of_what_is_no_month(spider):
    (source,) = spider.sources
    seen = datetime(2026, 3, 20, 3, tzinfo=UTC)
    own = spider.list_addresses(source.community)
    assert "dev@lists.example.org" in own
    first, last = datetime(2013, 8, 31, tzinfo=UTC), datetime(2013, 12, 2, tzinfo=UTC)
    assert landing_of(spider).rules("2013-10", seen) == Archive(first, last, date(2013, 10, 1), True, own)
    since = datetime(source.since.year, source.since.month, 1, tzinfo=UTC)
    end = datetime(2026, 3, 21, 3, tzinfo=UTC)
    assert landing_of(spider).rules("2013q4", seen) == Archive(since, end, None, True, own)


def test_what_breaks_a_reader_is_the_failed_visit_of_its_unit_in_our_words(spider):
    async def broken():
        raise OverflowError("Jane Invented wrote this")

    visit = run(spider.attempt(spider.sources[0], "2013-05", "https://lists.example.org/x", broken()))
    assert (visit.unit, visit.verdict) == ("2013-05", FAILED)
    assert re.fullmatch(r"our reading stopped at line \d+ of test_nights.py: OverflowError", visit.reason)


def test_a_source_on_which_the_reading_stops_leaves_the_next_one_of_its_host(spider, monkeypatch):
    (source,) = spider.sources

    async def walk(one):
        if one.name == "bad":
            raise IndexError("Jane Invented wrote this")
        yield spider.visit(one, "index", one.urls[0], Verdict.OK)

    async def visits():
        return [visit async for visit in spider.on_host(None, [replace(source, name="bad"), source])]

    monkeypatch.setattr(spider, "walk", walk)
    bad, good = run(visits())
    assert (bad.source, bad.unit, bad.verdict, good.source, good.verdict) == ("bad", "index", FAILED, "dev", OK)
    assert "IndexError" in bad.reason
    assert "Jane" not in bad.reason


def answers(*statuses):
    """Answer one question after the other with these statuses; 0: no answer at all."""
    waiting = list(statuses)

    async def download(url, max_size, stored, body):
        status = waiting.pop(0)
        if not status:
            raise NoPageError(ReasonCode.TIMED_OUT, "no whole answer came in time")
        return HtmlResponse(url, status=status, body=b"")

    return download


def test_a_host_in_trouble_gets_pauses_and_after_three_failures_its_rest(spider, monkeypatch):
    pauses, url = [], "https://lists.example.org/pipermail/dev/"

    async def pause(seconds):
        pauses.append(seconds)

    monkeypatch.setattr("spiders.core.pages.asyncio.sleep", pause)
    spider.settings.setdict({"UNLIMITED_HOSTS": ["127.0.0.1"], "UNITS_PER_HOST": 9}, priority=100)

    def ask(*statuses):
        monkeypatch.setattr(spider, "_download", answers(*statuses))
        return run(spider.ask(url, 99))

    assert ask(500, 503, 200).status == 200
    assert pauses == [5, 25]
    for _ in range(2):
        with pytest.raises(NoPageError, match="the server answered 500"):
            ask(500, 500, 500)
    assert ask(200).status == 200, "one good answer and the count begins anew"
    for statuses in ((0,), (0,), (404,), (500, 500, 500)):
        spider.check_paused(url)
        with pytest.raises(NoPageError):
            ask(*statuses)
    with pytest.raises(HostPausedError, match="3 questions in a row failed, the last one: the server answered 500"):
        spider.check_paused(url)


def test_an_ended_list_is_not_asked_once_all_is_read(spider):
    (living,) = spider.sources
    ended = replace(living, until=date(2018, 12, 3))
    days = [TODAY + timedelta(days=n) for n in range(7)]

    def skipped(source):
        return [setattr(spider, "today", day) or spider._skip_inactive_list(spider.load_list(source)) for day in days]

    assert [bool(visit) for visit in skipped(ended)].count(False) == 1
    visit = next(filter(None, skipped(ended)))
    assert (visit.verdict, visit.unit, visit.observations) == (UNCHANGED, "index", 5)
    assert "not asked in this run" in visit.note
    assert not any(skipped(living))
    del spider.stored["birds", "dev", unit(A)]
    assert not any(skipped(ended))


def test_r25_a_month_of_an_older_reader_is_read_again_from_its_kept_page(spider, monkeypatch):
    monkeypatch.setattr(spider, "reader", "pipermail/2")
    stored = spider.load_list(spider.sources[0])
    one = ListedMonth(unit(A), A, text_file(LISTS["dev"], A), None, True)
    assert stored.current(unit(A)) is None
    assert stored.months([one])[unit(A)].has_page
    again = spider._reread_month(spider._landing(stored), unit(A))
    assert (again.visit.reader, sum(batch.num_rows for batch in again.batches)) == ("pipermail/2", 40)


def test_robots_txt_and_conditional_requests_are_those_of_a_real_crawl(tmp_path):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    where.communities.mkdir()
    shown = {"dev": mailman2("dev", {A: 4}), "talk": mailman3("talk", {A: 4}), "users": pony("users", {A: 4})}
    private = mailman2("private", {A: 4})
    faults = {text_file(shown["dev"], A): ["busy", "cut", ""]}
    with serve(tmp_path / "none") as server:
        (where.communities / "birds.toml").write_text(
            HEAD + "".join(block(one, server.base_url, name) for name, one in (shown | {"private": private}).items())
        )
        server.archives = Archives([*shown.values(), private], faults, ROBOTS)
        for _ in range(2):
            crawl_process(where, ("pipermail", "hyperkitty", "ponymail"))
        assert server.complaints == []
        statuses = Counter((request.path, request.status) for request in server.requests)
    latest = {(visit.source, visit.unit): visit for visit in read_visits(where.visits)}
    assert [latest[name, unit(A)].observations for name in shown] == [4, 4, 4]
    assert statuses[shown["dev"].url, 304] == 1
    assert not [path for path, _ in statuses if path.startswith(private.url)]
    refused = latest["private", "index"]
    assert (str(refused.verdict), refused.reason_code) == (REFUSED, ReasonCode.ROBOTS_TXT)
    assert "robots.txt of the host forbids it" in refused.reason
