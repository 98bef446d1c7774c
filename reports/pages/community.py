"""The page of one community: its places, its numbers, its sources and what of them could not be seen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reports.answers import rows
from reports.charts.chart import Chart, table_of
from reports.charts.figure import draw_months
from reports.charts.series import STYLES, Break, Mark, Style, series_of, styles
from reports.pages.channels import channels_chart
from reports.pages.context import Context, Row
from reports.pages.months import BOTS, GAPS, Numbers, months_chart
from reports.pages.places import places_chart
from reports.pages.ranking_table import with_reasons
from reports.render import render_page
from reports.text.bots import rank_change
from reports.text.events import move_text, release_text
from reports.text.formats import format_window, join_and
from reports.text.labels import family_phrase, label
from reports.text.language import gettext
from reports.text.months import month_text
from reports.text.origin import origin_text
from reports.text.places import movement_text, standing_text

FOLDER = "community"
LISTS = ("unseen", "imports", "twins", "collections", "layers", "organisations")


@dataclass(frozen=True)
class Answers:
    """What several parts of the page show of one community."""

    own: Row
    rankings: Sequence[Row]
    months: pd.DataFrame
    releases: Sequence[Row]


def keys(site: Context) -> list[str]:
    """Return the slugs of all communities."""
    return [row["community"] for row in site.communities]


def path(community: str) -> str:
    """Return the address of the page."""
    return f"{FOLDER}/{community}.html"


def page(site: Context, community: str) -> str:
    """Return community/<slug>.html."""
    answers = Answers(
        site.of(community),
        with_reasons(site.rows("community", "rankings", community=community), site.rows("ranking", "unseen")),
        site.ask("community", "monthly", community=community), site.rows("community", "releases", community=community),
    )  # fmt: skip
    lists = {name: site.rows("community", name, community=community) for name in LISTS}
    window = format_window(site.month)
    return render_page(
        "community.html", site=site, here=community, root="../",
        own=answers.own,
        standing=[
            standing_text(row, f"{family_phrase(row['family'])}, {window}") for row in answers.rankings
        ],
        movement=[movement_text(row) for row in site.rows("community", "movement", community=community)],
        charts=list(_charts(site, community, answers)),
        numbers=_numbers(site, answers.months),
        watched=site.rows("community", "watched", community=community)[0],
        overlap=next(iter(site.rows("community", "overlap", community=community)), None),
        cohorts=_cohorts(site.rows("community", "retention", community=community)),
        sources=[row for row in site.sources if row["community"] == community],
        releases=answers.releases,
        **lists,
    )  # fmt: skip


def _charts(site: Context, community: str, answers: Answers) -> Iterator[Chart]:
    looks = {key: style for key, style in styles(sorted(row["community"] for row in site.communities)).items()
             if key == community} or {community: STYLES[0]}  # fmt: skip
    source = f"{answers.own['name']}. {origin_text(site.build)}"
    places = site.ask("community", "places")
    made = [places_chart(places, row["family"], looks, site.build) for row in answers.rankings]
    moves = site.rows("community", "moves", community=community)
    yield from filter(None, made)
    yield from _months_charts(site, community, answers, moves, source)
    made = [
        channels_chart(site.ask("community", "channels", community=community), source),
        _sources_chart(site.ask("community", "by_source", community=community), moves, source),
    ]
    yield from filter(None, made)


def _months_charts(
    site: Context, community: str, answers: Answers, moves: Sequence[Row], source: str
) -> Iterator[Chart]:
    """Yield a chart of all metrics that count the same thing; releases are marks and a list, not a line."""
    months = answers.months[answers.months["family"] != "releases"]
    bots = site.ask("community", "including_bots", community=community)
    bots = bots.assign(name=[label(metric) for metric in bots["key"]])
    changes = {row["metric"]: row for row in site.rows("community", "rank_including_bots", community=community)}
    marked = [row for row in reversed(answers.releases) if row["kind"] == "feature" and row["month"]]
    for _, own in months.groupby(["family", "unit"], sort=False):
        family, unit = str(own["family"].iloc[0]), str(own["unit"].iloc[0])
        if own["value"].isna().all():
            continue
        keys = list(own["key"].unique())
        looks = styles(keys)
        switched = bots[bots["key"].isin(keys)]
        has_bots = bool(switched["value"].notna().any())
        numbers = Numbers(
            own.assign(name=[label(metric) for metric in own["key"]]),
            switched,
            unit if own["kind"].iloc[0] != "count" else gettext("{unit} a month").format(unit=unit),
            [Mark(next(iter(looks)), r["released_at"], release_text(r), r["series"] or r["version"]) for r in marked],
            [Break(row["month"], move_text(row)) for row in moves if row["family"] == family],
            has_mark_labels=True,
        )
        yield months_chart(
            numbers, looks, id=f"{family}-{unit}", source=source, **_words(own, keys, has_bots),
            note=_note(changes, [*switched["key"].unique(), "talk"]) if has_bots else "",
        )  # fmt: skip


def _words(own: pd.DataFrame, keys: Sequence[str], has_bots: bool) -> dict[str, str]:
    """Return title and description of a chart: the metrics by name, and their definitions."""
    drawn = [key for key in sorted(keys) if not (has_bots and key == BOTS)]
    definitions = dict(zip(own["key"], own["definition"], strict=True))
    names = join_and([label(key) for key in drawn])
    return {
        "title": names if own["kind"].iloc[0] != "count" else gettext("{metrics} a month").format(metrics=names),
        "description": " ".join([*(f"{label(key)}: {definitions[key]}" for key in drawn), GAPS]),
    }


def _note(changes: Mapping[str, Row], metrics: Sequence[str]) -> str:
    return " ".join(rank_change(changes[metric]) for metric in metrics if metric in changes)


def _sources_chart(by_source: pd.DataFrame, moves: Sequence[Row], source: str) -> Chart | None:
    """Return what stands on each list and forum by itself; None where nothing does."""
    if by_source.empty:
        return None
    drawn = series_of(by_source)
    looks: Mapping[str, Style] = styles(list(by_source["key"].unique()))
    breaks = [Break(row["month"], move_text(row)) for row in moves if row["family"] == "talk"]
    cells = {(row["month"], row["key"]): month_text(row) for row in rows(by_source)}
    return Chart(
        id="by-source",
        title=gettext("Postings a month, each list and forum by itself"),
        description=gettext("Every list and forum as it stands, copies and cross-posts included. The charts above count"
                            " a message once, also where it moved. A line breaks where a month was not observed."),
        figure=draw_months(drawn, looks, gettext("postings a month"), breaks=breaks),
        table=table_of(gettext("Month"), drawn, cells, breaks=breaks),
        source=source,
        download="by_source.csv",
    )  # fmt: skip


def _numbers(site: Context, months: pd.DataFrame) -> list[dict[str, Any]]:
    """Return what each metric says of the last complete month and of the running one, with its definition."""
    held = {(row["metric"], row["month"]): row for row in rows(months)}
    running = max((month for _, month in held), default=site.month)
    metrics = dict.fromkeys(metric for metric, month in held if month == running)
    return [
        {
            "metric": metric, "month": running, "definition": held[metric, running]["definition"],
            "complete": held.get((metric, site.month)), "running": held[metric, running],
        }
        for metric in metrics
    ]  # fmt: skip


def _cohorts(retention: Sequence[Row]) -> dict[int, list[Row]]:
    """Return the shares of each cohort, a row for each year."""
    found: dict[int, list[Row]] = {}
    for row in retention:
        found.setdefault(row["cohort"], []).append(row)
    return found
