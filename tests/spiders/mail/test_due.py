"""Which months of a list are due: a pure function of what is listed, what is stored, and the day."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from pipelines.catalogue.load import load_catalogue
from pipelines.catalogue.urls import ARCHIVES
from pipelines.folders import CHECKOUT
from pipelines.landing.visits import log_visit
from pipelines.model import Source, Verdict, Visit
from spiders.mail import hyperkitty
from spiders.mail.due import DueReason, ListedMonth, StoredMonth, due_months, is_due_for_recheck, is_index_due
from spiders.mail.months import has_ended, is_settled, next_month, unit_of
from spiders.mail.stored_list import StoredList

NIGHT = date(2026, 3, 20)
PERIODS = (7, 180, 360)
DUE = {
    "never had": (None, None, None, True, True),
    "settled": (None, None, 5, True, False),
    "not settled": (None, None, 5, False, True),
    "another total than before": (6, 5, 5, True, True),
    "the same total": (5, 5, 5, True, False),
    "the same total, not settled": (5, 5, 5, False, False),
    "a total that we do not reach": (6, 6, 5, True, False),
    "a total that we do not reach, not settled": (6, 6, 5, False, True),
    "no total before": (5, None, 5, True, True),
}


def listed(month, total=None, settled=True):
    return ListedMonth("unit", month, "https://lists.example.org/x", total, settled)


def back(months):
    """Return the first day of the month that is so many months before NIGHT."""
    return date(NIGHT.year - (months - NIGHT.month + 12) // 12, (NIGHT.month - 1 - months) % 12 + 1, 1)


def month_of(**periods):
    """Return a settled month that is due for a recheck in exactly these periods."""
    wanted = {int(name.removeprefix("every_")) for name in periods}
    return next(
        month for month in map(back, range(3, 400))
        if {period for period in PERIODS if is_due_for_recheck(listed(month), NIGHT, period)} == wanted
    )  # fmt: skip


def reason(one, stored, before=None, *, ended=False):
    found = due_months([one], {"unit": stored} if stored else {}, {one.url: before}, NIGHT, list_has_ended=ended)
    return found[0].reason if found else None


@pytest.mark.parametrize(("total", "before", "had", "over", "expected"), DUE.values(), ids=DUE)
def test_which_months_are_asked_for(total, before, had, over, expected):
    one = listed(month_of(), total, over)
    assert (reason(one, StoredMonth(had) if had else None, before) is not None) is expected


def test_a_month_that_settled_after_it_was_read_is_asked_once_more(where):
    assert reason(listed(month_of()), StoredMonth(5, was_settled=False)) == DueReason.SETTLED_SINCE
    november, source = date(2025, 11, 1), Source("birds", "dev", "pipermail", (), date(2020, 1, 1), "Invented.")
    one = ListedMonth("2025-11", november, "https://lists.example.org/x", None, is_settled=True)
    seen_at = datetime(2025, 11, 27, 3, tzinfo=UTC)
    visit = Visit("birds", "dev", "pipermail", one.unit, one.url, seen_at, Verdict.OK, observations=9)
    held = StoredList(source, where, {one.unit: visit}, lambda _: True, None)
    (due,) = due_months([one], held.months([one]), {}, date(2026, 1, 2), list_has_ended=False)
    assert due.reason == DueReason.SETTLED_SINCE
    log_visit(where.visits, replace(visit, seen_at=datetime(2026, 1, 2, 3, tzinfo=UTC), verdict=Verdict.UNCHANGED))
    asked_since = StoredList(source, where, {one.unit: visit}, lambda _: True, None)
    assert asked_since.months([one])[one.unit].was_settled


def test_a_list_that_has_ended_or_states_totals_is_read_again_more_slowly():
    month = month_of(every_180=True)
    assert reason(listed(month), StoredMonth(5)) == DueReason.RECHECK
    assert reason(listed(month), StoredMonth(5), ended=True) is None
    assert reason(listed(month, total=5), StoredMonth(5), before=5) is None


def test_r25_what_an_older_reader_has_read_is_read_from_its_page_or_stays():
    one = listed(month_of())
    old = StoredMonth(5, is_current=False)
    assert reason(one, old._replace(has_page=True)) == DueReason.REREAD
    assert reason(one, old) is None, "its page is gone, and the archive is not asked for years of mail"
    assert reason(one._replace(is_settled=False), old) == DueReason.OLD_READER
    assert reason(one, old._replace(has_current_key=False)) == DueReason.OLD_KEY


@pytest.mark.parametrize("period", PERIODS)
def test_every_settled_month_has_its_day_in_each_period(period):
    for month in (None, date(2013, 10, 1), date(2013, 11, 1)):
        days = (NIGHT + timedelta(days=n) for n in range(period))
        assert sum(is_due_for_recheck(listed(month), day, period) for day in days) == 1


def test_the_index_of_an_ended_list_is_asked_one_day_in_seven():
    days = [NIGHT + timedelta(days=n) for n in range(7)]
    assert sum(is_index_due("birds/dev", day, list_has_ended=True) for day in days) == 1
    assert all(is_index_due("birds/dev", day, list_has_ended=False) for day in days)


MOST_A_NIGHT = {
    "lists.openstack.org": 15,
    "lists.apache.org": 20,
    "lists.openinfra.org": 10,
    "lists.opennebula.org": 10,
}


def questions(source, night):
    """Return how many requests a quiet night makes for a list all of whose months are stored."""
    ended = has_ended(source.until, night)
    if not is_index_due(source.id, night, list_has_ended=ended):
        return 0
    total = 5 if source.kind == "ponymail" else None
    months = [
        ListedMonth(unit_of(month), month, unit_of(month), total, is_settled(month, night))
        for month in hyperkitty.months(source.since, source.until, night)
    ]
    stored, totals = {one.unit: StoredMonth(5) for one in months}, {one.url: total for one in months}
    return 1 + len(due_months(months, stored, totals, night, list_has_ended=ended))


def test_a_quiet_night_asks_no_host_of_the_shipped_catalogue_for_more_than_it_bears():
    shipped = [source for one in load_catalogue(CHECKOUT / "data/communities") for source in one.sources]
    lists = [source for source in shipped if source.visited and source.kind in ARCHIVES]
    nights = [NIGHT + timedelta(days=step) for step in range(0, 360, 40)]
    found = Counter()
    for source in lists:
        found[urlsplit(source.urls[0]).hostname] += sum(questions(source, night) for night in nights)
    mean = {host: round(count / len(nights), 1) for host, count in found.items()}
    assert mean.keys() == MOST_A_NIGHT.keys()
    assert all(count <= MOST_A_NIGHT[host] for host, count in mean.items()), mean


def test_the_month_after_is_the_next_one():
    assert [next_month(date(2025, month, 5)) for month in (1, 12)] == [date(2025, 2, 1), date(2026, 1, 1)]
