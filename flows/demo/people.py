"""The invented people of a demo: the same for the same community and number."""

from datetime import date
from functools import cache
from random import Random
from typing import NamedTuple

TEAM_SIZES = {"openstack": 44, "cloudstack": 16, "opennebula": 8, "eucalyptus": 4}
"""How many people a community has in a month."""
USUAL_TEAM_SIZE = 4
STARTS = ("Ba", "Ke", "Mo", "Ti", "Lu", "Sé", "Ve", "No", "Ri", "Da", "Ø", "Zi")
MIDDLES = ("ra", "mi", "lo", "ve", "nu", "ka")
ENDINGS = ("n", "dra", "l", "vik", "s", "tho", "rin", "m")
FAMILY_ENDINGS = ("mund", "sker", "vold", "teri", "nash", "quell", "borin", "zaal")
ASCII = str.maketrans("éØ", "eO")
OFFSETS = ("+0000", "-0500", "+0530", "+0100", "-0800", "+0900", "-0300", "+0200", "+1100", "+0545")


class Signature(NamedTuple):
    """A name and address, seconds since 1970, and the offset of the clock."""

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


@cache
def person(community: str, number: int) -> Person:
    """Return the community's person of that number, no two with one name; every fifth has two addresses."""
    dice = Random(f"{community} {number}")  # noqa: S311 - invented people hold no secret
    # Another number is another name: 7919 is a prime and no factor of the number of names.
    place = number * 7919
    syllables: list[str] = []
    for choices in (STARTS, MIDDLES, ENDINGS, STARTS, MIDDLES, FAMILY_ENDINGS):
        place, chosen = divmod(place, len(choices))
        syllables.append(choices[chosen])
    given, family = "".join(syllables[:3]), "".join(syllables[3:])
    plain = f"{given}.{family}".translate(ASCII).lower()
    addresses = [f"{plain}@example.{dice.choice(('org', 'com', 'net'))}"]
    if number % 5 == 0:
        addresses.append(f"{plain.replace('.', '')}@mail.example.org")
    return Person(f"{given} {family}", tuple(addresses), dice.choice(OFFSETS))


def people_of_month(community: str, month: date) -> list[Person]:
    """Return the people of a month: a core that stays, and others who come and go."""
    size = team_size(community)
    core = max(3, size // 2)
    moved_on = (month.year * 12 + month.month) // 3
    numbers = [*range(core), *range(core + moved_on, size + moved_on)]
    return [person(community, number) for number in numbers]


def team_size(community: str) -> int:
    """Return how many people a community has in a month."""
    return TEAM_SIZES.get(community, USUAL_TEAM_SIZE)
