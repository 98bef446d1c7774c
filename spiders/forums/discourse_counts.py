"""Collect what a forum of Discourse states of itself: its users on a day as COUNTS, its posts as TOTALS."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from scrapy.http import Response

from pipelines.catalogue.urls import INDEX
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import COUNTS, TOTALS
from pipelines.landing.stored import unit_file
from pipelines.model import ReasonCode, Source, Verdict, Visit
from spiders import settings
from spiders.core.bodies import json_object
from spiders.core.budget import HostPausedError
from spiders.core.pages import PageSpider, carry_over
from spiders.core.responses import download_seconds, index_facts
from spiders.core.verdicts import NoPageError
from spiders.forums.discourse_blocks import number_of, posts_url
from spiders.forums.discourse_posts import parse_moment

MAX_PAGE = settings.MAX_PAGE
MAX_COUNT = 1 << 40
VERSION = re.compile(r"[\w.+-]{1,40}")
MEASURES = {
    "registered_users": ("users_count", "user_count"),
    "active_users_30_days": ("active_users_30_days",),
    "participating_users_30_days": ("participating_users_30_days",),
}
"""What is counted of a forum's users, and its names on newer and older servers."""


class Statistics(NamedTuple):
    """What a forum states of itself: its posts, its users by measure, its version, the day of its creation.

    None, and no such measure: it does not say.
    """

    posts: int | None
    users: dict[str, int]
    version: str | None
    created: date | None = None


class Total(NamedTuple):
    """How many posts a forum states (None: it does not say), and the url that states it."""

    posts: int | None
    url: str


class ForumCountSpider(PageSpider):
    """Ask what a forum states of itself, once a day."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.today = datetime.now(UTC).date()

    async def ask_counts(self, source: Source) -> tuple[Harvest | Visit | None, Total]:
        """Ask for the counts of the day, once a day; return what came of it, and the newest known total of posts."""
        unit, before = f"about-{self.today}", self.stored_total(source)
        if self.stored_visit(source, unit) or not self.is_wanted(unit):
            return None, before
        try:
            response, stated = await self._ask_statistics(source)
        except HostPausedError as paused:
            self.defer(source, unit, str(paused))
            return None, before
        except NoPageError as error:
            return self.without_key_id(self.error_visit(source, unit, _about_url(source), error)), before
        return self._harvest_counts(source, unit, response, stated), Total(stated.posts, response.url)

    def _harvest_counts(self, source: Source, unit: str, response: Response, stated: Statistics) -> Harvest:
        known = index_facts(response) | {"note": creation_note(stated.created, source.since)}
        visit = self.without_key_id(self.visit(source, unit, response.url, Verdict.OK, **known))
        batch = pa.RecordBatch.from_pylist(list(count_rows(stated, self.today, response.url)), schema=COUNTS)
        return Harvest(visit=visit, fetched_in=download_seconds(response), schema=COUNTS, batches=[batch], tags=[])

    async def _ask_statistics(self, source: Source) -> tuple[Response, Statistics]:
        """Return the first answer that states how many users the forum has; raises NoPageError."""
        response = await self.ask(_about_url(source), MAX_PAGE)
        stated = read_statistics(json_object(response.body, "what a forum says of itself"))
        if stated.users:
            return response, stated
        try:
            response = await self.ask(f"{source.urls[0]}site/statistics.json", MAX_PAGE)
            shared = read_statistics(json_object(response.body, "the statistics of a forum"))
        except NoPageError as error:
            code = ReasonCode.HIDDEN_TOTAL if error.verdict == Verdict.GONE else error.code
            raise NoPageError(code, f"about.json states no number of users; site/statistics.json: {error}") from None
        if not shared.users:
            reason = "neither about.json nor site/statistics.json states a number of users"
            raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, reason)
        return response, shared._replace(version=shared.version or stated.version, created=stated.created)

    def harvest_total(self, source: Source, total: Total) -> Harvest | Visit:
        """Return the harvest of the one total that a forum has, or only a visit where it did not change."""
        stored = self.current_visit(source, INDEX)
        visit = self.without_key_id(self.visit(source, INDEX, posts_url(source), Verdict.OK))
        if stored and self.stored_total(source) == total:
            return replace(visit, verdict=Verdict.UNCHANGED, **carry_over(stored))
        row = {"month": None, "messages": total.posts, "url": total.url}
        batch = pa.RecordBatch.from_pylist([row], schema=TOTALS)
        return Harvest(visit=visit, fetched_in=0.0, schema=TOTALS, batches=[batch], tags=[])

    def no_post_visit(self, source: Source, total: Total) -> Visit:
        """Return the visit of a forum that shows no post: empty only where it states itself that it has none."""
        owner, url = (source.community, source.name), posts_url(source)
        if any(tuple(its) == owner and number_of(unit) is not None for *its, unit in self.stored):
            code, reason = ReasonCode.VANISHED, "it shows no post any more: what it showed before is kept"
        elif total.posts == 0:
            known: dict[str, Any] = {"observations": 0, "note": "the forum says 0 posts"}
            return self.without_key_id(self.visit(source, INDEX, url, Verdict.EMPTY, **known))
        elif total.posts:
            code, reason = ReasonCode.NO_MESSAGES, f"no post came, although the forum says {total.posts:,}"
        else:
            code, reason = ReasonCode.NO_MESSAGES, "no post came, which is no evidence that there is none"
        return self.without_key_id(self.failed_visit(source, INDEX, url, code, reason))

    def stored_total(self, source: Source) -> Total:
        """Return the total that is stored of a forum."""
        stored = self.stored_visit(source, INDEX)
        if stored is None:
            return Total(None, _about_url(source))
        (row,) = pq.read_table(unit_file(self.folders.observations, stored)).to_pylist()
        return Total(row["messages"], row["url"])


def _about_url(source: Source) -> str:
    return f"{source.urls[0]}about.json"


def read_statistics(answer: dict[str, Any]) -> Statistics:
    """Return what `about.json` or `site/statistics.json` states; what is missing or no number is not stated."""
    about = answer.get("about")
    about = about if isinstance(about, dict) else answer
    found = about.get("stats")
    found = found if isinstance(found, dict) else about
    users = {measure: _first_count(found, names) for measure, names in MEASURES.items()}
    known = {measure: count for measure, count in users.items() if count is not None}
    version = about.get("version")
    is_plain = isinstance(version, str) and VERSION.fullmatch(version)
    posts = _first_count(found, ("posts_count", "post_count"))
    return Statistics(posts, known, version if is_plain else None, _day(about.get("site_creation_date")))


def _day(text: object) -> date | None:
    try:
        return parse_moment(str(text)).date()
    except ValueError:
        return None


def creation_note(created: date | None, since: date) -> str:
    """Return the note for a forum that is older than the catalogue says, else ""."""
    if created is None or created >= since:
        return ""
    return f"the forum was made on {created}, in the catalogue it begins on {since}"


def _first_count(found: dict[str, Any], names: tuple[str, ...]) -> int | None:
    """Return the first of these that is a count."""
    return next((value for name in names if type(value := found.get(name)) is int and 0 <= value <= MAX_COUNT), None)


def count_rows(stated: Statistics, day: date, url: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of COUNTS of what a forum states of its users on a day."""
    facts = {"subject": "", "day": day, "basis": "stated", "version": stated.version, "url": url}
    yield from ({"measure": measure, "value": value} | facts for measure, value in stated.users.items())
