"""The page about members: who is registered by whose definition, and the other dated counts, never on one axis."""

from collections.abc import Iterable, Iterator
from typing import Any

from pipelines.catalogue.measures import KINDS
from reports import render
from reports.answers import Answers, Row
from reports.charts import chart as twins

SAID = {
    "registered": ("Who is registered", "Who signed up once. Many never came again, and no two registers are alike."),
    "subscribed": ("Who is in a team", "Who joined a team on a platform, often years ago."),
    "active": ("Who was there lately", "Who came during the last days, by the platform's own count."),
    "committing": ("Who may write, and who has", "Which is something else than being a member."),
    "attention": ("Attention, easily bought", "Stars, forks and watchers are shown and never scored."),
}


def page(known: Answers) -> str:
    """Return members.html."""
    kinds = [_kind(known, kind) for kind in KINDS]
    return render.page(
        "members.html", known, "members", "",
        official=[_official(known, row) for row in known.communities],
        kinds=kinds,
        charts=[chart for kind in kinds for chart in kind["charts"]],
    )  # fmt: skip


def _kind(known: Answers, kind: str) -> dict[str, Any]:
    """One kind of measures: its charts, each with its definition, and the measures that nothing is known of."""
    measures = [row for row in known.measures if row["kind"] == kind]
    counted = {row["measure"] for row in known.counts}
    return {
        "kind": kind,
        "heading": SAID[kind][0],
        "said": SAID[kind][1],
        "charts": [chart for row in measures if row["measure"] in counted for chart in _charts(known, row)],
        "empty": [row for row in measures if row["measure"] not in counted],
    }


def _charts(known: Answers, measure: Row) -> Iterator[twins.Chart]:
    """One chart where the counts of all communities mean the same, else one for each community."""
    rows = [row for row in known.counts if row["measure"] == measure["measure"]]
    if measure["comparable"]:
        yield twins.of_counts(known, measure, rows)
        return
    for community in dict.fromkeys(row["community"] for row in rows):
        yield twins.of_counts(known, measure, [row for row in rows if row["community"] == community], community)


def _official(known: Answers, community: Row) -> dict[str, Any]:
    """A community's official count: the newest that its source has told, with its definition, or why there is none."""
    measure = next((row for row in known.measures if row["measure"] == community["registered"]), None)
    told = [row for row in known.of("counts", community["community"]) if row["measure"] == community["registered"]]
    own = [row for row in told if row["source"]]
    return {
        "community": community["community"],
        "name": community["name"],
        "measure": measure,
        "newest": max(own, key=lambda row: row["day"], default=None),
        "published": max(told, key=lambda row: row["day"], default=None),
        "sources": [row for row in known.of("freshness", community["community"]) if _tells(row, measure)],
        "instead": _instead(known.of("counts", community["community"])),
    }


def _tells(source: Row, measure: Row | None) -> bool:
    """Whether a source is of the kind that states a measure."""
    return measure is not None and source["kind"] == measure["told_by"]


def _instead(rows: Iterable[Row]) -> list[str]:
    """What is counted of a community that has no register."""
    return list(dict.fromkeys(row["measure"] for row in rows if row["kind"] != "attention"))
