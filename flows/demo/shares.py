"""Share out the commits of a month: how many each repository of a community gets, and who signs them.

Each month has its own seed, so the history of a later day has the same commits and more.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import NamedTuple

from flows.demo.people import Person, person, team_size
from flows.demo.totals import YEARS, Totals, Window, later
from pipelines.model import Source

LAST_MONTHS_OF_AN_ENDED_ONE = 6
RELEASE_MONTHS = (4, 10)
WEB = Person("GitHub", ("noreply@github.com",), "+0000")


class Pace(NamedTuple):
    """How lively a repository is: changes a month, and the share that lands through a merge."""

    changes: int
    merged: float
    branch: str = "master"


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
    dice = seed_dice(f"{community} {month} totals")
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
            for unit, mine in _split(seed_dice(f"{community} {month} parts"), alive, signers).items():
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
    dice = seed_dice(f"{community} {month} people")
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


def seed_dice(seed: str) -> Random:
    """Return dice that fall alike whenever they are given this seed."""
    return Random(seed)  # noqa: S311 - invented histories hold no secret


def _months(first: date, end: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month < end:
        yield month
        month = later(month)


def _earlier(day: date, months: int) -> date:
    for _ in range(months):
        day = day.replace(day=1) - timedelta(1)
    return day.replace(day=1)
