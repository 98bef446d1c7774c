"""Invented histories: who changes what and when, the same for the same repository and month.

Nothing here comes from a real history but three accounts that are machines. Each month is drawn
from its own seed, so tomorrow's history is today's with more on top.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import NamedTuple

from pipelines.nouns import Source

YEARS = 5
LAST_MONTHS_OF_AN_ENDED_ONE = 6
DAY = 86_400


class Pace(NamedTuple):
    """How lively a repository is: changes a month, and the share that lands through a merge."""

    changes: int
    merged: float
    branch: str = "master"


class Signature(NamedTuple):
    """Who did something and when: seconds since 1970 and the offset of their clock."""

    name: str
    address: str
    at: int
    offset: str

    def __str__(self) -> str:
        """Return it as git writes it."""
        return f"{self.name} <{self.address}> {self.at} {self.offset}"


class Person(NamedTuple):
    """Somebody who does not exist; a second address is used now and then."""

    name: str
    addresses: tuple[str, ...]
    offset: str

    def sign(self, at: int, dice: Random) -> Signature:
        """Return their signature of that second."""
        return Signature(self.name, dice.choice(self.addresses), at, self.offset)


class Change(NamedTuple):
    """One commit to come.

    `behind` is how many changes the default branch has moved on meanwhile (0: it lands on top,
    without a merge), `reverts` says that it takes back the change before it.
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
CREWS = {"openstack": 44, "cloudstack": 16, "opennebula": 8, "eucalyptus": 4}
USUAL_CREW = 4

GATE = Person("Zuul", ("zuul@review.opendev.org",), "+0000")
PROPOSALS = Person("OpenStack Proposal Bot", ("openstack-infra@lists.openstack.org",), "+0000")
MACHINES = {"openstack": PROPOSALS}
USUAL_MACHINE = Person("dependabot[bot]", ("49699333+dependabot[bot]@users.noreply.github.com",), "+0000")

STARTS = ("Ba", "Ke", "Mo", "Ti", "Lu", "Sé", "Ve", "No", "Ri", "Da", "Ø", "Zi")
MIDDLES = ("ra", "mi", "lo", "ve", "nu", "ka")
ENDINGS = ("n", "dra", "l", "vik", "s", "tho", "rin", "m")
FAMILY_ENDINGS = ("mund", "sker", "vold", "teri", "nash", "quell", "borin", "zaal")
ASCII = str.maketrans("éØ", "eO")
OFFSETS = ("+0000", "-0500", "+0530", "+0100", "-0800", "+0900", "-0300", "+0200", "+1100", "+0545")
PARTS = ("api", "agent", "scheduler", "storage", "network", "images", "quota", "console")
VERBS = ("Fix", "Add", "Remove", "Simplify", "Document", "Test", "Rename", "Speed up")
THINGS = ("the retry", "a timeout", "the cache", "error messages", "the default", "old options")


def person(community: str, number: int) -> Person:
    """Return the community's person of that number; every fifth has two addresses."""
    dice = _dice(f"{community} {number}")
    given = dice.choice(STARTS) + dice.choice(MIDDLES) + dice.choice(ENDINGS)
    family = dice.choice(STARTS) + dice.choice(MIDDLES) + dice.choice(FAMILY_ENDINGS)
    plain = f"{given}.{family}".translate(ASCII).lower()
    addresses = [f"{plain}@example.{dice.choice(('org', 'com', 'net'))}"]
    if number % 5 == 0:
        addresses.append(f"{plain.replace('.', '')}@mail.example.org")
    return Person(f"{given} {family}", tuple(addresses), dice.choice(OFFSETS))


def crew(community: str, month: date) -> list[Person]:
    """Return who is there in a month: a core that stays, and others who come and go."""
    size = CREWS.get(community, USUAL_CREW)
    core = max(3, size // 2)
    moved_on = (month.year * 12 + month.month) // 3
    numbers = [*range(core), *range(core + moved_on, size + moved_on)]
    return [person(community, number) for number in numbers]


def pace(unit: str) -> Pace:
    """Return how lively a repository is."""
    return PACES.get(unit, USUAL_PACE)


def period(source: Source, today: date) -> tuple[date, date]:
    """Return the first day of a source's history and the day after its last.

    About five years up to `today`; a source that ended before them gets its last months.
    """
    first = date(today.year - YEARS, 1, 1)
    end = min(today, source.until + timedelta(1)) if source.until else today
    if end <= first:
        first = _earlier(end, LAST_MONTHS_OF_AN_ENDED_ONE)
    return max(first, source.since), end


def changes(unit: str, community: str, first: date, end: date) -> Iterator[Change]:
    """Yield the changes that land from `first` until before `end` (UTC), in their order."""
    month = first.replace(day=1)
    while month < end:
        for change in _month(unit, community, month):
            if _seconds(first) <= change.landed_at < _seconds(end):
                yield change
        month = _later(month)


class Month(NamedTuple):
    """What the changes of one repository in one month are drawn from."""

    community: str
    pace: Pace
    people: list[Person]
    begins: int
    ends: int
    dice: Random


def _month(unit: str, community: str, first: date) -> list[Change]:
    dice = _dice(f"{unit} {first}")
    people = crew(community, first)
    month = Month(community, pace(unit), people, _seconds(first), _seconds(_later(first)), dice)
    count = max(3, round(month.pace.changes * dice.uniform(0.8, 1.2)))
    moments = sorted(dice.randrange(month.begins, month.ends) for _ in range(count))
    return [_change(month, number, at) for number, at in enumerate(moments)]


def _change(month: Month, number: int, at: int) -> Change:
    """Draw one change; the first three of a month come from three people of the core."""
    dice, people = month.dice, month.people
    machine = number >= 3 and dice.random() < 0.06
    behind = dice.randint(1, 4) if dice.random() < month.pace.merged else 0
    committed = max(month.begins, at - dice.randrange(60, DAY // 2)) if behind else at
    author, committer = _signatures(month, number, machine, committed)
    reviewer = dice.choice(people)
    part = dice.choice(PARTS)
    return Change(
        landed_at=at,
        author=author,
        committer=committer,
        merger=GATE.sign(at, dice) if month.community == "openstack" else reviewer.sign(at, dice),
        subject=_subject(part, machine, dice),
        trailers=_trailers(month),
        path=f"{part}/{dice.choice(VERBS).split()[0].lower()}.py",
        text=f"RETRIES = {dice.randrange(1000)}\nTIMEOUT = {dice.random():.6f}\n",
        behind=behind,
        reverts=not machine and dice.random() < 0.03,
    )


def _signatures(month: Month, number: int, machine: bool, at: int) -> tuple[Signature, Signature]:
    """Draw the author, who may have written it days before, and the committer of that second."""
    dice = month.dice
    if machine:
        signed = MACHINES.get(month.community, USUAL_MACHINE).sign(at, dice)
        return signed, signed
    author = month.people[number] if number < 3 else dice.choice(month.people)
    signed = author.sign(at - int(dice.expovariate(1 / DAY)), dice)
    if dice.random() < 0.7:
        return signed, signed._replace(at=at)
    return signed, dice.choice(month.people).sign(at, dice)


def _subject(part: str, machine: bool, dice: Random) -> str:
    if machine:
        return f"Updated requirements of {part} to 1.{dice.randrange(90)}"
    return f"{dice.choice(VERBS)} {dice.choice(THINGS)} in {part}"


def _trailers(month: Month) -> tuple[str, ...]:
    dice = month.dice
    trailers = []
    if month.community == "openstack":
        trailers.append(f"Change-Id: I{dice.getrandbits(160):040x}")
    if dice.random() < 0.06:
        other = dice.choice(month.people)
        trailers.append(f"Co-authored-by: {other.name} <{other.addresses[0]}>")
    return tuple(trailers)


def _dice(seed: str) -> Random:
    return Random(seed)  # noqa: S311 - invented histories hold no secret


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _later(month: date) -> date:
    return (month.replace(day=1) + timedelta(32)).replace(day=1)


def _earlier(day: date, months: int) -> date:
    for _ in range(months):
        day = day.replace(day=1) - timedelta(1)
    return day.replace(day=1)
