"""Invented histories: the commits of each repository and month, the same each time.

Only the accounts of bots and the measured totals of a month come from real histories. Each month
has its own seed, so the history of a later day has the same commits and more.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import NamedTuple

from flows.demo.people import Person, Signature, person, team_size
from flows.demo.totals import YEARS, Totals, Window, later
from pipelines.model import Source

LAST_MONTHS_OF_AN_ENDED_ONE = 6
DAY = 86_400
BOTS_SHARE = 0.06
FILES_SHARE = 0.05


class Pace(NamedTuple):
    """How lively a repository is: changes a month, and the share that lands through a merge."""

    changes: int
    merged: float
    branch: str = "master"


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


PACES = {
    "openstack/nova": Pace(11, 0.85),
    "openstack/neutron": Pace(9, 0.85),
    "openstack/cinder": Pace(7, 0.85),
    "openstack/horizon": Pace(6, 0.85),
    "openstack/swift": Pace(6, 0.85),
    "openstack/keystone": Pace(5, 0.85),
    "openstack/glance": Pace(5, 0.85),
    "apache/cloudstack": Pace(22, 0.12, "main"),
    "OpenNebula/one": Pace(13, 0.04),
    "eucalyptus/eucalyptus": Pace(6, 0.2),
    "Corymbia/eucalyptus": Pace(7, 0.2),
}
USUAL_PACE = Pace(6, 0.1, "main")

RELEASE_MONTHS = (4, 10)

GATE = Person("Zuul", ("zuul@review.opendev.org",), "+0000")
PROPOSALS = Person("OpenStack Proposal Bot", ("openstack-infra@lists.openstack.org",), "+0000")
BOTS = {"openstack": PROPOSALS}
USUAL_BOT = Person("dependabot[bot]", ("49699333+dependabot[bot]@users.noreply.github.com",), "+0000")

WEB = Person("GitHub", ("noreply@github.com",), "+0000")

PARTS = ("api", "agent", "scheduler", "storage", "network", "images", "quota", "console")
VERBS = ("Fix", "Add", "Remove", "Simplify", "Document", "Test", "Rename", "Speed up")
THINGS = ("the retry", "a timeout", "the cache", "error messages", "the default", "old options")


def pace(unit: str) -> Pace:
    """Return how lively a repository is."""
    return PACES.get(unit, USUAL_PACE)


def period(source: Source, today: date, window: Window | None = None) -> tuple[date, date]:
    """Return the first day of a source's history and the day after its last: those of the window, if there is one.

    Else it is about five years up to `today`; a source that ended before them gets its last months.
    """
    first, today = (window.first, window.end) if window else (date(today.year - YEARS, 1, 1), today)
    end = min(today, source.until + timedelta(1)) if source.until else today
    if end <= first:
        first = _earlier(end, LAST_MONTHS_OF_AN_ENDED_ONE)
    return max(first, source.since), end


def usual_totals(community: str, units: Iterable[str], month: date) -> Totals:
    """Draw the totals of a month without a measurement, for these repositories; three people at least."""
    dice = _dice(f"{community} {month} totals")
    commits = max(3, round(sum(pace(unit).changes for unit in units) * dice.uniform(0.8, 1.2)))
    people = max(3, min(team_size(community), commits * 2 // 3))
    return Totals(commits, people, dice.randint(0, people // 4), people // 2)


Signers = tuple[Person, Person]


class Part(NamedTuple):
    """What one repository gets of a month of its community: author and committer of each commit."""

    month: date
    signers: list[Signers]
    release: bool


def share_out(
    community: str, spans: Mapping[str, tuple[date, date]], totals: Callable[[date], Totals] | None
) -> dict[str, list[Part]]:
    """Return the parts of each unit, month after month; a span is a unit's first day and the day after its last.

    Over all units a month has exactly the commits, authors and committers of its totals, and its
    newcomers where enough people were there before; without totals they are the usual ones.
    """
    parts: dict[str, list[Part]] = {unit: [] for unit in spans}
    known: list[int] = []
    for month in _months(min(first for first, _ in spans.values()), max(end for _, end in spans.values())):
        alive = [unit for unit, (first, end) in spans.items() if first < later(month) and month < end]
        if alive:
            wanted = totals(month) if totals else usual_totals(community, alive, month)
            signers = _signers(community, month, wanted, known)
            release = month.month in RELEASE_MONTHS if wanted.releases is None else wanted.releases > 0
            for unit, mine in _split(_dice(f"{community} {month} parts"), alive, signers).items():
                parts[unit].append(Part(month, mine, release))
    return parts


def _split(dice: Random, units: list[str], signers: list[Signers]) -> dict[str, list[Signers]]:
    """Give each repository its share by its pace."""
    shares: dict[str, list[Signers]] = {unit: [] for unit in units}
    weights = list(accumulate(pace(unit).changes for unit in units))
    for unit, signed in zip(dice.choices(units, cum_weights=weights, k=len(signers)), signers, strict=True):
        shares[unit].append(signed)
    return shares


def _signers(community: str, month: date, wanted: Totals, known: list[int]) -> list[Signers]:
    """Draw author and committer of each commit of a month; `known` are all people so far, the latest last."""
    dice = _dice(f"{community} {month} people")
    back = min(wanted.people - wanted.new, len(known))
    age = range(len(known), 0, -1)
    here = [known[-n] for n in sorted(age, key=lambda n: dice.random() * n)[:back]]
    staying = set(here)
    away = [number for number in known if number not in staying]
    guests = away[::-1][: max(0, wanted.committers - wanted.people)]
    here += range(len(known), len(known) + wanted.people - back)
    known[:] = away + here
    people = [person(community, number) for number in here]
    rest = wanted.commits - len(people)
    weights = list(accumulate(1 / (place + 2) for place in range(len(people))))
    authors = people + (dice.choices(people, cum_weights=weights, k=rest) if rest else [])
    commit = people[: wanted.committers] or [WEB]
    own = set(commit)
    signers = [(author, author if author in own else dice.choice(commit)) for author in authors]
    for place, guest in enumerate(guests[:rest], len(people)):
        signers[place] = (signers[place][0], person(community, guest))
    dice.shuffle(signers)
    return signers


def changes(unit: str, source: Source, part: Part, end: date) -> Iterator[Change]:
    """Yield the changes of a month that land before `end` (UTC), in their order.

    Commits of bots come on top of those of people.
    """
    dice = _dice(f"{unit} {part.month}")
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


def _dice(seed: str) -> Random:
    return Random(seed)  # noqa: S311 - invented histories hold no secret


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _months(first: date, end: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month < end:
        yield month
        month = later(month)


def _earlier(day: date, months: int) -> date:
    for _ in range(months):
        day = day.replace(day=1) - timedelta(1)
    return day.replace(day=1)
