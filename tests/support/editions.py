"""Nights over a small database of rankings, and what they close."""

from datetime import UTC, date, datetime

from support.edition_database import METRICS, months_back

from pipelines.editions.closing import close_due

JULY = date(2026, 7, 1)


def counts_of(last=JULY, months=60, **changed):
    """Counts of two communities, the same in every month; `changed` multiplies those of one community."""
    size = {"birch": 120, "cedar": 60}
    share = {"commits": 1.0, "code_people": 0.2}
    return {
        (c, metric, month): (size[c] * share[metric] * changed.get(c, 1), 1.0)
        for c in size for metric in METRICS for month in months_back(last, months)
    }  # fmt: skip


def close_all(top, day, *, is_whole=True, is_good=True):
    """The revisions that a night closes."""
    at = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    return close_due(top / "db", top / "editions", at, is_whole=is_whole, is_good=is_good)


def night(top, day, **how):
    """Name and kind of each monthly edition that a night closes."""
    return [(name, kind) for name, kind in every(top, day, **how) if not name.startswith("CY")]


def every(top, day, **how):
    """Name and kind of each edition that a night closes, quarters among them."""
    return [(f"{one.period.name}@{one.revision}", one.kind) for one in close_all(top, day, **how)]
