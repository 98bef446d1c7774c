"""Decide which editions are due, close them, and revise those of which a printed number has changed since."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.editions.contents import (
    Edition,
    NoEditionError,
    applied_corrections,
    compute_edition,
    months_of,
    present_method,
    ranking_periods,
)
from pipelines.editions.counting import counting_checksum
from pipelines.editions.names import parse_name
from pipelines.editions.periods import Period
from pipelines.editions.store import (
    PUBLISHED,
    RECOMPUTED,
    Revision,
    close_edition,
    first_night,
    latest_revisions,
    list_revisions,
    read_edition,
    record_first_night,
)
from pipelines.warehouse.query import Database, open_database

LATEST_DAY = 15
"""An edition that waits for a good night closes on this day of the next month at the latest."""
BESIDE = 2
"""A new version of the method runs beside the old one for so many editions."""
DIGITS = 3
"""The digits of an index that are printed."""


def close_due(database: Path, editions: Path, now: datetime, *, is_whole: bool, is_good: bool) -> list[Revision]:
    """Close every edition that is due after a night; with a new one, revise older ones; return what was closed.

    `is_whole`: the night left nothing for later, so the first load is complete; nothing closes before the first such
    night. `is_good`: nothing failed.
    """
    if first_night(editions) is None:
        if not is_whole:
            return []
        record_first_night(editions, now.date())
    with open_database(database) as opened:
        return _close_due(opened, editions, now, is_good=is_good)


def _close_due(database: Database, editions: Path, now: datetime, *, is_good: bool) -> list[Revision]:
    counting = counting_checksum()
    due = [period for period in find_due(database, editions) if is_good or is_late(period.month, now.date())]
    computed = [compute_edition(database, period, counting) for period in due]
    if not computed:
        return []
    revised = list(revise(database, editions, now, computed[0].method))
    kinds = [_kind(editions, period) for period in due]
    closed = [close_edition(editions, one, kind, now) for one, kind in zip(computed, kinds, strict=True)]
    return revised + closed


def find_due(database: Database, editions: Path) -> list[Period]:
    """Return the months and quarters that are complete and not closed yet, from the newest of the first night on.

    With a new version of the method the newest editions of the old version are due once more.
    """
    periods, closed = ranking_periods(database), list_revisions(editions)
    if not periods:
        return []
    method = present_method(database)
    return [
        period
        for is_quarter in (False, True)
        for period in _due_of(
            _only(periods, is_quarter), [one for one in closed if one.period.is_quarter == is_quarter], method
        )
    ]


def _only(periods: Iterable[Period], is_quarter: bool) -> list[Period]:
    return [period for period in periods if period.is_quarter == is_quarter]


def _due_of(periods: Sequence[Period], closed: Iterable[Revision], method: str) -> Sequence[Period]:
    """Return those of one kind, months or quarters, the oldest first."""
    own = {one.period for one in closed if one.method == method}
    others = sorted({one.period for one in closed if one.method != method})
    if not (own or others):
        return periods[-1:]
    newest, again = max(own or others), others[-BESIDE:] * (not own)
    return [period for period in periods if period > newest or period in again]


def is_late(month: date, today: date) -> bool:
    """Tell whether an edition closes although a source fails."""
    return today >= _next_month(month).replace(day=LATEST_DAY)


def _kind(editions: Path, period: Period) -> str:
    began = first_night(editions)
    is_again = any(one.period == period for one in list_revisions(editions))
    is_after = began is not None and began < _next_month(period.month) + timedelta(days=5)
    return PUBLISHED if is_after and not is_again else RECOMPUTED


def _next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def revise(database: Database, editions: Path, now: datetime, method: str) -> Iterator[Revision]:
    """Close a revision of every edition of a method that has changed, with the reason.

    It has if a printed number has, or a count by a correction of a source that was decided since.
    """
    counting, periods = counting_checksum(), set(ranking_periods(database))
    corrections = applied_corrections(database)
    for (period, version), latest in sorted(latest_revisions(editions).items()):
        if version == method and period in periods:
            stored, present = read_edition(editions, latest), compute_edition(database, period, counting)
            _check_constants(stored, present)
            changed = _changed_months(stored, present)
            touching = [one for one in corrections if _touches(one, changed, latest.closed_at.date())]
            if touching or printed(stored) != printed(present):
                yield close_edition(editions, present, RECOMPUTED, now, explain(stored, present, touching))


def _check_constants(stored: Edition, present: Edition) -> None:
    """Raise NoEditionError where a constant of the method is another one although the version is the same."""
    for name in ("method", "rules"):
        before, after = (edition.tables[name] for edition in (stored, present))
        kept = [column for column in before.column_names if column in after.column_names]
        if not before.select(kept).equals(after.select(kept)):
            raise NoEditionError(f"a constant of {present.method} is another one than when {stored.name} closed; "
                                 "give the method a new version")  # fmt: skip


def _touches(correction: Mapping[str, Any], changed: Iterable[tuple[str, str, date]], closed: date) -> bool:
    """Tell whether a correction that was decided since an edition closed has changed one of its counts."""
    months = [month for community, _, month in changed if community == correction["community"]]
    return correction["since"] >= closed and any(
        correction["first_month"] <= month <= correction["last"] for month in months
    )


PLACES = ("state", "rank", "rank_low", "rank_high", "possible_low", "possible_high")


def printed(edition: Edition) -> list[tuple[Any, ...]]:
    """Return what pages print of an edition: the index to three digits, and the places, or the growth of a quarter."""
    rows = edition.tables["rankings"].to_pylist()
    beside = _growth if edition.period.is_quarter else _places
    return sorted((row["family"], row["community"], *beside(row), _to_digits(row["index"])) for row in rows)


def _places(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[name]) for name in PLACES)


def _growth(row: Mapping[str, Any]) -> tuple[str, ...]:
    return ("" if row["growth"] is None else f"{100 * row['growth']:+.0f}",)


def _to_digits(index: float | None) -> str:
    return "" if index is None else f"{index:.{DIGITS}g}"


def explain(stored: Edition, present: Edition, corrections: Iterable[Mapping[str, Any]] = ()) -> str:
    """Return in a sentence why an edition is revised; the corrections are those that touch it."""
    changed = _changed_months(stored, present)
    seen = [key for key in changed if changed[key]]
    facts = [f"correction {one['name']}: {one['error'].rstrip('.')}" for one in corrections]
    if (stored.counting, stored.method_sha256) != (present.counting, present.method_sha256):
        facts.append("the rules by which is counted or ranked have changed")
    if seen:
        facts.append(f"{len(seen)} counts were read at last, of {_communities(seen)}")
    if others := [key for key in changed if not changed[key]]:
        facts.append(f"{len(others)} counts have changed, of {_communities(others)}")
    return "; ".join(facts) or "other months show how large a source is, so that the coverage has changed"


def _changed_months(stored: Edition, present: Edition) -> dict[tuple[str, str, date], bool]:
    """Return the counts that differ by community, metric and month, each with whether it was missing before."""
    before, after = months_of(stored), months_of(present)
    return {
        key: row["value"] is None
        for key, row in before.items()
        if key in after and row["value"] != after[key]["value"]
    }  # fmt: skip


def _communities(keys: Sequence[tuple[str, str, date]]) -> str:
    return ", ".join(sorted({community for community, _, _ in keys}))


def close_by_hand(database: Path, editions: Path, name: str, reason: str, now: datetime) -> Revision:
    """Close an edition, or with a reason a revision of a closed one, as the present database has it; return it.

    Raises NoEditionError where nothing has changed, where a reason is missing, and for a period without a ranking.
    """
    period, revision = parse_name(name)
    if revision:
        raise NoEditionError("name the edition without its revision")
    with open_database(database) as opened:
        present = compute_edition(opened, period, counting_checksum())
    latest = latest_revisions(editions).get((period, present.method))
    if latest is None:
        return close_edition(editions, present, _kind(editions, period), now, reason)
    if not reason:
        raise NoEditionError(f"{name} is closed; say why it is revised: --reason TEXT")
    stored = read_edition(editions, latest)
    _check_constants(stored, present)
    if printed(stored) == printed(present):
        raise NoEditionError(f"nothing that {name} prints has changed since its revision {latest.revision}")
    return close_edition(editions, present, RECOMPUTED, now, reason)
