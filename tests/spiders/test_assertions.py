"""What we assume of each kind of source, judged by recorded answers: they hold, fail, or are not reached."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from support.builders import visit

from pipelines.asserted import Asserted
from pipelines.model import ReasonCode, Source, Verdict
from spiders.code.assertions import GIT
from spiders.core.recording import COMMON, EXTRA, Answer, Recording, judge_all
from spiders.counts.assertions import ASF, GITHUB, LAUNCHPAD, OPENINFRA
from spiders.forums.assertions import DISCOURSE
from spiders.mail.assertions import ARCHIVEORG, HYPERKITTY, PIPERMAIL, PONYMAIL

BASE = "https://lists.example.org/pipermail/dev/"
KITTY = "https://lists.example.org/archives/list/dev@lists.example.org/"
SINCE = date(2013, 10, 1)
SOURCE = Source("birds", "dev", "pipermail", (BASE,), SINCE, "Invented.", address="dev@lists.example.org")
OLD = replace(SOURCE, name="old", address="old@lists.example.org")
LATER = replace(SOURCE, continues="birds/old")
ENDED = replace(SOURCE, until=date(2013, 12, 31))
TABLE = b'<html><title>The Dev Archives</title><a href="%b.txt.gz">x</a></html>'
MARKS = {"etag": '"1"', "last-modified": "Tue, 01 Oct 2013 10:00:00 GMT"}
READ = visit(SOURCE, "2013-10", observations=20)
FAILED = visit(SOURCE, "2013-10", Verdict.FAILED)
MEMBERS = "https://register.example.org/members"
FILTERS = "?filter[]=active==1&filter[]=membership_type==Individual"
LISTED = "https://api.github.com/repos/birds/wren/contributors?per_page=1&anon=1"
NOW = datetime.now(UTC).replace(tzinfo=None)


def page(url, body=b"", unit="", status=200, **headers):
    served = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(url, status, named, served, unit, len(served))


def of(*answers, visits=(READ,), source=SOURCE, declared=(), **rows):
    return Recording(source, answers, visits, declared, {f"birds/{name}": table for name, table in rows.items()})


def commits(*hashes, at=NOW):
    return pa.table({"hash": list(hashes), "committed_at": pa.array([at] * len(hashes), pa.timestamp("s"))})


def failed(code, reason="so it is"):
    return replace(FAILED, reason_code=code, reason=reason)


def table(name=b"2013-October"):
    return page(BASE, TABLE % name)


PACKED = gzip.compress(b"From ")


def month(body=PACKED, **headers):
    return page(f"{BASE}2013-October.txt.gz", body, "2013-10", **headers)


def by_date(total):
    return page(f"{BASE}2013-October/date.html", f"<b>Messages:</b> {total}<p>".encode(), "2013-10")


def lists(*names):
    return page("https://lists.example.org/archives/api/lists/?limit=100",
                {"results": [{"name": f"{name}@lists.example.org"} for name in names]}, EXTRA)  # fmt: skip


def stats(months):
    return page("https://lists.example.org/api/stats.lua?list=dev", {"active_months": months})


def about(**facts):
    return page("https://forum.example.org/about.json", {"about": facts})


def posts(*ids, before=""):
    return page(
        f"https://forum.example.org/posts.json{before}", {"latest_posts": [{"id": one} for one in ids]}, "posts-0"
    )


def members(total, query="", unit="members"):
    return page(f"{MEMBERS}{query}", {"total": total}, unit)


ASSERTIONS = {
    "pipermail": PIPERMAIL, "hyperkitty": HYPERKITTY, "ponymail": PONYMAIL, "archiveorg": ARCHIVEORG,
    "discourse": DISCOURSE, "openinfra": OPENINFRA, "launchpad": LAUNCHPAD, "asf": ASF, "github": GITHUB, "git": GIT,
}  # fmt: skip
KITTY_SOURCE = replace(SOURCE, kind="hyperkitty", urls=(KITTY,))
ROBOTS = "https://lists.example.org/robots.txt"
CASES = {
    ("pipermail", "robots"): (of(page(ROBOTS, b"User-agent: *\nCrawl-delay: 10\n")),
                              of(page(ROBOTS, b"User-agent: *\nCrawl-delay: 600\n"))),
    ("pipermail", "open"): (of(), of(visits=[failed(ReasonCode.BOT_WALL)])),
    ("pipermail", "read"): (of(), of(visits=[failed(ReasonCode.DAMAGED)])),
    ("pipermail", "table"): (of(table()), of(table(b"2013q4"))),
    ("pipermail", "begin"): (of(table()), of(table(b"2013-November"))),
    ("pipermail", "gzip"): (of(month()), of(month(content_encoding="x-gzip"))),
    ("pipermail", "validators"): (of(month(**{"etag": '"1"', "last_modified": "x"})), of(month(etag='"1"'))),
    ("pipermail", "total"): (of(by_date(20)), of(by_date(21))),
    ("hyperkitty", "list"): (of(lists("dev", "old")), of(lists("old"))),
    ("hyperkitty", "retired"): (of(lists("dev"), source=KITTY_SOURCE, declared=[OLD]),
                                of(lists("dev", "old"), source=KITTY_SOURCE, declared=[OLD])),
    ("hyperkitty", "count"): (of(page(f"{KITTY}emails/?limit=1", {"count": 7})),
                              of(page(f"{KITTY}emails/?limit=1", {"results": []}))),
    ("hyperkitty", "export"): (of(month()), of(month(b"From "))),
    ("ponymail", "shape"): (of(stats({"2013-10": 20})), of(stats([{"2013-10": 20}]))),
    ("ponymail", "begin"): (of(stats({"2013-9": 2, "2013-10": 20})), of(stats([{"2014-01": 20}]))),
    ("ponymail", "mbox"): (of(month(b"From ", content_type="application/mbox")),
                           of(month(b"From ", content_type="application/mbox"), visits=[
                               replace(READ, note="the archive says 1,020 messages, 20 were read")])),
    ("archiveorg", "captures"): (of(page("https://web.archive.org/cdx", [["timestamp"], ["20130101000000"]])),
                                 of(page("https://web.archive.org/cdx", []))),
    ("discourse", "names"): (of(about(stats={"users_count": 7})), of(about(stats={"user_count": 7}))),
    ("discourse", "born"): (of(about(site_creation_date="2013-10-01T08:00:00.000Z")),
                            of(about(site_creation_date="2013-09-30T08:00:00.000Z"))),
    ("discourse", "posts"): (of(posts(*range(50, 0, -1))), of(posts(*range(50)))),
    ("discourse", "before"): (of(posts(9, 8), posts(7, 6, before="?before=8")),
                              of(posts(9, 8), posts(8, 7, before="?before=8"))),
    ("openinfra", "active"): (of(members(70, FILTERS), members(90, unit=EXTRA)),
                              of(members(90, FILTERS), members(90, unit=EXTRA))),
    ("openinfra", "created"): (of(members(70, FILTERS), members(9, f"{FILTERS}&filter[]=created<=1")),
                               of(members(70, FILTERS), members(70, f"{FILTERS}&filter[]=created<=1"))),
    ("launchpad", "size"): (of(page("https://api.launchpad.net/1.0/~birds/members?ws.size=1", {"total_size": 7})),
                            of(page("https://api.launchpad.net/1.0/~birds/members?ws.size=1", {"total_size_link": 7}))),
    ("asf", "validators"): (of(month(etag='"1"')), of(month())),
    ("github", "limit"): (of(page(LISTED, [], x_ratelimit_limit="60")), of(page(LISTED, [], x_ratelimit_limit="10"))),
    ("github", "last"): (of(page(LISTED, [], link='<https://x/?page=9>; rel="last"')), of(page(LISTED, []))),
    ("git", "filter"): (of(page(BASE, {"note": ""}, "birds/wren")),
                        of(page(BASE, {"note": "the server ignored the filter: files came too"}, "birds/wren"))),
    ("git", "address"): (of(page(BASE, {"note": ""}, "birds/wren")),
                         of(page(BASE, {"note": "moved to https://forge.example.org/x/wren"}, "birds/wren"))),
    ("git", "alive"): (of(dev=commits("a")), of(dev=commits("a", at=NOW - timedelta(days=500)))),
    ("git", "shared"): (of(source=LATER, dev=commits("a", "b"), old=commits("a")),
                        of(source=LATER, dev=commits("b"), old=commits("a"))),
}  # fmt: skip
UNHEARD = of(visits=[failed(ReasonCode.HOST_UNKNOWN, "the name of the host is not known")])
NEEDS_NO_ANSWER = {("git", "shared")}


def outcome(kind, name, recording):
    (found,) = (one for one in judge_all(ASSERTIONS[kind], recording) if one.name == name)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case))
def test_an_assertion_holds_fails_and_is_not_reached(case):
    holding, failing = CASES[case]
    assert outcome(*case, holding).outcome == Asserted.AS_EXPECTED, outcome(*case, holding)
    assert outcome(*case, failing).outcome == Asserted.DIFFERENT
    assert outcome(*case, failing).how
    if case not in NEEDS_NO_ANSWER:
        assert outcome(*case, UNHEARD).outcome == Asserted.NOT_REACHED


def test_every_assertion_has_a_case():
    own = {(kind, one.name) for kind, of_kind in ASSERTIONS.items() for one in of_kind if one not in COMMON}
    common = {("pipermail", one.name) for one in COMMON} - {("pipermail", "answers")}
    assert own | common == CASES.keys()


def test_a_host_that_says_nothing_is_not_reached_and_one_that_refuses_us_is():
    silent = outcome("pipermail", "answers", UNHEARD)
    assert (silent.outcome, silent.how) == (Asserted.NOT_REACHED, "the name of the host is not known")
    refused = of(page(ROBOTS, status=403), visits=[failed(ReasonCode.FORBIDDEN)])
    assert outcome("pipermail", "answers", refused).outcome == Asserted.AS_EXPECTED
    assert outcome("pipermail", "open", refused).outcome == Asserted.DIFFERENT


def test_a_repository_that_ends_in_the_catalogue_has_no_later_commit():
    assert outcome("git", "alive", of(source=ENDED, dev=commits("a"))).outcome == Asserted.DIFFERENT
    assert (
        outcome("git", "alive", of(source=ENDED, dev=commits("a", at=datetime(2013, 12, 1)))).outcome == "as expected"
    )


def test_robots_that_forbid_us_differ():
    forbidden = of(page(ROBOTS), visits=[failed(ReasonCode.ROBOTS_TXT)])
    assert outcome("pipermail", "robots", forbidden).outcome == Asserted.DIFFERENT
    assert outcome("pipermail", "robots", of(page(ROBOTS, status=404))).how == "there is none (status 404)"


def test_an_answer_of_a_shape_that_nobody_thought_of_differs_and_names_nobody():
    odd = outcome(
        "discourse", "posts", of(page("https://forum.example.org/posts.json", {"jane@example.org": 1}, "posts-0"))
    )
    assert (odd.outcome, odd.how) == (Asserted.DIFFERENT, "what came has another shape (KeyError)")
