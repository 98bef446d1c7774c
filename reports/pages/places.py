"""The chart of the places of one community over time, in one family."""

from datetime import date

from reports.charts.chart import Chart, Table
from reports.charts.lanes import Places, draw_places
from reports.charts.series import Hole, months_from, runs_of
from reports.charts.theme import look_of
from reports.pages.context import Context, Row
from reports.pages.lines import holes_legend
from reports.text.formats import ENDS, format_level, format_month
from reports.text.labels import LEGEND_OF_PLACES, RANK_STATES
from reports.text.language import gettext
from reports.text.picture import picture_source
from reports.text.places import place_text
from reports.text.unseen import hole_text

PAGE, LANES = "community", 12
PEOPLE = {"code": "code_people", "talk": "talk_people", "people": "new_people"}
TITLES = {
    "overall": gettext("Place overall since {year}"),
    "code": gettext("Place by code since {year}"),
    "talk": gettext("Place by talk since {year}"),
    "people": gettext("Place by newcomers since {year}"),
}
SAID = gettext("Thick: the place is firm. Pale: places that the counts do not exclude, with the best estimate.")


def places_chart(site: Context, own: Row, family: str) -> Chart | None:
    """Return the chart; None where the community was never ranked in the family."""
    found = site.grouped(PAGE, "places", "community")[own["community"]]
    row = next((each for each in found if each["family"] == family), None)
    if row is None or not any(row["ranks"]):
        return None
    days = months_from(row["first"], len(row["ranks"]))
    months = [date.fromisoformat(day) for day in days]
    lowest = row["lowest"] if row["lowest"] <= LANES else max(filter(None, (*row["rank_highs"], *row["ranks"])))
    shown = Places(look_of(own["community"], own["marker"]), days, row["ranks"], row["rank_lows"], row["rank_highs"],
                   lowest, _holes(site, own, row, months))  # fmt: skip
    return Chart(
        id=f"place-{family}",
        title=TITLES[family].format(year=months[0].year),
        description=SAID,
        figure=draw_places(shown),
        table=_table(site, row, months),
        subject=own["name"],
        source=picture_source(site, own["name"], days[-1]),
        download=site.csv("places"),
        legend=LEGEND_OF_PLACES | holes_legend(shown.holes),
    )


def _holes(site: Context, own: Row, row: Row, months: list[date]) -> list[Hole]:
    """Return the months without a place because something could not be seen, with the cause of the newest of them."""
    unseen = [each for each in site.grouped(PAGE, "holes", "community")[own["community"]]
              if each["metric"] == PEOPLE.get(row["family"], "talk_people")]  # fmt: skip
    return [
        Hole(months[start], months[end - 1], _cause(unseen, months[end - 1]))
        for start, end, state in runs_of(row["states"])
        if state == "not observed"
    ]


def _cause(unseen: list[Row], last: date) -> str:
    for each in unseen:
        if each["first"] <= last <= each["last"]:
            return hole_text(each)
    return gettext("not ranked: could not be seen")


def _table(site: Context, row: Row, months: list[date]) -> Table:
    """Return place, score and range of each window, the newest first."""
    shown = site.newest(list(enumerate(months)))
    cells = [
        [
            format_month(month),
            _place(row, n),
            format_level(row["indexes"][n], ""),
            _range(row["lows"][n], row["highs"][n]),
        ]
        for n, month in reversed(shown)
    ]
    heads = [gettext("Window ends"), gettext("Place"), gettext("Score"), gettext("90 % range")]
    return Table(heads, cells, left_out=len(months) - len(shown))


def _place(row: Row, n: int) -> str:
    if row["ranks"][n] is None:
        return gettext("not ranked") if row["states"][n] == "ranked" else RANK_STATES[row["states"][n]]
    return place_text({
        "rank": row["ranks"][n], "rank_low": row["rank_lows"][n], "rank_high": row["rank_highs"][n],
        "months": row["months"][n], "published_months": row["published_months"][n],
    })  # fmt: skip


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None else ENDS.format(low=format_level(low), high=format_level(high))
