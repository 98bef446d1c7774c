"""Write what the pages of all languages share: scripts, styles, tables, the database, and files for programs."""

import gzip
import json
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from plotly.offline import get_plotlyjs

from pipelines.folders import Folders
from pipelines.warehouse.export import DECIMALS, export_database, is_export_of
from reports.answers import QUERIES
from reports.checked import CHECKED, checked_script
from reports.csv_files import to_csv, to_decimals
from reports.drafts import Draft
from reports.languages.pages import finish_picture, has_own_cards
from reports.pages import editions
from reports.pages.colours import community_styles
from reports.pages.context import Context, Row
from reports.sharing import feed, ranking_json
from reports.sharing.badge import badges
from reports.sharing.card import cards
from reports.sharing.card_fonts import has_letters
from reports.sharing.machines import machine_files
from reports.table_files import GZIP, NAMES, table_files
from reports.text.language import LANGUAGE, SOURCE, folder
from reports.workers import Job

ASSETS = Path(__file__).parent / "assets"
COPIED = tuple(sorted(path.name for path in ASSETS.iterdir() if path.is_file()))
SERVED = "served.js"
"""The script that says, from `stackrank serve`, what can be asked."""
FRESHNESS = ("community", "source", "kind", "units", "good_at", "oldest_unit", "oldest_at", "latest", "waiting_units",
             "pending_months", "quiet_days", "usual_days", "note")  # fmt: skip
COMMENT = re.compile(r"/\*[^*]*\*+(?:[^/*][^*]*\*+)*/")
DOWNLOADS = ("downloads", "downloads_of_month")


def shared_jobs(where: Folders, draft: Draft, pages: Sequence[str]) -> list[Job]:
    """Return what writes these files; `pages` are the addresses of all pages in one language."""
    downloads = [job for questions in DOWNLOADS for job in _download_jobs(draft, questions, "data")]
    return [
        partial(_write_database, draft, where.database), *downloads, partial(_write_tables, draft),
        partial(_write_editions, draft, where.editions), partial(_write_for_programs, draft, pages),
        partial(_write_assets, draft), partial(_write_freshness, draft),
    ]  # fmt: skip


def own_jobs(where: Folders, draft: Draft) -> list[Job]:
    """Return what writes the files with words that each language has of its own."""
    drawn = [_write_cards] if has_letters(LANGUAGE) else []
    return [*(partial(write, draft) for write in (_write_badges, *drawn)), partial(_write_feed, draft, where.editions)]


def _write_badges(draft: Draft, site: Context) -> None:
    for name, picture in badges(site):
        draft.write(name, finish_picture(picture, site))


def _write_cards(draft: Draft, site: Context) -> None:
    """Write the cards; of a large site there are English ones alone, for all languages."""
    for name, picture in cards(site) if has_own_cards(site) else ():
        draft.write(name, picture)


def _write_feed(draft: Draft, closed: Path, site: Context) -> None:
    said = feed.feed(site, editions.readable(closed)).decode()
    draft.write(feed.PATH, finish_picture(said, site))


def _write_assets(draft: Draft, site: Context) -> None:
    """Write what pages load: scripts, and the styles of the pages and of the communities which have a colour."""
    draft.write("plotly.min.js", get_plotlyjs())
    for name in COPIED:
        draft.write(name, (ASSETS / name).read_bytes())
    parts = (path.read_text(encoding="utf-8") for path in sorted((ASSETS / "styles").glob("*.css")))
    draft.write("page.css", _without_comments("\n".join(parts)))
    draft.write("communities.css", community_styles(site.communities))
    draft.write("communities.js", _named(site.communities))
    draft.write(CHECKED, checked_script(""))
    draft.write(SERVED, "window.stackrankServed = null;\n")


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


def _write_tables(draft: Draft, site: Context) -> None:
    """Write the files of each table; those of a large site would take half of its room, and its database has them."""
    for name in NAMES if not site.is_large else ():
        for path, content in table_files(site.database, name):
            draft.write(path, content)


def _write_freshness(draft: Draft, site: Context) -> None:
    draft.write("data/freshness.csv", to_csv(site.table("site", "sources").select(FRESHNESS)))


def _write_for_programs(draft: Draft, pages: Sequence[str], site: Context) -> None:
    """Write what other programs read."""
    draft.write(ranking_json.PATH, ranking_json.ranking_json(site))
    draft.write(ranking_json.SCHEMA_PATH, ranking_json.SCHEMA.read_bytes())
    translated = [folder(language) + page for language in site.languages or (SOURCE,) for page in pages]
    for name, text in machine_files(site, translated):
        draft.write(name, text)


def _write_editions(draft: Draft, closed: Path, _: Context) -> None:
    """Write the files of the editions."""
    draft.write(editions.TRIANGLE, editions.triangle_csv(closed))
    for name, content in editions.files(closed):
        draft.write(name, content)


def _write_database(draft: Draft, database: Path, site: Context) -> None:
    """Write the database that is for publishing, or keep that of the same build."""
    name = f"data/{database.name}"
    if is_export_of(draft.published / name, site.build):
        draft.keep(name)
    else:
        export_database(database, draft.folder / name)
