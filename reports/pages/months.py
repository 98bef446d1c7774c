"""The charts of monthly numbers: one metric of all communities, or all metrics of one community."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reports.answers import rows
from reports.charts.chart import Chart, table_of
from reports.charts.figure import draw_months
from reports.charts.series import Break, Event, Mark, Series, Style, series_of
from reports.text.imports import import_in_month
from reports.text.language import gettext
from reports.text.months import month_text

BOTS = "bot_messages"
GAPS = gettext("A line breaks where a month was not observed.")


@dataclass(frozen=True)
class Numbers:
    """What a chart of monthly numbers draws, worded by its page.

    `months` has the columns key, name, month, value, state, known and the imports that were recorded in the month.
    `including_bots` has value (bots included) and bots_alone; it may be empty. `unit` names the axis.
    """

    months: pd.DataFrame
    including_bots: pd.DataFrame
    unit: str
    marks: Sequence[Mark] = ()
    breaks: Sequence[Break] = ()
    has_mark_labels: bool = False


def months_chart(numbers: Numbers, looks: Mapping[str, Style], **words: Any) -> Chart:
    """Return the chart; `words` are its id, title, description and the like."""
    lines = series_of(numbers.months)
    events = _events(numbers.months)
    has_bots = not numbers.including_bots["value"].isna().all()
    whole, thin = _bot_lines(numbers.including_bots) if has_bots else ([], [])
    drawn = [line for line in lines if not (thin and line.key == BOTS)]
    switched = {line.key for line in whole}

    def draw(shown: Sequence[Series], bots: Sequence[Series]) -> Any:
        return draw_months(
            shown, looks, numbers.unit, events, numbers.marks, numbers.breaks,
            has_mark_labels=numbers.has_mark_labels, bots=bots,
        )  # fmt: skip

    columns = [*lines, *_with_bots(numbers.including_bots)] if has_bots else lines
    cells = _cells(numbers.months) | (_cells(_named(numbers.including_bots)) if has_bots else {})
    return Chart(
        figure=draw(drawn, thin),
        with_bots=draw([*whole, *(line for line in drawn if line.key not in switched)], ()) if has_bots else None,
        table=table_of(gettext("Month"), columns, cells, events, numbers.marks, numbers.breaks),
        download="monthly.csv",
        **words,
    )


def _bot_lines(including_bots: pd.DataFrame) -> tuple[list[Series], list[Series]]:
    return series_of(including_bots), series_of(including_bots, "bots_alone")


def _named(including_bots: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers including bots under keys and names of their own, for the table."""
    names = [gettext("{name}, including bots").format(name=name) for name in including_bots["name"]]
    return including_bots.assign(key=including_bots["key"] + ":bots", name=names)


def _with_bots(including_bots: pd.DataFrame) -> list[Series]:
    return series_of(_named(including_bots))


def _cells(months: pd.DataFrame) -> dict[Any, str]:
    return {(row["month"], row["key"]): month_text(row) for row in rows(months)}


def _events(months: pd.DataFrame) -> list[Event]:
    """Return an event for each number in whose month an import was recorded."""
    imported = rows(months[months["import_commits"].fillna(0) > 0])
    return [
        Event(row["key"], row["month"], row["value"], import_in_month(row), row["import_commits"]) for row in imported
    ]
