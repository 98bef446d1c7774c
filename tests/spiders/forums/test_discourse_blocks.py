"""Which blocks of posts are due, and that a walk over one finds each of its posts."""

from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import mean

from hypothesis import example, given
from hypothesis import strategies as st
from support.crawl import TODAY

from pipelines.model import Verdict, Visit
from spiders.core.days import is_recheck_day
from spiders.forums.discourse import MAX_PAGES
from spiders.forums.discourse_blocks import due_blocks, has_reached, next_before, through
from spiders.settings import FORUM_ROTATION


def had(number, checksum=None):
    return Visit("birds", "talk", "discourse", f"posts-{number:06}", "https://x", datetime.now(UTC), Verdict.OK,
                 observations=5, checksum=checksum or through(number * 1000 + 999))  # fmt: skip


def test_blocks_come_unfinished_first_then_the_newest_then_those_that_failed_last():
    known = {number: had(number) for number in (0, 8, 9)} | {7: had(7, through(7300))}
    yesterday, before = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    assert due_blocks(9, known, {6: yesterday, 5: before}, {8, 9, 10}.__contains__) == [7, 4, 3, 2, 1, 5, 6, 8]
    assert due_blocks(9, {number: had(number) for number in range(12)}, {}, {9, 10}.__contains__) == []


def is_recheck(day, number):
    return is_recheck_day(day, number, FORUM_ROTATION)


def test_every_block_has_its_night_and_a_forum_of_60_000_posts_bears_it():
    known = {number: had(number) for number in range(60)}
    days = [TODAY + timedelta(days=n) for n in range(FORUM_ROTATION)]
    nights = [due_blocks(60, known, {}, partial(is_recheck, day)) for day in days]
    assert sorted(number for night in nights for number in night) == list(range(60))
    assert 3 + mean(20 * len(night) for night in nights) < 10


@given(st.sets(st.integers(1, 3000), max_size=300), st.booleans(), st.integers(0, 2))
@example({2000}, True, 2)
@example({1}, True, 0)
def test_every_post_of_a_block_is_had_from_either_server_whatever_the_gaps(ids, old, number):
    """Walk a block as the spider does, over pages of ids as both servers cut them."""
    before, found, pages, done = (number + 1) * 1000, set(), 0, False
    while not done:
        page = sorted((i for i in ids if (before - 50 < i <= before if old else i < before)), reverse=True)[:50]
        found |= {i for i in page if number * 1000 <= i < (number + 1) * 1000}
        following = next_before({i: {} for i in page}, before)
        assert following < before
        before, pages = following, pages + 1
        done = has_reached(dict.fromkeys(page), before, number * 1000)
    assert found == {i for i in ids if i // 1000 == number}
    assert pages <= MAX_PAGES or old
