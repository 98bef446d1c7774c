"""The first page, and its like for an earlier month: who has which place, and how it came to that."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from reports import lines, render, twins, words
from reports.facts import Facts, Row, month_after

DRAWN = ("commits", "code_people")
FAILURES = 10


def page(known: Facts, dated: Sequence[date] = ()) -> str:
    """Return index.html, or the page of an earlier month; `dated` are the months that have such a page."""
    looks = lines.styles([row["community"] for row in known.communities])
    made = [twins.of_places(known, family, looks) for family in known.families]
    made += [twins.of_metric(known, metric, looks) for metric in DRAWN]
    return render.page(
        "index.html", known, "an earlier month" if known.dated else "ranking", "../../" if known.dated else "",
        rankings=[_ranking(known, family) for family in known.families],
        charts=[chart for chart in made if chart],
        empty=[metric for metric, chart in zip(DRAWN, made[-len(DRAWN) :], strict=True) if not chart],
        failures=known.failures[:FAILURES],
        dated=sorted(dated, reverse=True),
    )  # fmt: skip


def _ranking(known: Facts, family: str) -> dict[str, Any]:
    """One family's sentence and table; levels come from the components of the score."""
    rows = [row for row in known.ranking if row["family"] == family]
    ranked = [row for row in rows if row["place"] is not None]
    levels = {(c["community"], c["metric"]): c["level"] for c in known.components if c["family"] == family}
    metrics = [row for row in known.method if row["family"] == family]
    return {
        "family": family,
        "sentence": words.headline(rows, family, known.month),
        "metrics": metrics,
        "rows": [
            row | {
                "relative": words.relative(row, ranked) if ranked else None,
                "levels": [levels.get((row["community"], m["metric"])) for m in metrics],
                "imports": [words.imported_in_full(i) for i in _in_window(known, row["community"])],
            }
            for row in rows
        ],
    }  # fmt: skip


def _in_window(known: Facts, community: str) -> list[Row]:
    """The histories recorded in one day that the window of the community holds."""
    first = month_after(known.month).replace(year=month_after(known.month).year - 1)
    return [i for i in known.of("imports", community) if first <= i["month"] <= known.month]
