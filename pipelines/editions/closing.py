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
    ranking_months,
)
from pipelines.editions.counting import counting_checksum
from pipelines.editions.names import parse_name
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
    counting = counting_checksum()
    due = [month for month in find_due(database, editions) if is_good or is_late(month, now.date())]
    computed = [compute_edition(database, month, counting) for month in due]
    if not computed:
        return []
    revised = list(revise(database, editions, now, computed[0].method))
    kinds = [_kind(editions, month) for month in due]
    closed = [close_edition(editions, one, kind, now) for one, kind in zip(computed, kinds, strict=True)]
    return revised + closed


def find_due(database: Path, editions: Path) -> list[date]:
    """Return the months that are complete and not closed yet, from the newest of the first night on, oldest first.

    With a new version of the method the newest editions of the old version are due once more.
    """
    months = ranking_months(database)
    if not months:
        return []
    method = compute_edition(database, months[-1], "").method
    closed = list_revisions(editions)
    own = {one.month for one in closed if one.method == method}
    others = sorted({one.month for one in closed if one.method != method})
    if own or others:
        newest = max(own or others)
        again = others[-BESIDE:] * (not own)
        return [month for month in months if month > newest or month in again]
    return months[-1:]


def is_late(month: date, today: date) -> bool:
    """Tell whether an edition closes although a source fails."""
    return today >= _next_month(month).replace(day=LATEST_DAY)


def _kind(editions: Path, month: date) -> str:
    began = first_night(editions)
    is_again = any(one.month == month for one in list_revisions(editions))
    is_after = began is not None and began < _next_month(month) + timedelta(days=5)
    return PUBLISHED if is_after and not is_again else RECOMPUTED


def _next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def revise(database: Path, editions: Path, now: datetime, method: str) -> Iterator[Revision]:
    """Close a revision of every edition of a method that has changed, with the reason.

    It has if a printed number has, or a count by a correction of a source that was decided since.
    """
    counting, months = counting_checksum(), set(ranking_months(database))
    corrections = applied_corrections(database)
    for (month, version), latest in sorted(latest_revisions(editions).items()):
        if version == method and month in months:
            stored, present = read_edition(editions, latest), compute_edition(database, month, counting)
            changed = _changed_months(stored, present)
            touching = [one for one in corrections if _touches(one, changed, latest.closed_at.date())]
            if touching or printed(stored) != printed(present):
                yield close_edition(editions, present, RECOMPUTED, now, explain(stored, present, touching))


def _touches(correction: Mapping[str, Any], changed: Iterable[tuple[str, str, date]], closed: date) -> bool:
    """Tell whether a correction that was decided since an edition closed has changed one of its counts."""
    months = [month for community, _, month in changed if community == correction["community"]]
    return correction["since"] >= closed and any(
        correction["first_month"] <= month <= correction["last"] for month in months
    )


def printed(edition: Edition) -> list[tuple[Any, ...]]:
    """Return what pages print of an edition: the index to three digits, the place and the places that are possible."""
    rows = edition.tables["rankings"].to_pylist()
    places = ("family", "community", "state", "rank", "rank_low", "rank_high", "possible_low", "possible_high")
    return sorted((*(str(row[name]) for name in places), _to_digits(row["index"])) for row in rows)


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

    Raises NoEditionError where nothing has changed, where a reason is missing, and for a month without a ranking.
    """
    month, revision = parse_name(name)
    if revision:
        raise NoEditionError("name the edition without its revision")
    present = compute_edition(database, month, counting_checksum())
    latest = latest_revisions(editions).get((month, present.method))
    if latest is None:
        return close_edition(editions, present, _kind(editions, month), now, reason)
    if not reason:
        raise NoEditionError(f"{name} is closed; say why it is revised: --reason TEXT")
    if printed(read_edition(editions, latest)) == printed(present):
        raise NoEditionError(f"nothing that {name} prints has changed since its revision {latest.revision}")
    return close_edition(editions, present, RECOMPUTED, now, reason)
