"""Write the static site: the pages, what they load, and the numbers behind them as CSV."""

import csv
import json
import os
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from plotly.offline import get_plotlyjs

from pipelines.folders import Folders
from pipelines.warehouse.query import open_database
from reports.answers import QUERIES, rows
from reports.pages import as_of, community, coverage, members, operations, platforms, privacy, ranking
from reports.pages.colours import community_styles
from reports.pages.context import Context, read_context
from reports.pages.hero import hero_pictures

ASSETS = Path(__file__).parent / "assets"
COPIED = ("chart.js", "last-checked.js", "page.js", "picture.js", "theme.js")
CHECKED = "checked.js"
PAGES = {
    "coverage": coverage, "members": members, "operations": operations, "platforms": platforms, "privacy": privacy,
}  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\n", "\r")
FRESHNESS = ("community", "source", "kind", "units", "good_at", "oldest_unit", "oldest_at", "latest", "waiting_units",
             "pending_months", "quiet_days", "usual_days", "note")  # fmt: skip
# The first ones depend on the month that is shown: each dated page has them too.
DOWNLOADS_OF_MONTH, DOWNLOADS = "downloads_of_month", "downloads"


def publish(where: Folders, asked: date | None = None) -> Path:
    """Write the whole site beside the published one, then swap it in; return its index.html.

    With `asked`, the first day of a month, the site also gets a page that is dated to it, and that
    page is returned. Such pages are made again by every later call. Raises AsOfError where no
    ranking can be dated to the month. If anything raises, the published site stays as it was.
    """
    with open_database(where.database) as database:
        site = read_context(database)
        months = as_of.kept_months(where.site, site.build)
        if asked is not None:
            as_of.check_month(site.build, asked)
            months.add(asked)
        _publish(where.site, site, sorted(months))
    return page_of(where.site, asked) / "index.html"


def page_of(folder: Path, month: date | None) -> Path:
    """Return the folder of the page that is dated to a month; without one that of the newest page."""
    return folder if month is None else folder / as_of.FOLDER / f"{month:%Y-%m}"


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


def _publish(folder: Path, site: Context, months: Sequence[date]) -> None:
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        _write_site(draft, site, months)
        _swap(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_site(draft: Path, site: Context, months: Sequence[date]) -> None:
    """Write every page and file of a site into an empty folder."""
    (draft / "plotly.min.js").write_text(get_plotlyjs(), encoding="utf-8")
    for name in COPIED:
        shutil.copyfile(ASSETS / name, draft / name)
    _write_styles(draft, site)
    _write_checked(draft / CHECKED, "")
    for name, made in PAGES.items():
        (draft / f"{name}.html").write_text(made.page(site), encoding="utf-8")
    (draft / community.FOLDER).mkdir()
    for row in site.communities:
        slug = row["community"]
        (draft / community.FOLDER / f"{slug}.html").write_text(community.page(site, slug), encoding="utf-8")
    _write_ranking(draft, site, months)
    _write_pictures(draft / "pictures", site)
    _write_downloads(draft / "data", site, DOWNLOADS)
    _write_csv(draft / "data" / "freshness.csv", site.ask("site", "sources")[list(FRESHNESS)])
    for month in months:
        _write_ranking(page_of(draft, month), site.dated(month), months)


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


def _write_ranking(folder: Path, site: Context, months: Sequence[date]) -> None:
    """Write a page of a ranking with the CSV files of its month."""
    (folder / "data").mkdir(parents=True)
    (folder / "index.html").write_text(ranking.page(site, months), encoding="utf-8")
    _write_downloads(folder / "data", site, DOWNLOADS_OF_MONTH)


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
