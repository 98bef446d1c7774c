"""Invented forums of Discourse with their faults, and the nights in which the real spider visits them."""

from dataclasses import replace
from datetime import timedelta

import pyarrow.parquet as pq
from support.crawl import KEYED, PREVIOUS, RUNNING, TODAY, back
from support.tables_on_demand import ask, build_tables
from support.walk import CLOCK, crawl

from flows.demo.archives import FAULTS
from flows.demo.forums import FAULTS as OWN_FAULTS
from flows.demo.forums import Forum
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders
from spiders.forums import discourse_posts

ABOUT = f"about-{TODAY}"
KNOWN_FAULTS = FAULTS | OWN_FAULTS
OK, FAILED, REFUSED, GONE, EMPTY = "ok", "failed", "refused", "gone", "empty"
UNCHANGED, SHRUNK = "unchanged", "shrunk"
SINCE = back(10)
MONTHS = {back(9): 60, back(7): 30, back(6): 0, PREVIOUS: 45, RUNNING: 5}
READER = discourse_posts.Forum("forum.example.org", CLOCK.now + timedelta(days=1), KEYED)


def forum(name, months=MONTHS, **facts):
    return Forum(f"/{name}/", months, **facts)


def post(number, **facts):
    """One post as the server writes it."""
    return {
        "id": number, "name": "Jane Invented", "username": "jane_i", "user_id": 7,
        "created_at": "2024-05-03T10:00:00.123Z", "cooked": "<p>Hello</p>", "post_number": 1, "post_type": 1,
        "reply_to_post_number": None, "topic_id": 5, "topic_title": "Thing",
    } | facts  # fmt: skip


ODD = {
    900: post(900, created_at=None),
    901: post(901, created_at="yesterday"),
    902: post(902, topic_id="five"),
    903: post(903, username=["jane_i"]),
    904: post("904"),
    905: [],
    906: post(906, post_type=3),
    907: post(907, username="discobot", user_id=-2),
    908: post(908, created_at="4919-05-03T10:00:00Z", cooked="\ud800"),
    909: post(909, name=None, username=None, user_id=None),
}
POSTS_FAULTS = {
    "login": (FAILED, 'a web page called "Sign in" came instead of a page of posts'),
    "wall": (REFUSED, "a wall against robots"),
    "closed": (REFUSED, "the server answered 403"),
    "throttle": (REFUSED, "answered 429, too busy, and asks us to wait 86,400 seconds"),
    "limited": (REFUSED, "answered 429, too busy (ip_60_secs_limit), and asks us to wait 86,400 seconds"),
    "error": (FAILED, "answered 500"),
    "gone": (GONE, "answered 404"),
    "moved": (FAILED, "moved to /elsewhere; the catalogue must name the new address"),
    "nothing": (FAILED, "what came is not a page of posts"),
    "json": (FAILED, "what came is not a page of posts"),
    "numbers": (FAILED, "what came is not a page of posts"),
    "deep": (FAILED, "what came is not a page of posts"),
    "early": (FAILED, "what came is not a page of posts"),
    "cut": (FAILED, "the answer ends early"),
    "giant": (FAILED, "the answer is larger than we take"),
    "idless": (FAILED, "none of the posts that came has an id"),
}
ABOUT_FAULTS = {
    "login": (FAILED, 'a web page called "Sign in" came instead of what a forum says of itself'),
    "closed": (REFUSED, "the server answered 403"),
    "limited": (REFUSED, "too busy (ip_60_secs_limit)"),
    "early": (FAILED, "what came is not what a forum says of itself"),
}
LATER = {
    "login": "a page of posts", "repeats": "not those that were asked for", "cut": "ends early",
    "idless": "has an id", "early": "a page of posts",
}  # fmt: skip
STEP = 30
FORUMS = {
    "new": forum("new", step=STEP, private=9),
    "old": forum("old", step=STEP, old=True, private=9),
    "hidden": forum("hidden", {RUNNING: 3}, hidden=True),
    "shared": forum("shared", {RUNNING: 3}, hidden=True, shared=True),
    "empty": forum("empty", {}),
    "silent": forum("silent", {}, private=15),
    "odd": forum("odd", {}, odd=ODD),
    "hurried": forum("hurried", {RUNNING: 3}),
    "deleting": forum("deleting", {back(3): 20, RUNNING: 4}),
    "purged": forum("purged", {back(3): 60}),
    "vanished": forum("vanished", {RUNNING: 3}),
    "fewer": forum("fewer", {RUNNING: 3}, private=-1),
    **{f"posts-{fault}": forum(f"posts-{fault}", {RUNNING: 3}) for fault in POSTS_FAULTS},
    **{f"about-{fault}": forum(f"about-{fault}", {RUNNING: 3}) for fault in ABOUT_FAULTS},
    **{f"later-{fault}": forum(f"later-{fault}", step=STEP) for fault in LATER},
}


def first_faults():
    return (
        {f"/posts-{fault}/posts.json": [fault] for fault in POSTS_FAULTS}
        | {f"/about-{fault}/about.json": [fault] for fault in ABOUT_FAULTS}
        | {f"/later-{fault}/posts.json?before=3000": [fault] for fault in LATER}
        | {"/hurried/posts.json": ["hurried", "busy", ""]}
    )


def second_night():
    """Return the forums of the second night: new posts, and posts that were deleted."""
    grown = MONTHS | {RUNNING: 8}
    return FORUMS | {
        "new": replace(FORUMS["new"], months=grown),
        "old": replace(FORUMS["old"], months=grown),
        "deleting": replace(FORUMS["deleting"], gone=frozenset({21, 24})),
        "purged": replace(FORUMS["purged"], gone=frozenset(range(20, 55))),
        "vanished": forum("vanished", {}),
        "empty": forum("empty", {RUNNING: 2}),
    }


def block(base, name, since=SINCE, more=""):
    return (
        f'\n[[sources]]\nname = "{name}"\nkind = "discourse"\nsince = {since}\nwhy = "Invented."\n'
        f'urls = ["{base}/{name}/"]\n{more}'
    )


def folders(top):
    where = Folders(top / "data", top / "communities", top / "site")
    where.communities.mkdir()
    return where


NEVER = {"FORUM_RECOUNT": 10**9, "FORUM_ROTATION": 10**9}
"""No block has its night, whatever day it is."""


def run(where, **changed):
    """Let the spider pass one night."""
    crawl(where, ("discourse",), **(NEVER | changed))


def visits(nights, night, name):
    return {visit.unit: visit for visit in nights[1][night][0].visits if visit.source == name}


def verdicts(nights, night, name):
    return {unit: str(visit.verdict) for unit, visit in visits(nights, night, name).items()}


def rows(where, name, unit="*"):
    found = [
        pq.read_table(path).to_pylist() for path in sorted((where.observations / name / name).glob(f"{unit}.parquet"))
    ]
    return [row for file in found for row in file]


def asked(nights, night, name):
    return [path for path in nights[1][night][1] if path.startswith(f"/{name}/")]


def built(where, today=TODAY):
    build_tables(where, load_catalogue(where.communities), today)
    return where


def states(where, source="talk"):
    return dict(ask(where, f"select month, state from core.coverage where source = '{source}' order by month"))
