"""The figures at the head of a community's page: label, value, and one line of comparison."""

from collections.abc import Mapping, Sequence
from datetime import date

from reports.charts.chart import Chart
from reports.pages.context import Context, Row
from reports.text.community import level_note, newcomers_note, place_note, places_cell, score_note
from reports.text.formats import format_level, format_month, format_number, pluralize
from reports.text.labels import family_heading
from reports.text.language import gettext

PAGE, NONE = "community", "–"
Tile = dict[str, str]


def five_figures(site: Context, own: Row, opening: Row) -> list[Tile]:
    """Return place, score, contributors a month, new contributors, and who made half of the commits."""

    def rows(name: str) -> Sequence[Row]:
        return site.grouped(PAGE, name, "community")[own["community"]]

    line = next((row for row in rows("lines") if row["metric"] == "code_people"), None)
    code = next((row for row in rows("layers") if row["channel"] == "code"), None)
    return [
        _place(opening),
        _tile(gettext("Score"), format_level(opening["index"], NONE), score_note(opening)),
        _tile(gettext("Contributors a month"), *_level(line, opening["compared_with"])),
        _tile(gettext("New contributors"), *_newcomers(next(iter(rows("newcomers")), None))),
        _tile(gettext("Half the commits by"), *_half(code)),
    ]


def family_figures(
    rankings: Sequence[Row], charts: Mapping[str, Chart], family: str, metrics: Sequence[str]
) -> list[Tile]:
    """Return the figures of a family: its place, and the newest level of each metric that is drawn."""
    ranking = next((row for row in rankings if row["family"] == family), None)
    shown = (charts.get(metric.replace("_", "-")) for metric in metrics)
    levels = [_tile(chart.title, chart.table.rows[0][2] or NONE, chart.table.rows[0][3]) for chart in shown if chart]
    return [*([_place(ranking)] if ranking else []), *levels]


def _tile(label: str, value: str, note: str) -> Tile:
    return {"label": label, "value": value, "note": note}


def _place(ranking: Row) -> Tile:
    label = gettext("Place, {family}").format(family=family_heading(ranking["family"]).lower())
    return _tile(label, places_cell(ranking["rank_low"], ranking["rank_high"]), place_note(ranking))


def _level(line: Row | None, compared_with: date) -> tuple[str, str]:
    """Return the newest level, and what it was in the month that all are compared with, else a year before."""
    if line is None or line["means"][-1] is None:
        return NONE, gettext("not observed")
    origin = 12 * (compared_with.year - line["first"].year) + compared_with.month - line["first"].month
    before = level_note(line, origin, format_month(compared_with))
    year = level_note(line, len(line["means"]) - 13, gettext("the year before"))
    return format_number(line["means"][-1]), before or year


def _newcomers(row: Row | None) -> tuple[str, str]:
    if row is None:
        return NONE, gettext("not observed")
    return f"{row['contributors']:,}", newcomers_note(row["months"])


def _half(layers: Row | None) -> tuple[str, str]:
    if layers is None:
        return NONE, gettext("not observed")
    people = layers["people"]
    counted = gettext("one or two people") if people is None else pluralize(people, "person")
    return f"{layers['absence_factor']:,}", gettext("of {people} in twelve months").format(people=counted)
