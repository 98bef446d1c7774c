"""The forums of a demo: the answers of Discourse, of its newer and its oldest software, and the faults of both.

A forum is made from a small description: how many posts each month has. People and posts are invented.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any
from zlib import crc32

from flows.demo.archives import Fault
from flows.demo.captures import Answer
from flows.demo.mail import SUBJECTS
from flows.demo.people import ASCII, Person, people_of_month

JSON = {"Content-Type": "application/json; charset=utf-8"}
PAGE = 50
USUAL_PAUSE = timedelta(minutes=97)
MONTH = timedelta(days=28)
NOT_FOUND = Answer(
    404, JSON, b'{"errors":["The requested URL or resource could not be found."],"error_type":"not_found"}'
)
LIMITED = {"Discourse-Rate-Limit-Error-Code": "ip_60_secs_limit"}


@dataclass(frozen=True)
class Forum:
    """A forum to invent: where it is served, its posts by first day of the month; the people are those of `community`.

    An `old` one pages by ids and has the old names of statistics. Ids go up in steps of `step`: between two shown
    posts lie others that are not shown. Of `gone` ids the post was deleted; `odd` are posts as they stand, by id.
    The statistics of a `hidden` one are not in about.json; in site/statistics.json they are if `shared`. `private`
    posts are counted and not shown.
    """

    url: str
    months: Mapping[date, int]
    community: str = "birds"
    old: bool = False
    step: int = 1
    gone: frozenset[int] = frozenset()
    odd: Mapping[int, Any] = field(default_factory=dict)
    users: int = 40
    hidden: bool = False
    shared: bool = False
    private: int = 0

    def page(self, rest: str, query: Mapping[str, str]) -> Answer | None:
        """Return the answer to a path below the forum's own; None where there is none."""
        if rest == "about.json":
            return _json({"about": self._about() | {"version": "1.9.4" if self.old else "3.6.0.beta1"}})
        if rest == "site/statistics.json":
            return _json(self._statistics()) if self.shared else NOT_FOUND
        if rest == "posts.json":
            return _json({"latest_posts": self._posts(int(query["before"]) if "before" in query else None)})
        return None

    def shown(self) -> dict[int, Any]:
        """Return all posts that are shown by their ids, the newest first."""
        invented = _invented(self.community, tuple(sorted(self.months.items())), self.step)
        there = {post["id"]: post for post in invented} | dict(self.odd)
        return {number: there[number] for number in sorted(there.keys() - self.gone, reverse=True)}

    def _posts(self, before: int | None) -> list[Any]:
        """Return a page: the newer software's 50 posts before an id, the old one's of the 50 ids up to it."""
        shown = self.shown()
        if self.old:
            last = max(shown, default=0) if before is None else before
            return [post for number, post in shown.items() if last - PAGE < number <= last]
        return [post for number, post in shown.items() if before is None or number < before][:PAGE]

    def _about(self) -> dict[str, Any]:
        born = {"site_creation_date": f"{min(self.months, default=date(2014, 12, 1))}T08:00:00.000Z"}
        if self.old:
            return {} if self.hidden else {"stats": self._statistics()}
        about: dict[str, Any] = {"can_see_about_stats": not self.hidden} | born
        return about if self.hidden else about | {"stats": self._statistics()}

    def _statistics(self) -> dict[str, int]:
        posts, users = len(self.shown()) + self.private, self.users
        names = (
            ("topic_count", "post_count", "user_count") if self.old else ("topics_count", "posts_count", "users_count")
        )
        counts = dict(zip(names, (posts // 3, posts, users), strict=True)) | {"active_users_30_days": users // 3}
        return counts if self.old else counts | {"participating_users_30_days": users // 5}


@lru_cache
def _invented(community: str, months: tuple[tuple[date, int], ...], step: int) -> tuple[dict[str, Any], ...]:
    """Return the posts of a forum, the oldest first: those of a month are the same first ones however many it has."""
    found: list[dict[str, Any]] = []
    topics: list[dict[str, Any]] = []
    for month, count in months:
        people = people_of_month(community, month)
        for number in range(count):
            dice = Random(f"{community} forum {month} {number}")  # noqa: S311 - invented posts hold no secret
            begun = datetime(month.year, month.month, 1, tzinfo=UTC)
            at = begun + min(USUAL_PAUSE, MONTH / count) * number
            topic = (
                dice.choice(topics[-8:]) if topics and dice.random() < 0.7 else _topic(community, month, number, dice)
            )
            if topic["posts"] == 0:
                topic["id"] = len(topics) + 1
                topics.append(topic)
            topic["posts"] += 1
            found.append(_post(len(found) * step + step, at, topic, _author(dice, people, first=not found), dice))
    return tuple(found)


def _topic(community: str, month: date, number: int, dice: Random) -> dict[str, Any]:
    return {"id": 0, "posts": 0, "title": f"{dice.choice(SUBJECTS)} ({community} {month:%Y-%m}/{number})"}


def _author(dice: Random, people: list[Person], *, first: bool) -> dict[str, Any]:
    """Return the author: Discourse itself for the first post of all, else a person; every third shows no name."""
    if first:
        return {"name": "system", "username": "system", "user_id": -1}
    person = dice.choice(people)
    username = person.name.translate(ASCII).replace(" ", "_").lower()
    number = crc32(username.encode()) % 100_000 + 1
    return {"name": person.name if number % 3 else None, "username": username, "user_id": number}


def _post(
    number: int, at: datetime, topic: Mapping[str, Any], author: Mapping[str, Any], dice: Random
) -> dict[str, Any]:
    """Return a post as the server writes it."""
    place = topic["posts"]
    answered = dice.randint(1, place - 1) if place > 2 and dice.random() < 0.4 else None
    moment = f"{at:%Y-%m-%dT%H:%M:%S}.{dice.randrange(1000):03}Z"
    return {
        "id": number, **author, "avatar_template": "/letter_avatar_proxy/v4/letter/x/e9c0ed/{size}.png",
        "created_at": moment, "cooked": f"<p>Enough of {number}.</p>", "post_number": place, "post_type": 1,
        "updated_at": moment, "reply_count": 0, "reply_to_post_number": answered, "reads": dice.randrange(99),
        "topic_id": topic["id"], "topic_slug": f"topic-{topic['id']}", "topic_title": topic["title"],
        "category_id": 1, "version": 1, "hidden": False, "deleted_at": None, "user_deleted": False,
    }  # fmt: skip


def _json(found: object) -> Answer:
    return Answer(200, JSON, json.dumps(found).encode())


FAULTS: dict[str, Fault] = {
    "limited": lambda _: Answer(429, LIMITED | {"Retry-After": "86400"}),
    "hurried": lambda _: Answer(429, LIMITED | {"Retry-After": "0"}),
    "closed": lambda _: Answer(403, JSON, b'{"errors":["You need to be logged in to do that."]}'),
    "giant": lambda a: Answer(a.status, a.headers, a.body + b" " * (17 << 20)),
    "deep": lambda _: Answer(200, JSON, b"[" * 100_000),
    "repeats": lambda _: _json({"latest_posts": [{"id": n} for n in range(900_000, 900_050)]}),
    "numbers": lambda _: _json({"latest_posts": 50}),
    "idless": lambda _: _json({"latest_posts": [{"username": "x"}, [], None]}),
}
"""Faults of a forum by name, beside those of any archive."""
