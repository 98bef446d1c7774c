"""The mail archives of a rehearsal: pages in the exact forms of Pipermail, HyperKitty and Pony Mail, and their faults.

An archive is made from a small description, a list's address and how many messages each month has;
people and mail are invented. `Archives.answer` answers one request; the rehearsal server sends it.
"""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from random import Random
from typing import NamedTuple, Protocol
from urllib.parse import parse_qs, urlsplit

from flows.demo.captures import Answer, Capture, Wayback
from flows.demo.invented import crew

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
SUBJECTS = ("How do I upgrade", "Release candidate", "Meeting next week", "Volumes are slow", "Proposal: new scheduler")


@dataclass(frozen=True)
class MailingList:
    """A list to invent: where its archive is served, its address, its messages by first day of the month.

    `kind` is pipermail, hyperkitty or ponymail. The people are those of `community`. Files of
    `plain` months are not packed. `shape` is how Pony Mail writes its totals: object or list. `copies`
    are messages of other lists that stand here too, in months that this list has.
    """

    kind: str
    url: str
    address: str
    months: Mapping[date, int]
    community: str = "birds"
    plain: frozenset[date] = frozenset()
    shape: str = "object"
    copies: "tuple[Copies, ...]" = ()

    def total(self, month: date) -> int:
        """How many messages the list has in a month, copies among them."""
        copied = sum(copies.holds(message) for copies in self.copies for message in messages(copies.of, month))
        return self.months.get(month, 0) + copied

    @property
    def name(self) -> str:
        """The list's name: its address before the at sign."""
        return self.address.partition("@")[0]


class Copies(NamedTuple):
    """The messages of a list from one day until before another: both lists of a move have them for a while."""

    of: MailingList
    first: date
    end: date

    def holds(self, message: "Message") -> bool:
        """Tell whether a message of the list is one of them."""
        return self.first <= message.sent.date() < self.end


class Message(NamedTuple):
    """One invented message."""

    number: int
    name: str
    address: str
    sent: datetime
    subject: str
    message_id: str
    answers: str | None

    @property
    def posted(self) -> str:
        """When the archive got it, in the form of a From-line."""
        return f"{self.sent.astimezone(UTC):%a %b %e %H:%M:%S %Y}"


Fault = Callable[[Answer], Answer]


@lru_cache
def _bomb() -> bytes:
    return gzip.compress(b"\n" * (64 << 20))


def _first_messages(mail: bytes) -> bytes:
    """Return about the first half of a mailbox, whole messages, packed as it was."""
    if mail.startswith(b"\x1f\x8b"):
        return gzip.compress(_first_messages(gzip.decompress(mail)), mtime=0)
    return mail[: mail.index(b"\nFrom ", len(mail) // 2) + 1]


LOGIN = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n"
WALL = b"<!doctype html><html><head><title>Making sure you are not a bot!</title></head><body></body></html>"
HTML = {"Content-Type": "text/html; charset=utf-8"}

FAULTS: dict[str, Fault] = {
    "login": lambda _: Answer(200, HTML, LOGIN),
    "wall": lambda _: Answer(403, HTML, WALL),
    "throttle": lambda _: Answer(429, {"Retry-After": "86400"}),
    "busy": lambda _: Answer(503, {"Retry-After": "0"}),
    "error": lambda _: Answer(500),
    "gone": lambda _: Answer(404, HTML, b"<html><head><title>404 Not Found</title></head></html>"),
    "moved": lambda _: Answer(302, {"Location": "/elsewhere"}),
    "json": lambda _: Answer(200, {"Content-Type": "application/json"}, b'{"error": "no such list"}'),
    "nothing": lambda a: replace(a, body=b""),
    "cut": lambda a: replace(a, body=a.body[: len(a.body) // 2], length=len(a.body)),
    "early": lambda a: replace(a, body=a.body[: len(a.body) * 2 // 3]),
    "damaged": lambda a: replace(a, body=a.body[:-8] + b"\0\1\2\3" + a.body[-4:]),
    "bomb": lambda a: replace(a, body=_bomb()),
    "encoded": lambda a: replace(a, headers={**a.headers, "Content-Encoding": "x-gzip"}),
    "half": lambda a: replace(a, body=_first_messages(a.body)),
    "miscount": lambda a: replace(a, body=a.body.replace(b"<b>Messages:</b> ", b"<b>Messages:</b> 9")),
    "disabled": lambda _: Answer(400, {"Content-Type": "text/html"}, b"Archive download disabled."),
    "braces": lambda _: Answer(200, {"Content-Type": "application/json"}, b"{}"),
}
"""What an answer can be made to do wrong, by the line of the list of failures that it stands for."""


class Site(Protocol):
    """What a server has beside mailing lists: it answers the paths below its own url."""

    @property
    def url(self) -> str:
        """Where it is served."""

    def page(self, rest: str, query: Mapping[str, str]) -> Answer | None:
        """Return what to send for the rest of a path; None where nothing is there."""


@dataclass
class Archives:
    """The archives that a server has; `faults` names, by path with query, one fault for each request to come.

    The last fault of a path stays for all later requests; "" is a good answer. `known` has what each fault does.
    """

    lists: Iterable[MailingList]
    faults: dict[str, list[str]] = field(default_factory=dict)
    robots: bytes | None = None
    sites: Iterable[Site] = ()
    known: Mapping[str, Fault] = field(default_factory=lambda: FAULTS)
    wayback: Wayback | None = None

    def answer(self, path: str, headers: Mapping[str, str]) -> Answer | None:
        """Return what to send for a path with its query; None where no archive is there."""
        if path == "/robots.txt" and self.robots is not None:
            return Answer(200, {"Content-Type": "text/plain"}, self.robots)
        answer = self._page(path)
        if answer is None:
            return None
        waiting = self.faults.get(path) or [""]
        fault = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if fault:
            return self.known[fault](answer)
        validators = (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))
        known = any(name in answer.headers and headers.get(asked) == answer.headers[name] for name, asked in validators)
        return Answer(304, answer.headers) if known else answer

    def _page(self, path: str) -> Answer | None:
        if self.wayback and path.startswith(self.wayback.url):
            return self.wayback.answer(path.removeprefix(self.wayback.url))
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        for one in self.lists:
            place = urlsplit(one.url).path
            root = place.rpartition("/list/")[0] + "/" if one.kind == "hyperkitty" else place
            if one.kind == "ponymail" and parts.path == f"{root}preferences.lua":
                return _preferences([other for other in self.lists if other.url == one.url])
            if parts.path.startswith(root):
                found = KINDS[one.kind](one, parts.path.removeprefix(root), query)
                if found is not None:
                    return found
        at = ((site, parts.path.removeprefix(site.url)) for site in self.sites if parts.path.startswith(site.url))
        return next((found for site, rest in at if (found := site.page(rest, query)) is not None), None)


# ---- invented mail ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _messages(address: str, community: str, month: date, count: int) -> tuple[Message, ...]:
    """Return the messages of a list in a month, oldest first: the same first ones however many there are."""
    people, days = crew(community, month), _later(month) - month
    found: list[Message] = []
    for number in range(count):
        dice = Random(f"{address} {month} {number}")  # noqa: S311 - invented mail holds no secret
        person = dice.choice(people)
        at = datetime(month.year, month.month, 1, 12, tzinfo=UTC) + (days - timedelta(days=1)) * (number / count)
        answers = dice.choice(found) if found and dice.random() < 0.6 else None
        subject = (
            f"Re: {answers.subject.removeprefix('Re: ')}"
            if answers
            else _subject(address, community, month, number, dice)
        )
        message_id = f"<{month:%Y%m}.{number}.{dice.randrange(10**9)}@mail.example.org>"
        found.append(Message(number, person.name, person.addresses[0], at, subject, message_id,
                             answers.message_id if answers else None))  # fmt: skip
    return tuple(found)


def _subject(address: str, community: str, month: date, number: int, dice: Random) -> str:
    """Return a subject that no other thread has: by a subject two threads would be one."""
    return f"[{community}] {dice.choice(SUBJECTS)} ({address.partition('@')[0]} {month:%Y-%m}/{number})"


def messages(one: MailingList, month: date) -> tuple[Message, ...]:
    """Return the messages that a list has in a month, oldest first."""
    own = _messages(one.address, one.community, month, one.months.get(month, 0))
    copied = [message for copies in one.copies for message in messages(copies.of, month) if copies.holds(message)]
    return tuple(sorted((*own, *copied), key=lambda message: message.sent)) if copied else own


def _later(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def _date(message: Message) -> str:
    return format_datetime(message.sent)


def _encoded(text: str) -> str:
    """Return a name as mail writes it: in ASCII, or as an encoded word."""
    if text.isascii():
        return text
    return "=?utf-8?q?" + "".join(f"={byte:02X}" for byte in text.encode()) + "?="


# ---- Mailman 2: Pipermail --------------------------------------------------------------------------------------


def _pipermail(one: MailingList, rest: str, query: Mapping[str, str]) -> Answer | None:
    stems = {f"{month.year}-{MONTHS[month.month - 1]}": month for month in sorted(one.months, reverse=True)}
    if query:
        return None
    if rest == "":
        return _static(_table(one, stems), "text/html")
    stem, slash, page = rest.partition("/")
    name, _, ending = stem.partition(".")
    month = stems.get(name)
    if month is None:
        return None
    if slash and page in ("date.html", "thread.html", "subject.html", "author.html"):
        return _static(_month_page(one, month, page.partition(".")[0]), "text/html")
    text = _pipermail_file(messages(one, month))
    if ending == "txt" and month in one.plain:
        return _static(text, "text/plain")
    packed = ending == "txt.gz" and month not in one.plain
    return _static(gzip.compress(text, mtime=0), "application/x-gzip") if packed else None


def _pipermail_file(there: Iterable[Message]) -> bytes:
    return "".join(map(_pipermail_text, there)).encode()


def captured(
    one: MailingList, month: date, taken: datetime, folder: str, *, plain: bool = False, body: bytes | None = None
) -> Capture:
    """Return the file of a month as it stood below `folder` when it was captured: with the messages sent by then."""
    text = _pipermail_file(message for message in messages(one, month) if message.sent < taken)
    url = f"{folder}{month.year}-{MONTHS[month.month - 1]}.txt" + ("" if plain else ".gz")
    served = (text if plain else gzip.compress(text, mtime=0)) if body is None else body
    html = served.lstrip()[:1] == b"<"
    kind = "text/html" if html else "text/plain" if plain else "application/x-gzip"
    return Capture(url, taken, served, kind)


def _static(body: bytes, kind: str) -> Answer:
    """Return a file as Apache serves it, with both validators."""
    tag = sha256(body).hexdigest()
    changed = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=int(tag[:6], 16))
    headers = {"Content-Type": kind, "ETag": f'"{tag[:16]}"', "Last-Modified": format_datetime(changed, usegmt=True)}
    return Answer(200, headers, body)


def _table(one: MailingList, stems: Mapping[str, date]) -> bytes:
    rows = "".join(_row(stem, month, month in one.plain) for stem, month in stems.items())
    title = one.name.capitalize()
    return f"""<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<HTML>
  <HEAD>
     <title>The {title} Archives</title>
     <META NAME="robots" CONTENT="noindex,follow">
     <META http-equiv="Content-Type" content="text/html; charset=us-ascii">
  </HEAD>
  <BODY BGCOLOR="#ffffff">
     <h1>The {title} Archives </h1>
     <p>
      You can get <a href="/cgi-bin/mailman/listinfo/{one.name}">more information about this list</a>.
     </p>

     \t<table border=3>
          <tr><td>Archive</td>
          <td>View by:</td>
          <td>Downloadable version</td></tr>
{rows}
              </table>
     </BODY>
     </HTML>
""".encode()


def _row(stem: str, month: date, plain: bool) -> str:
    link = f'"{stem}.txt">[ Text 2 KB ]' if plain else f'"{stem}.txt.gz">[ Gzip\'d Text 2 KB ]'
    return f"""
\t    <tr>
            <td>{MONTHS[month.month - 1]} {month.year}:</td>
            <td>
              <A href="{stem}/thread.html">[ Thread ]</a>
              <A href="{stem}/subject.html">[ Subject ]</a>
              <A href="{stem}/author.html">[ Author ]</a>
              <A href="{stem}/date.html">[ Date ]</a>
            </td>
            <td><A href={link}</a></td>
            </tr>
"""


def _month_page(one: MailingList, month: date, order: str) -> bytes:
    there = messages(one, month)
    items = "".join(f'<LI><A HREF="{m.number:06}.html">{m.subject}\n</A><A NAME="{m.number}">&nbsp;</A>\n'
                    f"<I>{m.name}\n</I>\n\n" for m in there)  # fmt: skip
    begun, ended = (there[0].posted, there[-1].posted) if there else ("", "")
    return f"""<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">
<HTML>
  <HEAD>
     <title>The {one.name.capitalize()} {MONTHS[month.month - 1]} {month.year} Archive by {order}</title>
     <META NAME="robots" CONTENT="noindex,follow">
  </HEAD>
  <BODY BGCOLOR="#ffffff">
      <h1>{MONTHS[month.month - 1]} {month.year} Archives by {order}</h1>
      <p><b>Starting:</b> <i>{begun}</i><br>
         <b>Ending:</b> <i>{ended}</i><br>
         <b>Messages:</b> {len(there)}<p>
     <ul>

{items}    </ul>
  </BODY>
</HTML>
""".encode()


def _pipermail_text(message: Message) -> str:
    hidden = message.address.replace("@", " at ")
    answers = f"In-Reply-To: {message.answers}\nReferences: {message.answers}\n" if message.answers else ""
    return (
        f"From {hidden}  {message.posted}\nFrom: {hidden} ({_encoded(message.name)})\nDate: {_date(message)}\n"
        f"Subject: {message.subject}\n{answers}Message-ID: {message.message_id}\n\n{_body(message)}\n\n"
    )


def _body(message: Message) -> str:
    """Return a text in which a line begins with From, as no archive is safe from."""
    return f"Hello,\n\nFrom my point of view {message.number} is enough.\n\n{message.name}\n"


# ---- Mailman 3: HyperKitty -------------------------------------------------------------------------------------


def _hyperkitty(one: MailingList, rest: str, query: Mapping[str, str]) -> Answer | None:
    if rest == f"api/list/{one.address}/emails/" and "limit" in query:
        total = sum(map(one.total, one.months))
        return Answer(200, {"Content-Type": "application/json"}, json.dumps(
            {"count": total, "next": None, "previous": None, "results": []}).encode())  # fmt: skip
    if not rest.startswith(f"list/{one.address}/export/") or not rest.endswith(".mbox.gz"):
        return None
    try:
        first, end = (date.fromisoformat(query[name]) for name in ("start", "end"))
    except (KeyError, ValueError):
        return Answer(400, {"Content-Type": "text/plain"}, b"Wrong date format.")
    text = "".join(_exported(one, m) for m in _between(one, first, end))
    return Answer(200, {"Content-Type": "application/gzip"}, gzip.compress(text.encode(), mtime=0))


def _between(one: MailingList, first: date, end: date) -> Iterator[Message]:
    for month in sorted(one.months):
        yield from (m for m in messages(one, month) if first <= m.sent.date() < end)


def _exported(one: MailingList, message: Message) -> str:
    """Return a message as HyperKitty rebuilds it, with a new border between its parts each time."""
    border = f"==============={Random().randrange(10**18, 10**19):019}=="  # noqa: S311 - a border is no secret
    answers = f"In-Reply-To:\n {message.answers}\n" if message.answers else ""
    body = _body(message).replace("\nFrom ", "\n>From ")
    return (
        f"From {message.address} {message.posted}\nFrom: {_encoded(message.name)} <{message.address}>\n"
        f"To: {one.address}\nSubject: {message.subject}\nDate: {_date(message)}\nMessage-ID:\n {message.message_id}\n"
        f'{answers}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{border}"\n\n--{border}\n'
        f'Content-Type: text/plain; charset="utf-8"\n\n{body}\n--{border}--\n\n'
    )


# ---- Pony Mail -------------------------------------------------------------------------------------------------


def _ponymail(one: MailingList, rest: str, query: Mapping[str, str]) -> Answer | None:
    name, _, domain = one.address.partition("@")
    if (query.get("list"), query.get("domain")) != (name, domain):
        return None
    if rest == "stats.lua":
        months = {f"{month:%Y-%m}": one.total(month) for month in sorted(one.months)}
        shaped = [{key: value} for key, value in months.items()] if one.shape == "list" else months
        return _json({"active_months": shaped, "hits": 0, "numparts": 0, "no_threads": 0, "emails": [],
                      "name": name, "domain": domain, "list": one.address})  # fmt: skip
    if rest != "mbox.lua":
        return None
    month = date.fromisoformat(f"{query.get('d', '')}-01")
    text = "".join(_stored(one, m) for m in messages(one, month))
    return Answer(200, {"Content-Type": "application/mbox"}, text.encode())


def _preferences(lists: Iterable[MailingList]) -> Answer:
    """Return the names of all lists, each with the messages of its newest months."""
    found: dict[str, dict[str, int]] = {}
    for one in lists:
        name, _, domain = one.address.partition("@")
        found.setdefault(domain, {})[name] = sum(map(one.total, sorted(one.months)[-3:]))
    return _json({"lists": found})


def _json(found: object) -> Answer:
    return Answer(200, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(found).encode())


def _stored(one: MailingList, message: Message) -> str:
    """Return a message as it was stored when it came."""
    returned = f"{one.name}-return-{message.number}@{one.address.partition('@')[2]}"
    answers = f"In-Reply-To: {message.answers}\nReferences: {message.answers}\n" if message.answers else ""
    body = _body(message).replace("\nFrom ", "\n>From ")
    return (
        f"From {returned} {message.posted}\nReturn-Path: <{returned}>\n"
        f"Received: from mail.example.org (mail.example.org [192.0.2.1])\n\tby lists.example.org (Postfix) with SMTP;"
        f" {_date(message)}\nFrom: {_encoded(message.name)} <{message.address}>\nTo: {one.address}\n"
        f"Date: {_date(message)}\nSubject: {message.subject}\nMessage-ID: {message.message_id}\n{answers}"
        f"List-Id: <{one.address.replace('@', '.')}>\n\n{body}\n"
    )


KINDS: Mapping[str, Callable[[MailingList, str, Mapping[str, str]], Answer | None]] = {
    "pipermail": _pipermail,
    "hyperkitty": _hyperkitty,
    "ponymail": _ponymail,
}
