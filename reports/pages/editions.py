"""The editions: every closed ranking with its revisions, and its files to download."""

from collections.abc import Iterator
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.editions.store import DamagedLedgerError, Revision, list_revisions, verify
from pipelines.editions.triangle import Change, revision_triangle
from reports.csv_files import to_csv
from reports.pages.context import Context
from reports.render import render_page

PATH = "editions.html"
FOLDER = "editions"
TRIANGLE = "data/revisions.csv"
SHOWN = 24
"""Months of which the page says how much they changed."""


def page(site: Context, editions: Path) -> str:
    """Return editions.html; `editions` is the folder of the closed ones."""
    revisions, wrong = _read(editions)
    changes = revision_triangle(editions) if not wrong else list[Change]()
    months = [one for one in revisions if not one.period.is_quarter]
    by_month = groupby(sorted(months, key=_order, reverse=True), key=lambda one: one.month)
    return render_page(
        "editions.html", site=site, here="editions", root="", charts=[], wrong=wrong,
        triangle=[(month, list(of)) for month, of in groupby(changes, key=lambda one: one.month)][:SHOWN],
        quarters=site.rows("editions", "quarters"), closed_quarters=[
            _row(one) for one in sorted(revisions, key=_order, reverse=True) if one.period.is_quarter],
        editions=[(month, [_row(one) for one in of]) for month, of in by_month],
    )  # fmt: skip


def files(editions: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of every closed edition with their addresses on the site, unless one of them was changed."""
    for one in readable(editions):
        for path in sorted((editions / one.folder).iterdir()):
            yield f"{FOLDER}/{one.folder.as_posix()}/{path.name}", path.read_bytes()


def triangle_csv(editions: Path) -> str:
    """Return the revision triangle, a line for each month and age: see `Change`."""
    changes = revision_triangle(editions) if readable(editions) else list[Change]()
    return to_csv(pa.table({of.name: [getattr(one, of.name) for one in changes] for of in fields(Change)}))


def readable(editions: Path) -> list[Revision]:
    """Return the closed revisions; none where a file of them was changed."""
    revisions, wrong = _read(editions)
    return [] if wrong else revisions


def _read(editions: Path) -> tuple[list[Revision], bool]:
    """Return the closed revisions, and whether a file of them was changed: then none is published."""
    try:
        return list_revisions(editions), bool(verify(editions))
    except DamagedLedgerError:
        return [], True


def _order(one: Revision) -> tuple[Any, ...]:
    return one.month, one.method, one.revision


def _row(one: Revision) -> dict[str, Any]:
    return {"revision": one, "folder": f"{FOLDER}/{one.folder.as_posix()}"}
