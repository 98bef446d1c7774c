"""Charts with everything that a table or a screen reader says instead of them."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from plotly.utils import PlotlyJSONEncoder

from reports.answers import Answers, Row
from reports.charts import bots, series
from reports.charts import figure as charts
from reports.charts.bots import BotSwitch
from reports.charts.series import Break, Event, Line, Mark, Style
from reports.text import labels, sentences
from reports.text.formats import format_month, join_and
from reports.text.labels import LEGEND, LEGEND_OF_COUNTS, LEGEND_OF_PLACES, MISSING, family_phrase
from reports.text.sentences import (
    WINDOW,
    changed,
    dated,
    import_in_month,
    import_in_window,
    month_of,
    move,
    origin,
    release,
)

# What an import adds to the month in which it stands, by metric.
ADDED = {"commits": "commits", "code_people": "only_people"}


@dataclass(frozen=True)
class Chart:
    """A chart of a page, its legend in words, and its twin: a table with the same numbers."""

    id: str
    title: str
    description: str
    figure: dict[str, Any]
    source: str
    download: str
    heads: list[str]
    rows: list[list[str]]
    of_places: bool = False
    of_counts: bool = False
    note: str = ""

    @property
    def switched(self) -> bool:
        """Whether it can be drawn with everything in."""
        return "everything" in self.figure

    @property
    def json(self) -> str:
        """The figure as JSON that cannot end the script element it stands in."""
        told = self.figure | {"title": self.title, "source": self.source}
        return json.dumps(told, cls=PlotlyJSONEncoder, sort_keys=True).replace("<", "\\u003c")

    @property
    def scales(self) -> list[str]:
        """The names of the scales on which it can be drawn."""
        return list(self.figure["scales"])

    @property
    def legend(self) -> list[tuple[str, str]]:
        """How months, marks and events are drawn, as (kind, sentence); no line for months that were all seen."""
        drawn = {trace["meta"] for trace in self.figure["data"]}
        drawn |= {"break"} if self.figure["layout"].get("shapes") else set()
        said = LEGEND_OF_COUNTS if self.of_counts else LEGEND
        said = LEGEND_OF_PLACES if self.of_places else said
        return [(kind, sentence) for kind, sentence in said.items() if kind in drawn]


def of_places(known: Answers, family: str, looks: Mapping[str, Style]) -> Chart | None:
    """Places over time in one family; None where nobody ever had one."""
    rows = [row | {"known": _kind_of_place(row)} for row in known.places if row["family"] == family]
    if not any(row["rank"] is not None for row in rows):
        return None
    drawn = series.lines(rows, "as_of", "rank", known.names)
    at = {(row["community"], row["as_of"]): row["rank"] for row in rows}
    events = [
        Event(i["community"], i["month"], place, import_in_window(i), i["commits"])
        for i in known.imports
        if (place := at.get((i["community"], i["month"])))
    ]
    return Chart(
        id=f"places-{family}",
        title=f"Places over time: {family_phrase(family)}",
        description="Each point is the place over the twelve months that end there, by what we hold today. "
        "A line breaks where a community was not ranked.",
        figure=charts.places(drawn, looks, [event for event in events if event.slug in looks]),
        source=origin(known),
        download="places.csv",
        **_table("Window ends", drawn, rows, "as_of", sentences.place, _told(events)),
        of_places=True,
    )


def of_metric(known: Answers, metric: str, looks: Mapping[str, Style]) -> Chart | None:
    """One metric of all communities, with their releases and imports; None where it has no value."""
    rows = [row | {"known": _kind_of_month(row)} for row in known.monthly if row["metric"] == metric]
    if not any(row["value"] is not None for row in rows):
        return None
    events = _events(known, rows, lambda row: row["community"])
    drawn = series.lines(_without(rows, known.imports), "month", "value", known.names)
    marks = [_mark(row, row["community"]) for row in _marked(known.releases)]
    label = labels.label(metric)
    title, unit = f"{label} a month", f"{label.lower()} a month"
    mail = bots.include_bots(known, _switched([metric]), "community", known.names, None, _kind_of_month)
    figure = charts.monthly(drawn, looks, unit, events, marks, machines=mail.machines if mail else ())
    if mail:
        other = charts.monthly(mail.drawn, looks, unit, events, marks)
        figure = bots.into(figure, other, f"{title}, everything in")
    return Chart(
        id=metric.replace("_", "-"),
        title=title,
        description=f"{_definition(known, metric)} A line breaks where a month was not observed.",
        figure=figure,
        source=origin(known),
        download="monthly.csv",
        note=bots.changes(known, [metric, "talk"]) if mail else "",
        **_table("Month", *_both(drawn, rows, mail), "month", month_of, _told(events, marks)),
    )


def of_community(known: Answers, community: str, family: str, unit: str) -> Chart | None:
    """All metrics of one community that count the same thing; None where they have no value."""
    alike = [m for m in known.metrics if (m["family"], m["unit"]) == (family, unit)]
    metrics, a_month = [m["metric"] for m in alike], "" if alike[0]["kind"] == "measure" else " a month"
    names = {metric: labels.label(metric) for metric in metrics}
    own = [row for row in known.of("monthly", community) if row["metric"] in names]
    rows = [row | {"known": _kind_of_month(row)} for row in own]
    if not any(row["value"] is not None for row in rows):
        return None
    looks = series.styles([metric for metric in metrics if any(row["metric"] == metric for row in rows)])
    events = _events(known, rows, lambda row: row["metric"])
    told = series.lines(_without(rows, known.imports), "month", "value", names, "metric")
    first = next(iter(looks))
    marks = [_mark(row, first) for row in _marked(known.of("releases", community))]
    breaks = [Break(row["month"], move(row)) for row in known.of("moves", community) if row["family"] == family]
    switched = {metric: names[metric] for metric in _switched(metrics)}
    mail = bots.include_bots(known, [*switched], "metric", switched, community, _kind_of_month)
    drawn = [line for line in told if not (mail and line.slug == bots.MACHINES)]
    title, said = join_and([names[line.slug] for line in drawn]) + a_month, f"{unit}{a_month}"
    thin = mail.machines if mail else ()
    figure = charts.monthly(drawn, looks, said, events, marks, breaks, named=True, machines=thin)
    if mail:
        whole = [*mail.drawn, *(line for line in drawn if line.slug not in switched)]
        other = charts.monthly(whole, looks, said, events, marks, breaks, named=True)
        figure = bots.into(figure, other, f"{title}, everything in")
    return Chart(
        id=f"{family}-{unit}",
        title=title,
        description=" ".join(f"{names[line.slug]}: {_definition(known, line.slug)}" for line in drawn)
        + " A line breaks where a month was not observed.",
        figure=figure,
        source=f"{known.names[community]}. {origin(known)}",
        download="monthly.csv",
        note=bots.changes(known, [*switched, "talk"], community) if mail else "",
        **_table("Month", *_both(told, rows, mail), "month", month_of, _told(events, marks, breaks), "metric"),
    )


def _switched(metrics: Iterable[str]) -> list[str]:
    return [metric for metric in metrics if metric in bots.SWITCHED]


def _both(drawn: Sequence[Line], rows: list[Row], mail: BotSwitch | None) -> tuple[list[Line], list[Row]]:
    """The lines and rows of a table, those with everything in behind the others."""
    return ([*drawn, *mail.columns], [*rows, *mail.rows]) if mail else ([*drawn], rows)


def of_sources(known: Answers, community: str) -> Chart | None:
    """What stands on each list and forum of a community by itself: the raw view; None where it has none."""
    own = [row | {"known": _kind_of_month(row)} for row in known.of("by_source", community)]
    sums = Counter[str]()
    for row in own:
        sums[row["source"]] += row["value"] or 0
    shown = [source for source, postings in sums.most_common() if postings]
    if not shown:
        return None
    rows = [row for row in own if row["source"] in shown]
    drawn = series.lines(rows, "month", "value", {source: source for source in shown}, "source")
    breaks = [Break(row["month"], move(row)) for row in known.of("moves", community) if row["family"] == "talk"]
    return Chart(
        id="by-source",
        title="Postings a month, each list and forum by itself",
        description="Every list and forum as it stands, copies and cross-posts in; the charts above count a message"
        " once, also where it moved. A line breaks where a month was not observed.",
        figure=charts.monthly(drawn, series.styles(shown), "postings a month", breaks=breaks),
        source=f"{known.names[community]}. {origin(known)}",
        download="by_source.csv",
        **_table("Month", drawn, rows, "month", month_of, _told((), (), breaks), "source"),
    )


def of_counts(known: Answers, measure: Row, counts: Sequence[Row], community: str | None = None) -> Chart:
    """The counts of one measure, the last of each month; of one community where no other one's mean the same."""
    name = measure["measure"]
    rows = _last_of_months(known, counts)
    names = {row["line"]: row["line"] for row in rows}
    drawn = series.lines(rows, "month", "value", names, "line")
    counted = {row["community"] for row in rows}
    changes = [row for row in known.measure_breaks if row["measure"] == name and row["community"] in counted]
    breaks = [Break(row["day"].replace(day=1), changed(row)) for row in changes]
    label = labels.label(name)
    return Chart(
        id="-".join(filter(None, (name.replace("_", "-"), community))),
        title=f"{label}: {known.names[community]}" if community else label,
        description=" ".join([measure["definition"], ALIKE[measure["comparable"]], LAST, *map(changed, changes)]),
        figure=charts.monthly(drawn, series.styles(list(names)), measure["unit"], breaks=breaks),
        source=origin(known),
        download="counts.csv",
        **_table("Month", drawn, rows, "month", dated, _told((), (), breaks), "line", "not counted"),
        of_counts=True,
    )


ALIKE = {True: "Counts of two communities mean the same.", False: "No other community's count means the same."}
LAST = "Each point is the last count of its month."
KINDS_OF_BASES = {"published": "cited", "restated": "restated", "stated": "observed"}
"""How a count is drawn by its basis; what stands later here is shown where a month has several."""


def _last_of_months(known: Answers, counts: Iterable[Row]) -> list[Row]:
    """The newest count of each line and month; what is restated later is a line of its own."""
    latest: dict[tuple[str, date], Row] = {}
    bases = list(KINDS_OF_BASES)
    for row in sorted(counts, key=lambda row: (bases.index(row["basis"]), row["day"])):
        parts = (known.names.get(row["community"], row["community"]), row["subject"])
        named = ": ".join(filter(None, parts)) + (", restated" if row["basis"] == "restated" else "")
        own = {"line": named, "known": KINDS_OF_BASES[row["basis"]]}
        latest[named, row["month"]] = row | own
    return sorted(latest.values(), key=lambda row: (row["line"], row["month"]))


def _definition(known: Answers, metric: str) -> str:
    return next((m["definition"] for m in known.metrics if m["metric"] == metric), "")


def _kind_of_place(row: Row) -> str:
    if row["published_months"]:
        return "published"
    return "partial" if row["months"] is not None and row["months"] < WINDOW else "observed"


def _kind_of_month(row: Row) -> str:
    if row["to_date"] and row["state"] != "published":
        return "to date"
    if row["state"] == "partial" and row.get("metric") == "registered":
        return "restated"
    return row["state"] if row["state"] in series.KINDS else "observed"


def _added(imports: Iterable[Row], row: Row) -> int:
    """How much of a month's number comes from histories that were recorded in one day."""
    column = ADDED.get(row["metric"])
    here = (i for i in imports if (i["community"], i["month"]) == (row["community"], row["month"]))
    return sum(i[column] for i in here) if column and row["state"] in ("observed", "partial") else 0


def _without(rows: Iterable[Row], imports: Sequence[Row]) -> list[Row]:
    return [row | {"value": row["value"] - _added(imports, row)} if row["value"] else row for row in rows]


def _events(known: Answers, rows: Iterable[Row], slug: Callable[[Row], str]) -> list[Event]:
    grown = [(row, added) for row in rows if (added := _added(known.imports, row))]
    return [
        Event(slug(row), row["month"], row["value"], said, added)
        for row, added in grown
        for said in [import_in_month(row, added, known.imports)]
    ]


def _marked(releases: Iterable[Row]) -> list[Row]:
    return [row for row in releases if row["kind"] == "feature" and row["month"]]


def _mark(row: Row, slug: str) -> Mark:
    return Mark(slug, row["released_at"], release(row), row["series"] or row["version"])


def _told(events: Iterable[Event], marks: Iterable[Mark] = (), breaks: Iterable[Break] = ()) -> dict[date, list[str]]:
    """What happened in each month, in words."""
    told: dict[date, list[str]] = {}
    for each in breaks:
        told.setdefault(each.month, []).append(each.said)
    for mark in marks:
        told.setdefault(mark.day.replace(day=1), []).append(mark.said)
    for event in events:
        told.setdefault(event.month, []).append(event.said)
    return told


def _table(
    time_head: str, drawn: Sequence[Line], rows: list[Row], time: str, said: Callable[[Row], str],
    told: Mapping[date, list[str]], key: str = "community", missing: str = MISSING["not_applicable"],
) -> dict[str, Any]:  # fmt: skip
    """The twin: a line per month, the newest first, a column per line, and what happened if anything did."""
    cells = {(row[time], row[key]): said(row) for row in rows}
    heads = [time_head, *(line.name for line in drawn), *(["What happened"] if told else [])]
    months = sorted({row[time] for row in rows}, reverse=True)
    table = [
        [format_month(m), *(cells.get((m, line.slug), missing) for line in drawn),
         *(["; ".join(told.get(m, ()))] if told else [])]
        for m in months
    ]  # fmt: skip
    return {"heads": heads, "rows": table}
