"""The charts of where people talk: each list's and forum's share of the messages, and each by itself."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from reports.charts.chart import Chart, Table
from reports.charts.lines import draw_lines
from reports.charts.series import Break, Series, months_from
from reports.charts.shares import draw_shares
from reports.charts.theme import look_of, plain_looks
from reports.pages.context import Context, Row
from reports.text.events import move_text
from reports.text.formats import format_month, join_and
from reports.text.labels import MISSING
from reports.text.language import gettext
from reports.text.picture import picture_source

OTHERS = gettext("all others")
TITLE = gettext("Where people talk: each list's and forum's share of the messages")
DESCRIPTION = gettext(
    "Each message counts once, where it stood first. Where one shrinks and another grows, people moved."
    " Forums are marked, all others are mailing lists."
)
TINTS = (100, 70, 48, 32, 20, 12, 6)
LINES = 6


def channels_chart(site: Context, own: Row) -> Chart | None:
    """Return the shares; None where there are not two lists or forums, or no message."""
    rows = site.grouped("community", "channels", "community")[own["community"]]
    shown = [row for row in rows if row["has_messages"]]
    if not shown:
        return None
    months = sorted({row["month"] for row in shown})
    days = months_from(months[0], _distance(months[0], months[-1]) + 1)
    keys = list(dict.fromkeys(row["key"] for row in shown if row["key"] != OTHERS))
    drawn = [key for key in (*keys[: len(TINTS) - 1], OTHERS) if any(row["key"] == key for row in shown)]
    look = look_of(own["community"], own["marker"])
    lines = [_shares(key, days, [row for row in shown if row["key"] == key]) for key in drawn]
    return Chart(
        id="channels",
        title=TITLE,
        description=DESCRIPTION,
        figure=draw_shares(lines, {key: look.at(tint) for key, tint in zip(drawn, TINTS, strict=False)},
                           _months_seen(rows, "hatched"), _months_seen(rows, "unseen")),
        table=_table(rows, keys),
        subject=own["name"],
        source=picture_source(site, own["name"], days[-1]),
        download=site.csv("by_source"),
    )  # fmt: skip


def _distance(first: date, last: date) -> int:
    return 12 * (last.year - first.year) + last.month - first.month


def _shares(key: str, days: Sequence[str], rows: Sequence[Row]) -> Series:
    at = {f"{row['month']}": row["value"] for row in rows}
    return Series(key, rows[0]["name"], tuple(days), tuple(at.get(day) for day in days))


def _months_seen(months: Iterable[Row], how: str) -> list[str]:
    return sorted({f"{row['month']:%Y-%m-%d}" for row in months if row["seen"] == how})


def _table(months: Sequence[Row], columns: list[str]) -> Table:
    """Return percent and number of each source, the newest month first, and what could not be seen."""
    own = sorted((row for row in months if row["key"] != OTHERS), key=lambda row: row["month"], reverse=True)
    names = {row["key"]: row["name"] for row in own}
    table = [
        [format_month(month), *(_cell(found.get(key)) for key in columns), _unseen(found.values())]
        for month, of_month in groupby(own, key=lambda row: row["month"])
        for found in [{row["key"]: row for row in of_month}]
    ]
    return Table(
        [gettext("Month"), *(names[key] for key in columns), gettext("What was not seen")], table, has_words=True
    )


def _cell(row: Row | None) -> str:
    if row is None:
        return MISSING["not_applicable"]
    if row["messages"] is None:
        return MISSING["unobserved"]
    return f"{row['value']:.0f} % ({row['messages']:,})" if row["value"] is not None else "0"


def _unseen(found: Iterable[Row]) -> str:
    """Return the names of the sources of a month that were not seen whole."""
    names = sorted(row["key"] for row in found if row["state"] != "observed")
    return join_and(names) if names else ""


def sources_chart(site: Context, own: Row) -> Chart | None:
    """Return what stands on each list and forum by itself, the largest as lines; None where nothing does."""
    rows = site.grouped("community", "by_source", "community")[own["community"]]
    if not rows:
        return None
    first = min(row["first"] for row in rows)
    last = max(_distance(first, row["first"]) + len(row["values"]) for row in rows)
    days = months_from(first, last)
    lines = [Series(row["key"], row["name"], days, tuple(_at(row, first, row["values"], last))) for row in rows]
    moves = [
        row for row in site.grouped("community", "moves", "community")[own["community"]] if row["family"] == "talk"
    ]
    breaks = [Break(row["month"], move_text(row)) for row in moves]
    drawn = _drawn(rows, lines)
    return Chart(
        id="by-source",
        title=gettext("Postings a month, each list and forum by itself"),
        description=_described(rows),
        figure=draw_lines(drawn, plain_looks([line.key for line in drawn]), breaks=breaks),
        table=_postings(rows, days, first, breaks),
        subject=own["name"],
        source=picture_source(site, own["name"], days[-1]),
        download=site.csv("by_source"),
    )  # fmt: skip


def _drawn(rows: Sequence[Row], lines: Sequence[Series]) -> list[Series]:
    """Return the largest lines, and those of lists that are shown only."""
    alone = [line for row, line in zip(rows, lines, strict=True) if row["shown_only"]]
    counted = [line for line in lines if line not in alone]
    return [*counted[: max(LINES - len(alone), 0)], *alone]


def _described(rows: Sequence[Row]) -> str:
    said = gettext("Every list and forum as it stands, copies and cross-posts included."
                   " The charts above count a message once, also where it moved.")  # fmt: skip
    alone = gettext("The list {name} is shown here alone: it enters no metric.")
    return " ".join([said, *(alone.format(name=row["name"]) for row in rows if row["shown_only"])])


def _at(row: Row, first: date, values: Sequence[Any], count: int) -> list[Any]:
    """Return values of a row at all months from the first on; None where it has none."""
    before = _distance(first, row["first"])
    return [None] * before + list(values) + [None] * (count - before - len(values))


def _postings(rows: Sequence[Row], days: Sequence[str], first: date, breaks: Sequence[Break]) -> Table:
    columns = [(_at(row, first, row["values"], len(days)), _at(row, first, row["states"], len(days))) for row in rows]
    happened = {f"{each.month}": each.text for each in breaks}
    cells = [
        [format_month(date.fromisoformat(day)), *(_posting(values[n], states[n]) for values, states in columns),
         happened.get(day, "")]
        for n, day in reversed(list(enumerate(days)))
    ]  # fmt: skip
    heads = [gettext("Month"), *(row["name"] for row in rows), gettext("What happened")]
    return Table(heads, cells, has_words=True)


def _posting(value: int | None, state: str | None) -> str:
    return MISSING.get(state or "not_applicable", MISSING[None]) if value is None else f"{value:,}"
