"""The lines that say what an audit of the method found."""

import math

from pipelines.ranking.audit import Audit, Change
from pipelines.ranking.calibrate import FEWEST_WINDOWS, HalfCheck, Refit

TOO_FEW = f"too few, {FEWEST_WINDOWS} are needed"


def format_audit(found: Audit) -> list[str]:
    """Return the lines that say all of it."""
    return [
        f"what {found.months} months of {found.communities} communities and {found.repositories} repositories give",
        *_format_refits(found.refits, "months"),
        "",
        "the weekly series in data/history, by week",
        *_format_refits(found.weekly, "weeks"),
        "",
        "halves of windows against each other, by alternating months",
        *(_format_check(ranking, check) for ranking, check in found.checks.items()),
        "",
        "what the constants by month would change",
        *map(_format_change, found.changes),
        "",
        "nothing was changed: a changed constant is a new version of the method",
    ]


def _format_refits(refits: list[Refit], unit: str) -> list[str]:
    if not refits:
        return [f"no {unit} are held"]
    head = f"{'constant':<36} {'frozen':>8} {'refitted':>8} {'from':>7}"
    return [head, *(_format_refit(refit) for refit in refits)]


def _format_refit(refit: Refit) -> str:
    value = "-" if math.isnan(refit.refitted) else f"{refit.refitted:.3g}"
    return f"{refit.constant:<36} {refit.frozen:>8.3g} {value:>8} {refit.units:>7}"


def _format_check(ranking: str, check: HalfCheck) -> str:
    if not check.windows:
        return f"{ranking}: no whole window"
    result = "passes" if check.passes else TOO_FEW if check.windows < FEWEST_WINDOWS else "does not pass"
    return f"{ranking}: {check.share:.2f} of {check.windows} windows agree, rms {check.rms:.2f}: {result}"


def _format_change(change: Change) -> str:
    if not change.editions:
        return f"{change.ranking}: nobody is ranked"
    return (
        f"{change.ranking}: all places are firm in {change.firm} of {change.editions} editions,"
        f" then in {change.firm_refitted}; sets differ in {change.different}"
    )
