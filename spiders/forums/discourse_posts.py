"""Read the posts of a page of Discourse as rows of MESSAGES."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from pipelines.landing.schemas import MESSAGES
from pipelines.model import ReasonCode
from pipelines.privacy.pseudonyms import Pseudonyms
from pipelines.rules import bots_mail
from spiders.core.text import base_subject
from spiders.core.verdicts import NoPageError

BOT_RULES = bots_mail.load()
MAX_ID = 20_000_000
MAX_POSTS = 1_000
"""A page of posts has 50."""
EARLIEST, TOLERANCE = datetime(1990, 1, 1, tzinfo=UTC), timedelta(days=1)
EMPTY_ROW: dict[str, Any] = dict.fromkeys(MESSAGES.names) | {"is_reply": False, "reference_keys": []}

Row = dict[str, Any]
"""One row of MESSAGES."""


class PostPage(NamedTuple):
    """The posts of one answer: rows by id, and the rows without id, each with the id that comes before it there."""

    rows: dict[int, Row]
    without_id: list[tuple[int, Row]]

    @property
    def all_rows(self) -> list[Row]:
        """All rows, those without id last."""
        return [*self.rows.values(), *(row for _, row in self.without_id)]


@dataclass(frozen=True)
class Forum:
    """What the reader must know of a forum: its host, and the last moment that a post may claim."""

    host: str
    latest: datetime
    pseudonyms: Pseudonyms

    def key(self, name: str) -> str | None:
        """Return the fingerprint of the id of a post, or of a topic, on this forum."""
        return self.pseudonyms.key("message id", f"{name}@{self.host}".encode())


def read_posts(answer: dict[str, Any], forum: Forum) -> PostPage:
    """Return the posts of a page; raises NoPageError for any other answer.

    A post that cannot be read has a reason in `quarantine`.
    """
    listed = answer.get("latest_posts")
    if not isinstance(listed, list):
        raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, "what came is not a page of posts")
    if len(listed) > MAX_POSTS:
        raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, f"over {MAX_POSTS:,} posts came at once")
    rows: dict[int, Row] = {}
    without_id: list[tuple[int, Row]] = []
    near = next((number for number in map(post_id, listed) if number), 0)
    for post in listed:
        number = post_id(post)
        row = post_row(post, forum)
        if number is None:
            without_id.append((near, row))
        else:
            rows[number], near = row, number
    return PostPage(rows, without_id)


def post_id(post: object) -> int | None:
    """Return the id of a post; None where it has none."""
    found = post.get("id") if isinstance(post, dict) else None
    return found if type(found) is int and 0 < found <= MAX_ID else None


def post_row(post: object, forum: Forum) -> Row:
    """Return a post as a row of MESSAGES, with a reason in `quarantine` where it cannot be read as one."""
    number = post_id(post)
    try:
        return EMPTY_ROW | _columns(post, number, forum)
    except ValueError as wrong:
        content = _as_bytes(post)
        kept = {"content_key": forum.pseudonyms.key("content", content), "size": len(content), "quarantine": str(wrong)}
        return EMPTY_ROW | kept | {"message_id_key": forum.key(f"post/{number}") if number else None}


def _as_bytes(post: object) -> bytes:
    """Return anything of JSON as bytes; b"" where it is nested too deeply."""
    try:
        return json.dumps(post, sort_keys=True).encode()
    except RecursionError:
        return b""


def _columns(post: object, number: int | None, forum: Forum) -> Row:
    """Return the columns of a post; raises ValueError with the reason why it cannot be read."""
    if number is None or not isinstance(post, dict):
        raise ValueError("no id of a post")
    at = parse_moment(_text(post, "created_at"))
    topic, place, kind = (_number(post, key) for key in ("topic_id", "post_number", "post_type"))
    username, name, title = (_text(post, key) for key in ("username", "name", "topic_title"))
    body = _text(post, "cooked") or _text(post, "raw")
    parts = (f"post/{number}", str(at), username, name, title, body)
    rule = BOT_RULES.of_post(username, post.get("user_id"), kind)
    columns = {
        "message_id_key": forum.key(f"post/{number}"),
        "content_key": forum.pseudonyms.key("content", encoded("\0".join(parts))),
        "size": len(encoded(body)),
        "class": rule.kind if rule else bots_mail.HUMAN,
        "class_rule": rule.id if rule else None,
    }
    thread = _thread(topic, place, post.get("reply_to_post_number"), title, forum)
    return _sender(username, name, forum) | columns | _times(at, forum) | thread


def _times(at: datetime, forum: Forum) -> Row:
    """Return the columns of when a post was written."""
    believed = EARLIEST <= at <= forum.latest
    clock = at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return {
        "sent_at": clock if believed else None,
        "date_quality": "date" if believed else "none",
        "claimed_at": clock,
        "archive_month": clock.date().replace(day=1),
    }


def _thread(topic: int, place: int, answered: object, title: str, forum: Forum) -> Row:
    """Return the columns of the thread: a topic is one, and two topics with one title are two."""
    names = [f"topic/{topic}", *([f"topic/{topic}/{answered}"] if type(answered) is int else [])]
    references = [key for key in map(forum.key, names) if key]
    subject = encoded(f"{base_subject(title)[0]} topic/{topic}@{forum.host}")
    return {
        "subject_key": forum.pseudonyms.key("subject", subject) if title else None,
        "is_reply": place > 1,
        "in_reply_to_key": references[-1] if place > 1 else None,
        "reference_keys": references,
    }


def _sender(username: str, name: str, forum: Forum) -> Row:
    """Return the columns of the sender: an account of this forum, whose address is no mail address."""
    address = f"{username}@{forum.host}" if username.strip() else ""
    of = forum.pseudonyms.of(encoded(name), encoded(address))
    return {
        "sender_name_exact_key": of.name_exact_key,
        "sender_name_key": of.name_key,
        "sender_address_exact_key": of.address_exact_key,
        "sender_address_key": of.address_key,
        "sender_name_words": of.name_words,
        "sender_name_bag_key": of.name_bag_key,
        "sender_role": False,  # an account has one owner, whatever it is called
        "sender_quality": "account" if address else "missing",
    }


def _number(post: dict[str, Any], key: str) -> int:
    found = post.get(key)
    if type(found) is not int or found < 0:
        raise ValueError(f"its {key} is no number")
    return found


def _text(post: dict[str, Any], key: str) -> str:
    """Return a text, empty where it is not there."""
    found = post.get(key)
    if found is not None and not isinstance(found, str):
        raise ValueError(f"its {key} is no text")
    return found or ""


def parse_moment(text: str) -> datetime:
    """Return a time with its zone, UTC where it names none."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("its created_at is no time") from None


def encoded(text: str) -> bytes:
    """Return a text as bytes, whatever JSON has put into it."""
    return text.encode(errors="replace")
