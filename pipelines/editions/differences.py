"""Split the change of each score between two editions into exact parts that add up.

The level of a metric goes in steps from the one edition to the other, and each step is a part:

1. correction: the months of the earlier window get the counts that the later edition has for them;
2. coverage: they get its coverage too, and with it the months that were seen later or not any more;
3. time: the window moves on, to other months;
4. definition: the later edition's constants and weights take the place of the earlier one's.

Where the rules of counting changed between the two, the first part is one of definition as well. A step whose window
has too few months goes together with the next one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import log
from typing import Any

from pipelines.editions.contents import Edition, months_of

PARTS = ("time", "coverage", "definition", "correction")
Months = Mapping[date, Mapping[str, Any]]
"""The counts of one community and metric, by month."""


@dataclass(frozen=True)
class Difference:
    """The change of one score: `parts` are shares of it by metric and part, natural logarithms that add up to `change`.

    `change` is NULL, and `parts` empty, where one of the two editions has no score.
    """

    family: str
    community: str
    earlier: float | None
    later: float | None
    change: float | None
    parts: dict[tuple[str, str], float]

    @property
    def is_none(self) -> bool:
        """Whether both editions have the same score from the same parts, or no score."""
        return self.earlier == self.later and not self.parts


def compare_editions(earlier: Edition, later: Edition) -> list[Difference]:
    """Return the change of every score, by family and community."""
    before, after = _scores(earlier), _scores(later)
    steps = _Steps(earlier, later)
    return [_compare(key, before.get(key), after.get(key), steps) for key in sorted(before | after)]


def _compare(key: tuple[str, str], before: float | None, after: float | None, steps: "_Steps") -> Difference:
    family, community = key
    if before is None or after is None:
        return Difference(family, community, before, after, None, {})
    return Difference(family, community, before, after, after - before, steps.split(family, community))


def _scores(edition: Edition) -> dict[tuple[str, str], float | None]:
    return {(row["family"], row["community"]): row["score"] for row in edition.tables["rankings"].to_pylist()}


class _Steps:
    """The two editions, by what the steps between them need."""

    def __init__(self, earlier: Edition, later: Edition) -> None:
        self.earlier, self.later = earlier, later
        self._months = _by_metric(earlier), _by_metric(later)
        self._components = _components(earlier), _components(later)
        self._metrics = {row["metric"]: row for row in earlier.tables["method"].to_pylist()}
        (self._rules,) = earlier.tables["rules"].to_pylist()
        self._first = "correction" if earlier.counting == later.counting else "definition"

    def split(self, family: str, community: str) -> dict[tuple[str, str], float]:
        """Return the parts of one change by metric and part."""
        before, after = (of.get((family, community), {}) for of in self._components)
        parts: dict[tuple[str, str], float] = {}
        for metric in sorted(before | after):
            for part, change in self._split_metric(community, before.get(metric), after.get(metric), metric):
                if change:
                    parts[metric, part] = parts.get((metric, part), 0.0) + change
        return parts

    def _split_metric(self, community: str, before: Any, after: Any, metric: str) -> list[tuple[str, float]]:
        if before is None or after is None:
            return [("definition", (after or {}).get("contribution", 0) - (before or {}).get("contribution", 0))]
        weight, reached = before["weight"], before["y"]
        found: list[tuple[str, float]] = []
        for part, y in self._path(community, metric):
            if y is not None:
                found.append((part, weight * (y - reached)))
                reached = y
        return [*found, ("definition", after["contribution"] - weight * reached)]

    def _path(self, community: str, metric: str) -> list[tuple[str, float | None]]:
        """Return y after each step by the earlier edition's constants, None where a window has too few months."""
        old, new = (of.get((community, metric), {}) for of in self._months)
        corrected = {month: _correct(row, new.get(month)) for month, row in old.items()}
        window, moved = self._window(self.earlier.month), self._window(self.later.month)
        held = {month: new.get(month, old.get(month, {})) for month in window}
        return [
            (self._first, self._log_ratio(corrected, window, metric)),
            ("coverage", self._log_ratio(held, window, metric)),
            ("time", self._log_ratio(new, moved, metric)),
        ]

    def _window(self, last: date) -> list[date]:
        return [_months_before(last, back) for back in range(self._rules["window_months"])]

    def _log_ratio(self, months: Months, window: list[date], metric: str) -> float | None:
        constants = self._metrics[metric]
        numbers = [_number(months.get(month), constants, self._rules["usable_coverage"]) for month in window]
        given = [number for number in numbers if number is not None]
        if len(given) < self._rules["fewest_months"]:
            return None
        level = sum(given) / len(given)
        return log((level + constants["offset"]) / (constants["reference"] + constants["offset"]))


def _correct(row: Mapping[str, Any], later: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return a month with the counts that the later edition has, and its own coverage."""
    if later is None or row["value"] is None or later["value"] is None:
        return row
    return {**row, "value": later["value"], "published": later["published"]}


def _number(row: Mapping[str, Any] | None, constants: Mapping[str, Any], usable: float) -> float | None:
    """Return the number that a month gives to a level: see rankings.numbers."""
    if not row:
        return None
    if _is_seen(row, usable):
        return row["value"] / row["covered"] ** constants["coverage_exponent"]
    return None if row["number"] is None else row["published"]


def _is_seen(row: Mapping[str, Any], usable: float) -> bool:
    is_counted = row["state"] in ("observed", "partial") and row["value"] is not None
    return is_counted and row["covered"] is not None and row["covered"] >= usable


def _months_before(month: date, back: int) -> date:
    years, zero_based = divmod(month.year * 12 + month.month - 1 - back, 12)
    return date(years, zero_based + 1, 1)


def _by_metric(edition: Edition) -> dict[tuple[str, str], dict[date, dict[str, Any]]]:
    found: dict[tuple[str, str], dict[date, dict[str, Any]]] = {}
    for (community, metric, month), row in months_of(edition).items():
        found.setdefault((community, metric), {})[month] = row
    return found


def _components(edition: Edition) -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
    found: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for row in edition.tables["components"].to_pylist():
        found.setdefault((row["family"], row["community"]), {})[row["metric"]] = row
    return found
