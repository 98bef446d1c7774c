"""The page about the data: every metric with its query, every table, questions with their answers, the files."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Any

from pipelines.warehouse.build import PUBLIC
from reports.answers import QUERIES, question, sentence
from reports.pages.context import Context
from reports.render import render_page
from reports.text.language import gettext

QUESTIONS = "questions"
TABLE = re.compile(r"\b(raw|core|metrics|definitions|analysis|published|rankings)\.(\w+)")
FILES = ("downloads", "downloads_of_month")
MOST_ROWS = 8


def page(site: Context) -> str:
    """Return data.html."""
    tables = groupby(site.rows("database", "tables"), key=lambda row: row["schema"])
    return render_page(
        "database.html", site=site, here="data", root="", charts=(),
        metrics=site.rows("database", "metrics"), questions=list(_questions(site)), files=list(_files()),
        schemas=[{"name": name, "tables": list(rows)} for name, rows in tables],
    )  # fmt: skip


def _questions(site: Context) -> Iterator[dict[str, Any]]:
    """Yield each question that can be asked as it stands, with the first rows of its answer."""
    for name in _names(QUESTIONS):
        answer = site.rows(QUESTIONS, name)
        rows = [[_cell(value) for value in row.values()] for row in answer[:MOST_ROWS]]
        yield {
            "id": name, "asks": sentence(QUESTIONS, name), "sql": question(QUESTIONS, name), "rows": rows,
            "heads": list(answer[0]) if answer else [], "count": len(answer),
            "is_public": _is_public(question(QUESTIONS, name)),
        }  # fmt: skip


def _is_public(sql: str) -> bool:
    """Return whether the database for publishing has all tables that a question reads."""
    return all(table in PUBLIC.get(schema, ()) for schema, table in TABLE.findall(sql))


def _files() -> Iterator[dict[str, str]]:
    for folder in FILES:
        yield from ({"name": name, "sentence": sentence(folder, name)} for name in _names(folder))
    yield {
        "name": "revisions",
        "sentence": gettext(
            "How much each month changed after its first edition: counts, changed ones, the largest share."
        ),
    }
    yield {"name": "freshness", "sentence": gettext("One row per source: when it was last seen, and what waits.")}


def _names(folder: str) -> list[str]:
    return sorted(path.stem for path in (QUERIES / folder).glob("*.sql"))


def _cell(value: Any) -> str:
    if value is None:
        return gettext("not known")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, float):
        return f"{value:.6g}"
    return f"{value:%Y-%m-%d}" if isinstance(value, date | datetime) else str(value)
