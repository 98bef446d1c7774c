"""The figures of monthly numbers of one community: months as dots, the mean of twelve as a line, and their table."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from reports.charts.chart import HAPPENED, Chart, Table, texts_by_month
from reports.charts.monthly import Monthly, draw_monthly
from reports.charts.series import Break, Event, Hole, Mark, Series, Span, months_from
from reports.charts.theme import Look, look_of
from reports.pages.context import Context, Row
from reports.text.bots import rank_change
from reports.text.events import move_text, release_text
from reports.text.formats import ENDS, format_count, format_month, format_number
from reports.text.imports import import_in_month
from reports.text.labels import LEGEND, label
from reports.text.language import gettext
from reports.text.months import month_text
from reports.text.picture import picture_source
from reports.text.unseen import hole_text

PAGE = "community"
FAMILY = {
    **dict.fromkeys(("commits", "code_people"), "code"),
    **dict.fromkeys(("talk_people", "messages", "threads_replied"), "talk"),
    "new_people": "people",
}
SAID = gettext("Dots: months. Line: mean of twelve months with its 90 % range. Logarithmic scale.")
HOLES = 3
LINKED = ("code_people", "messages")
"""The metrics whose tables lead to the evidence of each month; those of the others would say the same."""
BOTS_SAID = gettext("%{customdata:,} of bots alone")


def monthly_chart(site: Context, own: Row, metric: str) -> Chart | None:
    """Return the chart of a metric of one community; None where none of its months was seen."""
    line = next(
        (row for row in site.grouped(PAGE, "lines", "community")[own["community"]] if row["metric"] == metric), None
    )
    return _Drawing(site, own, line).chart() if line else None


class _Drawing:
    """What is known of one metric of one community."""

    def __init__(self, site: Context, own: Row, line: Row) -> None:
        self.site, self.own, self.line, self.metric = site, own, line, line["metric"]
        self.look: Look = look_of(own["community"], own["marker"])
        self.days = months_from(line["first"], line["months"])
        self.months = [date.fromisoformat(day) for day in self.days]
        self.counts = self._series(line["values"], line["known"])
        self.means = self._series(line["means"])

    def rows(self, name: str) -> Sequence[Row]:
        return self.site.grouped(PAGE, name, "community")[self.own["community"]]

    def chart(self) -> Chart:
        bots = None if self.site.is_large else self._bots_of_metric()
        end = self.means.end
        shown = Monthly(
            self.look, self.counts, self.means, Span(tuple(self.line["lows"]), tuple(self.line["highs"])),
            format_number(end[1]) if end else "", self.holes(self.metric), self.events(), self.releases(),
            self.holes("releases") if self.releases() else (), self.breaks(),
            self._bots(bots, "bots") if bots else None, BOTS_SAID,
        )  # fmt: skip
        return Chart(
            id=self.metric.replace("_", "-"),
            title=gettext("{metric} a month").format(metric=label(self.metric)),
            description=SAID,
            figure=draw_monthly(shown),
            with_bots=draw_monthly(self._including_bots(shown, bots)) if bots else None,
            table=self.table(bots),
            subject=self.own["name"],
            source=picture_source(self.site, self.own["name"], end[0] if end else None),
            download=self.site.csv("monthly"),
            note=self.note() if bots else "",
            legend=LEGEND | holes_legend(shown.holes) | _releases_legend(shown.unseen_releases),
        )

    def _bots_of_metric(self) -> Row | None:
        return next((row for row in self.rows("bots") if row["metric"] == self.metric), None)

    def _series(self, values: Sequence[float | None], known: Sequence[str] = ()) -> Series:
        return Series(self.own["community"], self.own["name"], self.days, tuple(values), tuple(known))

    def _bots(self, row: Row, column: str) -> Series:
        """Return numbers of `queries/community/bots.sql` at the months of the line."""
        at = dict(zip(months_from(row["first"], len(row[column])), row[column], strict=True))
        return self._series([at.get(day) for day in self.days], self.line["known"])

    def _including_bots(self, shown: Monthly, bots: Row) -> Monthly:
        counts = self._bots(bots, "values")
        none = self._series([None] * len(self.days))
        empty = Span(none.values, none.values)
        return Monthly(shown.look, counts, none, empty, shown.label, shown.holes, (), shown.releases,
                       shown.unseen_releases, shown.breaks)  # fmt: skip

    def holes(self, metric: str) -> list[Hole]:
        last = self.months[-1]
        return [
            Hole(max(row["first"], self.months[0]), row["last"], hole_text(row))
            for row in self.rows("holes")
            if row["metric"] == metric and row["last"] >= self.months[0] and row["first"] <= last
        ]

    def events(self) -> list[Event]:
        """Return a ring for each month with a number in which histories were recorded at once."""
        if self.metric not in ("commits", "code_people"):
            return []
        values = dict(zip(self.months, self.line["values"], strict=True))
        return [
            Event(self.own["community"], month, values[month], import_in_month(_recorded(self.own, month, found)),
                  sum(row["commits"] for row in found))
            for month, found in _by_month(self.rows("imports"))
            if values.get(month) is not None
        ]  # fmt: skip

    def releases(self) -> list[Mark]:
        if FAMILY[self.metric] != "code":
            return []
        return [
            Mark(row["community"], row["released_at"], release_text(row), row["series"] or row["version"])
            for row in reversed(self.rows("releases"))
            if row["kind"] == "feature" and row["month"] and self.months[0] <= row["month"] <= self.months[-1]
        ]

    def breaks(self) -> list[Break]:
        return [
            Break(row["month"], move_text(row)) for row in self.rows("moves") if row["family"] == FAMILY[self.metric]
        ]

    def note(self) -> str:
        """Return how the order of communities changes where bots are included."""
        said = (row for row in self.rows("rank_including_bots") if row["metric"] in (self.metric, "talk"))
        return " ".join(map(rank_change, said))

    def table(self, bots: Row | None) -> Table:
        """Return the twin: count, mean and range, what bots add, and what happened or why a month is missing."""
        shown = self.site.newest(list(enumerate(self.months)))
        happened = texts_by_month(self.events(), self.releases(), self.breaks())
        causes = {month: hole.text for hole in self.holes(self.metric) for month in _months_of(hole, self.months)}
        added = dict(zip(self.days, self._bots(bots, "values").values, strict=True)) if bots else None
        rows = [
            [format_month(month), month_text(self._month(n)), *_mean(self.line, n),
             *([format_count(added[self.days[n]])] if added else []),
             "; ".join([*([causes[month]] if month in causes else []), *happened.get(month, ())])]
            for n, month in reversed(shown)
        ]  # fmt: skip
        heads = [gettext("Month"), label(self.metric), gettext("Mean of twelve months"), gettext("90 % range"),
                 *([gettext("Including bots")] if bots else []), HAPPENED]  # fmt: skip
        evidence = evidence_of(self.own) if self.metric in LINKED else ""
        months = [month for _, month in reversed(shown)]
        return Table(heads, rows, months, evidence, has_words=True, left_out=len(self.months) - len(shown))

    def _month(self, n: int) -> dict[str, Any]:
        line = self.line
        return {"value": line["values"][n], "state": line["states"][n], "known": line["known"][n],
                "known_since": line["known_since"][n]}  # fmt: skip


def holes_legend(holes: Sequence[Hole]) -> dict[str, str]:
    """Return the line of the legend that names the cause of each hole, the newest three first."""
    if not holes:
        return {}
    return {"hole": gettext("Hatched: not seen, which is not zero. {holes}.").format(holes=_causes(holes))}


def _releases_legend(holes: Sequence[Hole]) -> dict[str, str]:
    """Return the line of the legend about the row of releases, with why some of its months are hatched."""
    if not holes:
        return {}
    return {"marks": f"{LEGEND['marks']} " + gettext("Hatched there: {holes}.").format(holes=_causes(holes))}


def _causes(holes: Sequence[Hole]) -> str:
    said = gettext("{first} to {last}: {cause}")
    return "; ".join(
        said.format(first=format_month(hole.first), last=format_month(hole.last), cause=hole.text)
        for hole in [*reversed(holes)][:HOLES]
    )


def evidence_of(own: Row) -> str:
    """Return the address of a community's evidence, seen from a page of a folder."""
    return f"../evidence/{own['community']}.html"


def _mean(line: Row, n: int) -> tuple[str, str]:
    if line["means"][n] is None:
        return "", ""
    low, high = (format_number(line[ends][n]) for ends in ("lows", "highs"))
    return format_number(line["means"][n]), ENDS.format(low=low, high=high)


def _months_of(hole: Hole, months: Sequence[date]) -> Iterator[date]:
    return (month for month in months if hole.first <= month <= hole.last)


def _by_month(imports: Sequence[Row]) -> Iterator[tuple[date, list[Row]]]:
    found: dict[date, list[Row]] = {}
    for row in imports:
        found.setdefault(row["month"], []).append(row)
    yield from found.items()


def _recorded(own: Row, month: date, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what was recorded in one month as `import_in_month` takes it."""
    return {
        "community_name": own["name"], "month": month, "import_commits": sum(row["commits"] for row in found),
        "import_not_counted": sum(row["not_counted"] for row in found),
        "import_days": sorted({row["day"] for row in found}),
    }  # fmt: skip
