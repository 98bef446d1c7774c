"""Writes the static site: one page, its charts, and the numbers behind them as CSV."""

import csv
import json
import os
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from plotly.offline import get_plotlyjs
from plotly.utils import PlotlyJSONEncoder

from pipelines.folders import Folders
from reports import charts, facts, words
from reports.facts import Facts, Row

TEMPLATES = Path(__file__).parent / "templates"
AGAIN = re.compile(r'(<p class="quiet" id="again")[^>]*>[^<]*</p>')
COPIED = ("draw.js", "page.css")
DRAWN = ("commits", "code_people")
FORMULA = ("=", "+", "-", "@", "\t", "\n", "\r")
CSV_COLUMNS = {
    "ranking": ("family", "place", "community", "name", "index", "score", "months", "published_months", "reason"),
    "places": ("family", "as_of", "community", "place", "index", "months", "reason"),
    "monthly": ("metric", "month", "community", "value", "state", "covered", "to_date"),
    "freshness": ("community", "source", "kind", "units", "good_at", "oldest_unit", "oldest_at", "latest", "note"),
}


@dataclass(frozen=True)
class Chart:
    """A chart of the page, with everything that a table or a screen reader says instead of it."""

    id: str
    title: str
    description: str
    figure: dict[str, Any]
    download: str
    heads: list[str]
    rows: list[list[str]]

    @property
    def json(self) -> str:
        """The figure as JSON that cannot end the script element it stands in."""
        return json.dumps(self.figure, cls=PlotlyJSONEncoder, sort_keys=True).replace("<", "\\u003c")


def publish(where: Folders) -> Path:
    """Write the whole site beside the published one, then swap it in; return its index.html.

    If anything raises, the published site stays as it was.
    """
    known = facts.read(where.database)
    draft = where.site.with_name(f".{where.site.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    (draft / "data").mkdir(parents=True)
    try:
        (draft / "index.html").write_text(page(known), encoding="utf-8")
        (draft / "plotly.min.js").write_text(get_plotlyjs(), encoding="utf-8")
        for name in COPIED:
            shutil.copyfile(TEMPLATES / name, draft / name)
        for name, columns in CSV_COLUMNS.items():
            _write_csv(draft / "data" / f"{name}.csv", columns, getattr(known, name))
        _swap(draft, where.site)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return where.site / "index.html"


def say_visited_again(where: Folders, said: str) -> Path:
    """Put one sentence under the head of the published page and touch nothing else; return the page.

    Raises ValueError where the page has no place for it.
    """
    index = where.site / "index.html"
    text, found = AGAIN.subn(lambda place: f"{place[1]}>{escape(said)}</p>", index.read_text(encoding="utf-8"))
    if found != 1:
        raise ValueError(f"{index} has no place for what a later night found")
    draft = index.with_name(f".{index.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    return draft.replace(index)


def _swap(draft: Path, site: Path) -> None:
    before = site.with_name(f"{draft.name}.before")
    shutil.rmtree(before, ignore_errors=True)
    if site.exists():
        site.rename(before)
    try:
        draft.rename(site)
    except OSError:
        if before.exists():
            before.rename(site)
        raise
    shutil.rmtree(before, ignore_errors=True)


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Write rows; a missing value is an empty cell, its reason or state stands beside it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows({column: _inert(row[column]) for column in columns} for row in rows)


def _inert(value: Any) -> Any:
    """The value; a text that a spreadsheet would run as a formula gets a quote in front."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def page(known: Facts) -> str:
    """Return index.html; the same facts give the same bytes."""
    environment = Environment(
        loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.globals.update(words=words)
    return environment.get_template("index.html").render(
        known=known,
        rankings=[_ranking(known, family) for family in known.families],
        charts=_charts(known),
    )


def _ranking(known: Facts, family: str) -> dict[str, Any]:
    """One family's sentence and table; levels come from the components of the score."""
    rows = [row for row in known.ranking if row["family"] == family]
    ranked = [row for row in rows if row["place"] is not None]
    levels = {(c["community"], c["metric"]): c["level"] for c in known.components if c["family"] == family}
    metrics = [row for row in known.method if row["family"] == family]
    return {
        "family": family,
        "sentence": words.headline(rows, family, known.month),
        "metrics": metrics,
        "rows": [
            row | {
                "relative": words.relative(row, ranked) if ranked else None,
                "levels": [levels.get((row["community"], m["metric"])) for m in metrics],
            }
            for row in rows
        ],
    }  # fmt: skip


def _charts(known: Facts) -> list[Chart]:
    looks = charts.styles([row["community"] for row in known.communities])
    made = [_places_chart(known, looks, family) for family in known.families]
    made += [_monthly_chart(known, looks, metric) for metric in DRAWN]
    return [chart for chart in made if chart]


def _places_chart(known: Facts, looks: dict[str, charts.Style], family: str) -> Chart | None:
    rows = [row for row in known.places if row["family"] == family]
    drawn = charts.lines(rows, "as_of", "place", known.names)
    if not any(row["place"] is not None for row in rows):
        return None
    return Chart(
        id=f"places-{family}",
        title=f"Places over time: {words.MEASURED[family]}",
        description="Each point is the place over the twelve months that end there, by what we hold today. "
        "A line breaks where a community was not ranked.",
        figure=charts.places(drawn, looks),
        download="data/places.csv",
        heads=["Window ends", *(line.name for line in drawn)],
        rows=_newest_first(rows, "as_of", lambda r: "not ranked" if r["place"] is None else str(r["place"])),
    )


def _monthly_chart(known: Facts, looks: dict[str, charts.Style], metric: str) -> Chart | None:
    rows = [row for row in known.monthly if row["metric"] == metric]
    if not any(row["value"] is not None for row in rows):
        return None
    complete = [row | {"value": None} if row["to_date"] else row for row in rows]
    running = [row for row in rows if row["to_date"] and row["value"] is not None]
    drawn = charts.lines(complete, "month", "value", known.names)
    hollow = charts.lines(running, "month", "value", known.names)
    definition = next((m["definition"] for m in known.method if m["metric"] == metric), "")
    return Chart(
        id=metric.replace("_", "-"),
        title=f"{words.label(metric)} a month",
        description=f"{definition} Months that are not complete are hollow marks, to date; "
        "a line breaks where a month was not observed.",
        figure=charts.monthly(drawn, hollow, looks, f"{words.label(metric).lower()} a month"),
        download="data/monthly.csv",
        heads=["Month", *(known.names[c] for c in sorted({r["community"] for r in rows}))],
        rows=_newest_first(rows, "month", lambda r: words.monthly(r["value"], r["state"], r["to_date"])),
    )


def _newest_first(rows: list[Row], time: str, said: Callable[[Row], str]) -> list[list[str]]:
    """A table with a line per month and a column per community, as the chart's twin."""
    slugs = sorted({row["community"] for row in rows})
    cells = {(row[time], row["community"]): said(row) for row in rows}
    months = sorted({row[time] for row in rows}, reverse=True)
    return [[words.month(m), *(cells.get((m, slug), "not applicable") for slug in slugs)] for m in months]
