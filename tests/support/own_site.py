"""A copy of the published site of `support.site.build`, read as a browser would."""

import shutil
from types import SimpleNamespace

from support.page import Page
from support.site import folders, published

from reports import shared_files
from reports.answers import QUERIES

TABLES = {path.stem for of in shared_files.DOWNLOADS for path in (QUERIES / of).glob("*.sql")} | {
    "freshness",
    "revisions",
}
"""The names of its CSV files."""


def read_site(once, top):
    """Copy the site into a folder; return its folders and pages; `dated` is its page of December 2025."""
    where = folders(top)
    shutil.copytree(published(once).data, where.data)
    dated = (where.site / "time" / "2025-12.html").read_text(encoding="utf-8")
    html = (where.site / "index.html").read_text(encoding="utf-8")
    pages = {
        ("evidence/" if path.parent.name == "evidence" else "") + path.name: Page(path.read_text(encoding="utf-8"))
        for path in where.site.glob("**/*.html")
    }
    return SimpleNamespace(where=where, html=html, page=Page(html), dated=Page(dated), pages=pages)


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
