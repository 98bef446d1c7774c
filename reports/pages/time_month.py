"""The page of one month: who led each ranking then, by what is known today, and why some places have no order."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from reports.pages.brackets import find_runs
from reports.pages.context import Context
from reports.pages.ranking_table import opened, ranking_tables
from reports.render import render_page
from reports.text.formats import format_level, format_window
from reports.text.labels import family_phrase, metric_heading
from reports.text.language import gettext
from reports.text.no_order import no_order_text

FOLDER = "time"


def keys(site: Context) -> list[str]:
    """Return every month that has a ranking, such as 2013-06, the oldest first."""
    return [f"{month:%Y-%m}" for month in _months(site)]


def path(key: str) -> str:
    """Return where the page of a month lies in the site."""
    return f"{FOLDER}/{key}.html"


def page(site: Context, key: str) -> str:
    """Return the page of a month."""
    month = date.fromisoformat(f"{key}-01")
    dated, months = site.dated(month), _months(site)
    tables = ranking_tables(dated)
    return render_page(
        "time_month.html", site=dated, here="time", root="../", charts=(), open=opened(tables),
        tables=[_worded(dated, table) for table in tables], newest=months[-1],
        steps=[step for step in _steps(month) if step[1] in months],
    )  # fmt: skip


def _months(site: Context) -> list[date]:
    return sorted(site.grouped("ranking_table", "rows", "as_of"))


def _steps(month: date) -> list[tuple[str, date, str]]:
    """Return the months a year and a month before and after, each between the arrows of its button."""
    number = month.year * 12 + month.month - 1
    steps = (("◀◀", -12, ""), ("◀", -1, ""), ("", 1, "▶"), ("", 12, "▶▶"))
    return [(before, date((number + step) // 12, (number + step) % 12 + 1, 1), after) for before, step, after in steps]


def _worded(site: Context, table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with what stands around it."""
    what, window = family_phrase(table["family"]), format_window(site.month)
    return {
        **table, "kicker": gettext("Time machine: {what}, {window}").format(what=what, window=window),
        "caption": gettext("Ranking by {what}, {window}").format(what=what, window=window),
        "why": list(_why(site, table)),
    }  # fmt: skip


def _why(site: Context, table: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield of each run without a firm order why it has none, with the numbers of its communities."""
    answer = site.grouped("ranking_table", "levels", "as_of")[site.month]
    levels = {(row["community"], row["metric"]): row["level"] for row in answer if row["family"] == table["family"]}
    metrics = list(dict.fromkeys(metric for _, metric in levels))
    for run in find_runs(table["rows"]):
        rows = table["rows"][run.first : run.end]
        yield {
            "text": no_order_text(rows, levels, metrics), "heads": [metric_heading(metric) for metric in metrics],
            "rows": [
                (row, [format_level(levels.get((row["community"], metric))) for metric in metrics]) for row in rows
            ],
        }  # fmt: skip
