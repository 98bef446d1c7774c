"""Write the static site: the pages, what they load, and the numbers behind them as CSV."""

import csv
import json
import os
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from plotly.offline import get_plotlyjs

from pipelines.folders import Folders
from pipelines.warehouse.query import open_database
from reports.answers import QUERIES, rows
from reports.pages import (
    as_of,
    community,
    coverage,
    members,
    operations,
    platforms,
    privacy,
    ranking,
    time_index,
    time_month,
)
from reports.pages.colours import community_styles
from reports.pages.context import Context, read_context
from reports.pages.hero import hero_pictures

ASSETS = Path(__file__).parent / "assets"
COPIED = ("chart.js", "last-checked.js", "page.js", "picture.js", "theme.js")
CHECKED = "checked.js"
PAGES = {"index": ranking, "coverage": coverage, "members": members, "operations": operations,
         "platforms": platforms, "privacy": privacy, "time/index": time_index}  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\n", "\r")
FRESHNESS = ("community", "source", "kind", "units", "good_at", "oldest_unit", "oldest_at", "latest", "waiting_units",
             "pending_months", "quiet_days", "usual_days", "note")  # fmt: skip
DOWNLOADS = ("downloads", "downloads_of_month")


def publish(where: Folders, asked: date | None = None) -> Path:
    """Write the whole site beside the published one, then swap it in; return its index.html.

    With `asked`, the first day of a month, the page of that month is returned. Raises AsOfError where no ranking can be
    dated to the month. If anything raises, the published site stays as it was.
    """
    with open_database(where.database) as database:
        site = read_context(database)
        if asked is not None:
            as_of.check_month(site.build, asked)
        _publish(where.site, site)
    return where.site / ("index.html" if asked is None else time_month.path(f"{asked:%Y-%m}"))


def update_last_checked(where: Folders, message: str) -> Path:
    """Say on the published site when it was last checked, and touch no page; return its index.html.

    Raises FileNotFoundError where no site is published.
    """
    index = where.site / "index.html"
    if not index.is_file():
        raise FileNotFoundError(f"there is no page at {index}")
    draft = where.site / f".{CHECKED}.{os.getpid()}"
    _write_checked(draft, message)
    draft.replace(where.site / CHECKED)
    return index


def _write_checked(path: Path, message: str) -> None:
    path.write_text(f"window.stackrankChecked = {json.dumps(message)};\n", encoding="utf-8")


def _publish(folder: Path, site: Context) -> None:
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        _write_site(draft, site)
        _swap(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_site(draft: Path, site: Context) -> None:
    """Write every page and file of a site into an empty folder."""
    (draft / "plotly.min.js").write_text(get_plotlyjs(), encoding="utf-8")
    for name in COPIED:
        shutil.copyfile(ASSETS / name, draft / name)
    _write_styles(draft, site)
    _write_checked(draft / CHECKED, "")
    (draft / time_month.FOLDER).mkdir()
    for name, made in PAGES.items():
        (draft / f"{name}.html").write_text(made.page(site), encoding="utf-8")
    (draft / community.FOLDER).mkdir()
    for row in site.communities:
        slug = row["community"]
        (draft / community.FOLDER / f"{slug}.html").write_text(community.page(site, slug), encoding="utf-8")
    for key in time_month.keys(site):
        (draft / time_month.path(key)).write_text(time_month.page(site, key), encoding="utf-8")
    _write_pictures(draft / "pictures", site)
    (draft / "data").mkdir()
    for questions in DOWNLOADS:
        _write_downloads(draft / "data", site, questions)
    _write_csv(draft / "data" / "freshness.csv", site.ask("site", "sources")[list(FRESHNESS)])


def _write_styles(draft: Path, site: Context) -> None:
    """Write the style of the pages, and that of the communities which have a colour."""
    parts = (path.read_text(encoding="utf-8") for path in sorted((ASSETS / "styles").glob("*.css")))
    (draft / "page.css").write_text("\n".join(parts), encoding="utf-8")
    (draft / "communities.css").write_text(community_styles(site.communities), encoding="utf-8")


def _write_pictures(folder: Path, site: Context) -> None:
    """Write the pictures that a reader may save."""
    folder.mkdir()
    for name, picture in hero_pictures(site).items():
        (folder / name).write_text(picture, encoding="utf-8")


def _write_downloads(folder: Path, site: Context, questions: str) -> None:
    for question in sorted((QUERIES / questions).glob("*.sql")):
        _write_csv(folder / f"{question.stem}.csv", site.ask(questions, question.stem))


def _write_csv(path: Path, answer: pd.DataFrame) -> None:
    """Write an answer; a missing value is an empty cell, its reason or state stands beside it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(answer.columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows({column: _inert(value) for column, value in row.items()} for row in rows(answer))


def _inert(value: Any) -> Any:
    """Return the value; a text that a spreadsheet would run as a formula gets a quote in front."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _swap(draft: Path, folder: Path) -> None:
    before = folder.with_name(f"{draft.name}.before")
    shutil.rmtree(before, ignore_errors=True)
    if folder.exists():
        folder.rename(before)
    try:
        draft.rename(folder)
    except OSError:
        if before.exists():
            before.rename(folder)
        raise
    shutil.rmtree(before, ignore_errors=True)
