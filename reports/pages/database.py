"""The page about the data: every metric with its query, every table, the files."""

from collections.abc import Iterator
from itertools import groupby

from pipelines.warehouse.build import PRIVATE
from reports.answers import QUERIES, sentence
from reports.pages.context import Context, Row
from reports.render import render_page
from reports.table_files import NAMES
from reports.text.language import gettext

FILES = ("downloads", "downloads_of_month")


def page(site: Context) -> str:
    """Return data.html."""
    tables = groupby(site.rows("database", "tables"), key=lambda row: row["schema"])
    return render_page(
        "database.html", site=site, here="data", root="", charts=(), metrics=site.rows("database", "metrics"),
        files=list(_files()), public=() if site.is_large else NAMES,
        schemas=[{"name": name, "tables": list(map(_table, rows))} for name, rows in tables], PRIVATE=PRIVATE,
    )  # fmt: skip


def _table(row: Row) -> Row:
    """Return a table with its sentence, and whether the database says that it is not for publishing."""
    sentence = row["sentence"] or ""
    said = sentence.removesuffix(PRIVATE)
    return {**row, "sentence": said.rstrip(), "is_private": said != sentence}


def _files() -> Iterator[dict[str, str]]:
    for folder in FILES:
        names = sorted(path.stem for path in (QUERIES / folder).glob("*.sql"))
        yield from ({"name": name, "sentence": sentence(folder, name)} for name in names)
    yield {
        "name": "revisions",
        "sentence": gettext(
            "How much each month changed after its first edition: counts, changed ones, the largest share."
        ),
    }
    yield {"name": "freshness", "sentence": gettext("One row per source: when it was last seen, and what waits.")}
