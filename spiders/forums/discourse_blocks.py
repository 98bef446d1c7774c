"""Decide which posts of a forum are due: blocks of 1,000 ids, from what is stored, the visits and the day."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from pipelines.model import Source, Visit

NEVER = datetime.min.replace(tzinfo=UTC)
BLOCK, PAGE = 1_000, 50
UNIT = re.compile(r"posts-(\d{6})")


@dataclass(frozen=True)
class Block:
    """A block of posts: its number, its first url, the last id in it that exists, and the visit that brought it."""

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
        """The checksum of a visit that saw the block up to its last id."""
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


def due_blocks(
    newest: int, known: Mapping[int, Visit], tried: Mapping[int, datetime], is_recheck: Callable[[int], bool]
) -> list[int]:
    """Return the due blocks before the newest one, in the order in which they are asked.

    First the blocks that were not full when they were read. Then those never read: the newest first, those
    that failed last. Then those that are read again, as `is_recheck` says.
    """
    complete = {number for number, visit in known.items() if visit.checksum == through((number + 1) * BLOCK - 1)}
    missing = sorted(set(range(newest)) - known.keys(), key=lambda n: (tried.get(n, NEVER), -n))
    rechecked = [number for number in sorted(complete) if number < newest and is_recheck(number)]
    unfinished = sorted(number for number in known.keys() - complete if number < newest)
    return [*unfinished, *missing, *rechecked]


def has_reached(rows: Mapping[int, Any], before: int, first: int) -> bool:
    """Tell whether all ids from `first` on have been asked; an old server shows `first` itself with those below it."""
    first = max(first, 1)
    return before < first or first in rows


def next_before(rows: Mapping[int, Any], before: int) -> int:
    """Return the id before which to go on, smaller than `before` whatever came.

    A new server gives the 50 posts before an id. An old one gives the posts of the 50 ids up to it: it
    repeats the post of that id, and gives none where none of the 50 is shown.
    """
    return min((number for number in rows if number < before), default=before - PAGE)
