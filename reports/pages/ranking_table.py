"""The tables of a month, one for each ranking, as the ranking page and the pages of months show them."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from statistics import NormalDist
from typing import Any

from markupsafe import Markup

from reports.graphics.axis import Axis, fit_axis
from reports.graphics.slots import draw_slots
from reports.graphics.sparkline import draw_sparkline
from reports.graphics.strip import draw_axis, draw_strip
from reports.pages.brackets import find_runs, lay_out
from reports.pages.context import Context, Row
from reports.text.cells import Cell, place_cell, places_text, score_range_text, step_cell
from reports.text.headlines import firmness_text, headline
from reports.text.imports import import_text
from reports.text.labels import FAMILIES
from reports.text.language import gettext
from reports.text.pairs import distance_text, pair_text
from reports.text.places import months_text, possible_sentence
from reports.text.reasons import gap_text, unranked_text
from reports.text.rules import RULES, WINDOW

SPANS = ("month", "year", "origin")
SHORT = 3
"""So many metrics at most are named beside a table."""
SPREAD = NormalDist().inv_cdf(1 - RULES["alpha"] / 2)
"""So many standard errors on either side of a score make its 90 % range."""


def ranking_tables(site: Context) -> list[dict[str, Any]]:
    """Return what the month says of each ranking, overall first; none where nobody's source had begun."""
    rows = site.grouped("ranking_table", "rows", "as_of")[site.month]
    pairs = site.grouped("ranking_table", "pairs", "as_of")[site.month]
    unseen = site.grouped("ranking_table", "unseen", "as_of")[site.month]
    return [
        _table(site, family, with_reasons(own, unseen), [row for row in pairs if row["family"] == family])
        for family in FAMILIES
        if (own := [row for row in rows if row["family"] == family])
    ]


def opened(tables: Sequence[Mapping[str, Any]]) -> str:
    """Return the first ranking that ranks somebody; else the first one, or nothing."""
    ranked = [table["family"] for table in tables if table["is_ranked"]]
    return next(iter([*ranked, *(table["family"] for table in tables)]), "")


def with_reasons(rankings: Iterable[Row], unseen: Sequence[Row]) -> list[dict[str, Any]]:
    """Return rows of a ranking, each with its sources that were not seen, from `queries/ranking_table/unseen.sql`."""
    keys = ("family", "community")
    return [{**row, "unseen": [each for each in unseen if all(each[k] == row[k] for k in keys)]} for row in rankings]


def _table(site: Context, family: str, rows: Sequence[Row], pairs: Sequence[Row]) -> dict[str, Any]:
    imports, axis = _imports(site, family), axis_of(site, family)
    drawn: dict[str, Markup] = {} if site.is_dated else _sparklines(site, family)
    return {
        "family": family, "is_ranked": any(row["rank"] is not None for row in rows), "listed": rows[0]["listed"],
        "axis": draw_axis(axis),
        "headline": headline(family, rows, site.month if site.is_dated else None),
        "firmness": firmness_text(rows), "closest": _closest(pairs),
        "possible": [text for row in rows if (text := possible_sentence(row))],
        "details": list(_details(rows, pairs, imports)),
        "rows": [
            {**row, "spark": drawn.get(row["community"]), "has_import": row["community"] in imports}
            for row in drawn_rows(rows, axis)
        ],
    }  # fmt: skip


def axis_of(site: Context, family: str) -> Axis:
    """Return the axis of a ranking: the same in all its months, so that from month to month marks move."""
    ends = site.grouped("ranking_table", "axis", "family")[family]
    return fit_axis(ends[0]["low"], ends[0]["high"]) if ends else fit_axis(None, None)


def drawn_rows(rows: Sequence[Row], axis: Axis) -> Iterator[dict[str, Any]]:
    """Yield rows with what is drawn and written in their cells, and the brackets that begin in them or pass them."""
    runs = find_runs(rows)
    scores = Counter(row["score"] for row in rows if row["rank"] is not None)
    for number, (row, brackets) in enumerate(zip(rows, lay_out(runs, len(rows)), strict=True)):
        yield _row(row, scores, axis) | {"brackets": brackets, "runs": [run for run in runs if run.first == number]}


def _details(rows: Sequence[Row], pairs: Sequence[Row], imports: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """Yield what is said of neighbours, of who has no place, and of imports."""
    yield from map(pair_text, pairs)
    if said := unranked_text(rows):
        yield said
    for row in rows:
        for each in imports.get(row["community"], ()):
            yield gettext("{name}: {said}").format(name=row["name"], said=import_text(each))


def _imports(site: Context, family: str) -> dict[str, list[Row]]:
    """Return the histories that communities recorded in one day of the window; a ranking of talk counts none."""
    if family == "talk":
        return {}
    first = date(site.month.year - 1, site.month.month, 1)
    found: dict[str, list[Row]] = {}
    for community, rows in site.grouped("ranking_table", "imports", "community").items():
        if own := [row for row in rows if first < row["month"] <= site.month]:
            found[community] = own
    return found


def _sparklines(site: Context, family: str) -> dict[str, Markup]:
    """Return the history of the scores of each community that ever had one."""
    lines = site.grouped("ranking_table", "history", "family")[family]
    return {
        line["community"]: draw_sparkline(line["scores"], line["community"]) for line in lines if any(line["scores"])
    }


def _closest(pairs: Sequence[Row]) -> str:
    """Return what one would need to be level with the next, of the two that are closest; nothing of many metrics."""
    short = [pair for pair in pairs if len(pair["metrics"]) <= SHORT]
    return distance_text(min(short, key=lambda pair: pair["difference"])) if short else ""


def _row(row: Row, scores: Mapping[float, int], axis: Axis) -> dict[str, Any]:
    """Return a row with what is drawn and written in its cells."""
    low, high = score_range(row)
    drawn = {
        **row, "slug": row["community"], "score": row["index"] if _is_scored(row) else None, "score_low": low,
        "score_high": high, "range": score_range_text(low, high), "gap_text": gap_text(row),
    }  # fmt: skip
    return {
        **drawn, "place": _place(row, scores), "tag": _tag(drawn, axis), "strip": draw_strip(drawn, axis),
        "slots": draw_slots(row["rank_low"], row["rank_high"], row["ranked"]) if row["rank_low"] else "",
        "moves": [step_cell(next((step for step in row["movement"] if step["span"] == span), None)) for span in SPANS],
        "was": places_text(row["then_low"], row["then_high"]), "is_now": places_text(row["now_low"], row["now_high"]),
    }  # fmt: skip


def _tag(row: Row, axis: Axis) -> dict[str, str] | None:
    """Return how many months a window lacks, to stand on the side of the strip where the mark is not."""
    if row["score"] is None or row["months"] >= WINDOW:
        return None
    side = "left" if axis.position(row["score"]) > 0.5 else "right"
    return {"text": gettext("{months} months").format(months=months_text(row)), "side": side}


def _place(row: Row, scores: Mapping[float, int]) -> Cell:
    low, high = row["rank_low"], row["rank_high"]
    is_tied = low is not None and low < high and scores[row["score"]] == high - low + 1
    return place_cell(low, high, is_ranked=row["rank"] is not None, is_tied=is_tied)


def _is_scored(row: Row) -> bool:
    """Return whether a row shows its score: who is quiet has one, and it stands for no place."""
    return row["rank"] is not None or row["reason_code"] == "fewer_than_two_ranked"


def score_range(row: Row) -> tuple[float | None, float | None]:
    """Return the ends of the 90 % range of the score of a row that shows it, as indexes."""
    if not _is_scored(row):
        return None, None
    low, high = (100 * math.exp(row["score"] + side * SPREAD * row["score_error"]) for side in (-1, 1))
    return low, high
