"""Reads method.toml: everything frozen about the ranking, and its checksum."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from pydantic import Strict

from pipelines.catalogue.field_types import Day, Flag, OneLine, TomlTable
from pipelines.catalogue.toml_files import WrongFileError, read_toml

METHOD_FILE = Path(__file__).with_name("method.toml")
METRICS = Path(__file__).parents[1] / "tables" / "metrics"
Number = Annotated[float, Strict()]
Count = Annotated[int, Strict()]


class MethodError(WrongFileError):
    """The method file contradicts itself or names a metric that is not counted."""


class Noise(TomlTable):
    """How the noise of a level is estimated; see method.toml."""

    alpha: Number
    probable: Number
    memory: Number
    past_months: Count
    fewest_pairs: Count
    prior_pairs: Count
    clamp: Count


class Movement(TomlTable):
    """When a community rises, falls or is steady; see method.toml."""

    compared_with: Day
    least_growth: Number
    steady_growth: Number


class ShownOnly(TomlTable):
    """Which lists and forums are shown and enter no metric; see method.toml."""

    languages: tuple[OneLine, ...]
    audiences: tuple[OneLine, ...]


class Family(TomlTable):
    """One family of metrics; see method.toml."""

    reference: OneLine


class Metric(TomlTable):
    """One metric that the method weighs; see method.toml."""

    family: OneLine
    weight: Number
    offset: Number
    reference: Number
    coverage_exponent: Number
    dispersion: Number
    dispersion_exponent: Number
    tells_size: Flag


class MethodFile(TomlTable):
    """The content of method.toml."""

    version: OneLine
    days_to_close: Count
    window_months: Count
    usable_coverage: Number
    fewest_months: Count
    fewest_people: Count
    fewest_ranked: Count
    first_ranking: Day
    shown_only: ShownOnly
    noise: Noise
    movement: Movement
    families: dict[str, Family]
    metrics: dict[str, Metric]
    correlation: dict[str, dict[str, Number]]


@dataclass(frozen=True)
class Method:
    """One version of the method: rules (those of noise and movement too), families, metrics, correlations, checksum.

    Families, metrics and correlations are rows of the tables that hold them.
    """

    version: str
    sha256: str
    rules: dict[str, Any]
    families: list[dict[str, Any]]
    metrics: list[dict[str, Any]]
    correlations: list[dict[str, Any]]
    shown_only: dict[str, Any]

    def is_shown_only(self, language: str, audience: str | None) -> bool:
        """Return whether a list or forum of a language for an audience is shown and enters no metric."""
        return language in self.shown_only["languages"] and audience in self.shown_only["audiences"]

    def last_complete_month(self, today: date) -> date:
        """Return the first day of the newest month that was over long enough on `today`."""
        closed = today - timedelta(days=self.rules["days_to_close"])
        return (closed.replace(day=1) - timedelta(days=1)).replace(day=1)


def load(path: Path = METHOD_FILE) -> Method:
    """Read a method; a metric's `family_weight` is its weight scaled to 1 within its family.

    Raises WrongFileError for a wrong value, and MethodError where a metric or its family is unknown, the
    weights do not add up to 1, or the correlation is none.
    """
    frozen = read_toml(path, MethodFile).model_dump()
    metrics, families, correlation = (frozen.pop(name) for name in ("metrics", "families", "correlation"))
    _check_metrics(metrics, families)
    _check_correlation(correlation, sorted(metrics))
    sums = {name: math.fsum(m["weight"] for m in metrics.values() if m["family"] == name) for name in families}
    return Method(
        version=frozen.pop("version"),
        shown_only=frozen.pop("shown_only"),
        sha256=sha256(path.read_bytes()).hexdigest(),
        families=[{"family": name, "weight": sums[name], **facts} for name, facts in families.items()],
        metrics=[
            {"metric": name, "family_weight": facts["weight"] / sums[facts["family"]], **facts}
            for name, facts in metrics.items()
        ],
        correlations=[
            {"metric": one, "other": other, "correlation": value}
            for one, row in correlation.items()
            for other, value in row.items()
        ],
        rules=frozen.pop("noise") | frozen.pop("movement") | frozen,
    )


def _check_metrics(metrics: dict[str, Any], families: dict[str, Any]) -> None:
    for name, facts in metrics.items():
        if not _is_counted(name):
            raise MethodError(f"the method weighs {name}, which is not a metric")
        if facts["family"] not in families:
            raise MethodError(f"{name} is of the family {facts['family']}, which the method does not name")
    total = math.fsum(facts["weight"] for facts in metrics.values())
    if not math.isclose(total, 1, abs_tol=1e-12):
        raise MethodError(f"the weights add up to {total:.12g}, not to 1")


def _is_counted(metric: str) -> bool:
    """Whether the SQL defines the metric: such a file names its family."""
    path = METRICS / f"{metric}.sql"
    return path.is_file() and "\n-- family: " in path.read_text()


def _check_correlation(correlation: dict[str, dict[str, float]], names: list[str]) -> None:
    """Raise MethodError unless it has these metrics, 1 on the diagonal, equal halves, and is positive definite."""
    if sorted(correlation) != names or any(sorted(row) != names for row in correlation.values()):
        raise MethodError("the correlation has not the metrics that the method weighs")
    if any(correlation[a][a] != 1 for a in names):
        raise MethodError("the correlation of a metric with itself is not 1")
    if any(correlation[a][b] != correlation[b][a] for a in names for b in names):
        raise MethodError("the correlation is not symmetric")
    if not _is_positive([[correlation[a][b] for b in names] for a in names]):
        raise MethodError("the correlation is not positive definite")


def _is_positive(matrix: list[list[float]]) -> bool:
    """Whether a symmetric matrix is positive definite: every pivot of the elimination is above 0."""
    if not matrix:
        return True
    (pivot, *head), *rest = matrix
    if pivot <= 0:
        return False
    return _is_positive([[v - row[0] * h / pivot for v, h in zip(row[1:], head, strict=True)] for row in rest])
