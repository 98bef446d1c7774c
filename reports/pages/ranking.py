"""The first page, and its like for an earlier month: who has which place, and how it came to that."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pipelines.catalogue.load import CHANNELS
from reports import render
from reports.answers import FAMILIES, Answers, Row, month_after
from reports.charts import chart as twins
from reports.charts import series
from reports.text import formats
from reports.text.formats import format_window
from reports.text.labels import family_phrase, level_heading, metric_heading
from reports.text.sentences import NO_OVERALL, headline, imported_in_full, reason, relative

DRAWN = ("active_people", "talk_people", "threads_replied", "messages", "code_people", "commits")
FAILURES = 10


def page(known: Answers, dated: Sequence[date] = ()) -> str:
    """Return index.html, or the page of an earlier month; `dated` are the months that have such a page."""
    looks = series.styles([row["community"] for row in known.communities])
    made = [twins.of_places(known, family, looks) for family in known.families]
    made += [twins.of_metric(known, metric, looks) for metric in DRAWN]
    return render.page(
        "index.html", known, "an earlier month" if known.dated else "ranking", "../../" if known.dated else "",
        rankings=[_ranking(known, family) for family in known.families],
        without_overall=_without_overall(known),
        charts=[chart for chart in made if chart],
        empty=[
            {"metric": metric, "sources": _sources(known, metric)}
            for metric, chart in zip(DRAWN, made[-len(DRAWN) :], strict=True) if not chart
        ],
        failures=known.failures[:FAILURES],
        dated=sorted(dated, reverse=True),
    )  # fmt: skip


def _ranking(known: Answers, family: str) -> dict[str, Any]:
    """One family's sentence and table: of its metrics' levels, overall of the families' indices."""
    rows = [row for row in known.ranking if row["family"] == family and row["state"] != "no source"]
    ranked = [row for row in rows if row["rank"] is not None]
    parts = [c for c in known.components if c["family"] == family]
    weights = {c["metric"]: c["weight"] for c in parts}
    metrics = [row | {"weight": weights[row["metric"]]} for row in known.method if row["metric"] in weights]
    families = [name for name in FAMILIES if name in {m["family"] for m in metrics}]
    bounds = {(row["community"], row["metric"]): formats.bounds(row) for row in known.bounds}
    what = f"{family_phrase(family)}, {format_window(known.month)}"
    if family == "overall":
        heads = {name: f"{metric_heading(name)}: index" for name in families}
        cells = {(row["community"], row["family"]): row["index"] for row in known.ranking}
    else:
        heads = {m["metric"]: level_heading(m["metric"]) for m in metrics}
        cells = {(c["community"], c["metric"]): c["level"] for c in parts}
    return {
        "heading": metric_heading(family),
        "what": what,
        "sentence": headline(rows, what),
        "metrics": metrics,
        "heads": list(heads.values()),
        "rows": [
            row | {
                "relative": relative(row, ranked) if ranked else None,
                "cells": [
                    {"value": cells.get((row["community"], column)), "bounds": bounds.get((row["community"], column))}
                    for column in heads
                ],
                "reason": reason(row),
                "imports": [imported_in_full(i) for i in _in_window(known, row["community"])],
            }
            for row in rows
        ],
    }  # fmt: skip


def _sources(known: Answers, metric: str) -> list[Row]:
    """The sources that a metric could come from."""
    family = next((m["family"] for m in known.metrics if m["metric"] == metric), None)
    kinds = {"code": ("git",), "members": ("git", *CHANNELS)}.get(str(family), CHANNELS)
    return [row for row in known.freshness if row["kind"] in kinds]


def _without_overall(known: Answers) -> str | None:
    """Why nobody is ranked overall; None where somebody is."""
    rows = [row for row in known.ranking if row["family"] == "overall"]
    return None if any(row["rank"] is not None for row in rows) else NO_OVERALL


def _in_window(known: Answers, community: str) -> list[Row]:
    """The histories recorded in one day that the window of the community holds."""
    first = month_after(known.month).replace(year=month_after(known.month).year - 1)
    return [i for i in known.of("imports", community) if first <= i["month"] <= known.month]
