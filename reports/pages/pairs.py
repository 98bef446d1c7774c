"""Two communities beside each other: who was ahead in each month, by the rule that makes the places."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import combinations, pairwise

import numpy as np

from pipelines.ranking.constants import Method
from pipelines.ranking.held import read_frame
from pipelines.ranking.pairs import compare
from pipelines.warehouse.query import Database
from reports.charts.series import months_from
from reports.pages.context import Context, Row

ORDER = ("overall", "code", "talk", "people")
ALL_PAIRS, BEST, QUANTILE = 12, 20, 1.6449


@dataclass(frozen=True)
class Month:
    """One month in which both were ranked: how far the first is ahead, and what may be said of it.

    `word` is that of `rankings.pairs`. `ratio` is the score of the first over that of the second, with its 90 % range.
    """

    month: date
    difference: float
    error: float
    word: str

    @property
    def is_firm(self) -> bool:
        """Whether one of the two is ahead beyond chance."""
        return self.word == "ahead"

    @property
    def ratio(self) -> tuple[float, float, float]:
        """The ratio of the scores, the larger over the smaller, with its 90 % range."""
        return ratio_of(self.difference, self.error)


def ratio_of(difference: float, error: float) -> tuple[float, float, float]:
    """Return the ratio of two scores whose logarithms lie so far apart, with its 90 % range."""
    apart = abs(difference)
    middle, low, high = (float(np.exp(apart + z * error)) for z in (0, -QUANTILE, QUANTILE))
    return middle, low, high


def judge(one: Row, other: Row, constants: Method) -> Iterator[Month]:
    """Yield each month in which both were ranked; `one` and `other` are rows of `queries/compare/scores.sql`."""
    days = [date.fromisoformat(day) for day in months_from(one["first"], len(one["scores"]))]
    values = {
        month: n for n, month in enumerate(map(date.fromisoformat, months_from(other["first"], len(other["scores"]))))
    }
    shared = [
        (n, values[month]) for n, month in enumerate(days)
        if month in values and one["scores"][n] is not None and other["scores"][values[month]] is not None
        and one["thresholds"][n] is not None
    ]  # fmt: skip
    if not shared:
        return
    own, their = zip(*shared, strict=True)
    scores, errors = _columns(one, own)
    other_scores, other_errors = _columns(other, their)
    first = scores >= other_scores
    found = compare(
        np.where(first, scores, other_scores), np.where(first, errors, other_errors),
        np.where(first, other_scores, scores), np.where(first, other_errors, errors),
        np.array([one["thresholds"][n] for n in own]), constants,
    )  # fmt: skip
    signs = np.where(first, 1.0, -1.0)
    for n, difference, error, word in zip(own, signs * found.difference, found.error, found.word, strict=True):
        yield Month(days[n], float(difference), float(error), str(word))


def _columns(row: Row, at: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([row["scores"][n] for n in at], float), np.array([row["errors"][n] for n in at], float)


@lru_cache(maxsize=1)
def constants_of(database: Database) -> Method:
    """Return the constants by which the places of the database were made."""
    return read_frame(database.ask).method


def families_of(site: Context, one: str, other: str) -> dict[str, list[Month]]:
    """Return the months of each family in which both were ranked, the family in which both are ranked now first."""
    scores = site.grouped("compare", "scores", "community")
    rows = {slug: {row["family"]: row for row in scores[slug]} for slug in (one, other)}
    shared = [family for family in ORDER if family in rows[one] and family in rows[other]]
    found = {
        family: list(judge(rows[one][family], rows[other][family], constants_of(site.database))) for family in shared
    }
    known = {family: months for family, months in found.items() if months}
    return dict(sorted(known.items(), key=lambda item: (item[1][-1].month != site.month, ORDER.index(item[0]))))


def static_pairs(site: Context) -> list[tuple[str, str]]:
    """Return the pairs that have a page: all of up to twelve communities, else the neighbours of the best twenty.

    The script draws every other pair.
    """
    slugs = [row["community"] for row in site.communities]
    if len(slugs) <= ALL_PAIRS:
        return list(combinations(sorted(slugs), 2))
    order = site.grouped("compare", "order", "family")
    ranked = next((order[family] for family in ORDER if order[family]), ())
    best = [row["community"] for row in ranked[:BEST]]
    return [(min(pair), max(pair)) for pair in pairwise(best)]


def path_of(site: Context, one: str, other: str) -> str:
    """Return the address of the comparison of two communities, seen from a page of a folder."""
    first, second = sorted((one, other))
    if len(site.communities) <= ALL_PAIRS or (first, second) in static_pairs(site):
        return f"../compare/{first}-{second}.html"
    return f"../compare/index.html?{first}&{second}"
