"""The page of one community: verdict, figures, places, numbers, people, sources and what could not be seen."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from reports.charts.chart import Chart
from reports.pages.channels import channels_chart, sources_chart
from reports.pages.context import Context, Row
from reports.pages.coverage import draw_calendar
from reports.pages.figures import family_figures, five_figures
from reports.pages.lines import evidence_of, monthly_chart
from reports.pages.pairs import path_of
from reports.pages.places import places_chart
from reports.render import render_page
from reports.text.community import (
    layers_text,
    members_text,
    standfirst_text,
    verdict_text,
)
from reports.text.formats import format_window
from reports.text.labels import family_heading, family_phrase
from reports.text.pairs import pair_text
from reports.text.places import movement_text, standing_text
from reports.text.unseen import hole_text

FOLDER = "community"
CODE, TALK, PEOPLE = ("code_people", "commits"), ("talk_people", "messages", "threads_replied"), ("new_people",)
LISTS = ("unseen", "imports", "twins", "collections", "organisations", "releases", "numbers", "moves")
LEFT_OUT = ("threads_replied",)
"""The page of a large site has no chart of these. It has places of one family only, and no lists by themselves."""
ORDER = ("overall", "code", "talk", "people")
TOLD_BY = {"overall": "talk_people", "code": "code_people", "talk": "talk_people", "people": "new_people"}


def keys(site: Context) -> list[str]:
    """Return the communities that have a page."""
    return [row["community"] for row in site.communities]


def path(key: str) -> str:
    """Return the address of a community's page from the folder of the site."""
    return f"{FOLDER}/{key}.html"


def page(site: Context, key: str) -> str:
    """Return community/<slug>.html."""
    own = site.of(key)

    def rows(name: str) -> Sequence[Row]:
        return site.grouped(FOLDER, name, "community")[key]

    rankings, movement, pairs = rows("rankings"), rows("movement"), rows("pairs")
    opening = next((row for row in rankings if row["rank"]), next(iter(rankings), None))
    charts = _charts(site, own, opening)
    window = format_window(site.month)
    return render_page(
        "community.html", site=site, here="communities", root="../", own=own, opening=opening,
        verdict=verdict_text(opening, movement) if opening else "",
        standfirst=standfirst_text(opening, pairs, movement, _cause(site, opening)) if opening else "",
        tiles_of=five_figures(site, own, opening) if opening else [],
        charts=charts, places=[name for name in charts if name.startswith("place-")],
        standing=[standing_text(row, f"{family_phrase(row['family'])}, {window}") for row in rankings],
        movement=[movement_text(row) for row in movement],
        layers=[{**row, "text": layers_text(row)} for row in rows("layers")],
        talk=family_figures(rankings, charts, "talk", TALK), people=family_figures(rankings, charts, "people", PEOPLE),
        watched=next(iter(rows("watched")), {"was_seen": False, "was_whole": False}),
        overlap=next(iter(rows("overlap")), None), cohorts=_cohorts(rows("retention")),
        members=next((members_text(row) for row in rows("members")), ""),
        neighbours=list(_neighbours(pairs, key)),
        sources=site.sources_of(key),
        calendar=draw_calendar(site, key) if site.is_large else "",
        evidence=evidence_of(own), compare_path=partial(path_of, site),
        **{name: rows(name) for name in LISTS},
    )  # fmt: skip


def _charts(site: Context, own: Row, opening: Row | None) -> dict[str, Chart]:
    """Return the charts of the page by their id; those of which nothing is known are left out."""
    order = sorted(ORDER, key=lambda family: (opening is None or family != opening["family"], ORDER.index(family)))
    metrics = [metric for metric in (*CODE, *TALK, *PEOPLE) if not (site.is_large and metric in LEFT_OUT)]
    made = [
        *(places_chart(site, own, family) for family in (order[:1] if site.is_large else order)),
        *(monthly_chart(site, own, metric) for metric in metrics),
        channels_chart(site, own), *([] if site.is_large else [sources_chart(site, own)]),
    ]  # fmt: skip
    return {chart.id: chart for chart in made if chart}


def _cause(site: Context, row: Row) -> str:
    """Return why the newest months of a ranking could not be seen; nothing where they were."""
    holes = site.grouped(FOLDER, "holes", "community")[row["community"]]
    newest = [hole for hole in holes if hole["last"] == site.month and hole["metric"] == TOLD_BY[row["family"]]]
    return hole_text(newest[0]) if newest else ""


def _neighbours(pairs: Sequence[Row], key: str) -> Iterator[dict[str, Any]]:
    """Yield for each family and neighbour what is said of the two, and the address of their comparison."""
    for pair in pairs:
        other = pair["behind"] if pair["ahead"] == key else pair["ahead"]
        yield {"family": family_heading(pair["family"]), "text": pair_text(pair), "other": other,
               "name": pair["behind_name"] if pair["ahead"] == key else pair["ahead_name"]}  # fmt: skip


def _cohorts(retention: Sequence[Row]) -> dict[int, list[Row]]:
    """Return the shares of each cohort, a row for each year."""
    found: dict[int, list[Row]] = {}
    for row in retention:
        found.setdefault(row["cohort"], []).append(row)
    return found
