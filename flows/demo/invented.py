"""Invented histories: the changes of each repository and month, the same each time.

Only the accounts of bots and the measured totals of a month come from real histories.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from random import Random
from typing import NamedTuple

from flows.demo.people import Person, Signature
from flows.demo.shares import Pace, Part, pace, seed_dice
from flows.demo.totals import later
from pipelines.model import Source

DAY = 86_400
BOTS_SHARE = 0.06
FILES_SHARE = 0.05


class Change(NamedTuple):
    """One commit to come.

    `behind` is how many changes the default branch has moved on meanwhile (0: it lands on top,
    without a merge), `reverts` says that it takes back the change before it, and `release` is the
    version that is tagged when it has landed.
    """

    landed_at: int
    author: Signature
    committer: Signature
    merger: Signature
    subject: str
    trailers: tuple[str, ...]
    path: str
    text: str
    behind: int
    reverts: bool
    release: str | None


GATE = Person("Zuul", ("zuul@review.opendev.org",), "+0000")
PROPOSALS = Person("OpenStack Proposal Bot", ("openstack-infra@lists.openstack.org",), "+0000")
BOTS = {"openstack": PROPOSALS}
USUAL_BOT = Person("dependabot[bot]", ("49699333+dependabot[bot]@users.noreply.github.com",), "+0000")

PARTS = ("api", "agent", "scheduler", "storage", "network", "images", "quota", "console")
VERBS = ("Fix", "Add", "Remove", "Simplify", "Document", "Test", "Rename", "Speed up")
THINGS = ("the retry", "a timeout", "the cache", "error messages", "the default", "old options")


def changes(unit: str, source: Source, part: Part, end: date) -> Iterator[Change]:
    """Yield the changes of a month that land before `end` (UTC), in their order.

    Commits of bots come on top of those of people.
    """
    dice = seed_dice(f"{unit} {part.month}")
    bot = BOTS.get(source.community, USUAL_BOT)
    signers = part.signers + [(bot, bot)] * round(len(part.signers) * BOTS_SHARE)
    dice.shuffle(signers)
    begins, ends = _seconds(part.month), _seconds(later(part.month))
    moments = sorted(dice.randrange(begins, ends) for _ in signers)
    moments[:1] = [min(moment, begins + dice.randrange(DAY)) for moment in moments[:1]]
    releases = [_version(source.releases, part.month)] if part.release else []
    month = Month(source.community, pace(unit), [author for author, _ in part.signers], begins, dice)
    for at, (author, committer) in zip(moments, signers, strict=True):
        if at < _seconds(end):
            yield _change(month, at, author, committer, releases.pop() if releases else None)


def _version(rule: str | None, month: date) -> str:
    """Return the tag of a release, as the source's own rule wants it."""
    version = f"{month.year}.{month.month}.0"
    return next((name for name in (version, f"release-{version}") if re.fullmatch(rule or "", name)), version)


class Month(NamedTuple):
    """What the changes of one repository in one month are drawn from."""

    community: str
    pace: Pace
    people: list[Person]
    begins: int
    dice: Random


def _change(month: Month, at: int, author: Person, committer: Person, release: str | None) -> Change:
    """Draw one change, written days before by its author, and committed in the month."""
    dice = month.dice
    bot = author is BOTS.get(month.community, USUAL_BOT)
    behind = dice.randint(1, 4) if dice.random() < month.pace.merged else 0
    committed = max(month.begins, at - dice.randrange(60, DAY // 2)) if behind else at
    written = committed if bot else committed - int(dice.expovariate(1 / DAY))
    signed = author.sign(written, dice)
    reviewer = GATE if month.community == "openstack" else committer
    part = dice.choice(PARTS)
    verb = dice.choice(VERBS)
    return Change(
        landed_at=at,
        author=signed,
        committer=signed._replace(at=committed) if committer is author else committer.sign(committed, dice),
        merger=reviewer.sign(at, dice),
        subject=f"Updated requirements of {part}" if bot else f"{verb} {dice.choice(THINGS)} in {part}",
        trailers=_trailers(month),
        path=f"{part}/{verb.split()[0].lower()}.py",
        text=f"RETRIES = {dice.randrange(1000)}\n" if dice.random() < FILES_SHARE else "",
        behind=behind,
        reverts=not bot and dice.random() < 0.03,
        release=release,
    )


def _trailers(month: Month) -> tuple[str, ...]:
    dice = month.dice
    trailers = []
    if month.community == "openstack":
        trailers.append(f"Change-Id: I{dice.getrandbits(160):040x}")
    if dice.random() < 0.06 and month.people:
        other = dice.choice(month.people)
        trailers.append(f"Co-authored-by: {other.name} <{other.addresses[0]}>")
    return tuple(trailers)


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
