"""Write the static site: the pages, what they load, and the numbers behind them as CSV."""

import gzip
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from plotly.offline import get_plotlyjs

from pipelines.files import replace_synced
from pipelines.folders import Folders
from pipelines.warehouse.export import DECIMALS, export_database, is_export_of
from pipelines.warehouse.query import open_database
from reports.answers import QUERIES
from reports.csv_files import to_csv, to_decimals
from reports.drafts import Draft, drafting
from reports.pages import (
    as_of,
    communities,
    community,
    compare,
    compare_index,
    compare_scores,
    coverage,
    database,
    editions,
    evidence,
    members,
    method,
    operations,
    privacy,
    ranking,
    replay,
    talk,
    time_index,
    time_month,
)
from reports.pages.colours import community_styles
from reports.pages.context import Context, Row, read_context
from reports.pages.hero import hero_pictures
from reports.pages.pictures import files_of
from reports.render import load_templates
from reports.sharing import feed, ranking_json
from reports.sharing.badge import badges
from reports.workers import Job, collect_seldom, count_processors, do

ASSETS = Path(__file__).parent / "assets"
COPIED = tuple(sorted(path.name for path in ASSETS.glob("*.js")))
CHECKED = "checked.js"
PAGES = {
    "index.html": ranking,
    "time/index.html": time_index,
    compare_index.PATH: compare_index,
    communities.PATH: communities,
    "coverage.html": coverage,
    "data.html": database,
    "members.html": members,
    "method.html": method,
    "operations.html": operations,
    "privacy.html": privacy,
    "replay.html": replay,
    "talk.html": talk,
}
"""The modules of which each makes one page, by its address."""
KEYED = (time_month, community, compare, compare_scores, evidence)
"""The modules of which each makes a page for every key: a community or a month."""
BATCH, FEW = 16, 100
"""Pages that one job makes; so few pages of keys are made in one process."""
FRESHNESS = ("community", "source", "kind", "units", "good_at", "oldest_unit", "oldest_at", "latest", "waiting_units",
             "pending_months", "quiet_days", "usual_days", "note")  # fmt: skip
COMMENT = re.compile(r"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/")
GZIP = 5
"""How hard long files are compressed: more takes longer and saves little."""
DOWNLOADS = ("downloads", "downloads_of_month")


@collect_seldom()
def publish(where: Folders, asked: date | None = None) -> Path:
    """Write the whole site beside the published one, then swap it in; return its index.html.

    With `asked`, the first day of a month, the page of that month is returned. Raises AsOfError where no ranking can be
    dated to the month. If anything raises, the published site stays as it was.
    """
    with _reading(where.database) as site:
        if asked is not None:
            as_of.check_month(site.build, asked)
        load_templates()
        keyed = sum(_ask_what_pages_share(made, site) for made in KEYED)
    with drafting(where.site) as draft:
        _write_assets(draft, site)
        jobs = [
            partial(_write_database, draft, where.database),
            partial(_write_editions, draft, where.editions),
            *_jobs(site, draft),
        ]
        do(jobs, partial(_reading_again, where.database, site), count_processors() if keyed > FEW else 1)
    return where.site / ("index.html" if asked is None else time_month.path(f"{asked:%Y-%m}"))


def update_last_checked(where: Folders, message: str) -> Path:
    """Say on the published site when it was last checked, and touch no page; return its index.html.

    Raises FileNotFoundError where no site is published.
    """
    index = where.site / "index.html"
    if not index.is_file():
        raise FileNotFoundError(f"there is no page at {index}")
    draft = where.site / f".{CHECKED}.{os.getpid()}"
    draft.write_text(_checked(message), encoding="utf-8")
    replace_synced(draft, where.site / CHECKED)
    return index


def _checked(message: str) -> str:
    return f"window.stackrankChecked = {json.dumps(message)};\n"


@contextmanager
def _reading(database: Path) -> Iterator[Context]:
    with open_database(database) as opened:
        yield read_context(opened)


@contextmanager
def _reading_again(database: Path, site: Context) -> Iterator[Context]:
    """Open the database in another process, which has the answers of this one already."""
    with open_database(database) as opened:
        yield replace(site, database=opened)


def _ask_what_pages_share(made: Any, site: Context) -> int:
    """Make the first page of a kind, so that the context has what all of them ask; return how many there are."""
    keys = made.keys(site)
    for key in keys[:1]:
        made.page(site, key)
    return len(keys)


def _jobs(site: Context, draft: Draft) -> list[Job]:
    """Return what makes the site: each job writes some files from the context of its process."""
    pages = [partial(_write_page, draft, name, made) for name, made in PAGES.items()]
    keyed = [partial(_write_pages, draft, made, keys) for made in KEYED for keys in _batches(made.keys(site))]
    downloads = [job for questions in DOWNLOADS for job in _download_jobs(draft, questions, "data")]
    return [*keyed, *pages, *downloads, partial(_write_freshness, draft), partial(_write_pictures, draft),
            partial(_write_shared, draft)]  # fmt: skip


def _write_page(draft: Draft, name: str, made: Any, site: Context) -> None:
    draft.write(name, made.page(site))


def _write_pages(draft: Draft, made: Any, keys: Sequence[str], site: Context) -> None:
    for key in keys:
        draft.write(made.path(key), made.page(site, key))


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[first : first + BATCH] for first in range(0, len(keys), BATCH))


def _write_assets(draft: Draft, site: Context) -> None:
    """Write what pages load: scripts, and the styles of the pages and of the communities which have a colour."""
    draft.write("plotly.min.js", get_plotlyjs())
    for name in COPIED:
        draft.write(name, (ASSETS / name).read_bytes())
    parts = (path.read_text(encoding="utf-8") for path in sorted((ASSETS / "styles").glob("*.css")))
    draft.write("page.css", _without_comments("\n".join(parts)))
    draft.write("communities.css", community_styles(site.communities))
    draft.write("communities.js", _named(site.communities))
    draft.write(CHECKED, _checked(""))


def _without_comments(styles: str) -> str:
    """Return styles without comments and indents: a reader loads them with every first page."""
    lines = (line.strip() for line in COMMENT.sub("", styles).splitlines())
    return "\n".join(filter(None, lines)) + "\n"


def _named(communities: Sequence[Row]) -> str:
    """Return the script with slug and name of every community, in which the search looks."""
    named = [[row["community"], row["name"]] for row in communities]
    return f"window.stackrankCommunities = {json.dumps(named, separators=(',', ':'))};\n".replace("<", "\\u003c")


def _download_jobs(draft: Draft, questions: str, folder: str) -> list[Job]:
    names = sorted(path.stem for path in (QUERIES / questions).glob("*.sql"))
    return [partial(_write_download, draft, questions, name, folder) for name in names]


def _write_download(draft: Draft, questions: str, name: str, folder: str, site: Context) -> None:
    file, answer = site.csv(name), site.table(questions, name)
    draft.write(f"{folder}/{file}", _compressed(answer) if file.endswith(".gz") else to_csv(answer))


def _compressed(answer: Any) -> bytes:
    return gzip.compress(to_csv(to_decimals(answer, DECIMALS)).encode(), GZIP, mtime=0)


def _write_freshness(draft: Draft, site: Context) -> None:
    draft.write("data/freshness.csv", to_csv(site.table("site", "sources").select(FRESHNESS)))


def _write_pictures(draft: Draft, site: Context) -> None:
    """Write the pictures that a reader may save."""
    drawn = hero_pictures(site) | talk.pictures(site) | time_index.pictures(site)
    for name, picture in files_of(drawn).items():
        draft.write(f"pictures/{name}", picture)


def _write_shared(draft: Draft, site: Context) -> None:
    """Write what other programs read and what other pages show."""
    draft.write(ranking_json.PATH, ranking_json.ranking_json(site))
    draft.write(ranking_json.SCHEMA_PATH, ranking_json.SCHEMA.read_bytes())
    for name, picture in badges(site):
        draft.write(name, picture)


def _write_editions(draft: Draft, closed: Path, site: Context) -> None:
    """Write the page of the editions, their files, and the feed that announces them."""
    draft.write(editions.PATH, editions.page(site, closed))
    draft.write(feed.PATH, feed.feed(site, editions.readable(closed)))
    for name, content in editions.files(closed):
        draft.write(name, content)


def _write_database(draft: Draft, database: Path, site: Context) -> None:
    """Write the database that is for publishing, or keep that of the same build."""
    name = f"data/{database.name}"
    if is_export_of(draft.published / name, site.build):
        draft.keep(name)
    else:
        export_database(database, draft.folder / name)
