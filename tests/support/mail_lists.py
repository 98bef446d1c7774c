"""Invented lists of three kinds of archive, the addresses of their pages, and their faults in the first night."""

import json
import re
from dataclasses import replace

from support.crawl import PREVIOUS, RUNNING, TODAY, back, mailman2

from flows.demo import mail
from flows.demo.archives import MailingList
from flows.demo.totals import later
from spiders.mail.due import ListedMonth, is_due_for_recheck

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
