"""The time machine: every month that has a ranking, which of them are firm, and the places since the first one."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from reports.graphics.lanes import WIDTHS, Lane, draw_lanes, lane_parts
from reports.graphics.picture import frame_chart, page_shape
from reports.pages.context import Context, Row
from reports.pages.pictures import colours_of, words_of
from reports.render import render_page
from reports.text.headlines import firm_months_text
from reports.text.labels import FAMILIES, family_phrase
from reports.text.language import gettext
from reports.text.places import place_text

LANES = 12
"""So many communities at most have a lane; a chart of more says nothing."""
SHOWS = gettext(
    "Thick: a firm place. Pale: every place that the counts allow; thin: the row by score. Hatched: not seen."
)
FIRM, OPEN, NONE = "firm", "open", "none"


def page(site: Context) -> str:
    """Return time/index.html."""
    tables = _tables(site)
    families = [table["family"] for table in tables]
    ranked = [table["family"] for table in tables if table["is_ranked"]]
    return render_page(
        "time_index.html", site=site, here="time", root="../", charts=(), tables=tables,
        open=next(iter([*ranked, *families]), ""),
    )  # fmt: skip


def _tables(site: Context) -> list[dict[str, Any]]:
    places = site.rows("time", "places")
    families = [family for family in FAMILIES if any(row["family"] == family for row in places)]
    return [_of_family(site, family, [row for row in places if row["family"] == family]) for family in families]


def pictures(site: Context) -> dict[str, str]:
    """Return the places of each ranking as a file to save, by its name; none where they have no picture."""
    return {table["name"]: _to_save(site, table) for table in _tables(site) if table["lanes"]}


def _to_save(site: Context, table: Mapping[str, Any]) -> str:
    lanes, months = table["drawn"]
    parts, height = lane_parts(lanes, months)
    said = "; ".join(f"{lane.name}: {lane.texts.get(months[-1], '')}" for lane in lanes)
    words = words_of(site, table["title"], SHOWS)
    return frame_chart(parts, said, words, page_shape(WIDTHS["wide"], height), colours_of(site), "lanes")


def _of_family(site: Context, family: str, places: Sequence[Row]) -> dict[str, Any]:
    """Return the calendar and the lanes of one ranking."""
    states = {month: _state(list(rows)) for month, rows in groupby(places, key=lambda row: row["as_of"])}
    lanes = list(_lanes(site, places, list(states)))
    return {
        "family": family, "what": family_phrase(family), "is_ranked": {FIRM, OPEN} & {*states.values()},
        "sentence": firm_months_text(family, list(states.values())), "years": _calendar(states),
        "heads": [lane.name for lane in lanes], "name": f"places-{family}", "title": _title(family),
        "drawn": (lanes, list(states)),
        "lanes": draw_lanes(lanes, list(states), _title(family)) if lanes else "",
        "rows": [(month, [lane.texts.get(month, "") for lane in lanes]) for month in reversed(states)],
    }  # fmt: skip


def _state(rows: Sequence[Row]) -> str:
    """Return whether a month has a ranking, and whether all its places are firm."""
    ranked = [row for row in rows if row["rank"] is not None]
    if not ranked:
        return NONE
    return FIRM if all(row["rank_low"] is not None and row["rank_low"] == row["rank_high"] for row in ranked) else OPEN


def _calendar(states: Mapping[date, str]) -> list[tuple[int, list[tuple[date, str | None]]]]:
    """Return years of twelve months each with its state; None where there is no page."""
    years = sorted({month.year for month in states})
    return [(year, [(date(year, n, 1), states.get(date(year, n, 1))) for n in range(1, 13)]) for year in years]


def _lanes(site: Context, places: Sequence[Row], months: Sequence[date]) -> Iterator[Lane]:
    """Yield the lanes of the communities that ever had a place, the one with the best newest place first."""
    own: dict[str, dict[date, Row]] = {}
    for row in places:
        own.setdefault(row["community"], {})[row["as_of"]] = row
    ever = [slug for slug, rows in own.items() if any(row["rank"] is not None for row in rows.values())]
    ever.sort(key=lambda slug: (own[slug].get(months[-1], {}).get("rank") or len(own) + 1, slug))
    if len(ever) > LANES:
        return
    for slug in ever:
        community = site.of(slug)
        yield Lane(
            slug, community["name"] or slug, community["marker"],
            {month: _lane(row) for month, row in own[slug].items() if row["rank"] or row["state"] == "not observed"},
            {month: place_text(row) for month, row in own[slug].items()},
        )  # fmt: skip


def _lane(row: Row) -> tuple[int, int | None, int | None] | None:
    return (row["rank"], row["rank_low"], row["rank_high"]) if row["rank"] else None


def _title(family: str) -> str:
    return gettext("Places over time: {family}").format(family=family_phrase(family))
