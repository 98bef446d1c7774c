"""How the messages of people spread over the lists and forums of a community, month by month, as shares."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from reports.answers import Answers, Row
from reports.charts import figure as charts
from reports.charts import series
from reports.charts.chart import Chart
from reports.charts.scales import Scale
from reports.charts.series import GREY, Line, Style
from reports.text.formats import format_month, join_and
from reports.text.labels import MISSING
from reports.text.sentences import origin

WHOLE, HATCH = 100.0, "/"
OTHERS = "all others"
HEIGHT = 300


def shares(known: Answers, community: str) -> Chart | None:
    """Each list's and forum's share of the month's messages; None where there are not two of them, or no message."""
    own = known.of("by_source", community)
    sums = Counter[str]()
    for row in own:
        sums[row["source"]] += row["first_here"] or 0
    largest = [source for source, messages in sums.most_common() if messages]
    if not largest or len({row["source"] for row in own}) < 2:
        return None
    forums = {row["source"] for row in own if row["channel"] == "forum"}
    names = {source: f"{source} (forum)" if source in forums else source for source in largest}
    looks = series.styles(largest[: len(series.STYLES)])
    months = by_month(own)
    return Chart(
        id="channels",
        title="Where people talk: each list's and forum's share of the messages",
        description="Of the messages of people that a month has, each counted once where it stood first, how many"
        " percent stood on which list or forum. Where one shrinks and another grows, people moved; how many they are"
        " says the chart of messages. Forums are marked as such, everything else is a mailing list.",
        figure=figure(months, looks, names),
        source=f"{known.names[community]}. {origin(known)}",
        download="by_source.csv",
        **twin(months, names),
    )


def by_month(rows: Sequence[Row]) -> dict[date, list[Row]]:
    """The rows of every month in which a list or forum lived, the oldest first."""
    found: dict[date, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row["month"]):
        if row["state"] != "not_applicable":
            found.setdefault(row["month"], []).append(row)
    return found


def share(rows: Sequence[Row], source: str) -> float | None:
    """The percentage of a month's messages that stood on a source first; None where none was seen."""
    total = sum(row["first_here"] or 0 for row in rows)
    here = next((row["first_here"] for row in rows if row["source"] == source), None)
    return None if here is None or not total else 100 * here / total


def seen(rows: Sequence[Row]) -> str:
    """Whether the sources of a month were seen: whole, hatched (some, or partly), unseen (none)."""
    if all(row["first_here"] is None for row in rows):
        return "unseen"
    return "whole" if all(row["state"] == "observed" for row in rows) else "hatched"


def figure(months: Mapping[date, list[Row]], looks: Mapping[str, Style], names: Mapping[str, str]) -> dict[str, Any]:
    """Stacked bars of a month each, up to a hundred; those that rest on a part of the sources are hatched."""
    parts = {source: [share(rows, source) for rows in months.values()] for source in names}
    rest = [[parts[source][n] or 0 for source in names if source not in looks] for n in range(len(months))]
    hatched = [HATCH if seen(rows) == "hatched" else "" for rows in months.values()]
    days = [f"{month:%Y-%m-%d}" for month in months]
    traces = [bars(source, names[source], days, parts[source], looks[source], hatched) for source in looks]
    if len(names) > len(looks):
        traces.append(bars(OTHERS, OTHERS, days, [sum(each) or None for each in rest], GREY, hatched))
    nothing = [WHOLE if seen(rows) == "unseen" else None for rows in months.values()]
    if any(nothing):
        traces.append(bars("unseen", "not observed", days, nothing, GREY, [HATCH] * len(days)) | UNSEEN)
    drawn = [Line(source, names.get(source, source), days, [], []) for source in [*looks, OTHERS]]
    axis = {"title": {"text": "share of messages"}, "ticksuffix": " %"}
    made = charts.finished(traces, HEIGHT, axis, [Scale("linear", 0, WHOLE, HEIGHT)], drawn, {}, ())
    made["layout"] |= {"barmode": "stack", "bargap": 0, "showlegend": True, "height": made["narrow"]["height"]}
    made["wide"] = {"margin": made["narrow"]["margin"] | {"l": charts.LEFT, "r": 40}}
    return made


def bars(
    slug: str, name: str, days: Sequence[str], values: Sequence[float | None], style: Style, hatched: Sequence[str]
) -> dict[str, Any]:
    """The shares of one source; the hatched months have lines over their colour."""
    return {
        "type": "bar",
        "name": escape(name),
        "legendgroup": slug,
        "meta": "hatched" if any(hatched) else "whole",
        "x": days,
        "y": values,
        "xperiod": "M1",
        "xperiodalignment": "middle",
        "marker": {"color": style.colour, "line": {"width": 0}, "pattern": PARTLY | {"shape": hatched}},
        "hovertemplate": "%{customdata:.0f} %",
    }


PARTLY = {"fillmode": "overlay", "fgcolor": "#ffffff", "fgopacity": 0.55, "size": 6, "solidity": 0.3}
NOTHING = {"shape": HATCH, "fillmode": "replace", "fgcolor": GREY.colour, "bgcolor": "#ffffff", "size": 8,
           "solidity": 0.1}  # fmt: skip
UNSEEN = {
    "meta": "unseen",
    "hovertemplate": "not observed",
    "marker": {"color": "#ffffff", "line": {"width": 0}, "pattern": NOTHING},
}


def twin(months: Mapping[date, list[Row]], names: Mapping[str, str]) -> dict[str, Any]:
    """The table: percent and number of each source, the newest month first, and what could not be seen."""
    rows = [
        [format_month(month), *(cell(there, source) for source in names), unseen(there)]
        for month, there in reversed(list(months.items()))
    ]
    return {"heads": ["Month", *names.values(), "What was not seen"], "rows": rows}


def cell(rows: Sequence[Row], source: str) -> str:
    """What a source had of a month, in words."""
    row = next((row for row in rows if row["source"] == source), None)
    if row is None:
        return MISSING["not_applicable"]
    if row["first_here"] is None:
        return MISSING["unobserved"]
    part = share(rows, source)
    return f"{part:.0f} % ({row['first_here']:,})" if part is not None else "0"


def unseen(rows: Sequence[Row]) -> str:
    """The sources of a month that were not seen whole, by name."""
    found = [row["source"] for row in rows if row["state"] != "observed" and not row["to_date"]]
    return join_and(found) if found else ""
