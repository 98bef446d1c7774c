"""The chart of how the messages of people spread over the lists and forums of a community, as shares."""

from itertools import groupby
from typing import Any

import pandas as pd

from reports.answers import rows
from reports.charts.chart import Chart, Table
from reports.charts.figure import draw_shares
from reports.charts.series import STYLES, series_of, styles
from reports.text.formats import format_month, join_and
from reports.text.labels import MISSING
from reports.text.language import gettext

OTHERS = gettext("all others")
TITLE = gettext("Where people talk: each list's and forum's share of the messages")
DESCRIPTION = gettext(
    "What percentage of a month's messages of people stood on which list or forum. Each message counts once, where it"
    " stood first. Where one shrinks and another grows, people moved. Forums are marked, all others are mailing lists."
)


def channels_chart(channels: pd.DataFrame, source: str) -> Chart | None:
    """Return the shares, from rows of `queries/community/channels.sql`.

    None where there are not two lists or forums, or no message.
    """
    shown = channels[channels["has_messages"]]
    if shown.empty or channels["sources"].iloc[0] < 2:
        return None
    months = rows(channels)
    largest = list(dict.fromkeys(row["key"] for row in rows(shown) if row["key"] != OTHERS))
    looks = styles(largest[: len(STYLES)])
    drawn = {line.key: line for line in series_of(shown)}
    return Chart(
        id="channels",
        title=TITLE,
        description=DESCRIPTION,
        figure=draw_shares(
            [drawn[key] for key in (*looks, OTHERS) if key in drawn], looks, gettext("share of messages"),
            _months_seen(months, "hatched"), _months_seen(months, "unseen"),
        ),
        table=_table(months, largest),
        source=source,
        download="by_source.csv",
    )  # fmt: skip


def _months_seen(months: list[dict[str, Any]], how: str) -> list[str]:
    return sorted({f"{row['month']:%Y-%m-%d}" for row in months if row["seen"] == how})


def _table(months: list[dict[str, Any]], columns: list[str]) -> Table:
    """Return percent and number of each source, the newest month first, and what could not be seen."""
    own = sorted((row for row in months if row["key"] != OTHERS), key=lambda row: row["month"], reverse=True)
    names = {row["key"]: row["name"] for row in own}
    table = [
        [format_month(month), *(_cell(found.get(key)) for key in columns), _unseen(found.values())]
        for month, of_month in groupby(own, key=lambda row: row["month"])
        for found in [{row["key"]: row for row in of_month}]
    ]
    return Table(["Month", *(names[key] for key in columns), gettext("What was not seen")], table)


def _cell(row: dict[str, Any] | None) -> str:
    if row is None:
        return MISSING["not_applicable"]
    if row["messages"] is None:
        return MISSING["unobserved"]
    return f"{row['value']:.0f} % ({row['messages']:,})" if row["value"] is not None else "0"


def _unseen(found: Any) -> str:
    """Return the names of the sources of a month that were not seen whole."""
    names = sorted(row["key"] for row in found if row["state"] != "observed" and not row["to_date"])
    return join_and(names) if names else ""
