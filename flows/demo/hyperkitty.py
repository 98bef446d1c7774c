"""Answers of HyperKitty, the archive of Mailman 3, as a demo's server has them."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from random import Random

from flows.demo.captures import Answer
from flows.demo.mail import MailingList, Message, encode_name, format_date, messages, write_body


def answer(one: MailingList, rest: str, query: Mapping[str, str]) -> Answer | None:
    """Return what to send for the rest of a path with its query; None where nothing is there."""
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
    text = "".join(_format_message(one, m) for m in _between(one, first, end))
    return Answer(200, {"Content-Type": "application/gzip"}, gzip.compress(text.encode(), mtime=0))


def answer_lists(lists: Iterable[MailingList]) -> Answer:
    """Return the page that names all lists of an archive."""
    names = [{"name": one.address, "display_name": one.name} for one in lists]
    page = {"count": len(names), "next": None, "previous": None, "results": names}
    return Answer(200, {"Content-Type": "application/json"}, json.dumps(page).encode())


def _between(one: MailingList, first: date, end: date) -> Iterator[Message]:
    for month in sorted(one.months):
        yield from (m for m in messages(one, month) if first <= m.sent.date() < end)


def _format_message(one: MailingList, message: Message) -> str:
    """Return a message as HyperKitty rebuilds it, with a new border between its parts each time."""
    border = f"==============={Random().randrange(10**18, 10**19):019}=="  # noqa: S311 - a border is no secret
    answers = f"In-Reply-To:\n {message.answers}\n" if message.answers else ""
    body = write_body(message).replace("\nFrom ", "\n>From ")
    return (
        f"From {message.address} {message.posted}\nFrom: {encode_name(message.name)} <{message.address}>\n"
        f"To: {one.address}\nSubject: {message.subject}\nDate: {format_date(message)}\n"
        f"Message-ID:\n {message.message_id}\n"
        f'{answers}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{border}"\n\n--{border}\n'
        f'Content-Type: text/plain; charset="utf-8"\n\n{body}\n--{border}--\n\n'
    )
