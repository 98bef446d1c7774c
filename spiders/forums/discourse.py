"""The spider of kind `discourse`: forums, whose posts are asked for backwards by their ids.

A unit is a block of 1,000 ids, `posts-000012`, and lands as MESSAGES; what the forum says that it
holds lands as TOTALS, unit `index`, and what it says of its users on a day as COUNTS, unit
`about-2026-11-24`. Pages are not kept: they hold texts. The reading half below the spider knows no
network and no clock.
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, Self

import pyarrow as pa
import pyarrow.parquet as pq
from scrapy.http import Response

from pipelines.catalogue.urls import INDEX
from pipelines.landing.schemas import COUNTS, MESSAGES, TOTALS
from pipelines.landing.store import Harvest, unit_file
from pipelines.landing.visits import read_visits
from pipelines.model import Source, Verdict, Visit
from pipelines.privacy.pseudonyms import Pseudonyms
from pipelines.rules import bots_mail
from spiders.core.base import BEFORE_ALL
from spiders.core.budget import NIGHT, HostPausedError, host_of
from spiders.core.pages import NoPageError, PageSpider, carry_over, counted, download_seconds, json_of, page_facts
from spiders.core.text import base_subject

MACHINES = bots_mail.load()
BLOCK, PAGE = 1_000, 50
MOST_PAGES = 150
"""After so many pages a block of posts is given up: a forum of the oldest software needs 40 where posts are rare."""
LARGEST_ID = 20_000_000
LARGEST_PAGE = 16 << 20
DELETED = 20
"""How many posts of a block can be deleted between two visits and nobody asks why: 2 % of its ids."""
EARLIEST, TOMORROW = datetime(1990, 1, 1, tzinfo=UTC), timedelta(days=1)
LARGEST = 1 << 40
UNIT = re.compile(r"posts-(\d{6})")
VERSION = re.compile(r"[\w.+-]{1,40}")
MEASURES = {
    "registered_users": ("users_count", "user_count"),
    "active_users_30_days": ("active_users_30_days",),
    "participating_users_30_days": ("participating_users_30_days",),
}
"""What is counted of a forum's users, and what newer and older servers call it."""
NOTHING: dict[str, Any] = dict.fromkeys(MESSAGES.names) | {"is_reply": False, "reference_keys": []}

Row = dict[str, Any]
"""One row of MESSAGES."""


class Page(NamedTuple):
    """The posts of one answer: rows by id, and what has no id, each with the id that comes before it there."""

    rows: dict[int, Row]
    nameless: list[tuple[int, Row]]


class Stated(NamedTuple):
    """What a forum says of itself: its posts, its users by measure, the version it runs, when it was made.

    None, and no such measure: it does not say.
    """

    posts: int | None
    users: dict[str, int]
    version: str | None
    made: date | None = None


class Total(NamedTuple):
    """How many posts a forum says it holds (None: it does not say), and where."""

    posts: int | None
    url: str


@dataclass(frozen=True)
class Forum:
    """What the reader must know of a forum: its host, and the last moment that a post may claim."""

    host: str
    last: datetime
    pseudonyms: Pseudonyms

    def key(self, name: str) -> str | None:
        """Return the fingerprint of the id of a post, or of a topic, on this forum."""
        return self.pseudonyms.key("message id", f"{name}@{self.host}".encode())


class DiscourseSpider(PageSpider):
    """Asks what a forum says of itself and for its newest posts, then for the blocks of posts that are due."""

    name = "discourse"
    kind = "discourse"
    reader = "discourse/1"
    units_are = "blocks of posts"

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.today = datetime.now(UTC).date()

    async def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield the counts of the day, the newest block, the blocks that are due tonight, then the index."""
        url = posts_url(source)
        if self.wanted(INDEX) and not self.tonight(source, {INDEX: url}):
            return
        forum = Forum(host_of(source.urls[0]), datetime.now(UTC) + TOMORROW, self.pseudonyms)
        counts, total = await self._about(source)
        if counts:
            yield counts
        try:
            first = await self._page(forum, url, None)
        except HostPausedError as peace:
            self.leave(source, INDEX, str(peace))
            return
        except NoPageError as error:
            yield self.nameless(self.no_page(source, INDEX, url, error))
            return
        if not first.rows:
            yield self._no_post(source, total)
            return
        async for found in self._blocks(source, forum, first):
            yield found
        yield self._index(source, total)

    # ---- what a forum says of itself ----

    async def _about(self, source: Source) -> tuple[Harvest | Visit | None, Total]:
        """Ask for the counts of the day, once a day; return what came of it, and what the forum says it holds."""
        unit, before = f"about-{self.today}", self._total_before(source)
        if (source.community, source.name, unit) in self.held or not self.wanted(unit):
            return None, before
        url = f"{source.urls[0]}about.json"
        try:
            response, stated = await self._stated(source)
        except HostPausedError as peace:
            self.leave(source, unit, str(peace))
            return None, before
        except NoPageError as error:
            return self.nameless(self.no_page(source, unit, url, error)), before
        known = page_facts(response) | {"note": too_late(stated.made, source.since)}
        visit = self.nameless(self.visit(source, unit, response.url, Verdict.OK, **known))
        batch = pa.RecordBatch.from_pylist(list(count_rows(stated, self.today, response.url)), schema=COUNTS)
        harvest = Harvest(visit=visit, fetched_in=download_seconds(response), schema=COUNTS, batches=[batch], tags=[])
        return harvest, Total(stated.posts, response.url)

    async def _stated(self, source: Source) -> tuple[Response, Stated]:
        """Return the first answer that states how many users the forum has; raises NoPageError."""
        response = await self.ask(f"{source.urls[0]}about.json", LARGEST_PAGE)
        stated = statistics(json_of(response, "what a forum says of itself"))
        if stated.users:
            return response, stated
        try:
            response = await self.ask(f"{source.urls[0]}site/statistics.json", LARGEST_PAGE)
            flat = statistics(json_of(response, "the statistics of a forum"))
        except NoPageError as error:
            verdict = Verdict.REFUSED if error.verdict == Verdict.GONE else error.verdict
            raise NoPageError(verdict, f"about.json states no number of users; site/statistics.json: {error}") from None
        if not flat.users:
            raise NoPageError(Verdict.FAILED, "neither about.json nor site/statistics.json states a number of users")
        return response, flat._replace(version=flat.version or stated.version, made=stated.made)

    def _index(self, source: Source, total: Total) -> Harvest | Visit:
        """Return the harvest of the one total that a forum has, or only a visit where it is what it was."""
        held = self.readable(source, INDEX)
        visit = self.nameless(self.visit(source, INDEX, posts_url(source), Verdict.OK))
        if held and self._total_before(source) == total:
            return replace(visit, verdict=Verdict.UNCHANGED, **carry_over(held))
        row = {"month": None, "messages": total.posts, "url": total.url}
        batch = pa.RecordBatch.from_pylist([row], schema=TOTALS)
        return Harvest(visit=visit, fetched_in=0.0, schema=TOTALS, batches=[batch], tags=[])

    def _no_post(self, source: Source, total: Total) -> Visit:
        """Return the visit to a forum that shows no post: empty only where it says itself that it has none."""
        facts: dict[str, Any] = {"reason": "no post came, which is no evidence that there is none"}
        verdict = Verdict.FAILED
        ours = {unit for community, name, unit in self.held if (community, name) == (source.community, source.name)}
        if any(number_of(unit) is not None for unit in ours):
            verdict, facts = Verdict.SHRUNK, {"reason": "it shows no post any more: what it showed before is kept"}
        elif total.posts == 0:
            verdict, facts = Verdict.EMPTY, {"observations": 0, "note": "the forum says 0 posts"}
        elif total.posts:
            facts = {"reason": f"no post came, although the forum says {total.posts:,}"}
        return self.nameless(self.visit(source, INDEX, posts_url(source), verdict, **facts))

    def _total_before(self, source: Source) -> Total:
        held = self.held.get((source.community, source.name, INDEX))
        if held is None:
            return Total(None, f"{source.urls[0]}about.json")
        (row,) = pq.read_table(unit_file(self.folders.observations, held)).to_pylist()
        return Total(row["messages"], row["url"])

    # ---- posts ----

    async def _blocks(self, source: Source, forum: Forum, first: Page) -> AsyncIterator[Harvest | Visit]:
        """Yield the newest block, which begins with the first page, then the others that are due tonight."""
        top = max(first.rows)
        known, tried = self._known(source)
        newest = Block(top // BLOCK, posts_url(source), top, known.get(top // BLOCK))
        if self.wanted(newest.unit) and (found := await self._tried(source, forum, newest, first)):
            yield found
        others = [Block.older(source, number, known) for number in due(newest.number, known, tried, self._turns)]
        by_unit = {block.unit: block for block in others}
        for unit in self.tonight(source, {unit: one.url for unit, one in by_unit.items()}, self._room(source)):
            if found := await self._tried(source, forum, by_unit[unit]):
                yield found

    def _turns(self, number: int, nights: str = "FORUM_ROTATION") -> bool:
        """Tell whether tonight is the night, one in as many as the setting says, on which a block is read anew."""
        return turns(number, self.today, self.settings.getint(nights))

    def _room(self, source: Source) -> int:
        """Return how many blocks of a forum may still be asked for tonight, by this run and those just before."""
        most = self.settings.getint("FORUM_BLOCKS")
        if host_of(source.urls[0]) in self.budget.unlimited:
            return most
        recent = read_visits(self.folders.visits / source.community / source.name, datetime.now(UTC) - NIGHT)
        return max(0, most - sum(number_of(visit.unit) is not None for visit in recent))

    def _known(self, source: Source) -> tuple[dict[int, Visit], dict[int, datetime]]:
        """Return what today's reader has had of each block, and when each was last tried."""
        known: dict[int, Visit] = {}
        tried: dict[int, datetime] = {}
        for visit in read_visits(self.folders.visits / source.community / source.name):
            number = number_of(visit.unit)
            if number is None:
                continue
            tried[number] = visit.seen_at
            held = self.readable(source, visit.unit)
            if held or (self.reads(visit) and visit.verdict == Verdict.EMPTY):
                known[number] = held or visit
        return known, tried

    async def _tried(
        self, source: Source, forum: Forum, block: "Block", first: Page | None = None
    ) -> Harvest | Visit | None:
        """Return what one block brings, a failed visit where our reading stops."""
        return await self.attempt(source, block.unit, block.url, self._block(source, forum, block, first))

    async def _block(
        self, source: Source, forum: Forum, block: "Block", first: Page | None = None
    ) -> Harvest | Visit | None:
        """Ask for the posts of one block; None where the host wants to be left alone, and the plan says so."""
        held = self._held_rows(source, forum, block)
        recount = self._turns(block.number, "FORUM_RECOUNT" if first else "FORUM_ROTATION")
        started = datetime.now(UTC)
        try:
            page = await self._read(forum, block, Page({}, []) if recount else held, first)
        except HostPausedError as peace:
            self.leave(source, block.unit, str(peace))
            return None
        except NoPageError as error:
            return self.no_page(source, block.unit, block.url, error)
        return self._landed(source, block, held, page, (datetime.now(UTC) - started).total_seconds())

    async def _read(self, forum: Forum, block: "Block", held: Page, page: Page | None) -> Page:
        """Return a block from its newest post back to the first one that is held, and below that what is held.

        What is held and is not shown any more is gone. Raises NoPageError.
        """
        before = block.last + 1
        rows: dict[int, Row] = {}
        nameless: list[tuple[int, Row]] = []
        for _ in range(MOST_PAGES):
            page = page or await self._page(forum, f"{block.address}?before={before}", before)
            rows |= {number: row for number, row in page.rows.items() if block.first <= number <= block.last}
            nameless += [(near, row) for near, row in page.nameless if block.first <= near <= block.last]
            before = next_before(page.rows, before)
            if reached(page.rows, before, block.first) or held.rows.keys() & page.rows.keys():
                break
            page = None
        else:
            raise NoPageError(Verdict.FAILED, f"{MOST_PAGES} pages did not reach the first of {BLOCK:,} ids")
        rows |= {number: row for number, row in held.rows.items() if number < before}
        contents = {row["content_key"] for _, row in nameless}
        nameless += [(near, row) for near, row in held.nameless if row["content_key"] not in contents]
        return Page(dict(sorted(rows.items())), nameless)

    async def _page(self, forum: Forum, url: str, before: int | None) -> Page:
        """Return one page of posts; raises NoPageError."""
        response = await self.ask(url, LARGEST_PAGE)
        found = posts(json_of(response, "a page of posts"), forum)
        if found.nameless and not found.rows:
            raise NoPageError(Verdict.FAILED, "none of the posts that came has an id")
        if before is not None and found.rows and max(found.rows) > before:
            raise NoPageError(Verdict.FAILED, "the posts that came are not those that were asked for")
        return found

    def _landed(self, source: Source, block: "Block", held: Page, page: Page, seconds: float) -> Harvest | Visit:
        """Return the harvest of a block, or only a visit where it is what it was, or where nothing is shown."""
        rows = [*page.rows.values(), *(row for _, row in page.nameless)]
        before = [*held.rows.values(), *(row for _, row in held.nameless)]
        if not rows and before:
            told: dict[str, Any] = {"reason": "none of its posts is shown any more: what was shown is kept"}
            return self.visit(source, block.unit, block.url, Verdict.SHRUNK, **told)
        if not rows:
            told = {"observations": 0, "note": "no post of this block is shown", "checksum": block.through}
            return self.visit(source, block.unit, block.url, Verdict.EMPTY, **told)
        if block.known and rows == before and block.known.checksum == block.through:
            return self.visit(source, block.unit, block.url, Verdict.UNCHANGED, **carry_over(block.known))
        remarks: list[str] = []
        batches = counted([pa.RecordBatch.from_pylist(rows, schema=MESSAGES)], None, remarks)
        visit = self.visit(source, block.unit, block.url, Verdict.OK, checksum=block.through)
        return Harvest(visit, seconds, MESSAGES, batches, [], remarks, DELETED)

    def _held_rows(self, source: Source, forum: Forum, block: "Block") -> Page:
        """Return what today's reader has read of a block."""
        held = self.readable(source, block.unit)
        if held is None:
            return Page({}, [])
        ids = {forum.key(f"post/{number}"): number for number in range(block.first, block.first + BLOCK)}
        rows: dict[int, Row] = {}
        nameless: list[tuple[int, Row]] = []
        for row in pq.read_table(unit_file(self.folders.observations, held)).to_pylist():
            number = ids.get(row["message_id_key"]) if row["message_id_key"] else None
            if number is None:
                nameless.append((block.first, row))
            else:
                rows[number] = row
        return Page(rows, nameless)


# ---- which posts to ask for ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """A block of posts: its number, where it begins to be asked for, the last id in it that exists, what we know."""

    number: int
    url: str
    last: int
    known: Visit | None

    @classmethod
    def older(cls, source: Source, number: int, known: Mapping[int, Visit]) -> Self:
        """Return a block all of whose ids exist."""
        last = (number + 1) * BLOCK - 1
        return cls(number, f"{posts_url(source)}?before={last + 1}", last, known.get(number))

    @property
    def unit(self) -> str:
        """Its name: `posts-000012` has the ids 12,000 to 12,999."""
        return f"posts-{self.number:06}"

    @property
    def address(self) -> str:
        """Where the posts of the forum are."""
        return self.url.partition("?")[0]

    @property
    def first(self) -> int:
        """The smallest id in it."""
        return self.number * BLOCK

    @property
    def through(self) -> str:
        """How a visit says up to which id it has seen the block."""
        return through(self.last)


def posts_url(source: Source) -> str:
    """Return where a forum has its newest posts."""
    return f"{source.urls[0]}posts.json"


def through(last: int) -> str:
    """Return the checksum of a visit that saw all ids of a block up to this one."""
    return f"through {last}"


def number_of(unit: str) -> int | None:
    """Return the number of a unit that is a block of posts, else None."""
    found = UNIT.fullmatch(unit)
    return int(found[1]) if found else None


def due(
    newest: int, known: Mapping[int, Visit], tried: Mapping[int, datetime], turns: Callable[[int], bool]
) -> list[int]:
    """Return the blocks before the newest one that are to be asked for, in their order.

    First those that were not full when they were read, then those never had, the newest first and
    those that failed last, then those whose night it is, as `turns` says.
    """
    whole = {number for number, visit in known.items() if visit.checksum == through((number + 1) * BLOCK - 1)}
    missing = sorted(set(range(newest)) - known.keys(), key=lambda n: (tried.get(n, BEFORE_ALL), -n))
    turning = [number for number in sorted(whole) if number < newest and turns(number)]
    unfinished = sorted(number for number in known.keys() - whole if number < newest)
    return [*unfinished, *missing, *turning]


def turns(number: int, today: date, period: int) -> bool:
    """Tell whether tonight is the night, one in `period`, on which a block is read anew."""
    return (today.toordinal() + number) % period == 0


def reached(rows: Mapping[int, Row], before: int, first: int) -> bool:
    """Tell whether no id from `first` on is unasked before `before`, which an old server shows with those below it."""
    first = max(first, 1)
    return before < first or first in rows


def next_before(rows: Mapping[int, Row], before: int) -> int:
    """Return the id before which to go on, smaller than `before` whatever came.

    A new server gives the 50 posts before an id. An old one gives those of the 50 ids up to it: it
    repeats the post of that id, and says nothing where none of them is shown.
    """
    return min((number for number in rows if number < before), default=before - PAGE)


# ---- the reading half ------------------------------------------------------------------------------------------


def statistics(answer: dict[str, Any]) -> Stated:
    """Return what `about.json` or `site/statistics.json` states; what is not there, or no number, is not stated."""
    about = answer.get("about")
    about = about if isinstance(about, dict) else answer
    found = about.get("stats")
    found = found if isinstance(found, dict) else about
    users = {measure: _first(found, names) for measure, names in MEASURES.items()}
    version = about.get("version")
    plain = isinstance(version, str) and VERSION.fullmatch(version)
    known = {measure: count for measure, count in users.items() if count is not None}
    posts = _first(found, ("posts_count", "post_count"))
    return Stated(posts, known, str(version) if plain else None, _day(about.get("site_creation_date")))


def _day(text: object) -> date | None:
    try:
        return _moment(str(text)).date()
    except ValueError:
        return None


def too_late(made: date | None, since: date) -> str:
    """Say where a forum is older than the catalogue says; nothing where it is not, or does not tell."""
    return f"the forum was made on {made}, in the catalogue it begins on {since}" if made and made < since else ""


def _first(found: dict[str, Any], names: tuple[str, ...]) -> int | None:
    """Return the first of these that is the number of something."""
    return next((value for name in names if type(value := found.get(name)) is int and 0 <= value <= LARGEST), None)


def count_rows(stated: Stated, day: date, url: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of COUNTS of what a forum states of its users on a day."""
    facts = {"subject": "", "day": day, "basis": "stated", "version": stated.version, "url": url}
    yield from ({"measure": measure, "value": value} | facts for measure, value in stated.users.items())


def posts(answer: dict[str, Any], forum: Forum) -> Page:
    """Return the posts of a page; raises NoPageError where it is none.

    What cannot be read as a post has a reason in `quarantine`.
    """
    listed = answer.get("latest_posts")
    if not isinstance(listed, list):
        raise NoPageError(Verdict.FAILED, "what came is not a page of posts")
    rows: dict[int, Row] = {}
    nameless: list[tuple[int, Row]] = []
    near = next((number for number in map(post_id, listed) if number), 0)
    for post in listed:
        number = post_id(post)
        row = post_row(post, forum)
        if number is None:
            nameless.append((near, row))
        else:
            rows[number], near = row, number
    return Page(rows, nameless)


def post_id(post: object) -> int | None:
    """Return the id of a post; None where it has none."""
    found = post.get("id") if isinstance(post, dict) else None
    return found if type(found) is int and 0 < found <= LARGEST_ID else None


def post_row(post: object, forum: Forum) -> Row:
    """Return a post as a row of MESSAGES, with a reason in `quarantine` where it cannot be read as one."""
    number = post_id(post)
    try:
        return NOTHING | _facts(post, number, forum)
    except ValueError as wrong:
        served = _served(post)
        kept = {"content_key": forum.pseudonyms.key("content", served), "size": len(served), "quarantine": str(wrong)}
        return NOTHING | kept | {"message_id_key": forum.key(f"post/{number}") if number else None}


def _served(post: object) -> bytes:
    """Return what is no post as bytes, nothing where it is nested too deeply to be written."""
    try:
        return json.dumps(post, sort_keys=True).encode()
    except RecursionError:
        return b""


def _facts(post: object, number: int | None, forum: Forum) -> Row:
    """Return what a post says; raises ValueError with the reason why it is none."""
    if number is None or not isinstance(post, dict):
        raise ValueError("no id of a post")
    at = _moment(_text(post, "created_at"))
    topic, place, kind = (_whole(post, key) for key in ("topic_id", "post_number", "post_type"))
    username, name, title = (_text(post, key) for key in ("username", "name", "topic_title"))
    body = _text(post, "cooked") or _text(post, "raw")
    answered = post.get("reply_to_post_number")
    named = [f"topic/{topic}", *([f"topic/{topic}/{answered}"] if type(answered) is int else [])]
    parts = (f"post/{number}", str(at), username, name, title, body)
    rule = MACHINES.of_post(username, post.get("user_id"), kind)
    believed = EARLIEST <= at <= forum.last
    clock = at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    references = [key for key in map(forum.key, named) if key]
    return _sender(username, name, forum) | {
        "message_id_key": forum.key(f"post/{number}"),
        "content_key": forum.pseudonyms.key("content", encoded("\0".join(parts))),
        "sent_at": clock if believed else None,
        "date_quality": "date" if believed else "none",
        "claimed_at": clock,
        "archive_month": clock.date().replace(day=1),
        # Two topics of one title are two threads, so a title is that of its topic.
        "subject_key": forum.pseudonyms.key("subject", encoded(f"{base_subject(title)[0]} topic/{topic}@{forum.host}"))
        if title
        else None,
        "is_reply": place > 1,
        "in_reply_to_key": references[-1] if place > 1 else None,
        "reference_keys": references,
        "size": len(encoded(body)),
        "class": rule.kind if rule else bots_mail.HUMAN,
        "class_rule": rule.id if rule else None,
    }


def _sender(username: str, name: str, forum: Forum) -> Row:
    """Return who wrote a post: an account of this forum, whose address is nobody's mail address."""
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


def _whole(post: dict[str, Any], key: str) -> int:
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


def _moment(text: str) -> datetime:
    """Return a time with its zone, UTC where it names none."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("its created_at is no time") from None


def encoded(text: str) -> bytes:
    """Return a text as bytes, whatever JSON has put into it."""
    return text.encode(errors="replace")
