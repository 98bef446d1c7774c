"""The chart of places over time in one family."""

from collections.abc import Mapping

import pandas as pd

from reports.answers import rows
from reports.charts.chart import Chart, table_of
from reports.charts.figure import draw_places
from reports.charts.series import Style, series_of
from reports.text.labels import LEGEND_OF_PLACES, family_phrase
from reports.text.language import gettext
from reports.text.origin import origin_text
from reports.text.places import place_text

DESCRIPTION = gettext(
    "Each point is a row in the order of scores over the twelve months that end there, by what we hold today."
    " In the table, brackets hold the places that the counts allow. A line breaks where a community was not ranked."
)


def places_chart(
    places: pd.DataFrame, family: str, looks: Mapping[str, Style], build: Mapping[str, object]
) -> Chart | None:
    """Return places over time, from rows of `queries/ranking/places.sql`; None where nobody ever had one."""
    own = places[places["family"] == family].rename(columns={"community": "key", "as_of": "month", "rank": "value"})
    if own["value"].isna().all():
        return None
    drawn = series_of(own)
    held = rows(own.assign(rank=own["value"]))
    return Chart(
        id=f"places-{family}",
        title=gettext("Places over time: {family}").format(family=family_phrase(family)),
        description=DESCRIPTION,
        figure=draw_places(drawn, looks),
        table=table_of(gettext("Window ends"), drawn, {(r["month"], r["key"]): place_text(r) for r in held}),
        source=origin_text(build),
        download="places.csv",
        legend=LEGEND_OF_PLACES,
    )
