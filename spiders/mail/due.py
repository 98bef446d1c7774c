"""Decide which months of a list are due: from what is listed, what is stored, and the day alone."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from zlib import crc32

from spiders.core.days import is_recheck_day

RECHECK, SLOW_RECHECK = 180, 360
"""After how many days a settled month is read again. Slow: the list has ended, or its archive states totals."""
RECHECK_DIFFERING = 7
"""After how many days a settled month is read again whose stated total is not what we read."""
RECHECK_ENDED = 7
"""After how many days the index of an ended list is read again."""
EPOCH = date(1970, 1, 1)

Totals = Mapping[str, int | None]
"""How many messages an archive says that it holds, by the url of a month; None: it does not say."""


class ListedMonth(NamedTuple):
    """A month as an archive lists it: its unit, first day (None: no month), url, and total (None: it does not say).

    `is_settled` says that nothing is posted to it any more, `problem` why it cannot be read ("": it can).
    """

    unit: str
    month: date | None
    url: str
    total: int | None
    is_settled: bool
    problem: str = ""


class StoredMonth(NamedTuple):
    """What is stored of a month: its number of messages, and whether the current reader and key have read it.

    `has_page`: its page is kept, so that it can be read again without a request. `was_settled`: it was settled
    when it was last asked for with success; what came later is not in it otherwise.
    """

    observations: int | None
    is_current: bool = True
    has_current_key: bool = True
    has_page: bool = False
    was_settled: bool = True


class DueReason(StrEnum):
    """Why a month is due; a closed list."""

    NEVER_READ = "never read"
    OLD_KEY = "read with another key"
    OLD_READER = "read by an older reader"
    REREAD = "read by an older reader, and its page is kept"
    NOT_SETTLED = "not settled"
    SETTLED_SINCE = "settled since it was last read"
    TOTAL_CHANGED = "the archive's total changed"
    TOTAL_DIFFERS = "the archive's total differs from what was read"
    BETTER_CAPTURE = "a better capture is listed"
    RECHECK = "read again from time to time"


class DueMonth(NamedTuple):
    """A month that is due, and why."""

    listed: ListedMonth
    reason: DueReason


def due_months(
    listed: Iterable[ListedMonth],
    stored: Mapping[str, StoredMonth],
    totals: Totals,
    today: date,
    *,
    list_has_ended: bool = False,
) -> list[DueMonth]:
    """Return the months that are due, in the order of the archive.

    `stored` is what is stored by unit, `totals` what the archive said at the visit before.
    """
    found = (
        (one, due_reason(one, stored.get(one.unit), totals.get(one.url), today, list_has_ended=list_has_ended))
        for one in listed
    )
    return [DueMonth(one, reason) for one, reason in found if reason]


def due_reason(
    listed: ListedMonth, stored: StoredMonth | None, total_before: int | None, today: date, *, list_has_ended: bool
) -> DueReason | None:
    """Return why a month is due; None where it is not.

    A settled month that an older reader has read stays as it is where its page is not kept: nobody is
    asked for years of mail because we read better.
    """
    if reason := outdated_reason(listed, stored):
        return reason
    if listed.total is None:
        if not listed.is_settled:
            return DueReason.NOT_SETTLED
        if stored and not stored.was_settled:
            return DueReason.SETTLED_SINCE
    elif listed.total != total_before:
        return DueReason.TOTAL_CHANGED
    elif stored and stored.is_current and listed.total != stored.observations:
        differs = not listed.is_settled or is_due_for_recheck(listed, today, RECHECK_DIFFERING)
        return DueReason.TOTAL_DIFFERS if differs else None
    period = RECHECK if listed.total is None and not list_has_ended else SLOW_RECHECK
    return DueReason.RECHECK if is_due_for_recheck(listed, today, period) else None


def outdated_reason(listed: ListedMonth, stored: StoredMonth | None) -> DueReason | None:
    """Return why a month has to be read by the current reader; None where that has read it, or need not."""
    if stored is None:
        return DueReason.NEVER_READ
    if stored.is_current:
        return None
    if not listed.is_settled:
        return DueReason.OLD_READER
    if stored.has_page:
        return DueReason.REREAD
    return None if stored.has_current_key else DueReason.OLD_KEY


def is_due_for_recheck(listed: ListedMonth, today: date, period: int) -> bool:
    """Tell whether `today` is the one day in `period` days on which a settled month is read again."""
    month = listed.month or EPOCH
    return is_recheck_day(today, 12 * month.year + month.month, period)


def is_index_due(source_id: str, today: date, *, list_has_ended: bool) -> bool:
    """Tell whether the index of a list is asked today: always, or one day in RECHECK_ENDED where it has ended."""
    return not list_has_ended or is_recheck_day(today, crc32(source_id.encode()), RECHECK_ENDED)
