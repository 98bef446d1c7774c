"""Walk the forums of Discourse: ask for their posts backwards by id, in blocks of 1,000.

A block is a unit, `posts-000012`, and lands as MESSAGES. What the forum states of its posts lands as
TOTALS, unit `index`. What it states of its users on a day lands as COUNTS, unit `about-2026-11-24`.
Pages are not kept: they hold texts.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.catalogue.urls import INDEX
from pipelines.landing.asked import WINDOW, host_of
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import MESSAGES
from pipelines.landing.stored import unit_file
from pipelines.landing.visits import read_visits
from pipelines.model import ReasonCode, Source, Verdict, Visit
from spiders.core.batches import check_batches
from spiders.core.bodies import json_object
from spiders.core.budget import HostPausedError
from spiders.core.days import is_recheck_day
from spiders.core.pages import carry_over
from spiders.core.verdicts import NoPageError
from spiders.forums.assertions import DISCOURSE
from spiders.forums.discourse_blocks import BLOCK, Block, due_blocks, has_reached, next_before, number_of, posts_url
from spiders.forums.discourse_counts import MAX_PAGE, ForumCountSpider
from spiders.forums.discourse_posts import TOLERANCE, Forum, PostPage, Row, read_posts
from spiders.readers import VERSIONS

MAX_PAGES = 150
"""After so many pages a block of posts fails: a forum of the oldest software needs 40 where posts are rare."""
ALLOWED_LOSS = 20
"""How many posts of a block may be deleted between two visits without a warning: 2 % of its ids."""
NOTHING = PostPage({}, [])


@dataclass(frozen=True)
class ForumRun:
    """One run over one forum: what the reader must know of it, and what is known of its blocks.

    `known` is the visit by which the current reader had each block, `tried` when each was visited last.
    """

    source: Source
    forum: Forum
    known: dict[int, Visit]
    tried: dict[int, datetime]


class DiscourseSpider(ForumCountSpider):
    """Ask what a forum states of itself and for its newest posts, then for the blocks of posts that are due."""

    name = "discourse"
    kind = "discourse"
    reader = VERSIONS["discourse"]
    assertions = DISCOURSE
    units_are = "blocks of posts"

    async def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield the counts of the day, the newest block, the blocks that are due, then the index."""
        url = posts_url(source)
        if self.is_wanted(INDEX) and not self.plan_requests(source, {INDEX: url}):
            return
        counts, total = await self.ask_counts(source)
        if counts:
            yield counts
        run = self._run(source)
        try:
            first = await self._ask_page(run, url, None)
        except HostPausedError as paused:
            self.defer(source, INDEX, str(paused))
            return
        except NoPageError as error:
            yield self.without_key_id(self.error_visit(source, INDEX, url, error))
            return
        if not first.rows:
            yield self.no_post_visit(source, total)
            return
        async for found in self._walk_blocks(run, first):
            yield found
        yield self.harvest_total(source, total)

    def _run(self, source: Source) -> ForumRun:
        """Return what is known of a forum before anything is asked."""
        known: dict[int, Visit] = {}
        tried: dict[int, datetime] = {}
        for visit in read_visits(self.folders.visits / source.community / source.name):
            number = number_of(visit.unit)
            if number is None:
                continue
            tried[number] = visit.seen_at
            stored = self.current_visit(source, visit.unit)
            if stored or (self.is_current(visit) and visit.verdict == Verdict.EMPTY):
                known[number] = stored or visit
        forum = Forum(host_of(source.urls[0]), datetime.now(UTC) + TOLERANCE, self.pseudonyms)
        return ForumRun(source, forum, known, tried)

    # ---- which blocks ----

    async def _walk_blocks(self, run: ForumRun, first: PostPage) -> AsyncIterator[Harvest | Visit]:
        """Yield the newest block, which begins with the first page, then the others that are due."""
        remaining = 0 if self.probes else self._remaining_blocks(run.source)  # the newest block does not count
        self.due_units[run.source.id] += 1
        top = max(first.rows)
        newest = Block(top // BLOCK, posts_url(run.source), top, run.known.get(top // BLOCK))
        if self.is_wanted(newest.unit) and (found := await self._attempt_block(run, newest, first)):
            yield found
        numbers = due_blocks(newest.number, run.known, run.tried, self._is_recheck)
        by_unit = {block.unit: block for block in (Block.older(run.source, number, run.known) for number in numbers)}
        urls = {unit: block.url for unit, block in by_unit.items()}
        for unit in self.plan_requests(run.source, urls, remaining):
            if found := await self._attempt_block(run, by_unit[unit]):
                yield found

    def _is_recheck(self, number: int, setting: str = "FORUM_ROTATION") -> bool:
        """Tell whether today is the one day, in as many as the setting says, on which a block is read again."""
        return is_recheck_day(self.today, number, self.settings.getint(setting))

    def units_per_night(self, source: Source) -> int | None:
        """Return how many blocks of a forum one run reads at most."""
        return super().units_per_night(source) and self.settings.getint("FORUM_BLOCKS")

    def _remaining_blocks(self, source: Source) -> int:
        """Return how many blocks of a forum may still be asked, after those of the last hours' earlier runs."""
        limit = self.settings.getint("FORUM_BLOCKS")
        if host_of(source.urls[0]) in self.budget.unlimited:
            return limit
        recent = read_visits(self.folders.visits / source.community / source.name, datetime.now(UTC) - WINDOW)
        return max(0, limit - sum(number_of(visit.unit) is not None for visit in recent))

    # ---- one block ----

    async def _attempt_block(
        self, run: ForumRun, block: Block, first: PostPage | None = None
    ) -> Harvest | Visit | None:
        """Return what one block brings, or its failed visit where our reading stops."""
        return await self.attempt(run.source, block.unit, block.url, self._fetch_block(run, block, first))

    async def _fetch_block(self, run: ForumRun, block: Block, first: PostPage | None) -> Harvest | Visit | None:
        """Ask for the posts of one block; None where the host is paused, and the plan names it as deferred."""
        stored = self._stored_posts(run, block)
        recheck = self._is_recheck(block.number, "FORUM_RECOUNT" if first else "FORUM_ROTATION")
        started = datetime.now(UTC)
        try:
            page = await self._ask_block(run, block, NOTHING if recheck else stored, first)
        except HostPausedError as paused:
            self.defer(run.source, block.unit, str(paused))
            return None
        except NoPageError as error:
            return self.error_visit(run.source, block.unit, block.url, error)
        seconds = (datetime.now(UTC) - started).total_seconds()
        return self._land_block(run.source, block, stored.all_rows, page.all_rows, seconds)

    async def _ask_block(self, run: ForumRun, block: Block, stored: PostPage, page: PostPage | None) -> PostPage:
        """Return a block from its newest post back to the first stored one, and below that what is stored.

        A stored post that is not shown any more is deleted. Raises NoPageError.
        """
        before = block.last + 1
        rows: dict[int, Row] = {}
        without_id: list[tuple[int, Row]] = []
        for _ in range(MAX_PAGES):
            page = page or await self._ask_page(run, f"{block.address}?before={before}", before)
            rows |= {number: row for number, row in page.rows.items() if block.first <= number <= block.last}
            without_id += [(near, row) for near, row in page.without_id if block.first <= near <= block.last]
            before = next_before(page.rows, before)
            if has_reached(page.rows, before, block.first) or stored.rows.keys() & page.rows.keys():
                return _joined(stored, PostPage(rows, without_id), before)
            page = None
        reason = f"{MAX_PAGES} pages did not reach the first of {BLOCK:,} ids"
        raise NoPageError(ReasonCode.TOO_LARGE, reason)

    async def _ask_page(self, run: ForumRun, url: str, before: int | None) -> PostPage:
        """Return one page of posts; raises NoPageError."""
        response = await self.ask(url, MAX_PAGE)
        found = read_posts(json_object(response.body, "a page of posts"), run.forum)
        if found.without_id and not found.rows:
            raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, "none of the posts that came has an id")
        if before is not None and found.rows and max(found.rows) > before:
            reason = "the posts that came are not those that were asked for"
            raise NoPageError(ReasonCode.UNEXPECTED_ANSWER, reason)
        return found

    def _land_block(
        self, source: Source, block: Block, before: list[Row], rows: list[Row], seconds: float
    ) -> Harvest | Visit:
        """Return the harvest of a block, or only a visit where it did not change, or shows no post."""
        if not rows and before:
            reason = "none of its posts is shown any more: what was shown is kept"
            return self.failed_visit(source, block.unit, block.url, ReasonCode.VANISHED, reason)
        if not rows:
            facts = {"observations": 0, "note": "no post of this block is shown", "checksum": block.through}
            return self.visit(source, block.unit, block.url, Verdict.EMPTY, **facts)
        if block.known and rows == before and block.known.checksum == block.through:
            return self.visit(source, block.unit, block.url, Verdict.UNCHANGED, **carry_over(block.known))
        notes: list[str] = []
        batches = check_batches([pa.RecordBatch.from_pylist(rows, schema=MESSAGES)], None, notes)
        visit = self.visit(source, block.unit, block.url, Verdict.OK, checksum=block.through)
        return Harvest(visit, seconds, MESSAGES, batches, [], notes, ALLOWED_LOSS)

    def _stored_posts(self, run: ForumRun, block: Block) -> PostPage:
        """Return what the current reader has read of a block."""
        stored = self.current_visit(run.source, block.unit)
        if stored is None:
            return NOTHING
        ids = {run.forum.key(f"post/{number}"): number for number in range(block.first, block.first + BLOCK)}
        rows: dict[int, Row] = {}
        without_id: list[tuple[int, Row]] = []
        for row in pq.read_table(unit_file(self.folders.observations, stored)).to_pylist():
            number = ids.get(row["message_id_key"]) if row["message_id_key"] else None
            if number is None:
                without_id.append((block.first, row))
            else:
                rows[number] = row
        return PostPage(rows, without_id)


def _joined(stored: PostPage, asked: PostPage, before: int) -> PostPage:
    """Return the posts that were asked for, and the stored ones below the id `before`."""
    rows = asked.rows | {number: row for number, row in stored.rows.items() if number < before}
    contents = {row["content_key"] for _, row in asked.without_id}
    kept = [(near, row) for near, row in stored.without_id if row["content_key"] not in contents]
    return PostPage(dict(sorted(rows.items())), asked.without_id + kept)
