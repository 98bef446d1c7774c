"""The list of communities: who they are, and in what they have a place."""

from typing import Any

from reports.pages.context import Context, Row
from reports.render import render_page
from reports.text.community import places_cell
from reports.text.formats import format_month
from reports.text.labels import FAMILIES
from reports.text.language import gettext

PATH = "community/index.html"


def page(site: Context) -> str:
    """Return community/index.html."""
    rows = sorted(site.communities, key=lambda row: (row["name"].casefold(), row["community"]))
    return render_page(
        "communities.html", site=site, here="communities", root="../", families=FAMILIES,
        kicker=gettext("Communities, {month}").format(month=format_month(site.month)),
        rows=[{**row, **_places(site, row)} for row in rows],
    )  # fmt: skip


def _places(site: Context, row: Row) -> dict[str, Any]:
    """Return the places of a community by family; who has none in any says since when."""
    rankings = {each["family"]: each for each in site.grouped("community", "rankings", "community")[row["community"]]}
    cells = [places_cell(found["rank_low"], found["rank_high"]) if (found := rankings.get(family)) else "–"
             for family in FAMILIES]  # fmt: skip
    last = max((each["ranked_in"] for each in rankings.values() if each["ranked_in"]), default=None)
    is_ranked = any(each["rank"] for each in rankings.values())
    note = "" if is_ranked else gettext("never ranked") if last is None else gettext("last ranked in {month}").format(
        month=format_month(last))  # fmt: skip
    return {"cells": cells, "note": note}
