"""The figures of two communities in one family: who was ahead, and both scores."""

from collections.abc import Sequence
from datetime import date
from math import exp

from reports.charts.chart import Chart, Table
from reports.charts.lanes import Lead, draw_leads
from reports.charts.lines import draw_lines
from reports.charts.series import Event, Series, Span, months_from, runs_of
from reports.charts.theme import look_of
from reports.pages.context import Context, Row
from reports.pages.pairs import QUANTILE, Month
from reports.text.compare import LEGEND_OF_LEADS, cell_of_month, leads_text, two_digits
from reports.text.formats import ENDS, format_level, format_month, next_month
from reports.text.imports import import_text
from reports.text.labels import LEGEND, SCALES, family_heading
from reports.text.language import gettext
from reports.text.picture import picture_source

Pair = tuple[Row, Row]


def lane_of(month: Month) -> int:
    """Return 1 where the first is firmly ahead, 3 where the second is, else 2."""
    if not month.is_firm:
        return 2
    return 1 if month.difference > 0 else 3


def feeding(imports: Sequence[Row], month: date) -> list[Row]:
    """Return the imports of a community whose commits count in the twelve months that end with `month`."""
    first = date(month.year - (month.month < 12), month.month % 12 + 1, 1)
    return [
        row
        for row in imports
        if row["moved"] and row["authored_from"] < next_month(month) and row["authored_to"] >= first
    ]


def is_fed(month: Month, imports: Sequence[Sequence[Row]]) -> bool:
    """Return whether an import feeds the lead of a month; `imports` are those of the first and of the second."""
    lane = lane_of(month)
    return lane != 2 and bool(feeding(imports[0 if lane == 1 else 1], month.month))


def leads_chart(
    site: Context, pair: Pair, family: str, months: Sequence[Month], imports: Sequence[Sequence[Row]], *, has_ids: bool
) -> Chart:
    """Return who was ahead, month by month; a month's row has an address of its own where `has_ids`."""
    days = [f"{month.month}" for month in months]
    whole = months_from(months[0].month, _distance(months[0].month, months[-1].month) + 1)
    flags: list[tuple[int, bool] | None] = [None] * len(whole)
    for month, day in zip(months, days, strict=True):
        flags[whole.index(day)] = (lane_of(month), is_fed(month, imports))
    leads = [
        Lead(whole[start], f"{next_month(date.fromisoformat(whole[end - 1]))}", *flag)
        for start, end, flag in runs_of(flags) if isinstance(flag, tuple)
    ]  # fmt: skip
    names = tuple(gettext("{name} ahead").format(name=row["name"]) for row in pair)
    looks = tuple(look_of(row["community"], row["marker"]) for row in pair)
    return Chart(
        id=f"ahead-{family}",
        title=gettext("Who was ahead: {family}").format(family=family_heading(family).lower()),
        description=leads_text(pair[0]["name"], pair[1]["name"], [lane_of(month) for month in months]),
        figure=draw_leads(whole, (names[0], gettext("nobody can tell"), names[1]), (looks[0], looks[1]), leads),
        table=_leads_table(pair, months, imports, has_ids=has_ids),
        subject=_both(pair),
        source=picture_source(site, _both(pair), days[-1]),
        download=site.csv("places"),
        legend=LEGEND_OF_LEADS,
    )


def _distance(first: date, last: date) -> int:
    return 12 * (last.year - first.year) + last.month - first.month


def _both(pair: Pair) -> str:
    return gettext("{first} and {second}").format(first=pair[0]["name"], second=pair[1]["name"])


def _leads_table(pair: Pair, months: Sequence[Month], imports: Sequence[Sequence[Row]], *, has_ids: bool) -> Table:
    """Return for each month who was ahead, and the ratio of the scores with its range, the newest first."""
    rows = [
        [format_month(month.month), cell_of_month(month.word, pair[month.difference < 0]["name"]),
         *map(two_digits, month.ratio), gettext("an import feeds this lead") if is_fed(month, imports) else ""]
        for month in reversed(months)
    ]  # fmt: skip
    heads = [gettext("Window ends"), gettext("Who was ahead"), gettext("Ratio of scores"), gettext("at least"),
             gettext("at most"), gettext("Note")]  # fmt: skip
    return Table(heads, rows, [month.month for month in reversed(months)], has_words=True, has_ids=has_ids)


def scores_chart(site: Context, pair: Pair, family: str, imports: Sequence[Sequence[Row]]) -> Chart:
    """Return both scores with their 90 % ranges; imports are ringed where they were recorded."""
    rows = [_scores(site, row["community"], family) for row in pair]
    lines = [_line(own, row) for own, row in zip(pair, rows, strict=True)]
    spans = {row["community"]: Span(_indexes(row, -QUANTILE), _indexes(row, QUANTILE)) for row in rows}
    looks = {row["community"]: look_of(row["community"], row["marker"]) for row in pair}
    events = [event for line, own in zip(lines, imports, strict=True) for event in _rings(line, own)]
    said = gettext("Twelve months to each month, with 90 % range, logarithmic scale. {scale}")
    return Chart(
        id=f"score-{family}",
        title=gettext("Score: {family}").format(family=family_heading(family).lower()),
        description=said.format(scale=SCALES[family]),
        figure=draw_lines(lines, looks, spans=spans, events=events),
        table=_scores_table(lines, spans),
        subject=_both(pair),
        source=picture_source(site, _both(pair), lines[0].months[-1]),
        download=site.csv("places"),
        legend={"event": LEGEND["event"]},
    )


def _scores(site: Context, slug: str, family: str) -> Row:
    return next(row for row in site.grouped("compare", "scores", "community")[slug] if row["family"] == family)


def _line(own: Row, row: Row) -> Series:
    """Return the scores of a community; all of a family begin in the same month."""
    return Series(own["community"], own["name"], months_from(row["first"], len(row["scores"])), _indexes(row, 0))


def _indexes(row: Row, z: float) -> tuple[float | None, ...]:
    """Return scores as indexes, so many standard errors up or down."""
    pairs = zip(row["scores"], row["errors"], strict=True)
    return tuple(None if score is None else 100 * exp(score + z * error) for score, error in pairs)


def _rings(line: Series, imports: Sequence[Row]) -> list[Event]:
    values = dict(zip(line.months, line.values, strict=True))
    return [
        Event(line.key, row["month"], value, f"{line.name}: {import_text(row)}", row["commits"])
        for row in imports if (value := values.get(f"{row['month']}")) is not None
    ]  # fmt: skip


def _scores_table(lines: Sequence[Series], spans: dict[str, Span]) -> Table:
    heads = [gettext("Window ends")]
    for line in lines:
        heads += [line.name, gettext("{name}, 90 % range").format(name=line.name)]
    days = lines[0].months
    rows = [
        [
            format_month(date.fromisoformat(days[n])),
            *(cell for line in lines for cell in _cells(line, spans[line.key], n)),
        ]
        for n in reversed(range(len(days)))
        if any(line.values[n] is not None for line in lines)
    ]
    return Table(heads, rows)


def _cells(line: Series, span: Span, n: int) -> tuple[str, str]:
    if line.values[n] is None:
        return gettext("not ranked"), ""
    return format_level(line.values[n]), ENDS.format(low=format_level(span.lows[n]), high=format_level(span.highs[n]))
