"""The mailing lists and forums of a demo; lists have as many messages as were counted on the real ones."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from random import Random
from urllib.parse import urlsplit

from flows.demo.forums import Forum
from flows.demo.mail import MailingList
from pipelines.catalogue.history import Figure
from pipelines.catalogue.urls import ARCHIVES, FORUM
from pipelines.model import Source

USUAL = {"everyone": 300, "developers": 200, "users": 150, "governance": 30, "outreach": 30, "announce": 10}
"""Messages a month of an invented list, by whom it is for."""
POSTS, USERS, HIDDEN = 60, 240, 25
"""Posts a month of an invented forum, users that it states, and posts that it counts and does not show."""
COUNTED = "counted by others"
MONTHLY, WEEKLY = "postings:", "postings_week:"
MIDDLE_OF_WEEK = timedelta(days=3)


def invent_lists(sources: Iterable[Source], figures: Iterable[Figure], today: date) -> list[MailingList]:
    """Return the lists of all sources that are mail archives, with their messages of the months before `today`."""
    counted = _counted(figures)
    return [_list(source, counted, today) for source in sources if source.enabled and source.kind in ARCHIVES]


def invent_forums(sources: Iterable[Source], today: date) -> list[Forum]:
    """Return the forums of all sources that are one, with their posts of the months before `today`."""
    return [_forum(source, today) for source in sources if source.enabled and source.kind == FORUM]


def _forum(source: Source, today: date) -> Forum:
    months = {month: int(POSTS * _share(source, month)) for month in _months(source, today)}
    return Forum(place(source.urls[0]), months, source.community, users=USERS, private=HIDDEN)


def place(url: str) -> str:
    """Return the path at which the demo's server has an archive: `https://h/a/b/` is at `/h/a/b/`."""
    parts = urlsplit(url)
    return f"/{parts.hostname}{parts.path}"


def _list(source: Source, counted: Mapping[tuple[str, str], Mapping[date, float]], today: date) -> MailingList:
    address = source.address or ""
    known = counted.get((source.community, address.partition("@")[0]), {})
    months = {month: int(known.get(month) or _usual(source, month)) for month in _months(source, today)}
    return MailingList(source.kind, place(source.urls[0]), address, months, source.community)


def _counted(figures: Iterable[Figure]) -> Mapping[tuple[str, str], Mapping[date, float]]:
    """Return what others counted by community and list, then month; a week belongs to the month of its middle."""
    found: dict[tuple[str, str], Counter[date]] = defaultdict(Counter)
    for figure in figures:
        if figure.quality != COUNTED:  # what was stated is rounded, and counted too
            continue
        if figure.metric.startswith(MONTHLY) and figure.month and "to date" not in figure.definition:
            found[figure.community, figure.metric.removeprefix(MONTHLY)][figure.month] += int(figure.value)
        elif figure.metric.startswith(WEEKLY):
            month = (date.fromisoformat(figure.period) + MIDDLE_OF_WEEK).replace(day=1)
            found[figure.community, figure.metric.removeprefix(WEEKLY)][month] += int(figure.value)
    return found


def _months(source: Source, today: date) -> Iterator[date]:
    month, end = source.since.replace(day=1), min(source.until or today, today.replace(day=1) - timedelta(days=1))
    while month <= end:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


def _usual(source: Source, month: date) -> float:
    return USUAL.get(source.audience or "", 100) * _share(source, month)


def _share(source: Source, month: date) -> float:
    return Random(f"{source.id} {month}").uniform(0.7, 1.3)  # noqa: S311 - invented mail holds no secret
