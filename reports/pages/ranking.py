"""The first page: who leads each ranking, how sure that is, what changed, and whether to trust it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pipelines.ranking.constants import OVERALL
from reports.pages import time_month
from reports.pages.context import Context, Row
from reports.pages.coverage import draw_years
from reports.pages.first_night import first_night_page
from reports.pages.hero import hero_figure
from reports.pages.ranking_table import opened, ranking_tables
from reports.render import render_page
from reports.text.bots import rank_changes
from reports.text.changes import changes
from reports.text.formats import format_day, format_window
from reports.text.freshness import freshness_summary
from reports.text.imports import order_by_recorded_month
from reports.text.labels import family_phrase
from reports.text.language import gettext
from reports.text.rules import RULES
from reports.text.scope import scope_text

FEW = 12
"""Of so many communities the front page shows what was seen of the code."""


def page(site: Context) -> str:
    """Return index.html; of a database without any visit the page of a first night."""
    tables = ranking_tables(site)
    if not tables or not (site.build["visited_units"] or any(table["is_ranked"] for table in tables)):
        return first_night_page(site)
    scope, moved = site.rows("ranking", "scope"), site.rows("ranking", "changes")
    hero = hero_figure(site)
    return render_page(
        "index.html", site=site, here="ranking", root="", charts=[hero.explored] if hero else [], open=opened(tables),
        tables=[_worded(site, table, scope, moved) for table in tables],
        edition=time_month.path(f"{site.month:%Y-%m}"),
        trust=list(_trust(site, opened(tables))), hero=hero, folder="data/",
        seen="" if len(site.communities) > FEW else draw_years(site, "code"),
    )  # fmt: skip


def _worded(site: Context, table: Mapping[str, Any], scope: Sequence[Row], moved: Sequence[Row]) -> dict[str, Any]:
    """Return a table with what stands around it."""
    family = table["family"]
    own = [row for row in moved if row["family"] == family]
    return {
        **table, "kicker": kicker(site, family), "scope": scope_text(family, scope),
        "caption": gettext("Ranking by {what}, {window}").format(
            what=family_phrase(family), window=format_window(site.month)
        ),
        "changes": changes(own, _since(site.month)) if table["is_ranked"] else [],
    }  # fmt: skip


def kicker(site: Context, family: str) -> str:
    """Return what a ranking is of, of which twelve months, and how new the data are."""
    said = gettext("{what}, {window} · updated {day}")
    what = family_phrase(family) if family != OVERALL else gettext("talk, code and newcomers")
    return said.format(
        what=what[0].upper() + what[1:], window=format_window(site.month), day=format_day(site.build["today"])
    )


def _since(month: date) -> dict[str, date]:
    before = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
    return {"month": before, "year": month.replace(year=month.year - 1), "origin": RULES["compared_with"]}


def _trust(site: Context, family: str) -> Iterator[str]:
    """Yield how fresh the sources are, and what imports and bots do to the order of the ranking that stands open."""
    yield freshness_summary(site.sources, site.build["built_at"])
    moved = [row for row in site.rows("ranking", "rank_by_recorded_month") if row["family"] == family]
    bots = [row for row in site.rows("ranking", "rank_including_bots") if row["metric"] == family]
    if any(row["rank"] != row["rank_including_bots"] for row in bots):
        yield rank_changes(bots)
    if said := order_by_recorded_month(moved):
        yield said
