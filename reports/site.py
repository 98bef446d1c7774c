"""Write the static site: every page in each language, and the files that they share."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.folders import Folders
from pipelines.warehouse.query import open_database
from reports.drafts import Draft, drafting
from reports.languages.pages import card_folder, finish_page, finish_picture
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
    questions,
    ranking,
    replay,
    talk,
    time_index,
    time_month,
)
from reports.pages.context import NOT_OPEN, Context, read_context
from reports.pages.hero import hero_pictures
from reports.pages.pictures import files_of
from reports.render import load_templates
from reports.shared_files import own_jobs, shared_jobs
from reports.text.language import LANGUAGE, folder
from reports.workers import Job, collect_seldom, count_processors, do

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
    questions.PATH: questions,
    "talk.html": talk,
}
"""The modules of which each makes one page, by its address."""
KEYED = (time_month, community, compare, compare_scores, evidence)
"""The modules of which each makes a page for every key: a community or a month."""
ONE_THREAD = {"threads": "1"}
"""How DuckDB answers: several threads take a third more for these short questions."""
BATCH, FEW = 16, 400
"""Pages that one job makes; so few pages are made in one process."""


def publish(where: Folders, asked: date | None = None, languages: Sequence[str] = (), address: str = "") -> Path:
    """Write the whole site beside the published one, then swap it in; return its index.html.

    With `asked`, the first day of a month, the page of that month is returned. Every page is written in each of
    `languages`; without them in the one of this process. Links of feed and share tags begin with the public `address`
    of the site, where it has one. Raises AsOfError where no ranking can be dated to the month, and TranslationError.
    If anything raises, the published site stays as it was.
    """
    if asked is not None:
        with _reading(where.database) as site:
            as_of.check_month(site.build, asked)
    with drafting(where.site) as draft, collect_seldom():
        site = _ask_first(where.database, languages, address)
        with translating(where, draft, site):
            write_pages(where, draft, site, with_files=True)
    return where.site / ("index.html" if asked is None else time_month.path(f"{asked:%Y-%m}"))


def _ask_first(database: Path, languages: Sequence[str], address: str) -> Context:
    """Return a context that has what the pages of all languages share; it compiles the templates, and is not open."""
    load_templates()
    with _reading(database) as opened:
        site = replace(opened, languages=languages, address=address)
        for made in KEYED:
            _ask_what_pages_share(made, site)
    return replace(site, database=NOT_OPEN)


def write_pages(where: Folders, draft: Draft, site: Context, *, with_files: bool = False) -> None:
    """Write every page into a draft, in the language of this process; with the files that all languages share.

    The context has what pages share, and is not open.
    """
    site = replace(site, card_folder=card_folder(site))
    pages = [*PAGES, editions.PATH, *(made.path(key) for made in KEYED for key in made.keys(site))]
    shared = shared_jobs(where, draft, pages) if with_files else ()
    jobs = [*shared, *own_jobs(where, draft), partial(_write_editions_page, draft, where.editions), *_jobs(site, draft)]
    do(jobs, partial(_reading_again, where.database, site), count_processors() if len(pages) > FEW else 1)


@contextmanager
def _reading(database: Path) -> Iterator[Context]:
    with open_database(database, ONE_THREAD) as opened:
        yield read_context(opened)


@contextmanager
def _reading_again(database: Path, site: Context) -> Iterator[Context]:
    """Open the database in another process, which has the answers of this one already."""
    with open_database(database, ONE_THREAD) as opened:
        yield replace(site, database=opened)


def _ask_what_pages_share(made: Any, site: Context) -> None:
    """Make the first page of a kind, so that the context has what all of them ask."""
    for key in made.keys(site)[:1]:
        made.page(site, key)


def _jobs(site: Context, draft: Draft) -> list[Job]:
    """Return what makes the pages: each job writes some from the context of its process."""
    pages = [partial(_write_page, draft, name, made) for name, made in PAGES.items()]
    keyed = [partial(_write_pages, draft, made, keys) for made in KEYED for keys in _batches(made.keys(site))]
    return [*keyed, *pages, partial(_write_pictures, draft)]


def _write_page(draft: Draft, name: str, made: Any, site: Context, *more: Any) -> None:
    page = made.page(replace(site, path=folder(LANGUAGE) + name), *more)
    draft.write(name, finish_page(page, name, site))


def _write_pages(draft: Draft, made: Any, keys: Sequence[str], site: Context) -> None:
    for key in keys:
        _write_page(draft, made.path(key), made, site, key)


def _write_editions_page(draft: Draft, closed: Path, site: Context) -> None:
    _write_page(draft, editions.PATH, editions, site, closed)


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[first : first + BATCH] for first in range(0, len(keys), BATCH))


def _write_pictures(draft: Draft, site: Context) -> None:
    """Write the pictures that a reader may save."""
    drawn = {**hero_pictures(site), **talk.pictures(site), **time_index.pictures(site)}
    for name, picture in files_of(drawn).items():
        draft.write(f"pictures/{name}", finish_picture(picture, site))
