"""Writes the static site: the pages, what they load, and the numbers behind them as CSV."""

import csv
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

from plotly.offline import get_plotlyjs

from pipelines.folders import Folders
from reports import answers
from reports.answers import Answers, Row
from reports.pages import as_of, community, data, members, platforms, privacy, ranking

ASSETS = Path(__file__).parent / "assets"
AGAIN = re.compile(r'(<p class="quiet" id="again")[^>]*>[^<]*</p>')
COPIED = ("chart.js", "page.css")
FORMULA = ("=", "+", "-", "@", "\t", "\n", "\r")
CSV_COLUMNS = {
    "ranking": ("family", "rank", "community", "name", "state", "index", "score", "months", "published_months",
                "missing", "reason_code"),
    "places": ("family", "as_of", "community", "state", "rank", "index", "months", "published_months", "reason_code"),
    "monthly": ("metric", "month", "community", "value", "state", "covered", "to_date"),
    "by_source": ("community", "source", "month", "value", "people", "only_here", "first_here", "channel", "state",
                  "to_date"),
    "everything_in": ("metric", "month", "community", "value", "machines", "state", "to_date"),
    "order_with_machines": ("metric", "community", "months", "level", "level_with", "rank", "rank_with"),
    "moves": ("community", "family", "month", "from_source", "to_source", "action", "reason", "evidence"),
    "releases": ("community", "version", "series", "kind", "released_at", "dated_by", "source", "repository", "tag"),
    "imports": ("community", "repository", "day", "commits", "commits_of_month", "authored_from", "authored_to"),
}  # fmt: skip
# What does not depend on the month that is shown.
CSV_COLUMNS_OF_TODAY = {
    "freshness": ("community", "source", "kind", "units", "good_at", "oldest_unit", "oldest_at", "latest",
                  "waiting_units", "pending_months", "quiet_days", "usual_days", "note"),
    "coverage": ("community", "source", "month", "state", "covered"),
    "reconciliation": ("community", "source", "month", "total", "stored", "quarantined", "copies", "other_month",
                       "difference", "state"),
    "order_with_automated": ("metric", "community", "months", "level", "level_with", "rank", "rank_with"),
    "layers": ("community", "channel", "month", "people", "absence_factor", "core_people", "regular_people",
               "casual_people"),
    "overlap": ("community", "month", "state", "people", "code_only", "talk_only", "code_and_talk"),
    "retention": ("community", "cohort", "year", "people", "active"),
    "organisations": ("community", "channel", "organisation", "people", "events", "share"),
    "commit_rules": ("id", "condition", "commits", "communities", "evidence", "reviewed"),
    "machine_rules": ("id", "class", "condition", "messages", "sources", "evidence", "reviewed"),
    "machine_measured": ("list", "system", "kind", "messages", "labelled", "told", "right", "read", "measured"),
    "visits": ("night", "community", "source", "ok", "unchanged", "empty", "partial", "failed", "refused", "gone"),
    "counts": ("community", "source", "measure", "kind", "subject", "day", "value", "unit", "basis", "version",
               "definition", "url", "seen_at"),
    "measure_breaks": ("measure", "community", "day", "change"),
    "published": ("community", "metric", "period", "value", "quality", "definition", "source", "file"),
    "profile": ("community", "topic", "era", "as_of", "text", "version", "day", "per_year_at_least",
                "per_year_at_most", "confirmed", "talk_said", "source", "url", "note"),
    "image_formats": ("name", "meaning", "source"),
}  # fmt: skip


def publish(where: Folders, asked: date | None = None) -> Path:
    """Write the whole site beside the published one, then swap it in; return its index.html.

    With `asked`, the first day of a month, the site also gets a page that is dated to it, and that
    page is returned. Such pages are made again by every later call. Raises AsOfError where no
    ranking can be dated to the month. If anything raises, the published site stays as it was.
    """
    known = answers.read_answers(where.database)
    months = as_of.kept(where.site, known)
    if asked is not None:
        as_of.check(known, asked)
        months.add(asked)
    draft = where.site.with_name(f".{where.site.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        _write(draft, known, where.database, sorted(months))
        _swap(draft, where.site)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return page_of(where.site, asked) / "index.html"


def page_of(site: Path, month: date | None) -> Path:
    """The folder of the page that is dated to a month; without one that of today's page."""
    return site if month is None else site / as_of.FOLDER / f"{month:%Y-%m}"


def _write(draft: Path, known: Answers, database: Path, months: Sequence[date]) -> None:
    """Write every page and file of a site into an empty folder."""
    (draft / "plotly.min.js").write_text(get_plotlyjs(), encoding="utf-8")
    for name in COPIED:
        shutil.copyfile(ASSETS / name, draft / name)
    for made in (data, members, platforms, privacy):
        (draft / f"{made.__name__.rpartition('.')[2]}.html").write_text(made.page(known), encoding="utf-8")
    (draft / community.FOLDER).mkdir()
    for slug in known.names:
        (draft / community.FOLDER / f"{slug}.html").write_text(community.page(known, slug), encoding="utf-8")
    _write_ranking(draft, known, months, CSV_COLUMNS | CSV_COLUMNS_OF_TODAY)
    for month in months:
        _write_ranking(page_of(draft, month), answers.as_of(known, database, month), months, CSV_COLUMNS)


def _write_ranking(folder: Path, known: Answers, months: Iterable[date], tables: Mapping[str, tuple[str, ...]]) -> None:
    """Write a page of a ranking with the CSV files that it offers."""
    (folder / "data").mkdir(parents=True)
    (folder / "index.html").write_text(ranking.page(known, list(months)), encoding="utf-8")
    for name, columns in tables.items():
        _write_csv(folder / "data" / f"{name}.csv", columns, getattr(known, name))


def update_last_checked(where: Folders, said: str) -> Path:
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
