"""The page about members: who is registered by whose definition, and the other dated counts, never on one axis."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from pipelines.catalogue.measures import KINDS
from reports.answers import rows
from reports.charts.chart import Chart, table_of
from reports.charts.lines import draw_lines
from reports.charts.series import Break, series_of
from reports.charts.theme import plain_looks
from reports.pages.context import Context, Row
from reports.render import render_page
from reports.text.counts import count_text, measure_change_text
from reports.text.labels import LEGEND_OF_COUNTS, label
from reports.text.language import gettext, translate
from reports.text.members import coverage_text, trend_text
from reports.text.origin import origin_text

KIND_TEXTS = {
    "registered": (
        gettext("Who is registered"),
        gettext("People who signed up once. Many never came again. No two registers are alike."),
    ),
    "subscribed": (
        gettext("Who is in a team"),
        gettext("People who joined a team on a platform, often years ago."),
    ),
    "active": (
        gettext("Who was there lately"),
        gettext("People who came during the last days, as the platform counts them."),
    ),
    "committing": (
        gettext("Who may write, and who has"),
        gettext("This is not the same as being a member."),
    ),
    "attention": (
        gettext("Attention, easily bought"),
        gettext("Stars, forks and watchers are shown and never scored."),
    ),
}
COMPARABLE = {
    True: gettext("Counts of two communities mean the same."),
    False: gettext("No other community's count means the same."),
}
LAST = gettext("Each point is the last count of its month.")


def page(site: Context) -> str:
    """Return members.html."""
    measures, counts = site.rows("members", "measures"), site.ask("members", "counts")
    kinds = [_kind(site, kind, [row for row in measures if row["kind"] == kind], counts) for kind in KINDS]
    return render_page(
        "members.html", site=site, here="members", root="",
        official=[
            row | {"sources": _sources(site, row), "marker": site.of(row["community"])["marker"]}
            for row in site.rows("members", "official")
        ],
        kinds=kinds, trends=site.rows("members", "trends"), coverage_text=coverage_text, trend_text=trend_text,
        charts=[chart for kind in kinds for chart in kind["charts"]],
    )  # fmt: skip


def _sources(site: Context, official: Row) -> list[Row]:
    """Return the sources of a community that could state its official count."""
    kind = official["community"], official["source_kind"]
    return [row for row in site.sources if (row["community"], row["kind"]) == kind]


def _kind(site: Context, kind: str, measures: Sequence[Row], counts: pd.DataFrame) -> dict[str, Any]:
    """Return one kind of measures: its charts, each with its definition, and the measures without a count."""
    heading, text = KIND_TEXTS[kind]
    breaks = site.rows("members", "breaks")
    charts = [
        _chart(site, measure, own, community, breaks)
        for measure in measures
        for community, own in _groups(measure, counts[counts["measure"] == measure["measure"]])
    ]
    empty = [row for row in measures if not row["counted"]]
    return {"kind": kind, "heading": heading, "text": text, "charts": charts, "empty": empty}


def _groups(measure: Row, counts: pd.DataFrame) -> Iterator[tuple[str | None, pd.DataFrame]]:
    """Yield the counts of one chart: of all communities where they mean the same, else of each by itself."""
    if not measure["comparable"]:
        yield from ((str(community), own) for community, own in counts.groupby("community", sort=False))
    elif not counts.empty:
        yield None, counts


def _chart(site: Context, measure: Row, counts: pd.DataFrame, community: str | None, breaks: Sequence[Row]) -> Chart:
    name, counted = measure["measure"], set(counts["community"])
    lines = [gettext("{line}, restated").format(line=row["line"]) if row["restated"] else row["line"]
             for row in rows(counts)]  # fmt: skip
    own = counts.assign(key=lines, name=lines)
    drawn = series_of(own)
    changed = [row for row in breaks if row["measure"] == name and row["community"] in counted]
    uprights = [Break(row["month"], measure_change_text(row)) for row in changed]
    cells = {(row["month"], row["key"]): count_text(row) for row in rows(own)}
    title = label(name)
    return Chart(
        id="-".join(filter(None, (name.replace("_", "-"), community))),
        title=title if community is None else f"{title}: {site.of(community)['name']}",
        description=" ".join(
            [
                translate(measure["definition"]),
                COMPARABLE[measure["comparable"]],
                LAST,
                *map(measure_change_text, changed),
            ]
        ),
        figure=draw_lines(drawn, plain_looks([line.key for line in drawn]), breaks=uprights),
        table=table_of(gettext("Month"), drawn, cells, breaks=uprights, missing=gettext("not counted")),
        source=origin_text(site.build),
        download="counts.csv",
        legend=LEGEND_OF_COUNTS,
    )
