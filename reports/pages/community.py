"""The page of one community: verdict, figures, places, numbers, people, sources and what could not be seen."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any

from reports.charts.chart import Chart
from reports.pages.channels import channels_chart, sources_chart
from reports.pages.context import Context, Row
from reports.pages.lines import evidence_of, monthly_chart
from reports.pages.pairs import path_of
from reports.pages.places import places_chart
from reports.render import render_page
from reports.text.community import (
    layers_text,
    level_note,
    members_text,
    newcomers_note,
    place_note,
    places_cell,
    score_note,
    standfirst_text,
    verdict_text,
)
from reports.text.formats import format_level, format_month, format_number, format_window, pluralize
from reports.text.labels import family_heading, family_phrase
from reports.text.language import gettext
from reports.text.pairs import pair_text
from reports.text.places import movement_text, standing_text
from reports.text.unseen import hole_text

FOLDER = "community"
CODE, TALK, PEOPLE = ("code_people", "commits"), ("talk_people", "messages", "threads_replied"), ("new_people",)
LISTS = ("unseen", "imports", "twins", "collections", "organisations", "releases", "numbers", "moves")
ORDER = ("overall", "code", "talk", "people")
TOLD_BY = {"overall": "talk_people", "code": "code_people", "talk": "talk_people", "people": "new_people"}
NONE = "–"


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
        tiles_of=_tiles(site, own, opening) if opening else [],
        charts=charts, places=[name for name in charts if name.startswith("place-")],
        standing=[standing_text(row, f"{family_phrase(row['family'])}, {window}") for row in rankings],
        movement=[movement_text(row) for row in movement],
        layers=[row | {"text": layers_text(row)} for row in rows("layers")],
        talk=_small_tiles(rankings, charts, "talk", TALK), people=_small_tiles(rankings, charts, "people", PEOPLE),
        watched=next(iter(rows("watched")), {"was_seen": False, "was_whole": False}),
        overlap=next(iter(rows("overlap")), None), cohorts=_cohorts(rows("retention")),
        members=next((members_text(row) for row in rows("members")), ""),
        neighbours=list(_neighbours(pairs, key)),
        sources=[row for row in site.sources if row["community"] == key],
        evidence=evidence_of(own), compare_path=partial(path_of, site),
        **{name: rows(name) for name in LISTS},
    )  # fmt: skip


def _charts(site: Context, own: Row, opening: Row | None) -> dict[str, Chart]:
    """Return the charts of the page by their id; those of which nothing is known are left out."""
    order = sorted(ORDER, key=lambda family: (opening is None or family != opening["family"], ORDER.index(family)))
    made = [
        *(places_chart(site, own, family) for family in order),
        *(monthly_chart(site, own, metric) for metric in (*CODE, *TALK, *PEOPLE)),
        channels_chart(site, own), sources_chart(site, own),
    ]  # fmt: skip
    return {chart.id: chart for chart in made if chart}


def _tiles(site: Context, own: Row, opening: Row) -> list[dict[str, str]]:
    """Return the five figures of the page: label, value, and one line of comparison."""
    def one(name: str) -> Row | None:
        return next(iter(site.grouped(FOLDER, name, "community")[own["community"]]), None)

    line = _line(site, own, "code_people")
    code = next((row for row in site.grouped(FOLDER, "layers", "community")[own["community"]] if row["channel"] == "code"),
                None)  # fmt: skip
    new = one("newcomers")
    return [
        _tile(gettext("Place, {family}").format(family=family_heading(opening["family"]).lower()),
              places_cell(opening["rank_low"], opening["rank_high"]), place_note(opening)),
        _tile(gettext("Score"), format_level(opening["index"], NONE), score_note(opening)),
        _tile(gettext("Contributors a month"), *_level(line, opening["compared_with"])),
        _tile(gettext("New contributors"), f"{new['contributors']:,}" if new else NONE,
              newcomers_note(new["months"]) if new else gettext("not observed")),
        _tile(gettext("Half the commits by"), f"{code['absence_factor']:,}" if code else NONE,
              gettext("of {people} in twelve months").format(people=pluralize(code["people"], "person", "people"))
              if code else gettext("not observed")),
    ]  # fmt: skip


def _cause(site: Context, row: Row) -> str:
    """Return why the newest months of a ranking could not be seen; nothing where they were."""
    holes = site.grouped(FOLDER, "holes", "community")[row["community"]]
    newest = [hole for hole in holes if hole["last"] == site.month and hole["metric"] == TOLD_BY[row["family"]]]
    return hole_text(newest[0]) if newest else ""


def _tile(label: str, value: str, note: str) -> dict[str, str]:
    return {"label": label, "value": value, "note": note}


def _line(site: Context, own: Row, metric: str) -> Row | None:
    lines = site.grouped(FOLDER, "lines", "community")[own["community"]]
    return next((row for row in lines if row["metric"] == metric), None)


def _level(line: Row | None, compared_with: date) -> tuple[str, str]:
    """Return the newest level, and what it was in the month that all are compared with, else a year before."""
    if line is None or line["means"][-1] is None:
        return NONE, gettext("not observed")
    origin = 12 * (compared_with.year - line["first"].year) + compared_with.month - line["first"].month
    before = level_note(line, origin, format_month(compared_with))
    return format_number(line["means"][-1]), before or level_note(line, len(line["means"]) - 13, gettext("the year before"))


def _small_tiles(
    rankings: Sequence[Row], charts: dict[str, Chart], family: str, metrics: Sequence[str]
) -> list[dict[str, str]]:
    """Return the figures of a family: its place, and the newest level of each metric that is drawn."""
    ranking = next((row for row in rankings if row["family"] == family), None)
    places = [_tile(gettext("Place, {family}").format(family=family_heading(family).lower()),
                    places_cell(ranking["rank_low"], ranking["rank_high"]), place_note(ranking))] if ranking else []  # fmt: skip
    shown = (charts.get(metric.replace("_", "-")) for metric in metrics)
    levels = [_tile(chart.title, chart.table.rows[0][2] or NONE, chart.table.rows[0][3]) for chart in shown if chart]
    return [*places, *levels]


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
