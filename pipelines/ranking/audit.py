"""Refits the frozen constants on what a database holds, and says what would change: pop-1.0, section 8.

Nothing is changed: a changed constant is a new version of the method.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np

from pipelines.ranking.arrays import Flags, Floats
from pipelines.ranking.calibrate import (
    HalfCheck,
    Refit,
    check_halves,
    fit_coverage_exponent,
    refit_constants,
)
from pipelines.ranking.constants import Method
from pipelines.ranking.held import Ask, Frame, grid, read_frame
from pipelines.ranking.levels import measure_levels
from pipelines.ranking.places import EditionPlaces, place_editions
from pipelines.ranking.score import add_scores

MONTHS = "select month, number from rankings.numbers order by metric, community, month"
REPOSITORIES = """
with seen as (
    select community, month from rankings.numbers where metric = 'commits' and number is not null and not filled
), begun as (
    select community, repository, min(month) as first from core.commits where counted group by all
), counted as (
    select community, repository, month, count(distinct author_key)::double as code_people, count(*)::double as commits
    from core.commits where counted group by all
)
select months.month, if(is_seen, coalesce(code_people, 0), null) as code_people,
    if(is_seen, coalesce(commits, 0), null) as commits
from begun cross join (select distinct month from rankings.numbers) as months
left join seen using (community, month) left join counted using (community, repository, month),
lateral (select seen.month > first as is_seen) as known
order by community, repository, months.month
"""
"""What each month of each repository gives to the metrics of code: more and smaller units than the communities."""
RANKED = "select family, rank is not null as is_ranked from rankings.monthly order by family, community, as_of"
WEEKS = """
with lists as (
    select split_part(metric, ':', 2) as list, split_part(metric, ':', 1) as what, period::date as week, value
    from raw.history where contains(metric, '_week:')
), ends as (
    select list, what, min(week) as first, max(week) as last from lists group by all
), calendar as (
    select list, what, unnest(generate_series(first, last, interval 7 days))::date as week from ends
)
select what, list, calendar.week, value from calendar left join lists using (list, what, week)
order by what, list, calendar.week
"""
CODE = "code"
WEEKLY = {"talk_people_week": "talk_people", "postings_week": "messages", "threads_week": "threads_replied"}
"""What the weekly series count, and whose constants stand beside; they count threads without an answer too."""
THINNED = """
with acts as (
    select '{metric}' as metric, community, month, {person} as person_key, day({at}) % 5 <> 0 as is_kept
    from {table} where {condition} and month is not null
), months as (
    select community, month, count(distinct person_key) as people,
        count(distinct person_key) filter (is_kept) as kept, day(last_day(month)) as days
    from acts group by community, month
)
select sum(days - floor(days / 5)) / sum(days) as share, sum(kept) / sum(people) as kept, count(*) as months
from months group by community having sum(kept) > 0 order by community
"""
"""The share of people who are still seen where every fifth day of a month is left out."""
CHANNELS = {
    "code_people": {
        "person": "author_key", "at": "committed_at", "table": "core.commits", "condition": "counted",
    },
    "talk_people": {
        "person": "sender_key", "at": "sent_at", "table": "core.messages", "condition": "is_human",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """What other constants would do to a ranking: editions, those with firm places only, and those with other sets."""

    ranking: str
    editions: int
    firm: int
    firm_refitted: int
    different: int


@dataclass(frozen=True)
class Audit:
    """Refitted constants, by months and by weeks; the check of the halves by ranking; and what would change."""

    communities: int
    repositories: int
    months: int
    refits: list[Refit]
    weekly: list[Refit]
    checks: dict[str, HalfCheck]
    changes: list[Change]


def audit(ask: Ask) -> Audit:
    """Refit every constant that the database can refit, and rank again with those."""
    frame = read_frame(ask)
    counts = _months(ask, frame)
    months = next(iter(counts.values())).shape[1]
    repositories = _repositories(ask, months)
    of_code = {refit.constant: refit for refit in refit_constants(repositories, frame.method)}
    refits = [of_code.get(refit.constant, refit) for refit in refit_constants(counts, frame.method)]
    refits += _coverage_exponents(ask, frame.method)
    checks = {
        ranking: check_halves(repositories if ranking == CODE else counts, ranking, frame.method)
        for ranking in frame.method.rankings
    }
    changes = list(_changes(ask, counts, frame, refitted(frame.method, refits)))
    units = len(frame.communities), len(repositories["commits"]), months
    return Audit(*units, refits, _weekly(ask, frame.method), checks, changes)


def _months(ask: Ask, frame: Frame) -> dict[str, Floats]:
    """Return the number that each month gives, of each metric: communities and months."""
    answer, metrics = ask(MONTHS), frame.method.metrics
    months = len(answer) // max(len(metrics) * len(frame.communities), 1)
    numbers = grid(answer, "number", (len(metrics), len(frame.communities), months))
    return {metric.name: numbers[row] for row, metric in enumerate(metrics)}


def _repositories(ask: Ask, months: int) -> dict[str, Floats]:
    """Return the metrics of code of each repository: repositories and months."""
    answer = ask(REPOSITORIES)
    shape = (len(answer) // max(months, 1), months)
    return {name: grid(answer, name, shape) for name in ("code_people", "commits")}


def _weekly(ask: Ask, method: Method) -> list[Refit]:
    """Refit on the weekly series of data/history; windows are of so many weeks as else of months."""
    series: dict[str, list[Floats]] = {}
    rows = ask(WEEKS).to_pylist()
    for what, name in sorted({(row["what"], row["list"]) for row in rows if row["what"] in WEEKLY}):
        values = [row["value"] for row in rows if (row["what"], row["list"]) == (what, name)]
        series.setdefault(WEEKLY[what], []).append(np.array(values, dtype=float))
    longest = max((len(one) for of in series.values() for one in of), default=0)
    counts = {metric: np.array([_padded(one, longest) for one in of]) for metric, of in series.items()}
    return [refit for refit in refit_constants(counts, method) if not refit.constant.startswith("correlation")]


def _padded(values: Floats, length: int) -> Floats:
    return np.concatenate([np.full(length - len(values), np.nan), values])


def _coverage_exponents(ask: Ask, method: Method) -> Iterator[Refit]:
    for name, channel in CHANNELS.items():
        rows = ask(THINNED.format(metric=name, **channel)).to_pylist()
        share, kept = (np.array([row[key] for row in rows]) for key in ("share", "kept"))
        exponent = fit_coverage_exponent(share, kept) if rows else np.nan
        frozen = method.metric(name).coverage_exponent
        yield Refit(f"coverage exponent {name}", frozen, exponent, sum(row["months"] for row in rows))


def refitted(method: Method, refits: list[Refit]) -> Method:
    """Return the method with the refitted constants; those that nothing was found for stay as they are.

    The memory is the mean of those of the metrics. Correlations stay where the refitted ones are impossible together.
    """
    found = {refit.constant: refit.refitted for refit in refits if not np.isnan(refit.refitted)}
    metrics = tuple(
        replace(
            metric,
            dispersion=found.get(f"dispersion {metric.name}", metric.dispersion),
            dispersion_exponent=found.get(f"dispersion exponent {metric.name}", metric.dispersion_exponent),
        )
        for metric in method.metrics
    )
    memories = [value for constant, value in found.items() if constant.startswith("memory ")]
    memory = fmean(memories) if memories else method.memory
    return replace(method, metrics=metrics, memory=memory, correlations=_correlations(method, found))


def _correlations(method: Method, found: Mapping[str, float]) -> tuple[tuple[float, ...], ...]:
    names = [metric.name for metric in method.metrics]
    matrix = np.array(method.correlations)
    for (i, one), (j, other) in ((a, b) for a in enumerate(names) for b in enumerate(names) if a < b):
        matrix[i, j] = matrix[j, i] = found.get(f"correlation {one} {other}", matrix[i, j])
    is_possible = np.linalg.eigvalsh(matrix).min() > 0
    return tuple(map(tuple, matrix.tolist())) if is_possible else method.correlations


def _changes(ask: Ask, counts: Mapping[str, Floats], frame: Frame, other: Method) -> Iterator[Change]:
    families = sorted(frame.method.rankings)
    is_ranked = grid(ask(RANKED), "is_ranked", (len(families), *frame.shape))
    for row, family in enumerate(families):
        ours, theirs = (_place(counts, family, method, is_ranked[row]) for method in (frame.method, other))
        editions = ours.ranked > 0
        yield Change(
            family, int(editions.sum()), _count_firm(ours), _count_firm(theirs),
            int(((ours.low != theirs.low) | (ours.high != theirs.high)).any(axis=1)[editions].sum()),
        )  # fmt: skip


def _place(counts: Mapping[str, Floats], family: str, method: Method, is_ranked: Flags) -> EditionPlaces:
    levels = {name: measure_levels(counts[name], method.metric(name), method) for name in method.weights(family)}
    scores, editions = add_scores(levels, family, method), is_ranked.shape[1]
    score = np.where(is_ranked, scores.score[:, -editions:], np.nan)
    return place_editions(score.T, scores.error[:, -editions:].T, method.alpha)


def _count_firm(places: EditionPlaces) -> int:
    """Count the editions in which every place is firm."""
    rows = np.arange(places.low.shape[1]) < places.ranked[:, None]
    return int((((places.low == places.high) | ~rows).all(axis=1) & (places.ranked > 0)).sum())
