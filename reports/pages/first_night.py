"""The first page before anything was collected: what waits to be read, what happens next, what is known already."""

from typing import Any

from reports.pages.context import Context, Row
from reports.render import render_page
from reports.text.formats import pluralize
from reports.text.headlines import headline
from reports.text.language import gettext


def first_night_page(site: Context) -> str:
    """Return index.html of a database that nothing was collected for."""
    scope = site.rows("ranking", "scope")
    marked = {row["community"]: row for row in site.communities}
    return render_page(
        "first_night.html", site=site, here="ranking", root="", charts=(),
        waiting=[(marked[row["community"]], _waiting(row)) for row in scope],
        repositories=sum(row["repositories"] for row in scope), lists=sum(row["lists"] for row in scope),
        known=_known(site),
    )  # fmt: skip


def _waiting(row: Row) -> str:
    """Return what of a community waits to be read."""
    kinds = {"repository": row["repositories"], "list or forum": row["lists"]}
    said = [
        gettext("0 of {what} read").format(what=pluralize(number, kind)) for kind, number in kinds.items() if number
    ]
    return ", ".join(said) or gettext("no source is known")


def _known(site: Context) -> dict[str, Any] | None:
    """Return what is known of the newest month that has a ranking, from figures that were measured earlier."""
    for known in site.rows("ranking", "last_known"):
        month, family = known["as_of"], known["family"]
        rows = [row for row in site.grouped("ranking_table", "rows", "as_of")[month] if row["family"] == family]
        return {"month": month, "headline": headline(family, rows, month)}
    return None
