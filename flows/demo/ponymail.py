"""Answers of Pony Mail as a demo's server has them."""

import json
from collections.abc import Iterable, Mapping
from datetime import date

from flows.demo.captures import Answer
from flows.demo.mail import MailingList, Message, encode_name, format_date, messages, write_body


def answer(one: MailingList, rest: str, query: Mapping[str, str]) -> Answer | None:
    """Return what to send for the rest of a path with its query; None where nothing is there."""
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
    text = "".join(format_message(one, m) for m in messages(one, month))
    return Answer(200, {"Content-Type": "application/mbox"}, text.encode())


def answer_preferences(lists: Iterable[MailingList]) -> Answer:
    """Return the names of all lists, each with the messages of its newest months."""
    found: dict[str, dict[str, int]] = {}
    for one in lists:
        name, _, domain = one.address.partition("@")
        found.setdefault(domain, {})[name] = sum(map(one.total, sorted(one.months)[-3:]))
    return _json({"lists": found})


def _json(found: object) -> Answer:
    return Answer(200, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(found).encode())


def format_message(one: MailingList, message: Message) -> str:
    """Return a message as it was stored when it came."""
    returned = f"{one.name}-return-{message.number}@{one.address.partition('@')[2]}"
    answers = f"In-Reply-To: {message.answers}\nReferences: {message.answers}\n" if message.answers else ""
    body = write_body(message).replace("\nFrom ", "\n>From ")
    return (
        f"From {returned} {message.posted}\nReturn-Path: <{returned}>\n"
        f"Received: from mail.example.org (mail.example.org [192.0.2.1])\n\tby lists.example.org (Postfix) with SMTP;"
        f" {format_date(message)}\nFrom: {encode_name(message.name)} <{message.address}>\nTo: {one.address}\n"
        f"Date: {format_date(message)}\nSubject: {message.subject}\nMessage-ID: {message.message_id}\n{answers}"
        f"List-Id: <{one.address.replace('@', '.')}>\n\n{body}\n"
    )
