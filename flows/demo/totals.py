"""The totals of each month of an invented history: those of the real one where they were measured."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median_high
from typing import NamedTuple

from pipelines.catalogue import count_pages
from pipelines.catalogue.history import Figure
from pipelines.catalogue.urls import ARCHIVES, FORUM
from pipelines.model import Source
from pipelines.ranking import method

YEARS, YEARS_OF_MAIL = 5, 2
YEAR_OF_THE_TALK = date(2012, 7, 1), date(2013, 6, 30)
METRICS = ("commits", "code_people", "code_committers")


class Totals(NamedTuple):
    """What one month of a community adds up to; `releases` is None where they were not counted.

    `new` is 0 where it is not known how many people were new, as in the first year.
    """

    commits: int
    people: int
    new: int
    committers: int
    releases: int | None = None


@dataclass(frozen=True)
class Window:
    """The months of a community that the demo shows with their real totals, by their first days.

    A `frozen` community was measured for a shorter time than the others: nothing is known of it after `last`.
    Mailing lists and forums are shown on the days of `mail` only, as each month of mail is a visit; its end is
    None if it has none.
    """

    first: date
    last: date
    mail: tuple[date, date | None]
    frozen: bool
    months: Mapping[date, Totals]

    @property
    def end(self) -> date:
        """The day on which the last month is closed, the first day without a history."""
        return later(self.last) + timedelta(method.load().rules["days_to_close"])

    def of(self, month: date) -> Totals:
        """Return the totals of a month; one that was not measured is as the last one before that was."""
        if month in self.months:
            return self.months[month]
        return self.months[max(known for known in self.months if known < month)]._replace(releases=None)

    def narrow(self, source: Source) -> Source:
        """Return the source limited to the window; a frozen one proves nothing later.

        One that ended before, or began later, is switched off.
        """
        first, end = self.mail if source.kind in (*ARCHIVES, FORUM) else (self.first, None)
        since, until = max(source.since, first), min(filter(None, (source.until, end)), default=None)
        if until and until < since:
            return replace(source, enabled=False)
        frozen = self.frozen and until is None and source.kind not in count_pages.KINDS
        return replace(source, since=since, until=until, snapshot=frozen)


def windows(figures: Iterable[Figure], *, whole: bool) -> dict[str, Window]:
    """Return the window of each measured community: five years, two of mail, up to its newest month.

    A whole one has all of its months, with the mail of the year before the founding talk. No window
    ends later than the newest month that at least half of the communities were measured in.
    """
    values_of: dict[tuple[str, date], dict[str, int]] = defaultdict(dict)
    for figure in figures:
        if figure.quality == "measured" and figure.month:
            values_of[figure.community, figure.month][figure.metric] = int(figure.value)
    measured: dict[str, dict[date, Totals]] = defaultdict(dict)
    for (community, month), values in sorted(values_of.items()):
        if values.keys() >= set(METRICS):
            measured[community][month] = _totals(values)
    if not measured:
        return {}
    newest = median_high([max(months) for months in measured.values()])
    return {community: _window(months, newest, whole=whole) for community, months in measured.items()}


def _totals(values: Mapping[str, int]) -> Totals:
    commits, people, committers = (values[metric] for metric in METRICS)
    return Totals(commits, people, values.get("new_code_people", 0), committers, values.get("releases"))


def _window(months: Mapping[date, Totals], newest: date, *, whole: bool) -> Window:
    last = min(newest, max(months))
    first = min(months) if whole else max(min(months), _years_before(last, YEARS))
    mail = YEAR_OF_THE_TALK if whole else (max(first, _years_before(last, YEARS_OF_MAIL)), None)
    return Window(first, last, mail, last < newest, months)


def _years_before(last: date, years: int) -> date:
    """Return the first of so many years of months that end with `last`."""
    return later(last.replace(year=last.year - years))


def later(month: date) -> date:
    """Return the first day of the month after the one that a day is in."""
    return (month.replace(day=1) + timedelta(32)).replace(day=1)
