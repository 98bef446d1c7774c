"""The first page, and its like for an earlier month: who has which place, and how it came to that."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from pipelines.catalogue.urls import CHANNELS
from reports.pages.brackets import lay_out
from reports.pages.context import Context, Row
from reports.render import render_page
from reports.text.formats import format_level, format_number, format_range, format_window
from reports.text.labels import FAMILIES, family_heading, family_phrase, metric_heading
from reports.text.language import gettext
from reports.text.sentences import (
    NO_OVERALL,
    headline,
    import_text,
    order_by_recorded_month,
    pair_text,
)

DRAWN = ("active_people", "talk_people", "threads_replied", "messages", "code_people", "commits")
FAILURES = 10


def page(site: Context, dated: Sequence[date] = ()) -> str:
    """Return index.html, or the page of an earlier month; `dated` are the months that have such a page."""
    metrics, rankings = site.rows("ranking", "metrics"), list(_rankings(site))
    drawn = set(DRAWN)
    return render_page(
        "index.html", site=site, here="an earlier month" if site.is_dated else "ranking",
        root="../../" if site.is_dated else "",
        rankings=rankings,
        no_overall="" if site.rows("ranking", "no_overall")[0]["is_ranked"] else NO_OVERALL,
        charts=[],
        empty=[
            {"metric": metric, "sources": _sources(site, metrics, metric)}
            for metric in DRAWN if _id(metric) not in drawn
        ],
        failures=[] if site.is_dated else site.rows("ranking", "failures", most=FAILURES),
        method=site.rows("ranking", "method"),
        dated=sorted(dated, reverse=True),
    )  # fmt: skip


def _rankings(site: Context) -> Iterator[dict[str, Any]]:
    """Yield each family's sentence and table: of its metrics' levels, overall of the families' indices."""
    weights = site.rows("ranking", "weights")
    cells = {(row["family"], row["community"], row["part"]): row
             for row in site.rows("ranking", "cells")}  # fmt: skip
    imports, pairs, unseen, moved = (
        site.rows("ranking", name) for name in ("imports", "pairs", "unseen", "rank_by_recorded_month")
    )
    for family, answer in groupby(site.rows("ranking", "rankings"), key=lambda row: row["family"]):
        ranked = with_reasons(answer, unseen)
        brackets = lay_out(ranked)
        metrics = [row for row in weights if row["family"] == family]
        heads = _heads(family, metrics)
        what = f"{family_phrase(family)}, {format_window(site.month)}"
        yield {
            "family": family, "heading": family_heading(family),
            "what": what, "sentence": headline(ranked, what), "metrics": metrics,
            "by_recorded_month": order_by_recorded_month([row for row in moved if row["family"] == family]),
            "heads": list(heads.values()), "bracket_columns": max(map(len, brackets)),
            "pairs": [pair_text(row) for row in pairs if row["family"] == family],
            "rows": [
                row | {
                    "brackets": own,
                    "cells": [_cell(cells.get((family, row["community"], part))) for part in heads],
                    "imports": [import_text(i) for i in imports if i["community"] == row["community"]],
                }
                for row, own in zip(ranked, brackets, strict=True)
            ],
        }  # fmt: skip


def with_reasons(rankings: Iterable[Row], unseen: Sequence[Row]) -> list[dict[str, Any]]:
    """Return rows of a ranking, each with its sources that were not seen, from `queries/ranking/unseen.sql`."""
    keys = ("family", "community")
    return [{**row, "unseen": [each for each in unseen if all(each[k] == row[k] for k in keys)]} for row in rankings]


def _heads(family: str, metrics: Sequence[Row]) -> dict[str, str]:
    """Return the heads of a ranking's table by what the column is of."""
    if family == "overall":
        rest = {row["metric_family"] for row in metrics}
        heads = ((part, family_heading(part)) for part in FAMILIES if part in rest)
        return {part: gettext("{family}: index").format(family=heading) for part, heading in heads}
    return {row["metric"]: metric_heading(row["metric"]) for row in metrics}


def _cell(row: Row | None) -> dict[str, Any]:
    if row is None:
        return {"value": None, "text": format_number(None), "range": ""}
    is_index = row["family"] == "overall"
    text = format_number(row["value"]) if is_index else format_level(row["value"])
    return {"value": row["value"], "text": text, "range": format_range(row["low"], row["high"])}


def _id(metric: str) -> str:
    return metric.replace("_", "-")


def _sources(site: Context, metrics: Sequence[Row], metric: str) -> list[Row]:
    """Return the sources that a metric could come from."""
    family = next((row["family"] for row in metrics if row["metric"] == metric), None)
    kinds = {"code": ("git",), "members": ("git", *CHANNELS)}.get(str(family), CHANNELS)
    return [row for row in site.sources if row["kind"] in kinds]
