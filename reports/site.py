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
from pipelines.warehouse.export import export_database, is_export_of
from pipelines.warehouse.query import open_database
from reports.answers import QUERIES
from reports.csv_files import to_csv
from reports.drafts import Draft, drafting
from reports.languages.pages import finish_page, finish_picture
from reports.languages.processes import translating
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
from reports.render import load_templates
from reports.sharing import feed, ranking_json
from reports.sharing.badge import badges
from reports.workers import Job, collect_seldom, count_processors, do

ASSETS = Path(__file__).parent / "assets"
COPIED = tuple(sorted(path.name for path in ASSETS.iterdir() if path.is_file()))
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


def publish(where: Folders, asked: date | None = None, languages: Sequence[str] = ()) -> Path:
    """Write the whole site beside the published one, then swap it in; return its index.html.

    With `asked`, the first day of a month, the page of that month is returned. Every page is written in each of
    `languages`; without them in the one of this process. Raises AsOfError where no ranking can be dated to the month,
    and TranslationError. If anything raises, the published site stays as it was.
    """
    if asked is not None:
        with _reading(where.database) as site:
            as_of.check_month(site.build, asked)
    with drafting(where.site) as draft, translating(where, draft, languages):
        downloads = (job for questions in DOWNLOADS for job in _download_jobs(draft, questions, "data"))
        files = _write_assets, _write_freshness, _write_shared
        copied = partial(_write_database, draft, where.database), partial(_write_editions, draft, where.editions)
        write_pages(where, draft, languages, [*copied, *downloads, *(partial(each, draft) for each in files)])
    return where.site / ("index.html" if asked is None else time_month.path(f"{asked:%Y-%m}"))


@collect_seldom()
def write_pages(where: Folders, draft: Draft, languages: Sequence[str] = (), more: Sequence[Job] = ()) -> None:
    """Write every page into a draft, in the language of this process, and do what else there is to do."""
    with _reading(where.database) as opened:
        site = replace(opened, languages=languages)
        load_templates()
        keyed = sum(_ask_what_pages_share(made, site) for made in KEYED)
    jobs = [*more, partial(_write_editions_page, draft, where.editions), *_jobs(site, draft)]
    do(jobs, partial(_reading_again, where.database, site), count_processors() if keyed > FEW else 1)


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
    return [*keyed, *pages, partial(_write_pictures, draft)]


def _write_page(draft: Draft, name: str, made: Any, site: Context) -> None:
    draft.write(name, finish_page(made.page(site), name, site))


def _write_pages(draft: Draft, made: Any, keys: Sequence[str], site: Context) -> None:
    for key in keys:
        draft.write(made.path(key), finish_page(made.page(site, key), made.path(key), site))


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
    file, said = site.csv(name), to_csv(site.table(questions, name)).encode()
    draft.write(f"{folder}/{file}", gzip.compress(said, GZIP, mtime=0) if file.endswith(".gz") else said)


def _write_freshness(draft: Draft, site: Context) -> None:
    draft.write("data/freshness.csv", to_csv(site.table("site", "sources").select(FRESHNESS)))


def _write_pictures(draft: Draft, site: Context) -> None:
    """Write the pictures that a reader may save."""
    for name, picture in hero_pictures(site).items():
        draft.write(f"pictures/{name}", finish_picture(picture, site))


def _write_shared(draft: Draft, site: Context) -> None:
    """Write what other programs read and what other pages show."""
    draft.write(ranking_json.PATH, ranking_json.ranking_json(site))
    draft.write(ranking_json.SCHEMA_PATH, ranking_json.SCHEMA.read_bytes())
    for name, picture in badges(site):
        draft.write(name, picture)


def _write_editions_page(draft: Draft, closed: Path, site: Context) -> None:
    draft.write(editions.PATH, finish_page(editions.page(site, closed), editions.PATH, site))


def _write_editions(draft: Draft, closed: Path, site: Context) -> None:
    """Write the files of the editions, and the feed that announces them."""
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
