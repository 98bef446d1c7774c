"""The page of one community: its places, its numbers, its sources and what of them could not be seen."""

from datetime import date
from typing import Any

from reports import render
from reports.answers import Answers, Row
from reports.charts import chart as twins
from reports.charts import series
from reports.pages import channels, data, people
from reports.text.formats import format_month, format_window
from reports.text.labels import family_phrase
from reports.text.sentences import placed, reason

FOLDER = "community"


def page(known: Answers, community: str) -> str:
    """Return community/<slug>.html."""
    own = next(row for row in known.communities if row["community"] == community)
    looks = {slug: s for slug, s in series.styles(sorted(known.names)).items() if slug == community}
    looks = looks or {community: series.STYLES[0]}
    made = [twins.of_places(known, family, looks) for family in known.families]
    made += [twins.of_community(known, community, *counted) for counted in _counted(known)]
    made += [channels.shares(known, community), twins.of_sources(known, community)]
    return render.page(
        "community.html", known, community, "../",
        own=own,
        standing=[_standing(known, community, family) for family in known.families],
        charts=[chart for chart in made if chart],
        numbers=_numbers(known, community),
        people=people.section(known, community),
        sources=known.of("freshness", community),
        unseen=[run for run in data.runs(known.of("coverage", community)) if run["state"] in data.UNSEEN],
        releases=list(reversed(known.of("releases", community))),
        imports=known.of("imports", community),
        collections=known.of("collections", community),
    )  # fmt: skip


def _counted(known: Answers) -> list[tuple[str, str]]:
    """What is counted, as (family, unit); releases are marks and a list, not a line."""
    pairs = dict.fromkeys((m["family"], m["unit"]) for m in known.metrics if m["family"] != "releases")
    return list(pairs)


def _standing(known: Answers, community: str, family: str) -> str:
    """Its place in one family, in a sentence, and since when."""
    rows = [row for row in known.ranking if row["family"] == family]
    own = next(row for row in rows if row["community"] == community)
    ranked = [row for row in rows if row["rank"] is not None]
    where = f"{family_phrase(family)}, {format_window(known.month)}"
    if own["rank"] is None:
        return f"{own['name']} is listed without a place in {where}: {reason(own)}."
    same = f", where {placed(own, ranked)}" if own["rank"] != 1 else ""
    return f"{own['name']} has place {own['rank']} of {len(ranked)} in {where}{same}. {_since(known, own)}"


def _since(known: Answers, own: Row) -> str:
    """Since which window it has had its place without a break."""
    rows = [r for r in known.of("places", own["community"]) if r["family"] == own["family"]]
    since = known.month
    for row in sorted(rows, key=lambda r: r["as_of"], reverse=True):
        if row["rank"] != own["rank"]:
            break
        since = row["as_of"]
    return f"It has had this place in every window since the one that ended in {format_month(since)}."


def _numbers(known: Answers, community: str) -> list[dict[str, Any]]:
    """What each metric says of the last complete month and of the running one, with its meaning."""
    rows = {(row["metric"], row["month"]): row for row in known.of("monthly", community)}
    running = max((month for _, month in rows), default=known.month)

    def of(metric: Row, month: date) -> Row | None:
        return rows.get((metric["metric"], month))

    return [
        metric | {"complete": of(metric, known.month), "running": of(metric, running), "month": running}
        for metric in known.metrics
        if of(metric, running)
    ]
