"""The part of the method page in which readers weigh by themselves: what a script needs to rank again."""

import json
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np

from pipelines.ranking.constants import OVERALL, Method
from pipelines.ranking.levels import log_ratio
from pipelines.ranking.places import firm_threshold
from reports.pages.context import Context, Row
from reports.pages.pairs import constants_of
from reports.pages.ranking_table import SPREAD, opened
from reports.render import BEST
from reports.text.formats import format_level, format_month
from reports.text.labels import FAMILIES, family_heading, label
from reports.text.reasons import MISSED
from reports.text.rules import RULES
from reports.text.weights import OF_FAMILY, weighing_words


def weighing(site: Context) -> dict[str, Any] | None:
    """Return what the template needs; None where no metric of anybody has a level."""
    rows, tables = site.rows("method", "weighed"), _tables(site)
    if all(level is None for row in rows for level in row["y"]):
        return None
    shown = _shown(rows, tables, opened(tables))
    method = constants_of(site.database)
    held = _held(method, shown, opened(tables)) | {"readings": site.readings}
    return {
        "communities": shown, "families": _sliders(method), "listed": len(rows), "opened": opened(tables),
        "rankings": [family for family in FAMILIES if family in method.rankings],
        "data": json.dumps(held, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c"),
    }  # fmt: skip


def _tables(site: Context) -> list[dict[str, Any]]:
    """Return the rows of each ranking of the month, as the front page lists them."""
    rows = site.grouped("ranking_table", "rows", "as_of")[site.month]
    tables = [{"family": family, "rows": [row for row in rows if row["family"] == family]} for family in FAMILIES]
    return [
        {**table, "is_ranked": any(row["rank"] is not None for row in table["rows"])}
        for table in tables
        if table["rows"]
    ]


def _shown(rows: Sequence[Row], tables: Sequence[Mapping[str, Any]], family: str) -> list[Row]:
    """Return all communities; of more than a table shows those of the ranking that stands open on the front page."""
    if len(rows) <= BEST:
        return list(rows)
    best = {row["community"] for table in tables if table["family"] == family for row in table["rows"]}
    return [row for row in rows if row["community"] in best]


def _sliders(method: Method) -> list[dict[str, Any]]:
    """Return the families with their metrics, each with its official weight in parts of 100."""
    families = [family for family in FAMILIES if family in method.rankings and family != OVERALL]
    return [
        {"family": family, "weight": _parts(sum(each.weight for each in own)),
         "metrics": [{"metric": each.name, "weight": _parts(each.weight)} for each in own]}
        for family in families if (own := sorted(_of(method, family), key=lambda each: (-each.weight, each.name)))
    ]  # fmt: skip


def _of(method: Method, family: str) -> list[Any]:
    return [metric for metric in method.metrics if metric.family == family]


def _parts(weight: float) -> float:
    return round(100 * weight, 9)


def _held(method: Method, rows: Sequence[Row], family: str) -> dict[str, Any]:
    """Return the numbers and words of the script: levels and errors, what pairs must differ by, sentences."""
    pairs = len(rows) * (len(rows) - 1) // 2
    return {
        "metrics": [_metric(metric) for metric in method.metrics], "correlations": method.correlations,
        "families": {each: _family(each) for each in sorted(method.rankings) if each != OVERALL}, "opened": family,
        "thresholds": [firm_threshold(len(rows), pairs - left, method.alpha) for left in range(pairs + 1)],
        "probable": NormalDist().inv_cdf(method.probable), "spread": SPREAD, "window": method.window_months,
        "fewest_ranked": method.fewest_ranked, "fewest_people": method.fewest_people,
        "communities": [_community(row) for row in rows], "words": weighing_words(len(rows)),
    }  # fmt: skip


def _metric(metric: Any) -> dict[str, Any]:
    """Return a metric with its official weight, and with y of a level of 0."""
    said = OF_FAMILY.format(metric=label(metric.name), family=family_heading(metric.family))
    return {
        "metric": metric.name, "family": metric.family, "weight": _parts(metric.weight), "said": said,
        "none": float(log_ratio(np.zeros(()), metric)),
    }  # fmt: skip


def _family(family: str) -> dict[str, str]:
    return {"heading": family_heading(family), "lacking": MISSED[family]}


def _community(row: Row) -> dict[str, Any]:
    """Return a community with its months in words, and whether so many people as a place needs were seen."""
    people = row["people"]
    return {
        "slug": row["community"], "name": row["name"], "y": row["y"], "errors": row["errors"],
        "months": row["months"], "applicable": row["applicable"], "lives": row["lives"],
        "living_months": row["living_months"], "is_empty": row["is_empty"],
        "since": [f"{day:%Y-%m}" if day else None for day in row["living_since"]],
        "active": [f"{day:%Y-%m}" if day else None for day in row["active_in"]],
        "named": {f"{day:%Y-%m}": format_month(day) for day in (*row["living_since"], *row["active_in"]) if day},
        "is_small": None if people is None else people < RULES["fewest_people"], "people": format_level(people),
    }  # fmt: skip
