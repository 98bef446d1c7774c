"""The invented mailing lists of a demo and their messages, the same for the same list and month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from random import Random
from typing import NamedTuple

from flows.demo.people import people_of_month
from flows.demo.totals import later

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
SUBJECTS = ("How do I upgrade", "Release candidate", "Meeting next week", "Volumes are slow", "Proposal: new scheduler")


@dataclass(frozen=True)
class MailingList:
    """A list to invent: where its archive is served, its address, its messages by first day of the month.

    `kind` is pipermail, hyperkitty or ponymail. The people are those of `community`. Files of
    `plain` months are not packed. `shape` is how Pony Mail writes its totals: object or list. `copies`
    are messages of other lists that stand here too, in months that this list has.
    """

    kind: str
    url: str
    address: str
    months: Mapping[date, int]
    community: str = "birds"
    plain: frozenset[date] = frozenset()
    shape: str = "object"
    copies: "tuple[Copies, ...]" = ()

    def total(self, month: date) -> int:
        """How many messages the list has in a month, copies among them."""
        copied = sum(copies.holds(message) for copies in self.copies for message in messages(copies.of, month))
        return self.months.get(month, 0) + copied

    @property
    def name(self) -> str:
        """The list's name: its address before the at sign."""
        return self.address.partition("@")[0]


class Copies(NamedTuple):
    """The messages of a list from one day until before another: both lists of a move have them for a while."""

    of: MailingList
    first: date
    end: date

    def holds(self, message: "Message") -> bool:
        """Tell whether a message of the list is one of them."""
        return self.first <= message.sent.date() < self.end


class Message(NamedTuple):
    """One invented message."""

    number: int
    name: str
    address: str
    sent: datetime
    subject: str
    message_id: str
    answers: str | None

    @property
    def posted(self) -> str:
        """When the archive got it, in the form of a From-line."""
        return f"{self.sent.astimezone(UTC):%a %b %e %H:%M:%S %Y}"


@lru_cache(maxsize=4096)
def invent_messages(address: str, community: str, month: date, count: int) -> tuple[Message, ...]:
    """Return the messages of a list in a month, oldest first: the same first ones however many there are."""
    people, days = people_of_month(community, month), later(month) - month
    found: list[Message] = []
    for number in range(count):
        dice = Random(f"{address} {month} {number}")  # noqa: S311 - invented mail holds no secret
        person = dice.choice(people)
        at = datetime(month.year, month.month, 1, 12, tzinfo=UTC) + (days - timedelta(days=1)) * (number / count)
        answers = dice.choice(found) if found and dice.random() < 0.6 else None
        subject = (
            f"Re: {answers.subject.removeprefix('Re: ')}"
            if answers
            else _subject(address, community, month, number, dice)
        )
        message_id = f"<{month:%Y%m}.{number}.{dice.randrange(10**9)}@mail.example.org>"
        found.append(Message(number, person.name, person.addresses[0], at, subject, message_id,
                             answers.message_id if answers else None))  # fmt: skip
    return tuple(found)


def _subject(address: str, community: str, month: date, number: int, dice: Random) -> str:
    """Return a subject that no other thread has: by a subject two threads would be one."""
    return f"[{community}] {dice.choice(SUBJECTS)} ({address.partition('@')[0]} {month:%Y-%m}/{number})"


def messages(one: MailingList, month: date) -> tuple[Message, ...]:
    """Return the messages that a list has in a month, oldest first."""
    own = invent_messages(one.address, one.community, month, one.months.get(month, 0))
    copied = [message for copies in one.copies for message in messages(copies.of, month) if copies.holds(message)]
    return tuple(sorted((*own, *copied), key=lambda message: message.sent)) if copied else own


def format_date(message: Message) -> str:
    """Return the Date header of a message."""
    return format_datetime(message.sent)


def encode_name(text: str) -> str:
    """Return a name as mail writes it: in ASCII, or as an encoded word."""
    if text.isascii():
        return text
    return "=?utf-8?q?" + "".join(f"={byte:02X}" for byte in text.encode()) + "?="


def write_body(message: Message) -> str:
    """Return a text in which a line begins with From, as no archive is safe from."""
    return f"Hello,\n\nFrom my point of view {message.number} is enough.\n\n{message.name}\n"
