"""The page of questions in SQL with their answers; `stackrank serve` lets a reader ask there."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from pipelines.warehouse.build import PUBLIC
from reports.answers import QUERIES, question, sentence
from reports.pages.context import Context
from reports.render import render_page
from reports.text.language import gettext

PATH = "sql.html"
QUESTIONS = "questions"
TABLE = re.compile(r"\b(raw|core|metrics|definitions|analysis|published|rankings)\.(\w+)")
MOST_ROWS = 8
FIRST_ASKED = "from rankings.monthly limit 10"
"""The statement that a reader finds in the field."""
NAME = Markup("<code>{}</code>")
"""A column of an answer."""
HEIGHT = 360
"""Pixels of the chart of an answer."""
WORDS = {
    "asking": gettext("Asking …"),
    "whole": gettext("{count} rows in {seconds} s."),
    "first": gettext("The first {count} rows in {seconds} s; the answer has more."),
    "shown": gettext("The table shows the first {count} of them; the file has all."),
    "none": gettext("The answer has no row."),
    "undrawn": gettext("No chart: that takes a column of dates or names, and a number."),
    "failed": gettext("The server does not answer."),
    "unknown": gettext("not known"),
}
"""What the script of the page says."""


def page(site: Context) -> str:
    """Return sql.html."""
    return render_page(
        "questions.html", site=site, here="data", root="", charts=(), questions=list(_questions(site)),
        asks=FIRST_ASKED,
        words=json.dumps(WORDS | {"slugs": [row["community"] for row in site.communities]}),
        height=HEIGHT,
    )  # fmt: skip


def _questions(site: Context) -> Iterator[dict[str, Any]]:
    """Yield each question that can be asked as it stands, with the first rows of its answer."""
    for name in sorted(path.stem for path in (QUERIES / QUESTIONS).glob("*.sql")):
        answer = site.rows(QUESTIONS, name)
        rows = [[_cell(value) for value in row.values()] for row in answer[:MOST_ROWS]]
        yield {
            "id": name, "asks": sentence(QUESTIONS, name), "sql": question(QUESTIONS, name), "rows": rows,
            "heads": [NAME.format(name) for name in answer[0]] if answer else [], "count": len(answer),
            "is_public": _is_public(question(QUESTIONS, name)),
        }  # fmt: skip


def _is_public(sql: str) -> bool:
    """Return whether the database for publishing has all tables that a question reads."""
    return all(table in PUBLIC.get(schema, ()) for schema, table in TABLE.findall(sql))


def _cell(value: Any) -> str:
    if value is None:
        return gettext("not known")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, float):
        return f"{value:.6g}"
    return f"{value:%Y-%m-%d}" if isinstance(value, date | datetime) else str(value)
